// Many random lives of a cluster. A seed that ever failed stays in the list.
import { describe, expect, test } from 'vitest'
import { rounds } from '../../support/rounds.ts'
import { Chaos, type ChaosOptions } from './chaos.ts'

const failedOnce: readonly number[] = [2, 4, 25, 43, 58, 78, 100, 109, 128, 189, 270]
const first = Number(process.env['SDDC_SEED'] ?? 1)
const count = rounds({ usual: 30, prove: 5000 })

function live(seed: number, options: ChaosOptions = {}): void {
  const stepRows = [undefined, undefined, 1, 7][seed % 4]
  const cellsKept = [undefined, 0, 3][seed % 3]
  const chaos = new Chaos(seed, {
    ...options,
    ...(stepRows === undefined ? {} : { stepRows }),
    ...(cellsKept === undefined ? {} : { cellsKept }),
  })
  chaos.run(120)
  chaos.heal()
  expect(chaos.verdict()).toBe('')
}

describe('a cluster under random use and trouble keeps its invariants and comes to rest', () => {
  for (const seed of new Set([...failedOnce, ...Array.from({ length: count }, (_, i) => first + i)])) {
    test(`seed ${seed}`, () => live(seed))
  }
})

describe('and so it does when apps get other names on the way', () => {
  for (const seed of Array.from({ length: rounds({ usual: 15, prove: 2000 }) }, (_, i) => first + i)) {
    test(`seed ${seed}`, () => live(seed, { renames: true }))
  }
})

describe('and when deployments have canaries, batches and deadlines, and people steer them', () => {
  const random = Array.from({ length: rounds({ usual: 15, prove: 2000 }) }, (_, i) => first + i)
  for (const seed of new Set([3011, 4001, 4005, ...random])) {
    test(`seed ${seed}`, () => live(seed, { updates: true }))
  }
})
