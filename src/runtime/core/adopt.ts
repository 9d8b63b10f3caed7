// After a restore or a repair agents may run what no row names. Where an app still lacks an instance of the very kind, the
// task is taken for it, as it runs, instead of starting another; so nothing is placed until every agent in reach has told
// what it runs. What fits nowhere stays unknown: it is shown, and goes on until a person decides.
import type { ClusterMs, UtcMs } from '../../base/index.ts'
import type { AgentId, AssignmentRow } from '../../model/index.ts'
import { nextGeneration, touchApp } from './instances.ts'
import type { AppRow, InstanceRow } from './rows.ts'
import type { State } from './state.ts'

/** Ping rounds that placement waits at most: an agent that says nothing for so long counts as unreachable soon. */
const roundsOfPatience = 10

/** The first step of a process, or of a new epoch: whether agents are to be heard first. */
export function beginAdoption(state: State): void {
  const isWanted = state.tables.cluster.get('cluster')?.adopt === true
  state.adoptsUntilRound = isWanted ? state.round + roundsOfPatience : 0
}

/** Some agent has not told yet what it runs. */
export function awaitsAgents(state: State): boolean {
  if (state.round >= state.adoptsUntilRound) return false
  for (const { id, unreachableSince } of state.tables.agent.values()) {
    if (unreachableSince !== null) continue
    const session = state.sessionOf.get(id)
    if (session === undefined || state.sessions.get(session)?.isInStep !== true) return true
  }
  return false
}

/** What the agent runs unasked, as it was told once. */
export function adoptTasks(state: State, agent: AgentId, rows: readonly AssignmentRow[]): void {
  if (state.tables.cluster.get('cluster')?.adopt !== true) return
  for (const row of rows) {
    if (state.budget <= 0) return
    const waiting = waitingFor(state, agent, row)
    if (waiting !== undefined) adopt(state, agent, row, waiting.app, waiting.instance)
  }
}

// The instance that waits for a place and can do without it.
function waitingFor(
  state: State,
  agent: AgentId,
  row: AssignmentRow,
): { app: AppRow; instance: InstanceRow } | undefined {
  const spec = state.tables.spec.get(row.specHash)?.app
  if (spec === undefined || row.goal !== 'run' || (spec.mode ?? 'service') !== 'service') return undefined
  const app = state.tables.app.get(spec.id)
  if (app?.effective !== row.specHash) return undefined
  if (state.allocation(row.instance, row.incarnation) !== undefined) return undefined
  if (holdsOneOf(state, agent, row.ports)) return undefined
  const itself = state.tables.instance.get(row.instance)
  if (itself !== undefined) {
    const waits = itself.agent === null && itself.goal === 'run' && itself.incarnation <= row.incarnation
    return waits && itself.spec === row.specHash ? { app, instance: itself } : undefined
  }
  for (const instance of state.apps.get(app.id)?.scheduled.rows() ?? []) {
    if (instance.goal === 'run' && instance.spec === row.specHash) return { app, instance }
  }
  return undefined
}

function holdsOneOf(state: State, agent: AgentId, ports: readonly number[]): boolean {
  if (ports.length === 0) return false
  for (const held of state.rowsOn(agent).values()) {
    if (held.ports.some(port => ports.includes(port))) return true
  }
  return false
}

function adopt(state: State, agent: AgentId, row: AssignmentRow, app: AppRow, instead: InstanceRow): void {
  if (instead.id !== row.instance) state.tables.instance.delete(instead.id)
  state.tables.allocation.set({
    instance: row.instance,
    incarnation: row.incarnation,
    app: app.id,
    owner: 'app',
    agent,
    gen: nextGeneration(state, agent),
    goal: 'run',
    cause: null,
    author: '',
    spec: row.specHash,
    version: instead.version,
    resources: row.resources,
    ports: [...row.ports],
    graceMs: row.graceMs,
    statusSeq: 0,
    stopAt: 0 as ClusterMs,
  })
  state.tables.instance.put(row.instance, {
    ...instead,
    id: row.instance,
    incarnation: row.incarnation,
    agent,
    planned: null,
    ready: state.factsOf(row.specHash).readyAtOnce,
    placedAt: state.env.now,
    stagedUtc: state.env.utc as UtcMs,
  })
  state.event('task_adopted', { agentId: agent, instanceId: row.instance, appId: app.id })
  touchApp(state, app.id)
}
