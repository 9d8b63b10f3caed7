// What happens to a running copy, in Marathon's words.

export const conditions = [
  'Scheduled',
  'Provisioned',
  'Staging',
  'Starting',
  'Running',
  'Killing',
  'Killed',
  'Finished',
  'Failed',
  'Error',
  'Gone',
  'Dropped',
  'Unknown',
  'Unreachable',
  'UnreachableInactive',
] as const
export type Condition = (typeof conditions)[number]

/** What an agent can report of a task. The order is that of the numbers in stored rows: new ones go to the end. */
export const reportedConditions = [
  'Staging',
  'Starting',
  'Running',
  'Killing',
  'Killed',
  'Finished',
  'Failed',
  'Error',
] as const satisfies readonly Condition[]
export type ReportedCondition = (typeof reportedConditions)[number]

const terminal: ReadonlySet<Condition> = new Set([
  'Killed',
  'Finished',
  'Failed',
  'Error',
  'Gone',
  'Dropped',
  'Unknown',
])

export function isTerminal(condition: Condition): boolean {
  return terminal.has(condition)
}

/** Why a task is told to stop. Every stop has one. */
export const stopCauses = [
  'deployment', // rolling replacement
  'scale', // fewer instances wanted
  'delete', // the app goes
  'unhealthy', // health checks failed too often
  'killed-by-user', // asked for by task id
  'replaced', // its agent was away too long and a replacement runs
  'orphan', // the server knows no such instance and a person agreed, or the instance has a newer incarnation
  'drain', // its agent is being emptied
  'drain-forced', // so it is, its deadline has passed, and a person said to stop the rest then
  'rebalance', // it moves to a better place
  'launch-timeout', // placed, and never said to run
  'expired', // a batch run that took too long
] as const
export type StopCause = (typeof stopCauses)[number]

export interface Exit {
  /** Exit status, or undefined when it ended by a signal or never started. */
  readonly code?: number
  readonly signal?: string
  readonly outOfMemory?: boolean
  /** One line for people. */
  readonly message: string
}

/** One health check of one instance, as the agent counts it. */
export interface HealthResult {
  /** Position in the app's `healthChecks`. */
  readonly index: number
  readonly alive: boolean
  readonly consecutiveFailures: number
  readonly cause?: string
}
