// The terminal as one value: whether it has colour and is watched by a person, how wide it is, and where words go.
// Results go to standard output, progress and problems to standard error, so that output can be piped.
import { createInterface } from 'node:readline/promises'
import { Chalk, type ChalkInstance } from 'chalk'

export interface Terminal {
  readonly color: boolean
  /** A person watches standard output. */
  readonly interactive: boolean
  readonly width: number
  readonly paint: ChalkInstance
  /** A line, or several, of the result. */
  out(text: string): void
  /** A line about what is going on, or wrong. */
  note(text: string): void
}

/** `color` undefined: by NO_COLOR, FORCE_COLOR and whether it is a terminal. */
export function openTerminal(color: boolean | undefined): Terminal {
  const interactive = process.stdout.isTTY === true
  const wanted = color ?? (process.env['NO_COLOR'] ? false : process.env['FORCE_COLOR'] ? true : interactive)
  return {
    color: wanted,
    interactive,
    width: Math.min(Math.max(process.stdout.columns ?? 100, 40), 160),
    paint: new Chalk({ level: wanted ? 1 : 0 }),
    out: text => process.stdout.write(`${text}\n`),
    note: text => process.stderr.write(`${text}\n`),
  }
}

/** Asks a question; only the exact word counts. Null: nobody is there to answer. */
export async function ask(question: string, word: string): Promise<boolean | null> {
  if (process.stdin.isTTY !== true) return null
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await lines.question(question)).trim() === word
  } finally {
    lines.close()
  }
}
