// The queue of inputs against a list.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Input } from '../../../src/runtime/core/types.ts'
import { InputQueue, type Entry } from '../../../src/runtime/loop/queue.ts'

function entry(round: number): Entry {
  const input: Input = round % 3 === 0 ? { kind: 'tick' } : { kind: 'pingRound', round, sentOnTime: true }
  return { input, alone: false }
}

describe('the queue of inputs', () => {
  it('is a list, and knows which kinds wait', () => {
    const acts = fc.array(fc.constantFrom('push', 'first', 'take', 'keep', 'all'), { maxLength: 40 })
    fc.assert(
      fc.property(acts, many => {
        const queue = new InputQueue()
        let naive: Entry[] = []
        for (const [i, act] of many.entries()) {
          // Enough of them that taken ones are cut off.
          const made = Array.from({ length: act === 'push' ? 700 : 2 }, (_, k) => entry(i + k))
          if (act === 'push') for (const each of made) queue.push(each)
          if (act === 'push') naive.push(...made)
          if (act === 'first') queue.pushFirst(made)
          if (act === 'first') naive = [...made, ...naive]
          if (act === 'take') for (let k = 0; k < 500; k++) expect(queue.take()).toBe(naive.shift())
          const isRound = ({ input }: Entry): boolean => input.kind === 'pingRound'
          if (act === 'keep') queue.keep(isRound)
          if (act === 'keep') naive = naive.filter(isRound)
          if (act === 'all') expect(queue.takeAll()).toEqual(naive.splice(0))
          expect(queue.length).toBe(naive.length)
          expect(queue.next).toBe(naive[0])
          for (const kind of ['tick', 'pingRound', 'continue'] as const)
            expect(queue.has(kind)).toBe(naive.some(e => e.input.kind === kind))
        }
      }),
    )
  })
})
