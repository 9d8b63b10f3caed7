// Which host ports a task gets. Fixed ports must lie in the agent's ranges and be free for their protocol. A random one
// is a number that nobody holds under any protocol: whether there are enough of them is known without a search. It comes
// from a hash of app, slot and incarnation with linear probing over the ranges: no random stream lives in the state, and
// the same decision made twice gives the same ports.
import { murmur32 } from '../../../base/index.ts'
import type { AppId, PortProtocol } from '../../../model/index.ts'
import { protocolBits, tcpBit, udpBit, type PortSet } from './portset.ts'

export interface PortWanted {
  /** 0: any. */
  readonly port: number
  readonly protocol: PortProtocol
}

export interface PortSeed {
  /** Of the app: see `appSeed`. */
  readonly base: number
  readonly slot: number
  readonly incarnation: number
}

type Ports = Pick<PortSet, 'offered' | 'untouched' | 'offers' | 'at' | 'isFree'>

/** The first wanted entry that the agent can't give; undefined when it has them all. */
export function missingPort(agent: Ports, wanted: readonly PortWanted[]): PortWanted | undefined {
  let left = agent.untouched
  let random: PortWanted | undefined
  for (let i = 0; i < wanted.length; i++) {
    const entry = wanted[i]!
    if (entry.port === 0) {
      left--
      random ??= entry
      continue
    }
    if (!agent.offers(entry.port) || !agent.isFree(entry.port, protocolBits(entry.protocol))) return entry
    const isFirst = wanted.findIndex(w => w.port === entry.port) === i
    if (isFirst && agent.isFree(entry.port, tcpBit | udpBit)) left--
  }
  return left < 0 ? random : undefined
}

/** One port per wanted entry, in order, on an agent that misses none. */
export function choosePorts(agent: Ports, wanted: readonly PortWanted[], seed: PortSeed): readonly number[] {
  if (wanted.length === 0) return noPorts
  const ports = wanted.map(w => w.port)
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i]!.port === 0) ports[i] = probe(agent, mix(seed, i), ports)
  }
  return ports
}

const noPorts: readonly number[] = []

function probe(agent: Ports, start: number, taken: readonly number[]): number {
  const count = agent.offered
  for (let i = 0; i < count; i++) {
    const port = agent.at((start + i) % count)
    if (agent.isFree(port, tcpBit | udpBit) && !taken.includes(port)) return port
  }
  return 0
}

const encoder = new TextEncoder()

export function appSeed(app: AppId): number {
  return murmur32(encoder.encode(app), 0)
}

// The last steps of murmur3 over the words one after another.
function mix({ base, slot, incarnation }: PortSeed, index: number): number {
  return stirred(stirred(stirred(base, slot), incarnation), index)
}

function stirred(hash: number, word: number): number {
  let h = Math.imul(hash ^ word, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
