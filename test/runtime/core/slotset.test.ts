// Sets of slots against sets of numbers.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SlotSet } from '../../../src/runtime/core/slotset.ts'

// Close together, at the edges of words, and far apart.
const slot = fc.oneof(
  fc.nat({ max: 70 }),
  fc.constantFrom(1023, 1024, 32_767, 32_768),
  fc.nat({ max: 2_000_000 }),
)

// Those of a small app stay in one word.
const few = fc.nat({ max: 31 })
const changes = fc.oneof(
  fc.array(fc.tuple(slot, fc.boolean()), { maxLength: 60 }),
  fc.array(fc.tuple(few, fc.boolean()), { maxLength: 60 }),
  fc.tuple(fc.array(fc.tuple(few, fc.boolean())), fc.array(fc.tuple(slot, fc.boolean()))).map(a => a.flat()),
)

describe('a set of slots', () => {
  it('is what a set of numbers is, and finds the next member', () => {
    fc.assert(
      fc.property(changes, fc.oneof(slot, few), (changes, from) => {
        const slots = new SlotSet()
        const naive = new Set<number>()
        for (const [each, isAdded] of changes) {
          if (isAdded) slots.add(each)
          else slots.delete(each)
          if (isAdded) naive.add(each)
          else naive.delete(each)
        }
        for (const [each] of changes) expect(slots.has(each)).toBe(naive.has(each))
        const later = [...naive].filter(each => each >= from)
        expect(slots.next(from)).toBe(later.length === 0 ? -1 : Math.min(...later))
      }),
    )
  })

  it('refuses a slot that is none', () => {
    expect(() => new SlotSet().add(2 ** 25)).toThrow('beyond')
  })
})
