// How the agent makes its drivers: each gets the same context and answers through one listener.
import type { AgentId } from '../../model/index.ts'
import type { Driver, DriverKind, DriverListener } from '../core/types.ts'

export interface DriverContext {
  /** Absolute. A driver keeps its own files in a directory of its own name below it. */
  readonly workDirectory: string
  /** Absolute; sandboxes are `sandboxDirectory(tasksDirectory, taskId)`, with the files `stdout` and `stderr`. */
  readonly tasksDirectory: string
  readonly agentId: AgentId
  /** Identifies this boot of the machine. */
  readonly bootId: string
  readonly listener: DriverListener
  readonly log: (line: string) => void
}

export interface DriverFactory {
  readonly kind: DriverKind
  /** Rejects when the driver can't work here at all (for example no Docker engine). */
  create(context: DriverContext): Promise<Driver>
}
