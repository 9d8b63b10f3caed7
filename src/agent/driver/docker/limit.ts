// At most so many at a time; the rest wait in order.

export type Limit = <T>(work: () => Promise<T>) => Promise<T>

export function createLimit(most: number): Limit {
  const waiting: (() => void)[] = []
  let running = 0
  // A place is handed to the next in the queue, so that nobody slips in between.
  const leave = (): void => {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
  return async work => {
    if (running >= most) await new Promise<void>(resolve => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      leave()
    }
  }
}
