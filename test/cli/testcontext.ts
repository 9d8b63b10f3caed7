// What commands are handed in tests: a terminal without colour that nobody watches and that keeps what it is told.
import { Chalk } from 'chalk'
import type { Context } from '../../src/cli/context.ts'

interface Kept {
  readonly context: Context
  /** What went to standard output, a call each. */
  readonly out: string[]
  /** What went to standard error. */
  readonly notes: string[]
}

export function testContext(
  directory: string,
  { json = false, server }: { readonly json?: boolean; readonly server?: string } = {},
): Kept {
  const out: string[] = []
  const notes: string[] = []
  const terminal = {
    color: false,
    live: false,
    width: 100,
    paint: new Chalk({ level: 0 }),
    size: () => ({ columns: 80, rows: 24 }),
    out: (text: string) => void out.push(text),
    note: (text: string) => void notes.push(text),
    draw: (text: string) => void notes.push(text),
  }
  return { context: { terminal, json, server, stack: undefined, directory }, out, notes }
}
