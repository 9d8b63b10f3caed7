// Modelled machines that stand for live agents: each begins where the rows say that its agent is, with the tasks that it
// has reported running under it. What was placed but never reported is started by the model.
import type { AgentIdentity } from '../agent/core/index.ts'
import type { ClusterMs } from '../base/index.ts'
import { driverOf, type DriverKind, type Epoch, type InstanceId } from '../model/index.ts'
import type { AgentRow, AllocationRow, InstanceRow, State } from '../runtime/core/index.ts'
import type { Simulation } from './simulation.ts'

/** Adds a machine for one agent and lets it say hello. */
export function mirrorAgent(simulation: Simulation, row: AgentRow): void {
  const { state } = simulation
  const known = [...(state.allocationsOf.get(row.id)?.values() ?? [])].filter(a => a.statusSeq > 0)
  const machine = simulation.addMachine(
    identityOf(row),
    known.map(a => ({
      key: `task/${a.instance}/${a.incarnation}`,
      value: taskRecord(state, a),
    })),
  )
  for (const allocation of known) {
    const key = { instance: allocation.instance, incarnation: allocation.incarnation }
    machine.driver.adopt(key, driverOfAllocation(state, allocation), runningAt(state, allocation))
  }
  simulation.bootMachine(row.id)
}

function identityOf(row: AgentRow): AgentIdentity {
  return {
    agentId: row.id,
    hostname: row.hostname,
    bootId: row.bootId,
    capacity: row.capacity,
    attributes: row.attributes,
    drivers: row.drivers,
    version: row.version,
  }
}

// As a checkpoint holds it, without the row: the server's full assignment brings that.
function taskRecord(state: State, allocation: AllocationRow): object {
  const instance = instanceOf(state, allocation)
  const running = instance?.reported === 'Running'
  return {
    key: { instance: allocation.instance, incarnation: allocation.incarnation },
    rowEpoch: 0 as Epoch,
    attached: false,
    driver: driverOfAllocation(state, allocation),
    phase: running || allocation.goal === 'stop' ? 'running' : 'starting',
    stopping: false,
    statusSeq: allocation.statusSeq,
    pending: [],
    checks: (instance?.health ?? []).map(h => ({
      index: h.index,
      consecutiveFailures: h.consecutiveFailures,
      alive: h.alive,
      succeeded: h.alive,
      dueAt: 0 as ClusterMs,
      inFlight: false,
    })),
    ready: instance?.ready,
    runningSince: runningAt(state, allocation),
  }
}

function driverOfAllocation(state: State, allocation: AllocationRow): DriverKind {
  const spec = state.tables.spec.get(allocation.spec)
  return spec === undefined ? 'process' : driverOf(spec.app)
}

function runningAt(state: State, allocation: AllocationRow): ClusterMs {
  return instanceOf(state, allocation)?.runningAt ?? (0 as ClusterMs)
}

function instanceOf(state: State, allocation: AllocationRow): InstanceRow | undefined {
  const instance = state.tables.instance.get(allocation.instance as InstanceId)
  return instance?.incarnation === allocation.incarnation ? instance : undefined
}
