// What every command is handed: the terminal and the options that all commands share.
import type { Terminal } from './terminal.ts'

export interface Context {
  readonly terminal: Terminal
  readonly json: boolean
  readonly server: string | undefined
  readonly stack: string | undefined
  /** The directory that relative names start from. */
  readonly directory: string
}

/** Exit codes (see docs/cli.md). */
export const exit = { done: 0, error: 1, changes: 2, unformatted: 3, interrupted: 130 } as const
