// `sddc logs`: what a task prints.
import { CodedError } from '../../base/index.ts'
import { findApp } from '../appname.ts'
import { exit, type Context } from '../context.ts'
import { requireTarget } from '../target.ts'
import { shortId } from './status.ts'
import type { InstanceView } from '../../model/index.ts'

export interface LogsOptions {
  readonly app: string
  /** Its id, or the first digits of it. Undefined: the oldest that runs. */
  readonly instance: string | undefined
  readonly stderr: boolean
  readonly follow: boolean
  /** Lines from the end. */
  readonly tail: number | undefined
}

export async function logsCommand(context: Context, options: LogsOptions): Promise<number> {
  const client = requireTarget(context)
  const app = findApp((await client.status()).apps, options.app)
  const instance = chosen(app.instances, options.instance)
  if (instance === undefined) {
    throw new CodedError('USAGE', `${app.id} has no such instance`, {
      advice:
        app.instances.length === 0
          ? 'It has none at all: see sddc status.'
          : `It has: ${app.instances.map(shortId).join(', ')}`,
    })
  }
  const interrupt = new AbortController()
  const onInterrupt = (): void => interrupt.abort()
  process.once('SIGINT', onInterrupt)
  try {
    const log = await client.logs(
      {
        instance: instance.id,
        stream: options.stderr ? 'stderr' : 'stdout',
        ...(options.follow ? { follow: 'true' } : {}),
        ...(options.tail === undefined ? {} : { tail: String(options.tail) }),
      },
      interrupt.signal,
    )
    for await (const chunk of log) await written(chunk)
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
  } finally {
    process.off('SIGINT', onInterrupt)
  }
  return exit.done
}

function chosen(instances: readonly InstanceView[], wanted: string | undefined): InstanceView | undefined {
  if (wanted !== undefined) {
    const exact = instances.find(i => i.id === wanted || i.taskId === wanted)
    const found = instances.filter(i => shortId(i).startsWith(wanted))
    if (exact === undefined && found.length > 1) {
      throw new CodedError('USAGE', `"${wanted}" is more than one: ${found.map(shortId).join(', ')}`, {
        advice: 'Write more of it.',
      })
    }
    return exact ?? found[0]
  }
  return instances.find(i => i.condition === 'Running') ?? instances.find(i => i.agent !== undefined)
}

function written(chunk: Uint8Array): Promise<void> {
  return new Promise(resolve => {
    if (process.stdout.write(chunk)) resolve()
    else process.stdout.once('drain', resolve)
  })
}
