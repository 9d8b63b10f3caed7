// `sddc deployment ls | watch | cancel`.
import { exit, type Context } from '../context.ts'
import { elapsed, follow } from '../progress.ts'
import { requireTarget } from '../target.ts'
import { deploymentsText } from './status.ts'

export async function deploymentList(context: Context): Promise<number> {
  const { terminal } = context
  const deployments = await requireTarget(context).deployments()
  if (context.json) terminal.out(JSON.stringify(deployments, null, 2))
  else terminal.out(deployments.length === 0 ? 'No deployment runs.' : deploymentsText(terminal, deployments))
  return exit.done
}

export async function deploymentWatch(context: Context, id: string): Promise<number> {
  const { terminal } = context
  const begun = Date.now()
  const result = await follow(requireTarget(context), id, terminal)
  if (result.kind === 'interrupted') {
    terminal.note('\nInterrupted: the cluster goes on.')
    return exit.interrupted
  }
  terminal.out(`Deployment ${id}: ${result.view.state}. Watched for ${elapsed(begun)}.`)
  return result.view.state === 'done' ? exit.done : exit.error
}

/** Rolls back what the deployment changed; with `force` it stops where it is and leaves it so. */
export async function deploymentCancel(context: Context, id: string, force: boolean): Promise<number> {
  const { terminal } = context
  const client = requireTarget(context)
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
