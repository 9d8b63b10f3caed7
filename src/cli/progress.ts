// Follows a deployment to its end and shows how far each app is: rewritten in place on a terminal, else one line for
// each change. Ctrl-C lets go of it without stopping anything.
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from './client.ts'
import { Refusal } from './client.ts'
import type { Terminal } from './terminal.ts'
import type { AppProgress, DeploymentView } from './types.ts'
import { table } from './print/table.ts'
import { CodedError } from '../base/index.ts'

const pollMs = 250
/** Without a change for this long a line says that it still goes on. */
const stillMs = 10_000
/** A server that restarts is back well before this. */
const lossPatienceMs = 60_000

export type FollowResult =
  | { readonly kind: 'ended'; readonly view: DeploymentView }
  | { readonly kind: 'interrupted'; readonly view: DeploymentView | undefined }

export async function follow(client: Client, id: string, terminal: Terminal): Promise<FollowResult> {
  const interrupt = new AbortController()
  const onInterrupt = (): void => interrupt.abort()
  process.once('SIGINT', onInterrupt)
  process.once('SIGTERM', onInterrupt)
  const screen = terminal.interactive ? new LiveScreen(terminal) : new LineScreen(terminal)
  const patience = { lostSince: undefined as number | undefined }
  let view: DeploymentView | undefined
  try {
    for (;;) {
      const seen = await fetchView(client, id, patience)
      if (seen !== undefined) {
        view = seen
        screen.show(view)
        if (view.state !== 'running') return { kind: 'ended', view }
      }
      if (interrupt.signal.aborted) return { kind: 'interrupted', view }
      await delay(pollMs, undefined, { signal: interrupt.signal }).catch(() => {})
    }
  } finally {
    screen.end()
    process.off('SIGINT', onInterrupt)
    process.off('SIGTERM', onInterrupt)
  }
}

// A server that is away for a moment (a restart, an upgrade) is waited for: the deployment goes on when it is back.
async function fetchView(
  client: Client,
  id: string,
  patience: { lostSince: number | undefined },
): Promise<DeploymentView | undefined> {
  try {
    const view = await client.deployment(id)
    patience.lostSince = undefined
    return view
  } catch (error) {
    if (error instanceof Refusal || !(error instanceof CodedError)) throw error
    patience.lostSince ??= Date.now()
    if (Date.now() - patience.lostSince > lossPatienceMs) throw error
    return undefined
  }
}

interface Screen {
  show(view: DeploymentView): void
  end(): void
}

class LiveScreen implements Screen {
  readonly #terminal: Terminal
  readonly #begun = Date.now()
  #lines = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show(view: DeploymentView): void {
    const { paint } = this.#terminal
    const rows = view.progress.map(p => [
      marks[p.state](this.#terminal),
      p.app,
      stateText(p),
      ...(p.waitingFor === undefined ? [] : [paint.yellow(`waits for ${p.waitingFor}`)]),
    ])
    const shown = Math.min(view.currentStep, view.steps.length)
    const head = `Step ${shown} of ${view.steps.length}, ${elapsed(this.#begun)}`
    const text = `${paint.dim(head)}\n${table(rows, '  ')}`
    const lines = text.split('\n').map(line => clip(line, this.#terminal.width))
    process.stderr.write(`${this.#lines > 0 ? `\u001b[${this.#lines}A\u001b[J` : ''}${lines.join('\n')}\n`)
    this.#lines = lines.length
  }

  end(): void {
    this.#lines = 0
  }
}

class LineScreen implements Screen {
  readonly #terminal: Terminal
  readonly #begun = Date.now()
  readonly #last = new Map<string, string>()
  #lastLineAt = Date.now()

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show(view: DeploymentView): void {
    for (const p of view.progress) {
      const text = `${stateText(p)}${p.waitingFor === undefined ? '' : `, waits for ${p.waitingFor}`}`
      if (p.state === 'pending' || this.#last.get(p.app) === text) continue
      this.#last.set(p.app, text)
      this.#line(`${p.app}: ${text}`)
    }
    if (Date.now() - this.#lastLineAt > stillMs)
      this.#line(`Still going on [${elapsed(this.#begun)} elapsed]`)
  }

  end(): void {}

  #line(text: string): void {
    this.#terminal.note(text)
    this.#lastLineAt = Date.now()
  }
}

const marks: Record<AppProgress['state'], (terminal: Terminal) => string> = {
  pending: t => t.paint.dim('·'),
  running: t => t.paint.yellow('~'),
  done: t => t.paint.green('✓'),
}

const verbs: Record<AppProgress['action'], string> = {
  StartApplication: 'Creating',
  ScaleApplication: 'Scaling',
  RestartApplication: 'Rolling restart',
  StopApplication: 'Stopping',
}

function stateText(p: AppProgress): string {
  if (p.state === 'pending') return 'waits for its turn'
  if (p.action === 'StopApplication')
    return p.state === 'done' ? 'stopped' : `Stopping, ${p.old + p.new} left`
  const counts = `old ${p.old}, new ${p.new} of ${p.target}, healthy ${p.healthy}`
  return `${p.state === 'done' ? 'done' : verbs[p.action]}: ${counts}`
}

/** `12s`, `3m05s`. */
export function elapsed(sinceMs: number): string {
  const seconds = Math.round((Date.now() - sinceMs) / 1000)
  return seconds < 60
    ? `${seconds}s`
    : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`
}

function clip(line: string, width: number): string {
  return line.length > width * 2 ? line.slice(0, width * 2) : line
}
