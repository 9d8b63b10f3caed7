// Tests wait for conditions, never for time to pass.
import { setTimeout as delay } from 'node:timers/promises'

export interface UntilOptions {
  /** What is waited for, as it stands in the message of a failure: "agent 2 to come back". */
  readonly what: string | (() => string)
  /** The limit; only a failing test ever waits so long. Default 20 s. */
  readonly timeoutMs?: number
  readonly everyMs?: number
}

/** Resolves to the first value of `condition` that is neither false, undefined nor null. A throw counts as "not yet". */
export async function until<T>(
  condition: () => T | Promise<T>,
  { what, timeoutMs = 20_000, everyMs = 20 }: UntilOptions,
): Promise<Exclude<T, false | undefined | null>> {
  const deadline = performance.now() + timeoutMs
  let last: unknown
  for (;;) {
    try {
      last = await condition()
      if (isMet(last)) return last as Exclude<T, false | undefined | null>
    } catch (error) {
      last = error
    }
    if (performance.now() > deadline) {
      throw new Error(
        `waited ${timeoutMs} ms for ${typeof what === 'string' ? what : what()}; last seen: ${describeValue(last)}`,
      )
    }
    await delay(everyMs)
  }
}

function isMet(value: unknown): boolean {
  return value !== false && value !== undefined && value !== null
}

function describeValue(value: unknown): string {
  return value instanceof Error ? value.message : (JSON.stringify(value) ?? String(value))
}
