// What the agents offer and what is left of it, kept by difference: taking and giving back cost the same whether an
// agent holds one task or thousands. Iteration is by agent id, so that no decision hangs on the order of arrival.
// An agent may hold more than it offers (it came back smaller, or tasks were adopted): free figures then are negative.
import { assert, compareStrings, present } from '../../../base/index.ts'
import type {
  AgentId,
  Attribute,
  Capacity,
  DriverKind,
  PortProtocol,
  PortRange,
  Resources,
} from '../../../model/index.ts'

/** What is known of an agent, apart from what it holds. */
export interface AgentFacts {
  readonly id: AgentId
  readonly hostname: string
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly drivers: readonly DriverKind[]
  readonly capacity: Capacity
  readonly reachable: boolean
  /** Keeps what runs on it and gets nothing new. Default false. */
  readonly draining?: boolean
}

/** One agent of the index, for reading. */
export interface Candidate extends AgentFacts {
  readonly free: Readonly<Resources>
  /** Host ports of its ranges. */
  readonly portCount: number
  /** Different host ports held, of any protocol. */
  readonly portsHeld: number
  portIsFree(port: number, protocol: PortProtocol): boolean
}

export class AgentIndex {
  readonly #agents = new Map<AgentId, Entry>()
  /** Ids by code point. */
  #ids: AgentId[] = []

  get(id: AgentId): Candidate | undefined {
    return this.#agents.get(id)
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
    if (known !== undefined) {
      known.update(facts)
      return
    }
    this.#agents.set(facts.id, new Entry(facts))
    this.#ids = [...this.#ids, facts.id].sort(compareStrings)
  }

  /** Forgets an agent, which must hold nothing. */
  remove(id: AgentId): void {
    const entry = this.#agents.get(id)
    if (entry === undefined) return
    assert(entry.holders === 0, `agent ${id} is removed while it holds tasks`)
    this.#agents.delete(id)
    this.#ids = this.#ids.filter(other => other !== id)
  }

  setReachable(id: AgentId, reachable: boolean): void {
    this.#entry(id).reachable = reachable
  }

  /** `protocols` in the order of `ports`; without it a port is taken for tcp and udp. */
  take(
    id: AgentId,
    resources: Resources,
    ports: readonly number[],
    protocols?: readonly PortProtocol[],
  ): void {
    this.#entry(id).hold(resources, ports, protocols, 1)
  }

  /** The exact opposite of `take` with the same arguments. */
  release(
    id: AgentId,
    resources: Resources,
    ports: readonly number[],
    protocols?: readonly PortProtocol[],
  ): void {
    this.#entry(id).hold(resources, ports, protocols, -1)
  }

  #entry(id: AgentId): Entry {
    return present(this.#agents.get(id), `agent ${id}`)
  }
}

const tcp = 1
const udp = 2

class Entry implements Candidate {
  readonly id: AgentId
  hostname: string
  attributes: Readonly<Record<string, Attribute>>
  drivers: readonly DriverKind[]
  capacity: Capacity
  reachable: boolean
  draining: boolean
  portCount: number
  readonly free: { -readonly [K in keyof Resources]: number }
  /** Tasks that hold something here. */
  holders = 0
  /** Holders of a port per protocol: more than one only after an adoption. */
  readonly #tcp = new Map<number, number>()
  readonly #udp = new Map<number, number>()
  #portsHeld = 0

  constructor(facts: AgentFacts) {
    this.id = facts.id
    this.hostname = facts.hostname
    this.attributes = facts.attributes
    this.drivers = facts.drivers
    this.capacity = facts.capacity
    this.reachable = facts.reachable
    this.draining = facts.draining ?? false
    this.portCount = countPorts(facts.capacity.ports)
    this.free = { ...facts.capacity.resources }
  }

  get portsHeld(): number {
    return this.#portsHeld
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
    this.portCount = countPorts(facts.capacity.ports)
  }

  portIsFree(port: number, protocol: PortProtocol): boolean {
    const wanted = protocolBits(protocol)
    return !((wanted & tcp && this.#tcp.has(port)) || (wanted & udp && this.#udp.has(port)))
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
    for (const [i, port] of ports.entries()) {
      const wanted = protocolBits(protocols?.[i] ?? 'udp,tcp')
      const heldBefore = this.#tcp.has(port) || this.#udp.has(port)
      if (wanted & tcp) count(this.#tcp, port, by)
      if (wanted & udp) count(this.#udp, port, by)
      const heldAfter = this.#tcp.has(port) || this.#udp.has(port)
      this.#portsHeld += Number(heldAfter) - Number(heldBefore)
    }
    assert(this.holders >= 0, `agent ${this.id} gave back more than it held`)
  }
}

function protocolBits(protocol: PortProtocol): number {
  if (protocol === 'tcp') return tcp
  return protocol === 'udp' ? udp : tcp | udp
}

function count(holders: Map<number, number>, port: number, by: 1 | -1): void {
  const now = (holders.get(port) ?? 0) + by
  assert(now >= 0, `port ${port} was given back twice`)
  if (now === 0) holders.delete(port)
  else holders.set(port, now)
}

function countPorts(ranges: readonly PortRange[]): number {
  let sum = 0
  for (const [first, last] of ranges) sum += last - first + 1
  return sum
}
