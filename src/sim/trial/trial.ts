// One life of a cluster from one seed: random use and random trouble with everything checked, then peace, in which it
// must come to what is wanted within bounded time, and a new plan must be empty. Small clusters, since what goes wrong
// goes wrong with few.
import type { AgentIdentity } from '../../agent/core/index.ts'
import { present, Random } from '../../base/index.ts'
import type { AgentId, AppId, Change, ClusterId, Operation, TaskKey } from '../../model/index.ts'
import { isEmpty } from '../../planner/index.ts'
import {
  createState,
  obstaclesFor,
  strictlyHealthy,
  type InstanceRow,
  type State,
} from '../../runtime/core/index.ts'
import { InvariantWatch } from '../check/watch.ts'
import { realCore, type SimulatedCore } from '../core.ts'
import { SimulatedDisk, type DiskCopy } from '../disk.ts'
import type { Behaviour, CheckAsked } from '../driver.ts'
import { draw, type Way } from '../network.ts'
import { Simulation } from '../simulation.ts'
import { Ledger } from './ledger.ts'
import { repaired } from './repair.ts'
import { drawWeather, type FaultKind, type Weather } from './weather.ts'
import { Workload } from './workload.ts'

export interface TrialOptions {
  /** Another core or disk than the real ones: to see that what is wrong with them is found. */
  readonly core?: SimulatedCore
  readonly disk?: (clusterId: ClusterId) => SimulatedDisk
  /** Hears everything that happens, one line each. */
  readonly trace?: (line: string) => void
}

export interface TrialResult {
  readonly seed: number
  /** What was found broken; empty: all is well. */
  readonly problems: readonly string[]
  readonly simulatedMs: number
  readonly steps: number
  readonly commits: number
  readonly deployments: number
  readonly starts: number
  readonly requests: Ledger['counts']
  readonly faults: Readonly<Record<string, number>>
}

/** Moments of use and trouble before peace. */
const moments = 45
/** Peace lasts no longer: backoff, brakes and unreachable strategies are over in a fraction of it. */
const longestPeaceMs = 30 * 60_000
/** At rest for so long nothing may change any more. */
const restMs = 45_000
/** Of all moments where everything can be read anew, the share where it is. */
const dearShare = 0.02

export function runTrial(seed: number, options: TrialOptions = {}): TrialResult {
  const trial = new Trial(seed, options)
  try {
    trial.run()
  } catch (error) {
    trial.problems.push(`thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  return trial.result()
}

class Trial {
  readonly problems: string[] = []
  readonly #seed: number
  readonly #random: Random
  readonly #weather: Weather
  readonly #workload: Workload
  readonly #ledger = new Ledger()
  readonly #watch: InvariantWatch
  readonly #simulation: Simulation
  readonly #trace: TrialOptions['trace']
  readonly #faults: Record<string, number> = {}
  readonly #usual = new Map<AgentId, AgentIdentity>()
  #steps = 0
  #starts = 0
  #deployments = 0
  #copy: DiskCopy | undefined
  /** For a while every check fails. */
  #isSick = false
  #isPeace = false
  #caresAt = 0
  /** The server came back from what was stored, and what was acknowledged was not looked for yet. */
  #isNewLife = false

  constructor(seed: number, options: TrialOptions) {
    const random = new Random(seed)
    this.#seed = seed
    this.#random = random.fork('trial')
    this.#trace = options.trace
    this.#weather = drawWeather(random.fork('weather'))
    const agents = this.#random.integer(2, 5)
    this.#workload = new Workload(random.fork('workload'), agents)
    const core = options.core ?? realCore
    this.#watch = new InvariantWatch({ core, dear: { share: dearShare, random: random.fork('dear') } })
    const clusterId = '00000000-0000-5000-a000-000000000001' as ClusterId
    const weather = this.#weather
    this.#simulation = new Simulation({
      seed,
      state: createState({ clusterId }),
      behaviour: this.#behaviour(random.fork('behaviour')),
      network: weather.network,
      appendMs: weather.appendMs,
      stepMs: weather.stepMs,
      serverRate: weather.serverRate,
      ...(weather.stepRows === undefined ? {} : { stepRows: weather.stepRows }),
      core,
      disk: options.disk?.(clusterId) ?? new SimulatedDisk(clusterId),
      observer: this.#observer(),
      ...(options.trace === undefined ? {} : { trace: options.trace }),
    })
    for (let i = 0; i < agents; i++) this.#addAgent(i)
  }

  run(): void {
    this.#simulation.runFor(2000)
    for (let i = 0; i < moments; i++) {
      this.#moment()
      this.#look()
      if (this.#isBroken) return
    }
    this.#peace()
  }

  result(): TrialResult {
    const { simulation } = { simulation: this.#simulation }
    const { lost, repeated, overtaken } = simulation.network.faults
    return {
      seed: this.#seed,
      problems: this.problems,
      simulatedMs: simulation.timeline.now,
      steps: this.#steps,
      commits: simulation.disk.head?.revision ?? 0,
      deployments: this.#deployments,
      starts: this.#starts,
      requests: this.#ledger.counts,
      faults: {
        ...this.#faults,
        'message lost': lost,
        'message repeated': repeated,
        'message overtaken': overtaken,
      },
    }
  }

  get #isBroken(): boolean {
    return this.problems.length > 0
  }

  #observer(): ConstructorParameters<typeof Simulation>[0]['observer'] & object {
    const watch = this.#watch
    return {
      beforeStep: simulation => watch.beforeStep(simulation),
      afterStep: (simulation, input, output) => {
        this.#steps++
        watch.afterStep(simulation, input, output)
      },
      afterGroup: (simulation, commit) => watch.afterGroup(simulation, commit),
      afterStored: (simulation, commit) => {
        watch.afterStored(simulation, commit)
        for (const { key } of commit.puts) if (key.startsWith('deployment/')) this.#deployments++
      },
      afterSettled: simulation => watch.afterSettled(simulation),
      afterLost: (simulation, isNew) => {
        watch.afterLost(simulation, isNew)
        if (isNew) this.#ledger.giveUp()
        this.#isNewLife = true
      },
      sent: (simulation, message) => watch.sent(simulation, message),
    }
  }

  #behaviour(random: Random): Behaviour {
    const weather = this.#weather
    const check = (_: unknown, { runningMs }: CheckAsked): { ok: boolean; afterMs: number } => {
      const isWell = this.#isPeace || (!this.#isSick && !random.chance(weather.checkFails))
      return { ok: isWell && runningMs >= 0, afterMs: random.integer(1, 300) }
    }
    return {
      startMs: () => {
        this.#starts++
        return draw(random, this.#isPeace ? [50, 2000] : weather.startMs)
      },
      stopMs: (_: TaskKey) => draw(random, this.#isPeace ? [10, 1000] : weather.stopMs),
      endsBy: ({ app }) => {
        if (app.mode === 'batch')
          return { afterMs: random.integer(0, 40_000), code: random.chance(0.7) ? 0 : 1 }
        const ends = !this.#isPeace && random.chance(weather.taskEnds)
        return ends ? { afterMs: random.integer(0, 20_000), code: random.integer(0, 1) } : undefined
      },
      check,
    }
  }

  #addAgent(i: number): void {
    const id = `agent${i + 1}` as AgentId
    const identity: AgentIdentity = {
      agentId: id,
      hostname: `${id}.example`,
      bootId: 'boot',
      capacity: {
        resources: { cpuMilli: 24_000, memKiB: 16 * 1024 * 1024, diskKiB: 1024 * 1024, gpus: 0 },
        ports: [[31000, 31039]],
      },
      attributes: { rack: { kind: 'text', value: `rack${i % 2}` } },
      drivers: ['process'],
      version: 'trial',
    }
    this.#usual.set(id, identity)
    const rate = this.#random.pick([1, 1, 0.9, 1.1])
    const machine = this.#simulation.addMachine(identity, undefined, rate)
    machine.died = () => {
      this.#simulation.network.agentDied(id, false)
      this.#later(() => this.#bootAgent(id))
    }
    this.#simulation.bootMachine(id)
  }

  #moment(): void {
    const r = this.#random
    const { faults, faultShare } = this.#weather
    if (r.chance(0.05)) this.#putAside()
    const dice = r.integer(0, 99)
    if (dice < faultShare) this.#fault(r.pick(faults))
    else if (dice < faultShare + 30) this.#request()
    this.#simulation.runFor(r.pick([0, 10, 500, 2000, 5000, r.integer(1, 30_000), 65_000]))
  }

  #request(): void {
    const r = this.#random
    const simulation = this.#simulation
    if (simulation.server === 'down') return
    const repeated = r.chance(0.5) ? this.#ledger.unclear.shift() : undefined
    if (repeated !== undefined) return this.#ledger.repeat(simulation, repeated)
    const known = this.#ledger.withKeys
    if (known.length > 0 && r.chance(0.1)) return this.#ledger.repeat(simulation, r.pick(known))
    const operation = this.#workload.operation(simulation.state)
    if (operation === null) return
    this.#trace?.(`${simulation.timeline.now} request ${JSON.stringify(operation).slice(0, 600)}`)
    const key = r.chance(0.5) ? `key-${this.#ledger.counts.sent}` : undefined
    this.#ledger.send(simulation, operation, key)
  }

  #look(): void {
    const { state, server } = this.#simulation
    this.problems.push(...this.#ledger.collect(this.#simulation))
    // While a group is open or on its way, the tables show more than what is stored; never less.
    if (server === 'running' && (this.#isNewLife || this.#random.chance(0.1))) {
      this.#isNewLife = false
      this.problems.push(...this.#ledger.missing(state))
    }
    this.problems.push(...this.#watch.found.splice(0))
  }

  // The operator's snapshot: what a damaged server is brought back from.
  #putAside(): void {
    if (this.#simulation.server === 'running' && this.#simulation.disk.head !== undefined)
      this.#copy = this.#simulation.disk.copy()
  }

  #later(run: () => void): void {
    const afterMs = this.#random.pick([50, 1000, 5000, 20_000, 90_000])
    this.#simulation.timeline.after(afterMs, () => {
      if (!this.#isPeace) run()
    })
  }

  #fault(kind: FaultKind): void {
    const r = this.#random
    const simulation = this.#simulation
    const agent = r.pick([...simulation.machines.keys()])
    const machine = simulation.machines.get(agent)!
    this.#faults[kind] = (this.#faults[kind] ?? 0) + 1
    this.#trace?.(`${simulation.timeline.now} fault ${kind} (${agent})`)
    switch (kind) {
      case 'cut':
        simulation.isolate(agent, r.pick<readonly Way[]>([['up', 'down'], ['up'], ['down']]))
        return this.#later(() => simulation.heal(agent))
      case 'reset':
        return simulation.reset(agent)
      case 'agentCrash':
        simulation.crashAgent(agent)
        return this.#later(() => this.#bootAgent(agent))
      case 'agentCrashInStep':
        machine.crashAt = r.pick(['afterRecords', 'afterEffects'] as const)
        return
      case 'agentWipe':
        simulation.crashAgent(agent)
        simulation.wipeAgent(agent)
        return this.#later(() => this.#bootAgent(agent))
      case 'machineLoss':
        simulation.loseMachine(agent)
        return this.#later(() => this.#bootAgent(agent))
      case 'machineReplaced':
        simulation.loseMachine(agent)
        simulation.wipeAgent(agent)
        return this.#later(() => this.#bootAgent(agent))
      case 'capacity':
        simulation.loseMachine(agent)
        this.#resize(agent, r.pick([1000, 2000, 24_000]))
        return this.#later(() => this.#bootAgent(agent))
      case 'serverCrash':
        simulation.killServer()
        return this.#startServerLater()
      case 'serverCrashInCommit':
        simulation.crashAt = r.pick(['beforeAppend', 'afterAppend'] as const)
        return this.#startServerLater()
      case 'serverStall':
        return simulation.stallServer(r.pick([300, 300, 2000, 20_000]))
      case 'utcJump':
        return simulation.jumpUtc(r.pick([-86_400_000, -5000, 5000, 86_400_000]))
      case 'append':
        return simulation.disk.inject(r.pick(['notCommitted', 'lostUnknown', 'landedUnknown'] as const))
      case 'fullDisk':
        simulation.disk.setFull(true)
        return this.#later(() => simulation.disk.setFull(false))
      case 'lostTail':
        simulation.killServer()
        this.#loseTail(r.integer(1, 10))
        return this.#startServerLater()
      case 'damage':
        simulation.killServer()
        this.#damage()
        return this.#startServerLater()
      case 'sickness':
        this.#isSick = !this.#isSick
    }
  }

  #resize(agent: AgentId, cpuMilli: number): void {
    const machine = this.#simulation.machines.get(agent)!
    const { capacity } = machine.identity
    const resources = { ...capacity.resources, cpuMilli }
    machine.identity = { ...machine.identity, capacity: { ...capacity, resources } }
    machine.reread()
  }

  #bootAgent(agent: AgentId): void {
    if (!this.#simulation.machines.get(agent)!.isRunning) this.#simulation.bootMachine(agent)
  }

  #startServerLater(): void {
    const afterMs = this.#random.pick([10, 500, 5000, 30_000, 120_000])
    this.#simulation.timeline.after(afterMs, () => this.#startServer())
  }

  #startServer(): void {
    const simulation = this.#simulation
    if (simulation.server === 'running') return void (simulation.crashAt = undefined)
    if (simulation.server === 'down') simulation.startServer()
    if (simulation.server === 'damaged') this.#later(() => this.#mendServer())
  }

  // An operator repairs what is there, or brings the last copy back.
  #mendServer(): void {
    const simulation = this.#simulation
    if (simulation.server !== 'damaged') return
    const copy = present(this.#copy, 'a copy to bring back')
    this.#watch.afterSetBack()
    if (this.#random.chance(0.5)) simulation.restoreServer(copy)
    else {
      this.#faults['repair'] = (this.#faults['repair'] ?? 0) + 1
      simulation.restoreServer(repaired(simulation.disk, copy))
    }
    // Anything may have been among what could not be read, or is younger than the copy, which may be of another past.
    this.#ledger.excuse(0)
    this.#wasSetBack()
  }

  #loseTail(count: number): void {
    const { disk } = this.#simulation
    if ((disk.head?.revision ?? 0) <= count) return
    disk.loseTail(count)
    this.#watch.afterSetBack()
    this.#wasSetBack()
  }

  #damage(): void {
    const { disk } = this.#simulation
    const r = this.#random
    // Without a copy there is no way back.
    if (this.#copy === undefined) return
    if (r.chance(0.5)) disk.makeHole(r.integer(1, 5), r.integer(1, 5))
    else for (let i = r.integer(1, 3); i > 0; i--) disk.alter(r.pick(disk.keys()))
  }

  #wasSetBack(): void {
    const { disk } = this.#simulation
    const revision = disk.head?.revision ?? 0
    this.#trace?.(`${this.#simulation.timeline.now} set back to revision ${revision}`)
    this.#ledger.excuse(revision)
  }

  #peace(): void {
    const simulation = this.#simulation
    this.#trace?.(`${simulation.timeline.now} peace`)
    this.#isPeace = true
    this.#isSick = false
    simulation.disk.setFull(false)
    if (simulation.server === 'down') this.#startServer()
    if (simulation.server === 'damaged') this.#mendServer()
    simulation.crashAt = undefined
    simulation.failAppends(0.01)
    simulation.network.become(this.#weather.calmNetwork)
    for (const [id, machine] of simulation.machines) {
      machine.crashAt = undefined
      const usual = this.#usual.get(id)!
      if (machine.identity.capacity !== usual.capacity) {
        if (machine.isRunning) simulation.loseMachine(id)
        machine.identity = { ...machine.identity, capacity: usual.capacity }
        machine.reread()
      }
      this.#bootAgent(id)
      if (simulation.isIsolated(id)) simulation.heal(id)
    }
    // What a deployment that failed, through no fault of now, left or has undone is applied again.
    for (let tries = 0; tries < 3; tries++) {
      const wasQueued = this.#isQueued
      if (!this.#applyLast() || !this.#comesToRest()) return
      const hasFailed = [...this.#simulation.state.tables.app.values()].some(a => a.halted !== undefined)
      if ((!this.#workload.undoes && !wasQueued && !hasFailed) || this.#isApplied()) break
    }
    this.#rest()
  }

  #comesToRest(): boolean {
    const simulation = this.#simulation
    const end = simulation.timeline.now + longestPeaceMs
    while (simulation.timeline.now < end) {
      this.#takeCare()
      simulation.runFor(5000)
      this.#look()
      if (this.#isBroken) return false
      if (this.#restless().length === 0) return true
    }
    this.problems.push(`does not come to rest: ${this.#restless().slice(0, 8).join('; ')}`)
    return false
  }

  get #isQueued(): boolean {
    return [...this.#simulation.state.tables.deployment.values()].some(d => d.state === 'queued')
  }

  #isApplied(): boolean {
    const { state } = this.#simulation
    const plan = this.#workload.planOf(state)
    if (plan === null) return false
    // A batch that fails, fails again whenever it is applied again. What its deployment had not come to waits with it, and
    // what it had done is undone, if it is one that is undone by itself.
    const { changes, outputChanges } = plan
    const undoings = [...state.tables.deployment.values()].filter(d => d.undoes !== undefined)
    const undone = new Set(
      undoings.flatMap(d => [...Object.keys(d.apps), ...d.steps.flatMap(s => s.actions.map(a => a.app))]),
    )
    const isRetry = (c: Change): boolean => c.object === 'app' && c.retries === true
    const isUndone = (c: Change): boolean => c.object === 'app' && this.#workload.undoes && undone.has(c.id)
    const isFailedBatch = (c: Change): boolean =>
      (isRetry(c) && state.tables.app.get(c.id as AppId)?.mode === 'batch') ||
      (isUndone(c) && c.object === 'app' && c.after?.mode === 'batch')
    const areLeft = changes.every(c => isRetry(c) || isUndone(c))
    return isEmpty(plan) || (areLeft && changes.some(isFailedBatch) && outputChanges.length === 0)
  }

  // A client repeats until it has an answer.
  #applyLast(): boolean {
    const simulation = this.#simulation
    let last = 'no answer'
    for (let tries = 0; tries < 60; tries++) {
      const plan = this.#workload.planOf(simulation.state)
      // It may close a circle with what REST clients made: then it is written otherwise.
      if (plan === null) {
        this.#workload.edit()
        continue
      }
      const id = this.#ledger.send(simulation, { kind: 'applyPlan', plan, force: true, takeOver: true })
      simulation.runFor(5000)
      this.#look()
      if (this.#isBroken) return false
      const reply = simulation.replyTo(id)
      if (reply?.ok === true) return true
      if (reply !== undefined) last = reply.message
    }
    this.problems.push(`the last plan is not accepted: ${last}`)
    return false
  }

  // What waits for a person: one comes by now and then.
  #takeCare(): void {
    const { state, server, timeline } = this.#simulation
    if (server !== 'running' || timeline.now < this.#caresAt) return
    this.#caresAt = timeline.now + 30_000
    const ask = (operation: Operation): void => void this.#ledger.send(this.#simulation, operation)
    for (const row of state.tables.agent.values()) {
      if (row.cordoned === true || row.drain !== undefined)
        ask({ kind: 'changeAgent', agent: row.id, change: { kind: 'uncordon' } })
    }
    for (const row of state.tables.deployment.values()) {
      // Its time would come after the last plan.
      if (row.state === 'queued') ask({ kind: 'cancelDeployment', deployment: row.id, force: true })
      if (row.paused !== undefined && (row.state === 'running' || row.state === 'queued'))
        ask({ kind: 'resumeDeployment', deployment: row.id })
      const actions = [...state.tables.action.values()].filter(a => a.deployment === row.id)
      const isCanary = actions.some(a => a.rollout?.canary !== undefined && a.rollout.promoted !== true)
      if (row.state === 'running' && isCanary) ask({ kind: 'promoteDeployment', deployment: row.id })
    }
    for (const { id, halted } of state.tables.app.values()) {
      if (halted !== undefined && !state.locks.has(id))
        ask({ kind: 'changeApps', changes: [{ kind: 'restart', id }], force: true })
    }
  }

  // No more faults at all: nothing may move any more, and the same configuration asks for nothing.
  #rest(): void {
    const simulation = this.#simulation
    simulation.failAppends(0)
    simulation.network.become({ ...this.#weather.calmNetwork, loss: 0, duplication: 0, reordering: 0 })
    simulation.runFor(30_000)
    const before = simulation.disk.head?.revision
    simulation.runFor(restMs)
    this.#look()
    const after = simulation.disk.head?.revision
    if (before !== after) this.problems.push(`at rest, and goes on from revision ${before} to ${after}`)
    this.problems.push(...this.#restless(), ...this.#ledger.missing(simulation.state))
    if (!this.#isApplied()) {
      const changes = this.#workload.planOf(simulation.state)?.changes.filter(c => c.action !== 'no-op')
      this.problems.push(`planning again is not empty: ${JSON.stringify(changes).slice(0, 2000)}`)
    }
  }

  #restless(): string[] {
    const { state, server, machines } = this.#simulation
    if (server !== 'running') return [`the server is ${server}`]
    const found = [...state.runningDeployments].sort().map(id => {
      const actions = [...state.tables.action.values()].filter(a => a.deployment === id)
      return `deployment ${id} runs: ${JSON.stringify(actions)}`
    })
    for (const app of state.tables.app.values()) {
      const all = [...(state.apps.get(app.id)?.instances.values() ?? [])]
      // What runs once is as wanted when it has had its end.
      const isGood = (i: InstanceRow): boolean =>
        app.mode === 'batch' ? i.agent === null && i.reported !== null : strictlyHealthy(state, i)
      const healthy = all.filter(isGood).length
      const wanted = app.mode === 'daemon' && app.instances > 0 ? machines.size : app.instances
      if (healthy === wanted && all.length === wanted) continue
      const reasons = JSON.stringify(obstaclesFor(state, app.id)?.reasons ?? [])
      found.push(`${app.id}: ${healthy} healthy of ${all.length}, ${wanted} wanted ${reasons}`)
      for (const row of all.filter(i => !isGood(i))) {
        const { statusSeq, goal } = state.allocation(row.id, row.incarnation) ?? {}
        const task = machines.get(row.agent!)?.state.tasks.get(`${row.id}/${row.incarnation}`)
        const { id, incarnation, agent, reported, unreachable, health, ready } = row
        found.push(
          JSON.stringify({ id, incarnation, agent, reported, unreachable, health, ready, statusSeq, goal }),
          `its agent has ${JSON.stringify(task && { ...task, row: undefined, key: undefined })}`,
        )
      }
    }
    for (const row of state.tables.allocation.values())
      if (row.goal === 'stop') found.push(`${row.instance}/${row.incarnation} on ${row.agent} stops`)
    for (const row of state.tables.instance.values())
      if (!state.tables.app.has(row.app)) found.push(`${row.id} is of no app`)
    for (const [id, machine] of machines) {
      const held = heldBy(state, id)
      // What a server that was set back does not know runs on, until a person decides; so does what an agent started on an
      // overtaken word and tells as unknown.
      const isMissed = (text: string): boolean =>
        !this.#watch.wasSetBack && machine.state.tasks.get(text)?.attached !== false
      const living = machine.driver.living().filter(text => held.includes(text) || isMissed(text))
      if ([...living].sort().join(' ') !== held.join(' '))
        found.push(`${id} runs ${living.join(' ')}, and should ${held.join(' ')}`)
    }
    return found
  }
}

function heldBy(state: State, agent: AgentId): string[] {
  return [...state.tables.allocation.values()]
    .filter(a => a.agent === agent)
    .map(a => `${a.instance}/${a.incarnation}`)
    .sort()
}
