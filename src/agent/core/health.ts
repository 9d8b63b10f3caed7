// Health: when a check is due, what its result counts. The agent counts consecutive failures and tells each with its
// count, and each change of alive; to kill is the server's decision. Rules as in Marathon: the first round after
// min(interval, 5 s), checks that the agent runs itself after their delay; failures before the first success do not count
// within the grace period.
import type { ClusterMs } from '../../base/index.ts'
import type { App, HealthCheck } from '../../model/index.ts'
import { taskSpec } from './spec.ts'
import type { AgentState, CheckState, TaskState } from './state.ts'
import { addStatus } from './status.ts'
import type { Turn } from './turn.ts'
import type { DriverEvent } from './types.ts'

/** Marathon waits at most this long before its first round. */
const firstRoundMs = 5000
/** Below this an interval would be a busy loop. */
const shortestIntervalMs = 100

/** Arms the checks of a task that has begun to run, or that was found running. Known counts are kept. */
export function scheduleChecks(turn: Turn, task: TaskState): void {
  const app = appOf(turn.state, task)
  if (!app || task.phase !== 'running' || task.stopping) return
  const known = new Map(task.checks.map(c => [c.index, c]))
  task.checks = app.healthChecks.map((check, index) => {
    const state = known.get(index) ?? newCheck(index)
    state.inFlight = false
    state.dueAt = (turn.now + firstDelayMs(check)) as ClusterMs
    return state
  })
  task.readiness = undefined
  if (app.readinessChecks.length > 0 && task.ready !== true) {
    task.readiness = { ...newCheck(0), dueAt: turn.now }
  }
}

/** Orders the checks that are due. */
export function runDueChecks(turn: Turn, task: TaskState): void {
  if (task.phase !== 'running' || task.stopping) return
  for (const check of checksOf(task)) {
    if (check.inFlight || check.dueAt > turn.now) continue
    const spec = taskSpec(turn.state, task)
    if (!spec) return
    const readiness = check === task.readiness
    check.inFlight = true
    check.dueAt = (turn.now + intervalMs(spec.app, check, readiness)) as ClusterMs
    turn.effects.push({
      kind: 'check',
      key: task.key,
      index: check.index,
      ...(readiness ? { readiness: true as const } : {}),
      task: spec,
      ...(task.ipAddresses ? { ipAddresses: task.ipAddresses } : {}),
    })
  }
}

export function onChecked(
  turn: Turn,
  task: TaskState,
  event: Extract<DriverEvent, { kind: 'checked' }>,
): void {
  if (event.readiness) {
    onReadiness(turn, task, event.ok)
    return
  }
  const check = task.checks.find(c => c.index === event.index)
  if (!check?.inFlight) return
  check.inFlight = false
  if (task.phase !== 'running' || task.stopping || event.ignored) return
  if (event.ok) onSuccess(turn, task, check)
  else onFailure(turn, task, check, event.cause)
}

/** The next time that a check of this task is due. */
export function checkDueAt(task: TaskState): ClusterMs | undefined {
  if (task.phase !== 'running' || task.stopping) return undefined
  let due: ClusterMs | undefined
  for (const check of checksOf(task)) {
    if (!check.inFlight && (due === undefined || check.dueAt < due)) due = check.dueAt
  }
  return due
}

function onSuccess(turn: Turn, task: TaskState, check: CheckState): void {
  const changed = check.alive !== true
  check.succeeded = true
  check.alive = true
  check.consecutiveFailures = 0
  check.cause = undefined
  // A success that changes nothing is neither told nor written.
  if (changed) addStatus(turn, task, 'Running')
}

function onFailure(turn: Turn, task: TaskState, check: CheckState, cause: string | undefined): void {
  const app = appOf(turn.state, task)
  const definition = app?.healthChecks[check.index]
  if (!definition) return
  const graceEndsAt = (task.runningSince ?? turn.now) + definition.gracePeriodSeconds * 1000
  if (!check.succeeded && turn.now < graceEndsAt) return
  check.alive = false
  check.consecutiveFailures++
  check.cause = cause
  addStatus(turn, task, 'Running')
}

function onReadiness(turn: Turn, task: TaskState, ok: boolean): void {
  if (!task.readiness?.inFlight) return
  task.readiness.inFlight = false
  if (!ok || task.phase !== 'running' || task.stopping) return
  task.ready = true
  task.readiness = undefined
  addStatus(turn, task, 'Running')
}

function newCheck(index: number): CheckState {
  return {
    index,
    consecutiveFailures: 0,
    alive: undefined,
    succeeded: false,
    cause: undefined,
    dueAt: 0 as ClusterMs,
    inFlight: false,
  }
}

function checksOf(task: TaskState): readonly CheckState[] {
  return task.readiness ? [...task.checks, task.readiness] : task.checks
}

function intervalMs(app: App, check: CheckState, readiness: boolean): number {
  const seconds = readiness
    ? app.readinessChecks[check.index]?.intervalSeconds
    : app.healthChecks[check.index]?.intervalSeconds
  return Math.max(shortestIntervalMs, (seconds ?? 1) * 1000)
}

function firstDelayMs(check: HealthCheck): number {
  const byAgent = check.protocol === 'COMMAND' || check.protocol.startsWith('MESOS_')
  return byAgent ? check.delaySeconds * 1000 : Math.min(check.intervalSeconds * 1000, firstRoundMs)
}

function appOf(state: AgentState, task: TaskState): App | undefined {
  return task.row && state.specs.get(task.row.specHash)
}
