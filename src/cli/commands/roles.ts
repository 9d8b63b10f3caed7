// What `sddc server` and `sddc agent` share. Each is a file of its own: a server that starts again does not wait until
// what only agents need is read.
import { CodedError, parseDurationMs } from '../../base/index.ts'
import type { Context } from '../context.ts'

/** `3s` in milliseconds. */
export function durationOption(name: string, text: string): number {
  const ms = parseDurationMs(text)
  if (ms !== undefined && ms > 0) return ms
  throw new CodedError('USAGE', `--${name}: "${text}" is not a duration`, {
    advice: 'Write it like 3s or 500ms.',
  })
}

export function logTo({ terminal }: Context): (line: string) => void {
  return line => terminal.note(`${new Date().toISOString()} ${line}`)
}

export function signalled(signals: readonly NodeJS.Signals[]): Promise<NodeJS.Signals> {
  return new Promise(done => {
    for (const signal of signals) process.once(signal, () => done(signal))
  })
}
