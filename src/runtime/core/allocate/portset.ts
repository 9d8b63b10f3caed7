// Host ports held on one agent, tcp and udp apart: bitmaps in pages that are made when first needed, so that an agent
// that offers all ports costs no more than one that offers a thousand. A port has more than one holder only after an
// adoption; those are counted beside.
import { assert } from '../../../base/index.ts'
import type { PortProtocol, PortRange } from '../../../model/index.ts'

export const tcpBit = 1
export const udpBit = 2

export function protocolBits(protocol: PortProtocol): number {
  if (protocol === 'tcp') return tcpBit
  return protocol === 'udp' ? udpBit : tcpBit | udpBit
}

/** Ports of one page; the first half of its words is for tcp, the second for udp. */
const pagePorts = 1024
const pageWords = pagePorts / 32

export class PortSet {
  readonly #pages: (Uint32Array | undefined)[] = []
  /** Holders beyond the first, by port * 4 + protocol bit. */
  readonly #more = new Map<number, number>()
  #ranges: readonly PortRange[] = []
  #offered = 0
  #held = 0
  #untouched = 0

  /** Ports in the ranges. */
  get offered(): number {
    return this.#offered
  }

  /** Different ports held, of any protocol, also outside the ranges. */
  get held(): number {
    return this.#held
  }

  /** Ports in the ranges that nobody holds under any protocol. */
  get untouched(): number {
    return this.#untouched
  }

  setRanges(ranges: readonly PortRange[]): void {
    this.#ranges = ranges
    this.#offered = 0
    this.#untouched = 0
    for (const [first, last] of ranges) {
      this.#offered += last - first + 1
      for (let port = first; port <= last; port++) if (this.isFree(port, tcpBit | udpBit)) this.#untouched++
    }
  }

  offers(port: number): boolean {
    return this.#ranges.some(([first, last]) => first <= port && port <= last)
  }

  /** The port at a position counted through all ranges. */
  at(position: number): number {
    let left = position
    for (const [first, last] of this.#ranges) {
      const size = last - first + 1
      if (left < size) return first + left
      left -= size
    }
    return 0
  }

  isFree(port: number, bits: number): boolean {
    const page = this.#pages[Math.floor(port / pagePorts)]
    if (page === undefined) return true
    const word = (port % pagePorts) >>> 5
    const bit = 1 << (port & 31)
    return !((bits & tcpBit && page[word]! & bit) || (bits & udpBit && page[pageWords + word]! & bit))
  }

  take(port: number, bits: number): void {
    const wasFree = this.isFree(port, tcpBit | udpBit)
    if (bits & tcpBit) this.#set(port, tcpBit)
    if (bits & udpBit) this.#set(port, udpBit)
    if (wasFree) this.#countHeld(port, 1)
  }

  give(port: number, bits: number): void {
    if (bits & tcpBit) this.#unset(port, tcpBit)
    if (bits & udpBit) this.#unset(port, udpBit)
    if (this.isFree(port, tcpBit | udpBit)) this.#countHeld(port, -1)
  }

  #countHeld(port: number, by: 1 | -1): void {
    this.#held += by
    if (this.offers(port)) this.#untouched -= by
  }

  #set(port: number, bit: number): void {
    if (!this.isFree(port, bit)) {
      const key = port * 4 + bit
      this.#more.set(key, (this.#more.get(key) ?? 0) + 1)
      return
    }
    const at = Math.floor(port / pagePorts)
    const page = (this.#pages[at] ??= new Uint32Array(2 * pageWords))
    page[wordOf(port, bit)]! |= 1 << (port & 31)
  }

  #unset(port: number, bit: number): void {
    const key = port * 4 + bit
    const more = this.#more.get(key)
    if (more !== undefined) {
      if (more === 1) this.#more.delete(key)
      else this.#more.set(key, more - 1)
      return
    }
    assert(!this.isFree(port, bit), `port ${port} was given back twice`)
    this.#pages[Math.floor(port / pagePorts)]![wordOf(port, bit)]! &= ~(1 << (port & 31))
  }
}

function wordOf(port: number, bit: number): number {
  return (bit === udpBit ? pageWords : 0) + ((port % pagePorts) >>> 5)
}
