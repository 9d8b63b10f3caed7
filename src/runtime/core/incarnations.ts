// Numbers of incarnations. (instance, incarnation) belongs to one agent for ever, also when the server was set back and
// knows nothing of the numbers that it gave in the time it lost. So an instance from before the epoch was raised goes on
// with numbers of the new epoch.
import type { InstanceRow } from './rows.ts'
import type { State } from './state.ts'

/** More than one instance can have started in one epoch: a task that ends each second needs twelve days for so many. */
export const incarnationsPerEpoch = 1_000_000

/** For an instance that is placed now: its own number, unless that may have been used. */
export function unusedIncarnation(state: State, instance: InstanceRow): number {
  return Math.max(instance.incarnation, lowest(state, instance))
}

/** For an instance that starts anew. */
export function nextIncarnation(state: State, instance: InstanceRow): number {
  return Math.max(instance.incarnation + 1, lowest(state, instance))
}

function lowest(state: State, { createdAt }: InstanceRow): number {
  const { epoch, raisedAt } = state.tables.cluster.get('cluster')!
  return raisedAt === undefined || createdAt > raisedAt ? 1 : (epoch - 1) * incarnationsPerEpoch + 1
}
