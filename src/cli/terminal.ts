// The terminal as one value: whether it has colour and is watched by a person, how wide it is, and where words go.
// Results go to standard output, progress and problems to standard error, so that output can be piped.
import { stripVTControlCharacters } from 'node:util'
import { Chalk, type ChalkInstance } from 'chalk'

export interface Terminal {
  readonly color: boolean
  /** Lines of standard error can be rewritten: a person watches it on something that moves its cursor. */
  readonly live: boolean
  /** For running text. */
  readonly width: number
  readonly paint: ChalkInstance
  /** What fits now; it changes when the window does. */
  size(): { readonly columns: number; readonly rows: number }
  /** A line, or several, of the result. */
  out(text: string): void
  /** A line about what is going on, or wrong. */
  note(text: string): void
  /** As it is, for what rewrites lines. */
  draw(text: string): void
}

/** `color` undefined: by NO_COLOR, FORCE_COLOR and whether it is a terminal. */
export function openTerminal(color: boolean | undefined): Terminal {
  const { stdout, stderr, env } = process
  const chosen = color ?? (env['NO_COLOR'] ? false : env['FORCE_COLOR'] ? true : undefined)
  const wanted = chosen ?? stdout.isTTY === true
  // Standard error may go to a file while standard output is a terminal: no escape codes there, unless asked for.
  const plainNotes = chosen !== true && stderr.isTTY !== true
  return {
    color: wanted,
    live: stderr.isTTY === true && env['TERM'] !== 'dumb',
    width: Math.min(Math.max(stdout.columns ?? stderr.columns ?? 100, 40), 160),
    paint: new Chalk({ level: wanted ? 1 : 0 }),
    size: () => ({ columns: stderr.columns ?? 80, rows: stderr.rows ?? 24 }),
    out: text => stdout.write(`${text}\n`),
    note: text => stderr.write(`${plainNotes ? stripVTControlCharacters(text) : text}\n`),
    draw: text => stderr.write(text),
  }
}
