// `sddc apply` and `sddc destroy`: shows the plan, asks, has the cluster carry it out, and watches until it is done. A
// saved plan is applied as it was shown, without a question.
import { resolve } from 'node:path'
import { CodedError } from '../../base/index.ts'
import { isEmpty } from '../../planner/index.ts'
import { Refusal, type Client } from '../client.ts'
import type { ConfigurationOptions } from '../configuration.ts'
import { exit, type Context } from '../context.ts'
import { outputLines } from './output.ts'
import { makePlan, showPlan } from './plan.ts'
import { isPlanFile, readPlanFile } from '../planfile.ts'
import { table } from '../print/table.ts'
import { elapsed, follow } from '../progress.ts'
import { requireTarget } from '../target.ts'
import { ask } from '../terminal.ts'
import type { DeploymentView, Plan } from '../types.ts'

export interface ApplyOptions extends ConfigurationOptions {
  readonly destroy: boolean
  readonly adopt: boolean
  readonly autoApprove: boolean
  readonly force: boolean
  readonly takeOver: boolean
  readonly detach: boolean
}

/** More instances than this are asked about, even with --auto-approve: likelier a slip than a wish. */
const instancesWithoutAsking = 5000
const addressesShown = 10

export async function applyCommand(context: Context, options: ApplyOptions): Promise<number> {
  const file = options.target === undefined ? undefined : resolve(context.directory, options.target)
  if (file !== undefined && isPlanFile(file)) {
    const plan = readPlanFile(file)
    const client = requireTarget({ server: context.server, directory: context.directory })
    return carryOut(context, options, client, plan)
  }
  if (!options.autoApprove && (context.json || process.stdin.isTTY !== true)) {
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
  if (!(await approved(context, options, plan))) return exit.error
  return carryOut(context, options, client, plan)
}

async function approved({ terminal }: Context, options: ApplyOptions, plan: Plan): Promise<boolean> {
  const most = Math.max(0, ...plan.changes.map(c => (c.object === 'app' ? (c.after?.instances ?? 0) : 0)))
  if (most > instancesWithoutAsking && !options.force) {
    const answer = await ask(
      `\nOne app wants ${most} instances. Type that number if it is meant: `,
      String(most),
    )
    if (answer !== true) {
      terminal.note(
        answer === null
          ? `\nOne app wants ${most} instances. If it is meant, add --force.`
          : 'Apply cancelled.',
      )
      return false
    }
  }
  if (options.autoApprove) return true
  const question = options.destroy ? 'Destroy all of this?' : 'Perform these actions?'
  const answer = await ask(`\n${terminal.paint.bold(question)} Only "yes" is accepted: `, 'yes')
  if (answer === true) return true
  terminal.note(`\n${options.destroy ? 'Destroy' : 'Apply'} cancelled. Nothing was changed.`)
  return false
}

async function carryOut(
  context: Context,
  options: ApplyOptions,
  client: Client,
  plan: Plan,
): Promise<number> {
  const { terminal } = context
  const begun = Date.now()
  const { deployment } = await requested(client, plan, options)
  if (deployment === undefined) return finished(context, client, plan, undefined, begun)
  if (context.json) terminal.out(JSON.stringify({ type: 'apply_start', deployment }))
  if (options.detach) {
    terminal.out(`Deployment ${deployment} runs. Watch it with: sddc deployment watch ${deployment}`)
    return exit.done
  }
  terminal.note('')
  const result = await follow(client, deployment, terminal)
  if (result.kind === 'interrupted') return interrupted(context, deployment, result.view)
  if (result.view.state !== 'done') {
    throw new CodedError('REQUEST_REFUSED', `The deployment was ${result.view.state} before it was done`, {
      advice: 'See what is there with "sddc status", then plan again.',
    })
  }
  return finished(context, client, plan, result.view, begun)
}

async function requested(
  client: Client,
  plan: Plan,
  options: ApplyOptions,
): Promise<{ deployment?: string }> {
  try {
    return await client.apply({
      plan: JSON.parse(JSON.stringify(plan)),
      force: options.force,
      takeOver: options.takeOver,
    })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw withAdvice(error)
  }
}

const adviceOf: Readonly<Record<string, string>> = {
  STALE: 'Nothing was changed. Plan again and look at the new plan.',
  LOCKED:
    'Nothing was changed. Wait for that deployment, cancel it with "sddc deployment cancel ID", or take its apps over with --take-over.',
  FOREIGN_STACK:
    'Nothing was changed. If this configuration shall own the stack from now on, add --take-over.',
}

function withAdvice(error: Refusal): CodedError {
  const advice = adviceOf[error.reason]
  if (advice === undefined) return error
  return Object.assign(new Refusal(error.status, error.code, error.reason, error.message, error.details), {
    advice,
  })
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
      paint.green.bold(
        plan.mode === 'destroy'
          ? `\nDestroy complete! Resources: ${counts.remove} destroyed.`
          : `\nApply complete! Resources: ${counts.add} added, ${counts.change} changed, ${counts.remove} destroyed.`,
      ) + time,
    )
  }
  if (plan.mode === 'destroy') return exit.done
  const outputs = outputLines(plan.outputs)
  if (outputs.length > 0) terminal.out(`\nOutputs:\n\n${outputs.join('\n')}`)
  await showAddresses(context, client, plan)
  return exit.done
}

function countsOf(plan: Plan): { add: number; change: number; remove: number } {
  const count = (...actions: string[]): number => plan.changes.filter(c => actions.includes(c.action)).length
  return {
    add: count('create'),
    change: count('update', 'restart', 'scale', 'adopt'),
    remove: count('delete', 'forget'),
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
