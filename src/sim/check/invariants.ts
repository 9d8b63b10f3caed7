// The invariants of the control plane that can be seen in its rows, recomputed naively after every step. Each gives the
// sentences that say what is broken; none means that it holds. `before` are the rows before the step.
import { hostPortsWanted, type App, type AppId, type Constraint, type StopCause } from '../../model/index.ts'
import type {
  ActionRow,
  AgentRow,
  AllocationRow,
  InstanceRow,
  PlainRows,
  TableName,
} from '../../runtime/core/index.ts'
import type { Checked } from './checked.ts'
import { batches, daemons, promisedOf, service } from './modes.ts'
import { brokenConstraints } from './placement.ts'
import {
  actionsOf,
  agentOf,
  allocationOf,
  allocationsOn,
  appOf,
  backoffOf,
  deploymentOf,
  instanceOf,
  instancesOf,
  isSound,
  isStrictlyHealthy,
  runningActions,
  specOf,
  struckOn,
} from './rows.ts'

interface Invariant {
  readonly name: string
  /** Where none of these tables changed, it holds as it did before. */
  readonly tables: readonly TableName[]
  readonly broken: (checked: Checked) => Iterable<string>
}

/** All that is broken, each with the name of its invariant. Lists that are the same ones did not change. */
export function checkInvariants(checked: Checked): string[] {
  const found: string[] = []
  for (const { name, tables, broken } of invariants) {
    if (tables.every(table => checked.before[table] === checked.after[table])) continue
    for (const what of broken(checked)) found.push(`${name}: ${what}`)
  }
  return found
}

export const invariants: readonly Invariant[] = [
  { name: 'capacity', tables: ['agent', 'allocation'], broken: capacity },
  { name: 'host ports', tables: ['agent', 'allocation'], broken: hostPorts },
  { name: 'slots', tables: ['instance'], broken: slots },
  { name: 'incarnations', tables: ['instance', 'allocation'], broken: incarnations },
  { name: 'generations', tables: ['agent', 'allocation'], broken: generations },
  { name: 'promise of health', tables: ['allocation'], broken: promise },
  { name: 'rolling capacity', tables: ['instance', 'action', 'deployment'], broken: rollingCapacity },
  { name: 'rollout', tables: ['instance', 'allocation', 'action', 'deployment', 'app'], broken: rollout },
  { name: 'constraints', tables: ['instance', 'allocation'], broken: constraints },
  { name: 'actions', tables: ['action', 'deployment'], broken: actions },
  { name: 'causes', tables: ['allocation'], broken: causes },
  { name: 'backoff', tables: ['allocation'], broken: backoff },
  { name: 'health kills', tables: ['allocation'], broken: healthKills },
  {
    name: 'references',
    tables: ['agent', 'spec', 'app', 'version', 'instance', 'allocation', 'deployment', 'action'],
    broken: references,
  },
  { name: 'daemons', tables: ['instance'], broken: daemons },
  { name: 'batch', tables: ['instance', 'attempt'], broken: batches },
  { name: 'service', tables: ['agent', 'allocation', 'gone', 'move', 'instance'], broken: service },
  { name: 'limits', tables: ['request', 'audit', 'deployment', 'app', 'version'], broken: limits },
]

const resourceNames = ['cpuMilli', 'memKiB', 'diskKiB', 'gpus'] as const

// After an agent came back smaller it may hold more than it offers, but no more than before.
function* capacity({ before, after }: Checked): Iterable<string> {
  for (const { row: agent } of after.agent) {
    for (const name of resourceNames) {
      const held = sum(allocationsOn(after, agent.id), name)
      const offered = agent.capacity.resources[name]
      const known = [...allocationsOn(before, agent.id), ...struckOn(before, agent.id)]
      if (held > offered && held > sum(known, name)) {
        yield `agent ${agent.id} holds ${held} ${name} of ${offered}`
      }
    }
  }
}

function sum(allocations: readonly AllocationRow[], name: (typeof resourceNames)[number]): number {
  return allocations.reduce((total, a) => total + a.resources[name], 0)
}

// A struck agent that comes back holds again what it held.
function wasHeld(before: PlainRows, row: AllocationRow): boolean {
  if (allocationOf(before, row.instance, row.incarnation) !== undefined) return true
  return struckOn(before, row.agent).some(
    a => a.instance === row.instance && a.incarnation === row.incarnation,
  )
}

function* hostPorts({ before, after }: Checked): Iterable<string> {
  for (const { row: agent } of after.agent) {
    const holders = new Map<string, string>()
    for (const allocation of allocationsOn(after, agent.id)) {
      const spec = specOf(after, allocation.spec)
      const wanted = spec === undefined ? [] : hostPortsWanted(spec)
      for (const [i, port] of allocation.ports.entries()) {
        for (const protocol of (wanted[i]?.protocol ?? 'udp,tcp').split(',')) {
          const place = `${port}/${protocol}`
          const other = holders.get(place)
          if (other !== undefined) {
            yield `agent ${agent.id}: ${place} is held by ${other} and ${allocation.instance}`
          }
          holders.set(place, allocation.instance)
        }
        const isNew = !wasHeld(before, allocation)
        const isOffered = agent.capacity.ports.some(([first, last]) => first <= port && port <= last)
        if (isNew && !isOffered) yield `agent ${agent.id}: port ${port} is not offered`
      }
    }
  }
}

function* slots({ after }: Checked): Iterable<string> {
  const seen = new Map<string, string>()
  for (const { row } of after.instance) {
    if (row.goal !== 'run') continue
    const place = `slot ${row.slot} of ${row.app}`
    const other = seen.get(place)
    if (other !== undefined) yield `${place} is held by ${other} and ${row.id}`
    seen.set(place, row.id)
  }
}

function* incarnations({ before, after }: Checked): Iterable<string> {
  for (const { row } of after.instance) {
    const old = instanceOf(before, row.id)
    if (old !== undefined && row.incarnation < old.incarnation) {
      yield `${row.id} went from incarnation ${old.incarnation} to ${row.incarnation}`
    }
    if (old?.goal === 'stop' && row.goal === 'run') yield `${row.id} was told to stop and is wanted again`
    const allocation = allocationOf(after, row.id, row.incarnation)
    if ((allocation?.agent ?? null) !== row.agent) {
      yield `${row.id} is on ${row.agent ?? 'no agent'}, its allocation on ${allocation?.agent ?? 'none'}`
    }
  }
  for (const { row } of after.allocation) {
    const old = allocationOf(before, row.instance, row.incarnation)
    if (old !== undefined && old.agent !== row.agent) {
      yield `${row.instance}/${row.incarnation} went from agent ${old.agent} to ${row.agent}`
    }
    if (old?.goal === 'stop' && row.goal === 'run') {
      yield `${row.instance}/${row.incarnation} was told to stop and is to run again`
    }
  }
}

// An agent's last generation is the greatest of its row and of those of its allocations.
function* generations({ before, after }: Checked): Iterable<string> {
  for (const { row } of after.agent) {
    const old = agentOf(before, row.id)
    if (old === undefined) continue
    const [was, is] = [lastGeneration(before, old), lastGeneration(after, row)]
    if (is < was) yield `agent ${row.id} went from generation ${was} to ${is}`
  }
  for (const { row } of after.allocation) {
    const old = allocationOf(before, row.instance, row.incarnation)
    const changed = old !== undefined && old.goal !== row.goal
    if (changed && row.gen <= old.gen) yield `${row.instance}/${row.incarnation} changed without a generation`
  }
}

function lastGeneration(rows: PlainRows, agent: AgentRow): number {
  return allocationsOn(rows, agent.id).reduce((last, row) => Math.max(last, row.gen), agent.gen)
}

/** The closed list of stops that are not bound by the promise; every other one is by choice. */
const exempt: ReadonlySet<StopCause | null> = new Set<StopCause>([
  'delete',
  'killed-by-user',
  'orphan',
  'replaced',
  'unhealthy',
  'launch-timeout',
  // A person's word for exactly this agent.
  'drain-forced',
])

// A healthy instance is stopped by choice only while enough healthy ones remain.
function* promise({ before, after }: Checked): Iterable<string> {
  const victims = new Map<AppId, string[]>()
  for (const { row } of after.allocation) {
    if (row.goal !== 'stop' || exempt.has(row.cause)) continue
    if (allocationOf(before, row.instance, row.incarnation)?.goal !== 'run') continue
    const instance = instanceOf(after, row.instance)
    if (instance === undefined || !isSound(after, instance)) continue
    victims.set(row.app, [...(victims.get(row.app) ?? []), row.instance])
  }
  for (const [app, stopped] of victims) {
    const row = appOf(after, app)
    const spec = row === undefined ? undefined : specOf(after, row.effective)
    if (row === undefined || spec === undefined) continue
    const promised = promisedOf(after, row, spec)
    const healthy = instancesOf(after, app).filter(i => isStrictlyHealthy(after, i)).length
    if (healthy < promised) {
      yield `${app}: ${healthy} healthy of ${promised} promised after stopping ${stopped.join(', ')}`
    }
  }
}

function* rollingCapacity({ before, after }: Checked): Iterable<string> {
  for (const action of runningActions(after)) {
    if (action.action !== 'RestartApplication') continue
    // A promise that was raised in place since the action began holds at once.
    const app = appOf(after, action.app)
    const spec = app === undefined ? undefined : specOf(after, app.effective)
    // Agents come and go under a daemon; what runs once has no rolling replacement.
    if (app?.mode !== undefined) continue
    const raised =
      spec === undefined || spec.residency !== undefined
        ? 0
        : Math.ceil(action.target * spec.upgradeStrategy.minimumHealthCapacity)
    const isFull = Math.max(action.minHealthy, raised) >= action.maxCapacity
    const limit = action.maxCapacity + (isFull ? 1 : 0)
    // Canaries stand on top of what is there, also where that is more than there shall be.
    const canaries = action.rollout?.canary ?? 0
    const held = instancesOf(after, action.app)
    // An app that is renamed brings its instances along.
    const known = held.filter(i => instanceOf(before, i.id) !== undefined).length
    if (held.length > Math.max(limit, known, instancesOf(before, action.app).length) + canaries) {
      yield `${action.app}: ${held.length} live and stopping, ${limit + canaries} allowed`
    }
  }
}

// What an app's `update` and a person's word allow: few new instances at once, no stop before the canaries are promoted,
// and nothing by choice while the deployment is paused or after it failed.
function* rollout({ before, after }: Checked): Iterable<string> {
  for (const action of runningActions(after)) {
    if (action.action !== 'RestartApplication' || !ranBefore(before, action)) continue
    const app = appOf(after, action.app)
    if (app === undefined || app.mode !== undefined) continue
    const fresh = instancesOf(after, app.id).filter(i => i.goal === 'run' && i.runKey === app.runKey)
    const made = fresh.filter(i => instanceOf(before, i.id) === undefined).length
    const stopped = stoppedByChoice(before, after, app.id)
    const { maxParallel, canary, promoted } = action.rollout ?? {}
    const unhealthy = fresh.filter(i => !isStrictlyHealthy(after, i)).length
    if (made > 0 && unhealthy > (maxParallel ?? Infinity)) {
      yield `${app.id}: ${unhealthy} new ones are not healthy, ${maxParallel} allowed`
    }
    if (canary !== undefined && promoted !== true) {
      if (made > 0 && fresh.length > canary) yield `${app.id}: ${fresh.length} canaries of ${canary}`
      if (stopped.length > 0) yield `${app.id}: stopped ${stopped.join(', ')} before the promotion`
    }
    const isPaused = [before, after].every(
      rows => deploymentOf(rows, action.deployment)?.paused !== undefined,
    )
    if (isPaused && made + stopped.length > 0) {
      yield `${app.id}: ${made} made and ${stopped.length} stopped while its deployment is paused`
    }
  }
  for (const { row } of after.app) {
    const isHalted = row.halted !== undefined && appOf(before, row.id)?.halted !== undefined
    const isHeld = after.action.some(a => a.row.app === row.id && a.row.state === 'running')
    if (!isHalted || isHeld) continue
    const stopped = stoppedByChoice(before, after, row.id)
    const live = instancesOf(after, row.id).filter(i => i.goal === 'run').length
    if (stopped.length > 0 && live < row.halted.instances) {
      yield `${row.id}: stopped ${stopped.join(', ')} after its deployment failed`
    }
  }
}

function ranBefore(before: PlainRows, { deployment, app }: ActionRow): boolean {
  return runningActions(before).some(a => a.deployment === deployment && a.app === app)
}

function stoppedByChoice(before: PlainRows, after: PlainRows, app: AppId): string[] {
  return after.allocation
    .map(a => a.row)
    .filter(a => a.app === app && a.goal === 'stop' && (a.cause === 'deployment' || a.cause === 'scale'))
    .filter(a => allocationOf(before, a.instance, a.incarnation)?.goal === 'run')
    .map(a => a.instance)
}

// Instances that one step places come one after another; any order in which each was allowed will do.
function* constraints({ before, after, adopted }: Checked): Iterable<string> {
  const counted = (rows: PlainRows, like: InstanceRow): InstanceRow[] =>
    instancesOf(rows, like.app).filter(
      i => i.agent !== null && !i.unreachable && i.runKey === like.runKey && i.id !== like.id,
    )
  const fresh = after.instance
    .map(r => r.row)
    .filter(i => i.agent !== null && i.placedAt > 0 && !wasPlaced(before, i))
    // What is taken over stays where it runs.
    .filter(i => adopted?.has(i.id) !== true)
    .sort((a, b) => a.slot - b.slot)
  const left = new Set(fresh)
  const broken = (instance: InstanceRow): readonly Constraint[] => {
    const later = new Set([...left].map(i => i.id))
    const others = counted(after, instance).filter(i => !later.has(i.id))
    return brokenConstraints(after, instance, others)
  }
  for (let isFound = true; isFound;) {
    isFound = false
    for (const instance of left) {
      if (broken(instance).length > 0) continue
      left.delete(instance)
      isFound = true
    }
  }
  for (const instance of left) {
    for (const constraint of broken(instance)) {
      yield `${instance.id} on ${instance.agent} breaks ${constraint.join(' ')}`
    }
  }
}

function wasPlaced(rows: PlainRows, instance: InstanceRow): boolean {
  return allocationOf(rows, instance.id, instance.incarnation) !== undefined
}

function* actions({ before, after }: Checked): Iterable<string> {
  const seen = new Set<AppId>()
  for (const action of runningActions(after)) {
    if (seen.has(action.app)) yield `${action.app} has two running actions`
    seen.add(action.app)
    const deployment = deploymentOf(after, action.deployment)
    const step = deployment?.steps[deployment.current]
    const isPresent = step?.actions.some(a => a.app === action.app && a.action === action.action)
    if (isPresent !== true) yield `${action.app}: ${action.action} runs outside its step`
  }
  for (const { row } of after.action) {
    if (deploymentOf(after, row.deployment) === undefined)
      yield `${row.app}: action without deployment ${row.deployment}`
  }
  for (const { row } of after.deployment) {
    const old = deploymentOf(before, row.id)
    if (old === undefined) continue
    if (row.current < old.current)
      yield `deployment ${row.id} went from step ${old.current} to ${row.current}`
    const isOpen = old.state === 'running' || old.state === 'queued'
    if (!isOpen && row.state !== old.state) yield `deployment ${row.id} is ${row.state} again`
  }
}

function* causes({ after }: Checked): Iterable<string> {
  for (const { row } of after.allocation) {
    const name = `${row.instance}/${row.incarnation}`
    if (row.goal === 'stop' && row.cause === null) yield `${name} is told to stop without a cause`
    if (row.goal === 'stop' && row.author === '') yield `${name} is told to stop by nobody`
    if (row.goal === 'run' && row.cause !== null) yield `${name} runs, with a cause to stop`
  }
}

function* backoff({ before, after, now, adopted }: Checked): Iterable<string> {
  for (const { row } of after.allocation) {
    if (adopted?.has(row.instance) === true) continue
    if (wasHeld(before, row)) continue
    const instance = instanceOf(after, row.instance)
    const delay = instance === undefined ? undefined : backoffOf(after, instance)
    if (delay !== undefined && delay.until > now) {
      yield `${row.instance}/${row.incarnation} was launched ${delay.until - now} ms before its time`
    }
  }
}

// A task is killed for its health only after one failure more than its app allows, counted by the agent without a gap.
function* healthKills({ before, after }: Checked): Iterable<string> {
  for (const { row } of after.allocation) {
    if (row.goal !== 'stop' || row.cause !== 'unhealthy') continue
    if (allocationOf(before, row.instance, row.incarnation)?.goal !== 'run') continue
    const seen = [instanceOf(before, row.instance), instanceOf(after, row.instance)]
    if (!seen.some(instance => isBeyond(instance, specOf(before, row.spec))))
      yield `${row.instance}/${row.incarnation} is killed for its health without enough failures`
  }
}

function isBeyond(instance: InstanceRow | undefined, app: App | undefined): boolean {
  return (
    instance?.health.some(h => {
      const allowed = app?.healthChecks[h.index]?.maxConsecutiveFailures ?? 0
      return allowed > 0 && h.consecutiveFailures > allowed
    }) === true
  )
}

function* references({ after }: Checked): Iterable<string> {
  const agents = new Set<string>(after.agent.map(r => r.row.id))
  const specs = new Set(after.spec.map(r => r.key))
  const used: [string, string][] = [
    ...after.app.flatMap(({ row }): [string, string][] => [
      [row.id, row.submitted],
      [row.id, row.effective],
      ...(row.applied === null ? [] : [[row.id, row.applied.spec] as [string, string]]),
    ]),
    ...after.version.map(({ key, row }): [string, string] => [`version ${key}`, row.spec]),
    ...after.root.flatMap(({ key, row }) =>
      Object.values(row.apps).flatMap((app): [string, string][] =>
        app === null ? [] : [[`root version ${key}`, app.spec]],
      ),
    ),
    ...after.instance.map(({ row }): [string, string] => [row.id, row.spec]),
    ...after.allocation.map(({ row }): [string, string] => [row.instance, row.spec]),
  ]
  for (const [name, spec] of used) if (!specs.has(spec)) yield `${name} refers to no specification ${spec}`
  for (const { row } of after.allocation) {
    if (!agents.has(row.agent)) yield `${row.instance}/${row.incarnation} is on unknown agent ${row.agent}`
  }
  for (const { row } of after.deployment) {
    for (const action of row.steps.flatMap(s => s.actions)) {
      if (row.state !== 'running' || row.apps[action.app] !== undefined) continue
      const isKnown = actionsOf(after, row.id).some(a => a.app === action.app)
      if (!isKnown) yield `deployment ${row.id} acts on ${action.app}, of which it knows nothing`
    }
  }
}

/** Above what any table may keep; the tables' own limits are lower. */
const historyLimits = { request: 1000, root: 50, audit: 1000, deployment: 50 + 100 } as const
const versionsPerApp = 50

function* limits({ after }: Checked): Iterable<string> {
  for (const [table, limit] of Object.entries(historyLimits)) {
    const size = after[table as keyof typeof historyLimits].length
    if (size > limit) yield `${size} rows in ${table}, ${limit} allowed`
  }
  for (const { row } of after.app) {
    const kept = after.version.filter(r => r.row.app === row.id).length
    if (kept > versionsPerApp) yield `${kept} versions of ${row.id}, ${versionsPerApp} allowed`
  }
}
