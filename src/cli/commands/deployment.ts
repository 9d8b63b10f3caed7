// `sddc deployment list | show | watch | promote | pause | resume | cancel`.
import { CodedError, didYouMean } from '../../base/index.ts'
import type { Client } from '../client.ts'
import { exit, type Context } from '../context.ts'
import { elapsed, follow } from '../progress/follow.ts'
import { requireTarget } from '../target.ts'
import { deploymentText } from '../print/deployment.ts'
import { deploymentsText } from './status.ts'

export async function deploymentList(context: Context, all: boolean): Promise<number> {
  const { terminal } = context
  const deployments = await requireTarget(context).deployments(all)
  if (context.json) terminal.out(JSON.stringify(deployments, null, 2))
  else terminal.out(deployments.length === 0 ? 'No deployment runs.' : deploymentsText(terminal, deployments))
  return exit.done
}

export async function deploymentShow(context: Context, name: string): Promise<number> {
  const { terminal } = context
  const client = requireTarget(context)
  const view = await client.deployment(await findDeployment(client, name))
  terminal.out(context.json ? JSON.stringify(view, null, 2) : deploymentText(terminal, view))
  return exit.done
}

const isWhole = /^[0-9a-f-]{36}$/

const ordered = {
  promote: 'is promoted: the others follow',
  pause: 'is paused. What ends meanwhile is started again',
  resume: 'goes on',
} as const

export async function deploymentOrder(
  context: Context,
  name: string,
  order: keyof typeof ordered,
): Promise<number> {
  const client = requireTarget(context)
  const id = await findDeployment(client, name)
  await client.orderDeployment(id, order)
  // What is promoted while it is paused moves only when it goes on.
  if (order === 'promote' && (await client.deployment(id)).state === 'paused') {
    context.terminal.out(
      `Deployment ${id} is promoted, and is paused: the others follow when it goes on. Next: sddc deployment resume ${id}`,
    )
    return exit.done
  }
  const next = order === 'pause' ? `sddc deployment resume ${id}` : `sddc deployment watch ${id}`
  context.terminal.out(`Deployment ${id} ${ordered[order]}. Next: ${next}`)
  return exit.done
}

export async function deploymentWatch(context: Context, name: string): Promise<number> {
  const { terminal } = context
  const begun = Date.now()
  const client = requireTarget(context)
  const id = await findDeployment(client, name)
  const result = await follow(client, id, terminal)
  if (result.kind === 'interrupted') {
    terminal.note('\nInterrupted: the cluster goes on.')
    return exit.interrupted
  }
  terminal.out(`Deployment ${id}: ${result.view.state}. Watched for ${elapsed(begun)}.`)
  return result.view.state === 'done' ? exit.done : exit.error
}

/** Rolls back what the deployment changed; with `force` it stops where it is and leaves it so. */
export async function deploymentCancel(context: Context, name: string, force: boolean): Promise<number> {
  const { terminal } = context
  const client = requireTarget(context)
  const id = await findDeployment(client, name)
  const { deployment } = await client.cancelDeployment(id, force)
  if (deployment === undefined) {
    terminal.out(`Deployment ${id} is cancelled. What it has done so far stays.`)
    return exit.done
  }
  terminal.note(`Deployment ${id} is cancelled; ${deployment} rolls back what it changed.`)
  const result = await follow(client, deployment, terminal)
  if (result.kind === 'interrupted') {
    terminal.note(`\nInterrupted: the rollback goes on. Watch: sddc deployment watch ${deployment}`)
    return exit.interrupted
  }
  terminal.out(`Rollback: ${result.view.state}.`)
  return result.view.state === 'done' ? exit.done : exit.error
}

/** By its id or the first digits of it. Those that have ended are looked through only when none else has it. */
async function findDeployment(client: Client, name: string): Promise<string> {
  const ids = (await client.deployments()).map(d => d.id as string)
  let found = ids.filter(id => id.startsWith(name))
  if (found.length === 0 && !isWhole.test(name)) {
    found = (await client.deployments(true)).map(d => d.id as string).filter(id => id.startsWith(name))
  }
  if (found.length === 1) return found[0]!
  if (found.length > 1) {
    throw new CodedError('USAGE', `"${name}" is the beginning of more than one: ${found.join(', ')}`, {
      advice: 'Write more of it.',
    })
  }
  if (isWhole.test(name)) return name
  throw new CodedError('USAGE', `There is no deployment "${name}".${didYouMean(name, ids)}`, {
    advice: 'See them with: sddc deployment list --all',
  })
}
