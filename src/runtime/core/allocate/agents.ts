// What the agents offer and what is left of it, kept by difference: taking and giving back cost the same whether an
// agent holds one task or thousands. Agents that take something new stand in an order of room, in which the search for
// the fullest agent that still fits begins; those that don't are out of it. Iteration is by agent id, so that no
// decision hangs on the order of arrival. An agent may hold more than it offers (it came back smaller, or tasks were
// adopted): free figures then are negative.
import { assert, compareStrings, present } from '../../../base/index.ts'
import type { AgentId, PortProtocol, Resources } from '../../../model/index.ts'
import { AgentClasses } from './classes.ts'
import { Columns } from './columns.ts'
import type { AgentFacts } from './facts.ts'
import { PortSet, protocolBits } from './portset.ts'
import { RoomOrder } from './roomorder.ts'

export type { AgentFacts } from './facts.ts'

/** One agent of the index, for reading. */
export interface Candidate extends AgentFacts {
  /** Its place in the columns; says nothing about order. */
  readonly handle: number
  readonly free: Readonly<Resources>
  readonly ports: Pick<PortSet, 'offered' | 'held' | 'untouched' | 'offers' | 'at' | 'isFree'>
  /** Takes something new: reachable, not drained, not cordoned. */
  readonly isOpen: boolean
  /** Different host ports held, of any protocol. */
  readonly portsHeld: number
  portIsFree(port: number, protocol: PortProtocol): boolean
}

/** A GPU is worth as much room as this many CPUs: what needs none goes to agents without first. */
const cpusPerGpu = 16

export class AgentIndex {
  readonly columns = new Columns()
  readonly order = new RoomOrder(this.columns)
  readonly classes = new AgentClasses()
  readonly #agents = new Map<AgentId, Entry>()
  readonly #byHandle: (Entry | undefined)[] = []
  readonly #spareHandles: number[] = []
  /** Ids by code point. */
  readonly #ids: AgentId[] = []
  readonly #offered = { cpuMilli: 0, memKiB: 0 }
  #kibPerMilli = 1
  #factsVersion = 0
  #version = 0
  #gained = new Set<number>()

  get(id: AgentId): Candidate | undefined {
    return this.#agents.get(id)
  }

  at(handle: number): Candidate {
    return this.#byHandle[handle]!
  }

  get size(): number {
    return this.#ids.length
  }

  /** Changes with everything that a search looks at. */
  get version(): number {
    return this.#version
  }

  /** Changes whenever host names or attributes of an agent do, and with the set of agents. */
  get factsVersion(): number {
    return this.#factsVersion
  }

  /** By code point. */
  ids(): readonly AgentId[] {
    return this.#ids
  }

  /** In the order of ids. */
  *candidates(): IterableIterator<Candidate> {
    for (const id of this.#ids) yield this.#agents.get(id)!
  }

  /** Adds an agent, or replaces what is known of it; what it holds stays. */
  upsert(facts: AgentFacts): void {
    const known = this.#agents.get(facts.id)
    if (known === undefined) this.#add(facts)
    else if (known.differsFrom(facts)) this.#change(known, facts)
  }

  /** Forgets an agent, which must hold nothing. */
  remove(id: AgentId): void {
    const entry = this.#agents.get(id)
    if (entry === undefined) return
    assert(entry.holders === 0, `agent ${id} is removed while it holds tasks`)
    this.#close(entry)
    this.classes.leave(this.columns.classOf[entry.handle]!)
    this.#agents.delete(id)
    this.#byHandle[entry.handle] = undefined
    this.#spareHandles.push(entry.handle)
    this.#gained.delete(entry.handle)
    this.#ids.splice(this.#positionOf(id), 1)
    this.#version++
    this.#factsVersion++
    this.#offer(entry, -1)
    this.#weigh()
  }

  setReachable(id: AgentId, reachable: boolean): void {
    const entry = this.#entry(id)
    if (entry.reachable === reachable) return
    this.#close(entry)
    entry.reachable = reachable
    this.#open(entry)
  }

  /** `protocols` in the order of `ports`; without it a port is taken for tcp and udp. */
  take(
    id: AgentId,
    resources: Resources,
    ports: readonly number[],
    protocols?: readonly PortProtocol[],
  ): void {
    this.#hold(this.#entry(id), resources, ports, protocols, 1)
  }

  /** The exact opposite of `take` with the same arguments. */
  release(
    id: AgentId,
    resources: Resources,
    ports: readonly number[],
    protocols?: readonly PortProtocol[],
  ): void {
    const entry = this.#entry(id)
    this.#hold(entry, resources, ports, protocols, -1)
    if (entry.isOpen) this.#gained.add(entry.handle)
  }

  /** Agents that have got more room, or come into use, since this was asked last; in no order. */
  takeGained(): ReadonlySet<number> {
    const gained = this.#gained
    if (gained.size > 0) this.#gained = new Set()
    return gained
  }

  #add(facts: AgentFacts): void {
    const handle = this.#spareHandles.pop() ?? this.#byHandle.length
    this.columns.grow(handle + 1)
    const entry = new Entry(handle, facts)
    this.#agents.set(facts.id, entry)
    this.#byHandle[handle] = entry
    this.columns.classOf[handle] = this.classes.join(entry)
    const position = this.#positionOf(facts.id)
    this.#ids.splice(position, 0, facts.id)
    this.#rank(position)
    this.#factsVersion++
    this.#offer(entry, 1)
    if (!this.#weigh()) this.#open(entry)
    if (entry.isOpen) this.#gained.add(handle)
  }

  #change(entry: Entry, facts: AgentFacts): void {
    this.#close(entry)
    this.#offer(entry, -1)
    const isOther = entry.isOtherThan(facts)
    entry.update(facts)
    if (isOther) {
      this.classes.leave(this.columns.classOf[entry.handle]!)
      this.columns.classOf[entry.handle] = this.classes.join(entry)
      if (this.classes.isSparse) this.#classify()
      this.#factsVersion++
    }
    this.#offer(entry, 1)
    if (!this.#weigh()) this.#open(entry)
    if (entry.isOpen) this.#gained.add(entry.handle)
  }

  #classify(): void {
    this.classes.clear()
    for (const id of this.#ids) {
      const entry = this.#agents.get(id)!
      this.columns.classOf[entry.handle] = this.classes.join(entry)
    }
  }

  #hold(
    entry: Entry,
    resources: Resources,
    ports: readonly number[],
    protocols: readonly PortProtocol[] | undefined,
    by: 1 | -1,
  ): void {
    this.#version++
    if (entry.isOpen) this.order.remove(entry.handle)
    entry.hold(resources, ports, protocols, by)
    this.#setColumns(entry)
    if (entry.isOpen) this.order.insert(entry.handle)
  }

  #close(entry: Entry): void {
    if (!entry.isOpen) return
    this.order.remove(entry.handle)
    this.#gained.delete(entry.handle)
    entry.isOpen = false
  }

  #open(entry: Entry): void {
    this.#version++
    this.#setColumns(entry)
    entry.isOpen = entry.reachable && !entry.draining && entry.eligible
    if (!entry.isOpen) return
    this.order.insert(entry.handle)
    this.#gained.add(entry.handle)
  }

  #setColumns({ handle, free }: Entry): void {
    const { columns } = this
    columns.cpuMilli[handle] = free.cpuMilli
    columns.memKiB[handle] = free.memKiB
    columns.diskKiB[handle] = free.diskKiB
    columns.gpus[handle] = free.gpus
    const cpuMilli = free.cpuMilli + free.gpus * cpusPerGpu * 1000
    columns.room[handle] = cpuMilli * this.#kibPerMilli + free.memKiB
  }

  #offer(entry: Entry, by: 1 | -1): void {
    this.#offered.cpuMilli += by * entry.capacity.resources.cpuMilli
    this.#offered.memKiB += by * entry.capacity.resources.memKiB
  }

  // CPU and memory are added up at the rate at which all agents together offer them, in powers of two so that it seldom
  // changes. True when it has, and all agents were put in order anew.
  #weigh(): boolean {
    const { cpuMilli, memKiB } = this.#offered
    let rate = 1
    // The next power is nearer as a factor: rate * 2 <= wanted * sqrt(2).
    while (cpuMilli > 0 && 2 * rate * rate * cpuMilli * cpuMilli <= memKiB * memKiB) rate *= 2
    if (rate === this.#kibPerMilli) return false
    this.#kibPerMilli = rate
    this.order.clear()
    for (const id of this.#ids) {
      const entry = this.#agents.get(id)!
      const wasOpen = entry.isOpen
      entry.isOpen = false
      const gained = this.#gained.has(entry.handle)
      this.#open(entry)
      if (wasOpen && !gained) this.#gained.delete(entry.handle)
    }
    return true
  }

  // Between those of its neighbours; when there is no number left between them, all are numbered anew.
  #rank(position: number): void {
    const { rank } = this.columns
    const rankAt = (at: number): number | undefined => {
      const id = this.#ids[at]
      return id === undefined ? undefined : rank[this.#agents.get(id)!.handle]
    }
    const handle = this.#agents.get(this.#ids[position]!)!.handle
    const before = rankAt(position - 1)
    const after = rankAt(position + 1)
    if (after === undefined) rank[handle] = (before ?? 0) + 1
    else if (before === undefined) rank[handle] = after - 1
    else {
      rank[handle] = (before + after) / 2
      if (rank[handle] > before && rank[handle] < after) return
      for (const [i, id] of this.#ids.entries()) rank[this.#agents.get(id)!.handle] = i
    }
  }

  #positionOf(id: AgentId): number {
    let low = 0
    let high = this.#ids.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (compareStrings(this.#ids[middle]!, id) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  #entry(id: AgentId): Entry {
    return present(this.#agents.get(id), `agent ${id}`)
  }
}

class Entry implements Candidate {
  readonly handle: number
  readonly id: AgentId
  hostname: string
  attributes: AgentFacts['attributes']
  drivers: AgentFacts['drivers']
  capacity: AgentFacts['capacity']
  reachable: boolean
  draining: boolean
  eligible: boolean
  readonly free: { -readonly [K in keyof Resources]: number }
  readonly ports = new PortSet()
  /** Tasks that hold something here. */
  holders = 0
  /** In the order of room. */
  isOpen = false

  constructor(handle: number, facts: AgentFacts) {
    this.handle = handle
    this.id = facts.id
    this.hostname = facts.hostname
    this.attributes = facts.attributes
    this.drivers = facts.drivers
    this.capacity = facts.capacity
    this.reachable = facts.reachable
    this.draining = facts.draining ?? false
    this.eligible = facts.eligible ?? true
    this.free = { ...facts.capacity.resources }
    this.ports.setRanges(facts.capacity.ports)
  }

  get portsHeld(): number {
    return this.ports.held
  }

  portIsFree(port: number, protocol: PortProtocol): boolean {
    return this.ports.isFree(port, protocolBits(protocol))
  }

  /** Agents' rows change with every task, most often in nothing that is known here. */
  differsFrom(facts: AgentFacts): boolean {
    return (
      this.capacity !== facts.capacity ||
      this.reachable !== facts.reachable ||
      this.draining !== (facts.draining ?? false) ||
      this.eligible !== (facts.eligible ?? true) ||
      this.isOtherThan(facts)
    )
  }

  /** What constraints and drivers see. */
  isOtherThan(facts: AgentFacts): boolean {
    return (
      this.attributes !== facts.attributes ||
      this.drivers !== facts.drivers ||
      this.hostname !== facts.hostname
    )
  }

  update(facts: AgentFacts): void {
    const before = this.capacity.resources
    const after = facts.capacity.resources
    this.free.cpuMilli += after.cpuMilli - before.cpuMilli
    this.free.memKiB += after.memKiB - before.memKiB
    this.free.diskKiB += after.diskKiB - before.diskKiB
    this.free.gpus += after.gpus - before.gpus
    this.hostname = facts.hostname
    this.attributes = facts.attributes
    this.drivers = facts.drivers
    this.capacity = facts.capacity
    this.reachable = facts.reachable
    this.draining = facts.draining ?? false
    this.eligible = facts.eligible ?? true
    this.ports.setRanges(facts.capacity.ports)
  }

  hold(
    resources: Resources,
    ports: readonly number[],
    protocols: readonly PortProtocol[] | undefined,
    by: 1 | -1,
  ): void {
    this.holders += by
    this.free.cpuMilli -= by * resources.cpuMilli
    this.free.memKiB -= by * resources.memKiB
    this.free.diskKiB -= by * resources.diskKiB
    this.free.gpus -= by * resources.gpus
    for (let i = 0; i < ports.length; i++) {
      const bits = protocolBits(protocols?.[i] ?? 'udp,tcp')
      if (by > 0) this.ports.take(ports[i]!, bits)
      else this.ports.give(ports[i]!, bits)
    }
    assert(this.holders >= 0, `agent ${this.id} gave back more than it held`)
  }
}
