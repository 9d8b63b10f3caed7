// Tasks that agents run and no row names: after a restore, a repair, or the loss of an agent's records. They are kept
// whatever happens; only a person stops one, by name. Nothing of it is stored: what counts is what agents say.
import { by, compareStrings } from '../../base/index.ts'
import {
  taskIdOf,
  type Actor,
  type AgentId,
  type AssignmentRow,
  type Operation,
  type Reply,
  type SpecHash,
  type TaskKey,
  type UnknownTask,
  type UnknownView,
} from '../../model/index.ts'
import { nextGeneration } from './instances.ts'
import { refused, succeeded } from './replies.ts'
import { allocationKey } from './rows.ts'
import type { State } from './state.ts'

/** For a task whose own time is not known: Mesos' default. */
const usualGraceMs = 3000
/** Stops ordered in one request at most: the others by another. */
const maxStops = 1000

export function unknownView(state: State): UnknownView {
  const tasks: UnknownTask[] = []
  for (const { agent, key } of unknownTasks(state)) {
    const row = state.unknownRows.get(allocationKey(key.instance, key.incarnation))
    const app = row === undefined ? undefined : state.tables.spec.get(row.specHash)?.app.id
    tasks.push({
      taskId: taskIdOf(key.instance, key.incarnation),
      agent,
      ...(app === undefined ? {} : { app }),
    })
  }
  return { adopts: state.tables.cluster.get('cluster')?.adopt === true, tasks: tasks.sort(by(t => t.taskId)) }
}

/** The agents are told now, or not at all: who is not connected says again later what it runs. */
export function stopUnknown(
  state: State,
  { tasks }: Extract<Operation, { kind: 'stopUnknown' }>,
  actor: Actor,
): Reply {
  const known = new Map(unknownTasks(state).map(t => [taskIdOf(t.key.instance, t.key.incarnation), t]))
  const wanted = tasks ?? [...known.keys()].sort(compareStrings).slice(0, maxStops)
  if (wanted.length > maxStops)
    return refused('TOO_MANY', `At most ${maxStops} tasks are stopped by one request`)
  for (const id of wanted) {
    if (!known.has(id)) return refused('NOT_FOUND', `No agent says that it runs ${id} unasked`)
  }
  for (const id of wanted) orderStop(state, known.get(id)!)
  state.event('unknown_tasks_stopped', { tasks: [...wanted], actor: actor.name })
  return succeeded(state)
}

/** A person has decided: from now on nothing is adopted. What runs unknown goes on all the same. */
export function endAdoption(state: State): Reply {
  const cluster = state.tables.cluster.get('cluster')!
  if (cluster.adopt) state.tables.cluster.put('cluster', { ...cluster, adopt: false })
  state.adoptsUntilRound = 0
  return succeeded(state)
}

interface Unknown {
  readonly agent: AgentId
  readonly key: TaskKey
}

function unknownTasks(state: State): Unknown[] {
  return [...state.unknownTasks].flatMap(([agent, keys]) => keys.map(key => ({ agent, key })))
}

function orderStop(state: State, { agent, key }: Unknown): void {
  const session = state.sessionOf.get(agent)
  const row = state.tables.agent.get(agent)
  if (session === undefined || row === undefined) return
  // No row bears it, so the agent's keeps it.
  const gen = nextGeneration(state, agent)
  state.tables.agent.put(agent, { ...row, gen })
  const known = state.unknownRows.get(allocationKey(key.instance, key.incarnation))
  state.sessions.get(session)?.stops.push({
    ...(known ?? unnamed(key)),
    gen,
    goal: 'stop',
    cause: 'killed-by-user',
  })
}

function unnamed({ instance, incarnation }: TaskKey): Omit<AssignmentRow, 'gen' | 'goal' | 'cause'> {
  return {
    instance,
    incarnation,
    specHash: '0'.repeat(64) as SpecHash,
    version: '',
    resources: { cpuMilli: 0, memKiB: 0, diskKiB: 0, gpus: 0 },
    ports: [],
    graceMs: usualGraceMs,
  }
}
