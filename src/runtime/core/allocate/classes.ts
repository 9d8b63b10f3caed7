// Agents that no constraint on attributes and no driver can tell apart are of one class, so such a question is answered
// once per class and kept. The host name is left out of the class: it is different for every agent, and questions about
// it are kept per agent. Only speed depends on all this.
import { canonicalJson } from '../../../base/index.ts'
import type { App, Constraint } from '../../../model/index.ts'
import { driverOf } from '../../../model/index.ts'
import type { AgentFacts } from './facts.ts'
import { constraintAccepts } from './constraints.ts'
import { isHostname } from './fields.ts'
import { isCounting, PlacedCounts } from './placed.ts'

/** Sets of constraints whose answers are kept; more than that in use at once is rare. */
const maxKept = 256
/** Classes without an agent that are tolerated before all are numbered anew. */
const maxEmpty = 1024

const unknown = 0
const no = 1
const yes = 2

export class AgentClasses {
  readonly #numbers = new Map<string, number>()
  /** By number: an agent's facts that stand for all of the class, and how many agents are of it. */
  #members: { readonly facts: AgentFacts; count: number }[] = []
  readonly #kept = new Map<string, Feasible>()
  #empty = 0

  /** Classes numbered so far; some may have no agent any more. */
  get size(): number {
    return this.#members.length
  }

  /** The class of an agent that is new or has changed. */
  join(facts: AgentFacts): number {
    const key = canonicalJson([[...facts.drivers].sort(), facts.attributes] as never)
    let number = this.#numbers.get(key)
    if (number === undefined) {
      number = this.#members.length
      this.#numbers.set(key, number)
      // A copy: the agent may be of another class later.
      this.#members.push({ facts: copyOf(facts), count: 0 })
      this.#empty++
    }
    const member = this.#members[number]!
    if (member.count++ === 0) this.#empty--
    return number
  }

  leave(number: number): void {
    const member = this.#members[number]!
    if (--member.count === 0) this.#empty++
    // What was kept per agent may speak of another agent from now on.
    for (const [key, kept] of this.#kept) if (kept.isPerAgent) this.#kept.delete(key)
  }

  /** True when so many classes are empty that the caller should `clear` and let all agents join again. */
  get isSparse(): boolean {
    return this.#empty > maxEmpty
  }

  clear(): void {
    this.#numbers.clear()
    this.#members = []
    this.#kept.clear()
    this.#empty = 0
  }

  /** Agents of the class. */
  countOf(number: number): number {
    return this.#members[number]!.count
  }

  /** Facts of the class; the id and host name are those of any agent of it. */
  factsOf(number: number): AgentFacts {
    return this.#members[number]!.facts
  }

  /** What driver and constraints that do not count instances say about agents, kept for all apps that ask the same. */
  feasibleFor(app: App): Feasible {
    const driver = driverOf(app)
    const fixed = app.constraints.filter(constraint => !isCounting(constraint))
    const key = fixed.length === 0 ? driver : `${driver} ${JSON.stringify(fixed)}`
    let feasible = this.#kept.get(key)
    if (feasible === undefined) {
      if (this.#kept.size >= maxKept) this.#kept.clear()
      feasible = new Feasible(this, fixed, facts => facts.drivers.includes(driver))
      this.#kept.set(key, feasible)
    }
    return feasible
  }
}

export class Feasible {
  readonly isPerAgent: boolean
  readonly #classes: AgentClasses
  readonly #ofClass: readonly Constraint[]
  readonly #ofAgent: readonly Constraint[]
  readonly #hasDriver: (facts: AgentFacts) => boolean
  #classAnswers = new Uint8Array(64)
  #agentAnswers = new Uint8Array(0)

  constructor(
    classes: AgentClasses,
    constraints: readonly Constraint[],
    hasDriver: (facts: AgentFacts) => boolean,
  ) {
    this.#classes = classes
    this.#ofClass = constraints.filter(([field]) => !isHostname(field))
    this.#ofAgent = constraints.filter(([field]) => isHostname(field))
    this.#hasDriver = hasDriver
    this.isPerAgent = this.#ofAgent.length > 0
  }

  ofClass(number: number): boolean {
    const known = number < this.#classAnswers.length ? this.#classAnswers[number]! : unknown
    if (known !== unknown) return known === yes
    this.#classAnswers = reaching(this.#classAnswers, number)
    const facts = this.#classes.factsOf(number)
    const answer = this.#hasDriver(facts) && this.#ofClass.every(c => constraintAccepts(c, facts, nothing))
    this.#classAnswers[number] = answer ? yes : no
    return answer
  }

  ofAgent(number: number, handle: number, facts: AgentFacts): boolean {
    if (!this.ofClass(number)) return false
    if (!this.isPerAgent) return true
    const known = handle < this.#agentAnswers.length ? this.#agentAnswers[handle]! : unknown
    if (known !== unknown) return known === yes
    this.#agentAnswers = reaching(this.#agentAnswers, handle)
    const answer = this.#ofAgent.every(c => constraintAccepts(c, facts, nothing))
    this.#agentAnswers[handle] = answer ? yes : no
    return answer
  }
}

function copyOf({ id, hostname, attributes, drivers, capacity, reachable }: AgentFacts): AgentFacts {
  return { id, hostname, attributes, drivers, capacity, reachable }
}

const nothing = new PlacedCounts([])

function reaching(answers: Uint8Array<ArrayBuffer>, position: number): Uint8Array<ArrayBuffer> {
  if (position < answers.length) return answers
  const next = new Uint8Array(Math.max(position + 1, 2 * answers.length, 64))
  next.set(answers)
  return next
}
