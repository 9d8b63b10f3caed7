// `sddc scale`, `restart`, `stop`: a change of one app, watched until it is done.
import { CodedError } from '../../base/index.ts'
import { findApp } from '../appname.ts'
import type { Client } from '../client.ts'
import { exit, type Context } from '../context.ts'
import { elapsed, follow } from '../progress.ts'
import { requireTarget } from '../target.ts'

export interface OperateOptions {
  readonly app: string
  readonly force: boolean
  readonly detach: boolean
}

export function scaleCommand(
  context: Context,
  options: OperateOptions & { readonly instances: number },
): Promise<number> {
  if (!Number.isInteger(options.instances) || options.instances < 0) {
    throw new CodedError('USAGE', 'The number of instances is a whole number, 0 or more', {
      advice: 'Like this: sddc scale web 3',
    })
  }
  return operate(context, options, 'Scale', (client, id) =>
    client.changeApp(id, { instances: options.instances }, options.force),
  )
}

export function restartCommand(context: Context, options: OperateOptions): Promise<number> {
  return operate(context, options, 'Restart', (client, id) => client.restartApp(id, options.force))
}

/** The app stays, with no instances. */
export function stopCommand(context: Context, options: OperateOptions): Promise<number> {
  return operate(context, options, 'Stop', (client, id) =>
    client.changeApp(id, { instances: 0 }, options.force),
  )
}

async function operate(
  context: Context,
  { app: name, detach }: OperateOptions,
  verb: string,
  change: (client: Client, id: string) => Promise<{ deploymentId: string }>,
): Promise<number> {
  const { terminal } = context
  const client = requireTarget({ server: context.server, directory: context.directory })
  const app = findApp((await client.status()).apps, name)
  const begun = Date.now()
  const { deploymentId } = await change(client, app.id)
  if (app.stack !== null) {
    terminal.note(
      `${app.id} belongs to stack "${app.stack}": its next plan shows this as a change made behind its back.`,
    )
  }
  if (detach) {
    terminal.out(`Deployment ${deploymentId} runs. Watch it with: sddc deployment watch ${deploymentId}`)
    return exit.done
  }
  const result = await follow(client, deploymentId, terminal)
  if (result.kind === 'interrupted') {
    terminal.note(`\nInterrupted: the cluster goes on. Watch: sddc deployment watch ${deploymentId}`)
    return exit.interrupted
  }
  terminal.out(`${verb} of ${app.id}: ${result.view.state}. Took ${elapsed(begun)}.`)
  return result.view.state === 'done' ? exit.done : exit.error
}
