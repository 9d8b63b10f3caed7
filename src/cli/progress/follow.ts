// Follows a deployment to its end and shows how far each app is: rewritten in place on a terminal, else one line for
// each change. Ctrl-C lets go of it without stopping anything.
import { setTimeout as delay } from 'node:timers/promises'
import { CodedError } from '../../base/index.ts'
import { Refusal, type Client } from '../client.ts'
import type { Terminal } from '../terminal.ts'
import type { DeploymentView } from '../types.ts'
import { changedLines, durationText, liveLines } from './text.ts'

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
  const screen = terminal.live ? new LiveScreen(terminal) : new LineScreen(terminal)
  const patience = { lostSince: undefined as number | undefined }
  let view: DeploymentView | undefined
  try {
    for (;;) {
      const seen = await fetchView(client, id, patience)
      if (seen !== undefined) {
        view = seen
        screen.show(view)
        if (!goesOn(view)) return { kind: 'ended', view }
      }
      if (interrupt.signal.aborted) return { kind: 'interrupted', view }
      await delay(pollMs, undefined, { signal: interrupt.signal }).catch(() => {})
    }
  } finally {
    process.off('SIGINT', onInterrupt)
    process.off('SIGTERM', onInterrupt)
  }
}

function goesOn({ state }: DeploymentView): boolean {
  return state === 'running' || state === 'queued' || state === 'paused'
}

/** Since a moment of Date.now(). */
export function elapsed(sinceMs: number): string {
  return durationText(Date.now() - sinceMs)
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
    // 503: it is starting, or could not store just now.
    const lost = error instanceof Refusal ? error.status === 503 : error instanceof CodedError
    if (!lost) throw error
    patience.lostSince ??= Date.now()
    if (Date.now() - patience.lostSince > lossPatienceMs) throw error
    return undefined
  }
}

interface Screen {
  show(view: DeploymentView): void
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
    const lines = liveLines(view, Date.now() - this.#begun, paint, this.#terminal.size())
    const back = this.#lines > 0 ? `\u001b[${this.#lines}A\u001b[J` : ''
    this.#terminal.draw(`${back}${lines.join('\n')}\n`)
    this.#lines = lines.length
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
    const lines = changedLines(view, this.#last)
    if (lines.length === 0 && Date.now() - this.#lastLineAt > stillMs) {
      lines.push(`Still going on [${elapsed(this.#begun)} elapsed]`)
    }
    if (lines.length === 0) return
    this.#terminal.note(lines.join('\n'))
    this.#lastLineAt = Date.now()
  }
}
