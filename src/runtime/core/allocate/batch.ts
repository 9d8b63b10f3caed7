// Places copies of one app one after another. Each copy goes to the agent that passes all filters and comes first by:
// the smallest group (GROUP_BY), what the app prefers, the fewest copies of the app, the least room, the id. That is
// what scoring every agent would find; here agents are looked at in the order of room, and a search goes on where the
// last one ended: while nothing but this app is placed, an agent that was passed over can't come first any more.
import {
  driverOf,
  hostPortsWanted,
  type AgentId,
  type App,
  type Constraint,
  type Resources,
} from '../../../model/index.ts'
import type { AgentIndex, Candidate } from './agents.ts'
import type { Feasible } from './classes.ts'
import { constraintAccepts, groupSize } from './constraints.ts'
import { fieldText, isHostname } from './fields.ts'
import { acceptsRole, type Need } from './filters.ts'
import { isCounting, type PlacedCounts } from './placed.ts'
import { appSeed, choosePorts, missingPort, type PortWanted } from './ports.ts'
import { hasPreference, Preference } from './preference.ts'
import type { Least } from './roomorder.ts'

export interface BatchRequest {
  readonly app: App
  readonly resources: Resources
  /** Of the same app and configuration, counted by `countedFields`; the caller adds the agent after each placement. */
  readonly placed: PlacedCounts
  /** How many copies the app shall have, for spreads. Default 1. */
  readonly instances?: number
}

export interface Copy {
  readonly slot: number
  readonly incarnation: number
  /** What the plan says: taken while it passes. */
  readonly preferred?: AgentId | undefined
  /** The only agent that will do: the instance's volume is there. */
  readonly onlyAgent?: AgentId | undefined
}

export interface Placement {
  readonly agent: AgentId
  /** In the order of hostPortsWanted. */
  readonly ports: readonly number[]
  /** Another agent than the planned one. */
  readonly deviated: boolean
}

export class Batch {
  readonly #index: AgentIndex
  readonly #request: BatchRequest
  readonly #least: Least
  readonly #wanted: readonly PortWanted[]
  readonly #feasible: Feasible
  readonly #counting: readonly Constraint[]
  readonly #groupFields: readonly string[]
  readonly #isImpossible: boolean
  readonly #preference: Preference | undefined
  readonly #seed: number
  /** No agent is left, whatever is asked next. */
  #isExhausted = false
  /** No agent is left that would begin a new group. */
  #isGrouped = false
  /** Of the agents, if since the last copy nothing but that was placed. */
  #version = -1

  // The present search, of agents with this sum of group sizes, this preference and this many copies.
  #target = -1
  #figure = 0
  #level = 0
  /** The next number of copies that an agent was seen with. */
  #nextLevel = Infinity
  readonly #cursor = { room: -Infinity, rank: -Infinity }
  /** Preferred now, by class; undefined: all are. */
  #preferred: Uint8Array | undefined
  /** Classes without an agent that will do, for the present target. */
  #done: Uint8Array | undefined
  /** How much each class is preferred, as of the copy before the last one. */
  #figures: Float64Array | undefined
  #candidates: number[] = []
  /** Where the last copy went. */
  #lastClass = -1

  constructor(index: AgentIndex, request: BatchRequest) {
    const { app, resources, placed } = request
    this.#index = index
    this.#request = request
    this.#least = leastOf(resources)
    this.#wanted = hostPortsWanted(app)
    this.#feasible = index.classes.feasibleFor(app)
    this.#counting = app.constraints.filter(isCounting)
    this.#groupFields = this.#counting
      .filter(([, operator]) => operator === 'GROUP_BY')
      .map(([field]) => field)
    this.#isImpossible = !acceptsRole(app)
    this.#seed = this.#wanted.some(w => w.port === 0) ? appSeed(app.id) : 0
    if (hasPreference(app)) {
      const values = (field: string): number => this.#valuesOf(field)
      this.#preference = new Preference(app, placed, request.instances ?? 1, values)
    }
  }

  /**
   * Where the next copy goes, or undefined. The caller takes it from the index, in one piece, before it asks again; what
   * else changes there makes the search begin anew.
   */
  next(copy: Copy): Placement | undefined {
    const { version } = this.#index
    if (version !== this.#version) this.#begin()
    const agent = this.#plannedAgent(copy) ?? this.#bestAgent(copy)
    this.#version = agent === undefined ? version : version + 1
    if (agent === undefined) return undefined
    this.#lastClass = this.#index.columns.classOf[agent.handle]!
    const { slot, incarnation, preferred } = copy
    const ports = choosePorts(agent.ports, this.#wanted, { base: this.#seed, slot, incarnation })
    return { agent: agent.id, ports, deviated: preferred !== undefined && preferred !== agent.id }
  }

  #plannedAgent({ preferred, onlyAgent }: Copy): Candidate | undefined {
    if (preferred === undefined || (onlyAgent !== undefined && onlyAgent !== preferred)) return undefined
    const agent = this.#index.get(preferred)
    if (agent === undefined || !this.#passes(agent)) return undefined
    // It may come before those at which the search stands.
    this.#restart()
    return agent
  }

  #bestAgent({ onlyAgent }: Copy): Candidate | undefined {
    if (this.#isImpossible || this.#isExhausted) return undefined
    if (onlyAgent !== undefined) {
      const agent = this.#index.get(onlyAgent)
      if (agent === undefined || !this.#passes(agent)) return undefined
      this.#restart()
      return agent
    }
    const handle = this.#groupFields.length === 0 ? this.#search(0) : this.#searchGroups()
    if (handle < 0) {
      this.#isExhausted = this.#groupFields.length < 2
      return undefined
    }
    return this.#index.at(handle)
  }

  // New groups first, then the smallest; with several fields, every sum of such sizes.
  #searchGroups(): number {
    const { placed } = this.#request
    const fields = this.#groupFields
    let sums = [0]
    for (const field of fields) {
      const smallest = placed.smallestGroup(field)
      if (smallest > 0) sums = [...new Set(sums.flatMap(sum => [sum, sum + smallest]))]
    }
    if (fields.length > 1) this.#restart()
    for (const target of sums.sort((a, b) => a - b)) {
      if (target === 0 && this.#isGrouped) continue
      const handle = this.#search(target)
      if (handle >= 0) return handle
      if (target === 0) this.#isGrouped = true
    }
    return -1
  }

  #search(target: number): number {
    if (target !== this.#target) {
      this.#restart()
      this.#target = target
    }
    const preference = this.#preference
    if (preference === undefined) return this.#sweep()
    if (preference.isPerAgent) return this.#mostPreferred(preference)
    for (;;) {
      const figure = this.#choosePreferred(preference)
      if (figure === undefined) return -1
      if (figure !== this.#figure) {
        this.#rewind()
        this.#figure = figure
      }
      const handle = this.#sweep()
      if (handle >= 0) return handle
      this.#dropPreferred()
    }
  }

  // Through all agents with as many copies in the order of room, then with more copies.
  #sweep(): number {
    for (;;) {
      const handle = this.#index.order.next(this.#cursor, this.#least, this.#accepts)
      if (handle >= 0) {
        this.#cursor.room = this.#index.columns.room[handle]!
        this.#cursor.rank = this.#index.columns.rank[handle]!
        this.#nextLevel = Math.min(this.#nextLevel, this.#level + 1)
        return handle
      }
      if (this.#nextLevel === Infinity) return -1
      const level = this.#nextLevel
      this.#rewind()
      this.#level = level
    }
  }

  readonly #accepts = (handle: number): boolean => {
    const number = this.#index.columns.classOf[handle]!
    if (this.#preferred !== undefined && this.#preferred[number] === 0) return false
    const level = this.#request.placed.atHandle(handle, this.#index)
    if (level !== this.#level) {
      if (level > this.#level && level < this.#nextLevel) this.#nextLevel = level
      return false
    }
    const agent = this.#index.at(handle)
    if (!this.#feasible.ofAgent(number, handle, agent) || !this.#mayCount(agent)) return false
    return this.#wanted.length === 0 || missingPort(agent.ports, this.#wanted) === undefined
  }

  #mayCount(agent: Candidate): boolean {
    const { app, placed } = this.#request
    for (const constraint of this.#counting) if (!constraintAccepts(constraint, agent, placed)) return false
    return this.#groupFields.length === 0 || groupSize(app.constraints, agent, placed) === this.#target
  }

  /** All filters, for one agent. */
  #passes(agent: Candidate): boolean {
    const { app, placed } = this.#request
    if (this.#isImpossible || !fitsAgent(this.#index, agent, app, this.#least)) return false
    return this.#counting.every(c => constraintAccepts(c, agent, placed))
  }

  // Looks at every agent: preferences that differ from agent to agent have no order.
  #mostPreferred(preference: Preference): number {
    const { placed } = this.#request
    let best = -1
    let bestFigure = -Infinity
    let bestLevel = Infinity
    this.#rewind()
    const look = (handle: number): boolean => {
      this.#level = placed.atHandle(handle, this.#index)
      if (!this.#accepts(handle)) return false
      const figure = preference.of(this.#index.at(handle))
      if (figure < bestFigure || (figure === bestFigure && this.#level >= bestLevel)) return false
      best = handle
      bestFigure = figure
      bestLevel = this.#level
      return false
    }
    this.#index.order.next(this.#cursor, this.#least, look)
    return best
  }

  // Marks the classes that are preferred most among those that may still have an agent.
  #choosePreferred(preference: Preference): number | undefined {
    const { classes } = this.#index
    const figures = this.#figuresNow(preference)
    const done = (this.#done ??= new Uint8Array(classes.size))
    const preferred = (this.#preferred ??= new Uint8Array(classes.size))
    let most = -Infinity
    for (const number of this.#candidates) if (done[number] === 0) most = Math.max(most, figures[number]!)
    for (const number of this.#candidates) {
      preferred[number] = done[number] === 0 && figures[number] === most ? 1 : 0
    }
    return most === -Infinity ? undefined : most
  }

  // A copy changes the figures of classes with the same values only.
  #figuresNow(preference: Preference): Float64Array {
    const { classes } = this.#index
    if (this.#figures === undefined) {
      this.#figures = new Float64Array(classes.size)
      this.#candidates = []
      for (let number = 0; number < classes.size; number++) {
        if (classes.countOf(number) === 0 || !this.#feasible.ofClass(number)) continue
        this.#candidates.push(number)
        this.#figures[number] = preference.of(classes.factsOf(number))
      }
    } else if (this.#lastClass >= 0) {
      const last = classes.factsOf(this.#lastClass)
      for (const number of this.#candidates) {
        const facts = classes.factsOf(number)
        if (preference.movesWith(facts, last)) this.#figures[number] = preference.of(facts)
      }
    }
    this.#lastClass = -1
    return this.#figures
  }

  #dropPreferred(): void {
    for (let number = 0; number < this.#done!.length; number++) {
      if (this.#preferred![number] === 1) this.#done![number] = 1
    }
  }

  #begin(): void {
    this.#isExhausted = false
    this.#isGrouped = false
    this.#restart()
  }

  #restart(): void {
    this.#figures = undefined
    this.#target = -1
    this.#figure = NaN
    this.#done = undefined
    this.#rewind()
  }

  #rewind(): void {
    this.#level = 0
    this.#nextLevel = Infinity
    this.#cursor.room = this.#cursor.rank = -Infinity
  }

  // Every agent has a host name of its own.
  #valuesOf(field: string): number {
    const { classes } = this.#index
    const values = new Set<string | undefined>()
    let agents = 0
    for (let number = 0; number < classes.size; number++) {
      if (classes.countOf(number) === 0 || !this.#feasible.ofClass(number)) continue
      agents += classes.countOf(number)
      values.add(fieldText(classes.factsOf(number), field))
    }
    return isHostname(field) ? agents : values.size
  }
}

/** What filters need to know of an app. */
export function needOf({ app, resources, placed }: BatchRequest): Need {
  return { app, resources, placed, driver: driverOf(app), ports: hostPortsWanted(app) }
}

/** All filters but those that count the app's instances, for one agent. */
export function fitsAgent(index: AgentIndex, agent: Candidate, app: App, least: Least): boolean {
  if (!agent.isOpen || !hasRoom(agent, least)) return false
  const number = index.columns.classOf[agent.handle]!
  if (!index.classes.feasibleFor(app).ofAgent(number, agent.handle, agent)) return false
  return missingPort(agent.ports, hostPortsWanted(app)) === undefined
}

/** Whether any agent passes all filters but those that count the app's instances. */
export function someFits(index: AgentIndex, app: App, least: Least): boolean {
  const feasible = index.classes.feasibleFor(app)
  const wanted = hostPortsWanted(app)
  const accepts = (handle: number): boolean => {
    const agent = index.at(handle)
    return (
      feasible.ofAgent(index.columns.classOf[handle]!, handle, agent) &&
      missingPort(agent.ports, wanted) === undefined
    )
  }
  return index.order.next({ room: -Infinity, rank: -Infinity }, least, accepts) >= 0
}

export function leastOf(resources: Resources): Least {
  const least = (amount: number): number => (amount === 0 ? -Infinity : amount)
  return {
    cpuMilli: least(resources.cpuMilli),
    memKiB: least(resources.memKiB),
    diskKiB: least(resources.diskKiB),
    gpus: least(resources.gpus),
  }
}

function hasRoom({ free }: Candidate, least: Least): boolean {
  return (
    free.cpuMilli >= least.cpuMilli &&
    free.memKiB >= least.memKiB &&
    free.diskKiB >= least.diskKiB &&
    free.gpus >= least.gpus
  )
}
