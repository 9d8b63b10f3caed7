// Which host ports a task gets. Fixed ports must lie in the agent's ranges and be free. Random ones come from a hash of
// app, slot and incarnation with linear probing over the ranges: no random stream lives in the state, and the same
// decision made twice gives the same ports.
import { murmur32 } from '../../../base/index.ts'
import type { AppId, PortProtocol, PortRange } from '../../../model/index.ts'
import type { Candidate } from './agents.ts'

export interface PortWanted {
  /** 0: any. */
  readonly port: number
  readonly protocol: PortProtocol
}

export interface PortSeed {
  readonly app: AppId
  readonly slot: number
  readonly incarnation: number
}

/** One port per wanted entry, in order; or the first entry that can't be had. */
export function choosePorts(
  agent: Candidate,
  wanted: readonly PortWanted[],
  seed: PortSeed,
): { readonly ports: readonly number[] } | { readonly missing: PortWanted } {
  if (wanted.length === 0) return { ports: [] }
  const ports: number[] = wanted.map(w => w.port)
  const taken = new Set(ports)
  for (const entry of wanted) {
    if (entry.port !== 0 && !(inRanges(agent.capacity.ports, entry.port) && isFree(agent, entry)))
      return { missing: entry }
  }
  for (const [i, entry] of wanted.entries()) {
    if (entry.port !== 0) continue
    const port = probe(agent, entry.protocol, hash(seed, i), taken)
    if (port === undefined) return { missing: entry }
    ports[i] = port
    taken.add(port)
  }
  return { ports }
}

function isFree(agent: Candidate, { port, protocol }: PortWanted): boolean {
  return agent.portIsFree(port, protocol)
}

function probe(
  agent: Candidate,
  protocol: PortProtocol,
  start: number,
  taken: ReadonlySet<number>,
): number | undefined {
  const count = agent.portCount
  for (let i = 0; i < count; i++) {
    const port = portAt(agent.capacity.ports, (start + i) % count)
    if (!taken.has(port) && agent.portIsFree(port, protocol)) return port
  }
  return undefined
}

/** The port at a position counted through all ranges. */
function portAt(ranges: readonly PortRange[], position: number): number {
  let left = position
  for (const [first, last] of ranges) {
    const size = last - first + 1
    if (left < size) return first + left
    left -= size
  }
  return 0
}

function inRanges(ranges: readonly PortRange[], port: number): boolean {
  return ranges.some(([first, last]) => first <= port && port <= last)
}

const encoder = new TextEncoder()

function hash({ app, slot, incarnation }: PortSeed, index: number): number {
  return murmur32(encoder.encode(`${app}\u0000${slot}\u0000${incarnation}\u0000${index}`), 0)
}
