// Control planes and disks that are wrong in one way each: what the simulator is for must find them. They are made by
// wrapping the real ones where the simulation takes them as objects.
import type { Commit, Output, State } from '../../../src/runtime/core/index.ts'
import { strictlyHealthy } from '../../../src/runtime/core/index.ts'
import { deleteAllocation, stopInstance, stopTask } from '../../../src/runtime/core/instances.ts'
import type { AllocationRow, InstanceRow } from '../../../src/runtime/core/rows.ts'
import { realCore, type SimulatedCore } from '../../../src/sim/core.ts'
import { SimulatedDisk, type DiskOpened, type DiskOutcome } from '../../../src/sim/disk.ts'
import type { TrialOptions } from '../../../src/sim/index.ts'

export interface Variant {
  readonly name: string
  /** What the checker says of it, at least one of these. */
  readonly told: RegExp
  readonly make: () => Pick<TrialOptions, 'core' | 'disk'>
}

export const variants: readonly Variant[] = [
  {
    name: 'stops one healthy instance more than the promise of health allows',
    told: /promise of health/,
    make: () =>
      stepping((state, before) => {
        for (const stopped of newlyStopped(state, before)) {
          const next = instancesOf(state, stopped.app).find(i => strictlyHealthy(state, i))
          if (stopped.cause === 'deployment' && next !== undefined)
            stopInstance(state, next, 'deployment', 'it')
        }
      }),
  },
  {
    name: 'frees what a task holds when it sends the stop',
    told: /machines: /,
    make: () =>
      stepping((state, before) => {
        for (const stopped of newlyStopped(state, before)) {
          const instance = state.tables.instance.get(stopped.instance)
          if (instance?.goal !== 'stop') continue
          deleteAllocation(state, stopped)
          state.tables.instance.delete(instance.id)
        }
      }),
  },
  {
    name: 'answers before it is stored, now and then',
    told: /commits: |acknowledged: /,
    make: () => {
      let count = 0
      const seal: SimulatedCore['seal'] = (state, env, events) => {
        const commit = realCore.seal(state, env, events)
        return commit?.puts.some(p => p.key.startsWith('audit/')) === true && ++count % 3 === 0
          ? undefined
          : commit
      }
      return { core: { ...realCore, seal } }
    },
  },
  {
    name: 'gives an incarnation twice',
    told: /incarnations: /,
    make: () =>
      stepping((state, before) => {
        for (const instance of [...state.tables.instance.values()]) {
          const old = before.instances.get(instance.id)
          if (old === undefined || old.incarnation >= instance.incarnation || instance.agent !== null)
            continue
          state.tables.instance.put(instance.id, { ...instance, incarnation: old.incarnation })
        }
      }),
  },
  {
    name: 'forgets its deadlines when it is started again',
    told: /deadlines: |does not come to rest/,
    make: () => {
      const loaded = new WeakSet<State>()
      const load: SimulatedCore['load'] = (rows, head) => {
        const state = realCore.load(rows, head)
        loaded.add(state)
        return state
      }
      const nextWake: SimulatedCore['nextWake'] = state =>
        loaded.has(state) ? undefined : realCore.nextWake(state)
      return { core: { ...realCore, load, nextWake } }
    },
  },
  {
    name: 'launches without a delay what has just failed',
    told: /backoff: /,
    make: () =>
      stepping(state => {
        for (const app of state.tables.backoff.keys()) state.tables.backoff.delete(app)
      }),
  },
  {
    name: 'gives a port that is taken',
    told: /host ports: |machines: /,
    make: () =>
      stepping((state, before) => {
        for (const [key, fresh] of [...entries(state)]) {
          if (before.allocations.has(key) || fresh.ports.length === 0) continue
          const other = [...entries(state)].find(
            ([k, a]) => k !== key && a.agent === fresh.agent && a.ports.length === fresh.ports.length,
          )
          if (other !== undefined) state.tables.allocation.put(key, { ...fresh, ports: other[1].ports })
        }
      }),
  },
  {
    name: 'writes a digest that is not that of its rows',
    told: /digest/,
    make: () => {
      const seal: SimulatedCore['seal'] = (state, env, events): Commit | undefined => {
        const commit = realCore.seal(state, env, events)
        if (commit === undefined || commit.revision % 5 !== 0) return commit
        return { ...commit, digest: { high: commit.digest.high ^ 1, low: commit.digest.low } }
      }
      return { core: { ...realCore, seal } }
    },
  },
  {
    name: 'kills for the first failed check',
    told: /health kills: |brake: /,
    make: () =>
      stepping(state => {
        for (const instance of [...state.tables.instance.values()]) {
          const isFailing = instance.health.some(h => !h.alive && h.consecutiveFailures > 0)
          if (isFailing && instance.goal === 'run') stopTask(state, instance, 'unhealthy', 'system')
        }
      }),
  },
  {
    name: 'carries a repeated request out again',
    told: /idempotency: |acknowledged: /,
    make: () => {
      const step: SimulatedCore['step'] = (state, env, input): Output => {
        if (input.kind === 'request' && input.key !== undefined) state.tables.request.delete(input.key)
        return realCore.step(state, env, input)
      }
      return { core: { ...realCore, step } }
    },
  },
  {
    name: 'acts on rows that are damaged',
    told: /damage: /,
    make: () => ({ disk: clusterId => new TrustingDisk(clusterId) }),
  },
  {
    name: 'goes on writing after a failed write',
    told: /acknowledged: |commits: /,
    make: () => ({ disk: clusterId => new HopefulDisk(clusterId, { refusesWhenBroken: false }) }),
  },
]

/** A server that does not look at what its disk says of itself. */
class TrustingDisk extends SimulatedDisk {
  override open(see?: Parameters<SimulatedDisk['open']>[0]): DiskOpened {
    return { ...super.open(see), damage: [] }
  }
}

/** A server that takes a failed write for a done one, and its handle for a good one. */
class HopefulDisk extends SimulatedDisk {
  override append(...given: Parameters<SimulatedDisk['append']>): DiskOutcome {
    const outcome = super.append(...given)
    return outcome.kind === 'unknown' ? { kind: 'committed' } : outcome
  }
}

interface Before {
  readonly allocations: ReadonlyMap<string, AllocationRow>
  readonly instances: ReadonlyMap<string, InstanceRow>
}

/** The real core, and what is done wrong after each of its steps. */
function stepping(wrong: (state: State, before: Before) => void): Pick<TrialOptions, 'core'> {
  const step: SimulatedCore['step'] = (state, env, input) => {
    const before = {
      allocations: new Map(entries(state)),
      instances: new Map([...state.tables.instance.values()].map(i => [i.id, i])),
    }
    const output = realCore.step(state, env, input)
    wrong(state, before)
    return output
  }
  return { core: { ...realCore, step } }
}

function entries(state: State): [string, AllocationRow][] {
  return [...state.tables.allocation.values()].map(a => [`${a.instance}/${a.incarnation}`, a])
}

function newlyStopped(state: State, before: Before): AllocationRow[] {
  return entries(state).flatMap(([key, row]) =>
    row.goal === 'stop' && before.allocations.get(key)?.goal === 'run' ? [row] : [],
  )
}

function instancesOf(state: State, app: string): InstanceRow[] {
  return [...state.tables.instance.values()].filter(i => i.app === app)
}
