// Figures of all agents side by side, one column per figure, under small numbers (handles): what a search reads of each
// agent that it passes. A handle says nothing about order; agents are ordered by room, and by rank where that is equal.
export class Columns {
  #size = 0
  /** Free amounts; may be negative. */
  cpuMilli = new Float64Array(64)
  memKiB = new Float64Array(64)
  diskKiB = new Float64Array(64)
  gpus = new Float64Array(64)
  /** What is free, in one figure: the fullest agent has the least. */
  room = new Float64Array(64)
  /** Rises with the id. */
  rank = new Float64Array(64)
  classOf = new Int32Array(64)

  get size(): number {
    return this.#size
  }

  /** Makes place for handles below `size`. */
  grow(size: number): void {
    this.#size = Math.max(this.#size, size)
    if (size <= this.room.length) return
    const capacity = Math.max(size, 2 * this.room.length)
    this.cpuMilli = longer(this.cpuMilli, capacity)
    this.memKiB = longer(this.memKiB, capacity)
    this.diskKiB = longer(this.diskKiB, capacity)
    this.gpus = longer(this.gpus, capacity)
    this.room = longer(this.room, capacity)
    this.rank = longer(this.rank, capacity)
    const classes = new Int32Array(capacity)
    classes.set(this.classOf)
    this.classOf = classes
  }
}

function longer(column: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const next = new Float64Array(capacity)
  next.set(column)
  return next
}
