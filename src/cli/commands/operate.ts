// `sddc scale`, `restart`, `stop`: a change of one app, watched until it is done.
import { CodedError } from '../../base/index.ts'
import { findApp } from '../appname.ts'
import type { Client } from '../client.ts'
import { exit, type Context } from '../context.ts'
import { elapsed, follow } from '../progress/follow.ts'
import { advised, operateAdvice } from '../refusals.ts'
import { requireTarget } from '../target.ts'
import type { AppView } from '../types.ts'

export interface OperateOptions {
  readonly app: string
  readonly force: boolean
  readonly queue: boolean
  readonly detach: boolean
}

export function scaleCommand(
  context: Context,
  options: OperateOptions & { readonly instances: number },
): Promise<number> {
  const { instances } = options
  return operate(context, options, {
    verb: 'Scale',
    drifts: app => app.wanted !== instances,
    change: (client, id) => client.changeApp(id, { instances }, options),
  })
}

export function restartCommand(context: Context, options: OperateOptions): Promise<number> {
  return operate(context, options, {
    verb: 'Restart',
    drifts: () => false,
    change: (client, id) => client.restartApp(id, options),
  })
}

/** The app stays, with no instances. */
export function stopCommand(context: Context, options: OperateOptions): Promise<number> {
  return operate(context, options, {
    verb: 'Stop',
    drifts: app => app.wanted !== 0,
    change: (client, id) => client.changeApp(id, { instances: 0 }, options),
  })
}

interface Operation {
  readonly verb: string
  /** Whether the next plan of the app's stack shows it. */
  readonly drifts: (app: AppView) => boolean
  readonly change: (client: Client, id: string) => Promise<{ deploymentId: string; queued?: true }>
}

async function operate(
  context: Context,
  { app: name, detach, force, queue }: OperateOptions,
  { verb, drifts, change }: Operation,
): Promise<number> {
  const { terminal } = context
  if (force && queue) {
    throw new CodedError('USAGE', '--queue waits, --force does not', { advice: 'Give one of them.' })
  }
  const client = requireTarget({ server: context.server, directory: context.directory })
  const app = findApp((await client.status()).apps, name)
  const begun = Date.now()
  const { deploymentId, queued } = await advised(change(client, app.id), operateAdvice)
  if (app.stack !== null && drifts(app)) {
    terminal.note(
      `${app.id} belongs to stack "${app.stack}": its next plan shows this as a change made behind its back, unless the app's lifecycle ignores it.`,
    )
  }
  if (detach) {
    const state = queued === true ? 'waits its turn' : 'runs'
    terminal.out(`Deployment ${deploymentId} ${state}. Watch it with: sddc deployment watch ${deploymentId}`)
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
