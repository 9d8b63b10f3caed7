// What is known of an agent, apart from what it holds.
import type { AgentId, Attribute, Capacity, DriverKind } from '../../../model/index.ts'

export interface AgentFacts {
  readonly id: AgentId
  readonly hostname: string
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly drivers: readonly DriverKind[]
  readonly capacity: Capacity
  readonly reachable: boolean
  /** Keeps what runs on it for a while and gets nothing new. Default false. */
  readonly draining?: boolean
  /** Whether it gets anything new. Default true. */
  readonly eligible?: boolean
}
