// The simulator bites: each control plane that is wrong in one way is found within 200 seeds, by the rule that it breaks.
import { expect, test } from 'vitest'
import { runTrial } from '../../../src/sim/index.ts'
import { variants } from './variants.ts'

const mostSeeds = 200

test.each(variants)('$name', { timeout: 300_000 }, ({ told, make }) => {
  const found: string[] = []
  for (let seed = 1; seed <= mostSeeds && !found.some(what => told.test(what)); seed++) {
    found.push(...runTrial(seed, make()).problems)
  }
  const isCaught = found.some(what => told.test(what))
  expect(isCaught ? 'caught' : found.slice(0, 5)).toBe('caught')
})
