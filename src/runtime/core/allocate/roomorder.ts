// Agents that take something new, the fullest first, equal ones by id. Kept in blocks that know the most that one of
// their agents has free of each resource, so that a search passes over whole blocks of full agents. Those figures may be
// too high after an agent left its block or lost room; they are corrected when a search finds nothing in the block.
import { assert } from '../../../base/index.ts'
import type { Columns } from './columns.ts'

const blockSize = 64
/** Neighbours are joined when both fit into this. */
const joinedSize = 40

/** Where a search goes on: behind the agent with this room and rank. */
export interface Cursor {
  room: number
  rank: number
}

/** What must be free at least; minus infinity where nothing is wanted, since free amounts may be negative. */
export interface Least {
  readonly cpuMilli: number
  readonly memKiB: number
  readonly diskKiB: number
  readonly gpus: number
}

interface Block {
  readonly handles: Int32Array
  size: number
  cpuMilli: number
  memKiB: number
  diskKiB: number
  gpus: number
}

export class RoomOrder {
  readonly #columns: Columns
  #blocks: Block[] = []

  constructor(columns: Columns) {
    this.#columns = columns
  }

  /** The agent's room and rank must stay as they are until it is removed. */
  insert(handle: number): void {
    const { room, rank } = this.#columns
    const at = this.#blockFor(room[handle]!, rank[handle]!)
    let block = this.#blocks[at]
    if (block === undefined) this.#blocks.push((block = emptyBlock()))
    if (block.size === blockSize) {
      const upper = emptyBlock()
      upper.handles.set(block.handles.subarray(blockSize / 2))
      upper.size = block.size = blockSize / 2
      this.#blocks.splice(at + 1, 0, upper)
      this.#measure(upper)
      this.#measure(block)
      const first = upper.handles[0]!
      if (isBehind(room[handle]!, rank[handle]!, room[first]!, rank[first]!)) block = upper
    }
    const position = this.#positionIn(block, room[handle]!, rank[handle]!)
    block.handles.copyWithin(position + 1, position, block.size)
    block.handles[position] = handle
    block.size++
    this.#include(block, handle)
  }

  remove(handle: number): void {
    const { room, rank } = this.#columns
    const at = this.#blockFor(room[handle]!, rank[handle]!)
    const block = this.#blocks[at]!
    const position = this.#positionIn(block, room[handle]!, rank[handle]!) - 1
    assert(block.handles[position] === handle, 'an agent is not where its room says')
    block.handles.copyWithin(position, position + 1, block.size)
    block.size--
    const next = this.#blocks[at + 1]
    if (block.size === 0) this.#blocks.splice(at, 1)
    else if (next !== undefined && block.size + next.size <= joinedSize) this.#join(at)
  }

  clear(): void {
    this.#blocks = []
  }

  /** The first agent behind the cursor with that much free that is accepted, or -1. */
  next(cursor: Cursor, least: Least, accepts: (handle: number) => boolean): number {
    const { cpuMilli, memKiB, diskKiB, gpus } = this.#columns
    let at = this.#blockFor(cursor.room, cursor.rank)
    let position =
      at < this.#blocks.length ? this.#positionIn(this.#blocks[at]!, cursor.room, cursor.rank) : 0
    for (; at < this.#blocks.length; at++, position = 0) {
      const block = this.#blocks[at]!
      if (block.cpuMilli < least.cpuMilli || block.memKiB < least.memKiB) continue
      if (block.diskKiB < least.diskKiB || block.gpus < least.gpus) continue
      const isWhole = position === 0
      let hasRoom = false
      for (; position < block.size; position++) {
        const handle = block.handles[position]!
        if (cpuMilli[handle]! < least.cpuMilli || memKiB[handle]! < least.memKiB) continue
        if (diskKiB[handle]! < least.diskKiB || gpus[handle]! < least.gpus) continue
        hasRoom = true
        if (accepts(handle)) return handle
      }
      if (isWhole && !hasRoom) this.#measure(block)
    }
    return -1
  }

  // The last block that begins at or before the key; the first one for a key before all.
  #blockFor(room: number, rank: number): number {
    const columns = this.#columns
    let low = 0
    let high = this.#blocks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      const first = this.#blocks[middle]!.handles[0]!
      if (isBehind(columns.room[first]!, columns.rank[first]!, room, rank)) high = middle - 1
      else low = middle
    }
    return low
  }

  // Behind all agents of the block with that key or a smaller one.
  #positionIn(block: Block, room: number, rank: number): number {
    const columns = this.#columns
    let low = 0
    let high = block.size
    while (low < high) {
      const middle = (low + high) >> 1
      const handle = block.handles[middle]!
      if (isBehind(columns.room[handle]!, columns.rank[handle]!, room, rank)) high = middle
      else low = middle + 1
    }
    return low
  }

  #join(at: number): void {
    const block = this.#blocks[at]!
    const [next] = this.#blocks.splice(at + 1, 1)
    block.handles.set(next!.handles.subarray(0, next!.size), block.size)
    block.size += next!.size
    this.#measure(block)
  }

  #measure(block: Block): void {
    block.cpuMilli = block.memKiB = block.diskKiB = block.gpus = -Infinity
    for (let i = 0; i < block.size; i++) this.#include(block, block.handles[i]!)
  }

  #include(block: Block, handle: number): void {
    const { cpuMilli, memKiB, diskKiB, gpus } = this.#columns
    block.cpuMilli = Math.max(block.cpuMilli, cpuMilli[handle]!)
    block.memKiB = Math.max(block.memKiB, memKiB[handle]!)
    block.diskKiB = Math.max(block.diskKiB, diskKiB[handle]!)
    block.gpus = Math.max(block.gpus, gpus[handle]!)
  }
}

function emptyBlock(): Block {
  return {
    handles: new Int32Array(blockSize),
    size: 0,
    cpuMilli: -Infinity,
    memKiB: -Infinity,
    diskKiB: -Infinity,
    gpus: -Infinity,
  }
}

function isBehind(room: number, rank: number, thanRoom: number, thanRank: number): boolean {
  return room !== thanRoom ? room > thanRoom : rank > thanRank
}
