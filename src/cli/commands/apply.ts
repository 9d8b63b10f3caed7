// `sddc apply` and `sddc destroy`: shows the plan, asks, has the cluster carry it out, and watches until it is done. A
// saved plan is applied as it was shown, without a question.
import { resolve } from 'node:path'
import { CodedError, type Json } from '../../base/index.ts'
import { instancesWithoutAsking } from '../../model/index.ts'
import { isEmpty } from '../../planner/index.ts'
import { ask, someoneIsThere, type Answer } from '../ask.ts'
import { Refusal, type Client } from '../client.ts'
import type { ConfigurationOptions } from '../configuration.ts'
import { exit, type Context } from '../context.ts'
import { outputLines } from './output.ts'
import { makePlan, showPlan } from './plan.ts'
import { isPlanFile, readPlanFile } from '../planfile.ts'
import { table } from '../print/table.ts'
import { elapsed, follow } from '../progress/follow.ts'
import { advised, applyAdvice } from '../refusals.ts'
import { requireTarget } from '../target.ts'
import type { DeploymentView, Plan } from '../types.ts'

export interface ApplyOptions extends ConfigurationOptions {
  readonly destroy: boolean
  readonly adopt: boolean
  readonly autoApprove: boolean
  readonly force: boolean
  readonly takeOver: boolean
  readonly queue: boolean
  readonly detach: boolean
}

const addressesShown = 10

export async function applyCommand(context: Context, options: ApplyOptions): Promise<number> {
  const file = options.target === undefined ? undefined : resolve(context.directory, options.target)
  if (file !== undefined && isPlanFile(file)) return applyFile(context, options, file)
  if (!options.autoApprove && (context.json || !someoneIsThere())) {
    throw new CodedError('USAGE', 'Nobody is here to approve the plan', {
      advice: 'Add --auto-approve, or save a plan with "sddc plan -out FILE" and apply that file.',
    })
  }
  const made = await makePlan(context, options)
  if (made === undefined) return exit.error
  const { plan, client } = made
  showPlan(context, plan)
  if (isEmpty(plan)) return finished(context, client, plan, undefined, 0)
  if (plan.forecast?.verdict === 'cannot' && !options.force) {
    throw new CodedError('REQUEST_REFUSED', 'This plan can not work as things are, so nothing was changed', {
      advice: 'Make room or ask for less. To apply it all the same, and have it wait for room, add --force.',
    })
  }
  const refused = (await meantSoMany(context, options, plan)) ?? (await approved(context, options))
  return refused ?? carryOut(context, options, client, plan)
}

/** A saved plan says all about what shall happen; options that would change it are a misunderstanding. */
function applyFile(context: Context, options: ApplyOptions, file: string): Promise<number> {
  if (options.destroy) {
    throw new CodedError('USAGE', 'A saved plan is applied, also one that destroys', {
      advice: `Apply it with: sddc apply ${options.target}`,
    })
  }
  const inVain = [
    ...new Set(options.given.map(g => `--${g.option}`)),
    ...(options.adopt ? ['--adopt'] : []),
    ...(context.stack === undefined ? [] : ['--stack']),
  ]
  if (inVain.length > 0) {
    throw new CodedError('USAGE', `A saved plan is applied as it was made, without ${inVain.join(', ')}`, {
      advice: 'Give that to "sddc plan -out FILE", then apply the file.',
    })
  }
  const plan = readPlanFile(file)
  const client = requireTarget({ server: context.server, directory: context.directory })
  return carryOut(context, options, client, plan)
}

/** The exit code when the answer was not yes. */
async function meantSoMany(
  { terminal }: Context,
  options: ApplyOptions,
  plan: Plan,
): Promise<number | undefined> {
  const grown = plan.changes
    .filter(c => c.object === 'app')
    .map(({ before, after }) => ({ was: before?.instances ?? 0, wanted: after?.instances ?? 0 }))
    .filter(({ was, wanted }) => wanted > was)
  const most = Math.max(0, ...grown.map(({ wanted }) => wanted))
  if (most <= instancesWithoutAsking || options.force) return undefined
  const many = `One app wants ${most} instances.`
  const answer = await ask(`\n${many} Type that number if it is meant: `, String(most))
  if (answer !== 'nobody') return exitOf(answer, terminal, 'Apply')
  throw new CodedError('USAGE', `${many} Nothing was changed`, { advice: 'If it is meant, add --force.' })
}

/** The exit code when the answer was not yes. */
async function approved({ terminal }: Context, options: ApplyOptions): Promise<number | undefined> {
  if (options.autoApprove) return undefined
  const question = options.destroy ? 'Destroy all of this?' : 'Perform these actions?'
  const answer = await ask(`\n${terminal.paint.bold(question)} Only "yes" is accepted: `, 'yes')
  return exitOf(answer, terminal, options.destroy ? 'Destroy' : 'Apply')
}

function exitOf(answer: Answer, terminal: Context['terminal'], verb: string): number | undefined {
  if (answer === 'yes') return undefined
  terminal.note(`\n${verb} cancelled. Nothing was changed.`)
  return answer === 'interrupted' ? exit.interrupted : exit.error
}

async function carryOut(
  context: Context,
  options: ApplyOptions,
  client: Client,
  plan: Plan,
): Promise<number> {
  const { terminal } = context
  const begun = Date.now()
  const answer = await requested(context, client, plan, options)
  if (typeof answer === 'number') return answer
  const { deployment, queued } = answer
  if (deployment === undefined) return finished(context, client, plan, undefined, begun)
  if (context.json) terminal.out(JSON.stringify({ type: 'apply_start', deployment }))
  if (options.detach) {
    if (!context.json)
      terminal.out(
        `Deployment ${deployment} ${queued === true ? 'waits its turn' : 'runs'}. Watch it with: sddc deployment watch ${deployment}`,
      )
    return exit.done
  }
  terminal.note('')
  const result = await follow(client, deployment, terminal)
  if (result.kind === 'interrupted') return interrupted(context, deployment, result.view)
  if (result.view.state !== 'done') {
    const { state, reason } = result.view
    const why = reason === undefined ? '' : `: ${reason}`
    throw new CodedError(
      'REQUEST_REFUSED',
      `The deployment ${state === 'failed' ? '' : 'was '}${state} before it was done${why}`,
      {
        advice: await adviceAfter(client, result.view),
      },
    )
  }
  return finished(context, client, plan, result.view, begun)
}

async function adviceAfter(client: Client, { id, state }: DeploymentView): Promise<string> {
  if (state !== 'failed') return 'See what is there with "sddc status", then plan again.'
  const undo = (await client.deployments(true)).find(d => d.undoes === id)
  return undo === undefined
    ? `See what is there with: sddc deployment show ${id}`
    : `It is rolled back. Watch that with: sddc deployment watch ${undo.id}`
}

/** The exit code when the stack is another origin's and the person at the terminal leaves it there. */
async function requested(
  context: Context,
  client: Client,
  plan: Plan,
  options: ApplyOptions,
): Promise<{ deployment?: string; queued?: true } | number> {
  const body = JSON.parse(JSON.stringify(plan)) as Json
  const { force, queue } = options
  const apply = (takeOver: boolean): Promise<{ deployment?: string; queued?: true }> =>
    advised(client.apply({ plan: body, force, takeOver, queue }), applyAdvice)
  try {
    return await apply(options.takeOver)
  } catch (error) {
    if (!isForeignStack(error) || context.json || !someoneIsThere()) throw error
    const { paint } = context.terminal
    const answer = await ask(
      `\n${error.message}\n${paint.bold('Take it over?')} Deployments that hold its apps are cancelled. Only "yes" is accepted: `,
      'yes',
    )
    return exitOf(answer, context.terminal, 'Apply') ?? apply(true)
  }
}

function isForeignStack(error: unknown): error is Refusal {
  return error instanceof Refusal && error.reason === 'FOREIGN_STACK'
}

function interrupted({ terminal }: Context, id: string, view: DeploymentView | undefined): number {
  const done = view?.progress.filter(p => p.state === 'done') ?? []
  const open = view?.progress.filter(p => p.state !== 'done') ?? []
  terminal.note('\nInterrupted: the cluster goes on by itself.')
  if (done.length > 0) terminal.note(`  Done:     ${done.map(p => p.app).join(', ')}`)
  if (open.length > 0) {
    terminal.note(
      `  Goes on:  ${open.map(p => `${p.app} (${p.new} of ${p.target} new, ${p.healthy} healthy)`).join(', ')}`,
    )
  }
  terminal.note(`\nWatch:   sddc deployment watch ${id}`)
  terminal.note(`Cancel:  sddc deployment cancel ${id}   (rolls back; with --force it stops where it is)`)
  return exit.interrupted
}

async function finished(
  context: Context,
  client: Client,
  plan: Plan,
  view: DeploymentView | undefined,
  begun: number,
): Promise<number> {
  const { terminal } = context
  const { paint } = terminal
  const counts = countsOf(plan)
  if (context.json) {
    terminal.out(JSON.stringify({ type: 'change_summary', changes: counts, deployment: view?.id }))
    return exit.done
  }
  if (!isEmpty(plan)) {
    const time = begun === 0 ? '' : ` Took ${elapsed(begun)}.`
    terminal.out(
      '\n' +
        paint.green.bold(
          plan.mode === 'destroy'
            ? `Destroy complete! Resources: ${counts.remove} destroyed${counts.forget > 0 ? `, ${counts.forget} forgotten` : ''}.`
            : `Apply complete! Resources: ${resourcesText(counts)}.`,
        ) +
        time,
    )
  }
  if (plan.mode === 'destroy') return exit.done
  const outputs = outputLines(plan.outputs)
  if (outputs.length > 0) terminal.out(`\nOutputs:\n\n${outputs.join('\n')}`)
  await showAddresses(context, client, plan)
  return exit.done
}

interface Counts {
  readonly add: number
  readonly change: number
  readonly remove: number
  readonly move: number
  readonly forget: number
}

function resourcesText({ add, change, remove, move, forget }: Counts): string {
  const parts = [`${add} added`, `${change} changed`, `${remove} destroyed`]
  if (move > 0) parts.push(`${move} moved`)
  if (forget > 0) parts.push(`${forget} forgotten`)
  return parts.join(', ')
}

function countsOf(plan: Plan): Counts {
  const count = (...actions: string[]): number => plan.changes.filter(c => actions.includes(c.action)).length
  return {
    add: count('create'),
    change: count('update', 'restart', 'scale', 'adopt'),
    remove: count('delete'),
    move: count('move'),
    forget: count('forget'),
  }
}

// Where the apps of the stack answer now, and what to type next.
async function showAddresses({ terminal }: Context, client: Client, plan: Plan): Promise<void> {
  const { apps } = await client.status()
  const rows: string[][] = []
  for (const app of apps.filter(a => a.stack === plan.stack)) {
    for (const instance of app.instances) {
      const [port] = instance.ports
      if (instance.serving && port !== undefined && instance.host !== undefined) {
        rows.push([app.address, terminal.paint.cyan(`http://${instance.host}:${port}`)])
      }
    }
  }
  if (rows.length > 0) {
    const more = rows.length - addressesShown
    terminal.out(`\nAnswers at:\n\n${table(rows.slice(0, addressesShown), '  ')}`)
    if (more > 0) terminal.out(`  and ${more} more: sddc status`)
  }
  terminal.note('\nNext: sddc status')
}
