// Whole clusters under random use and random trouble: 100 fixed seeds and all that ever failed. `npm run prove` runs
// SDDC_SEEDS of them; `npm run sim` runs any, faster, and tells what led to a failure.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runTrial } from '../../src/sim/index.ts'
import { rounds } from '../support/rounds.ts'

const count = rounds({ usual: 100, prove: Number(process.env['SDDC_SEEDS'] ?? 2000) })
const regressions = readFileSync(new URL('regressions.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter(line => /^\d/.test(line))
  .map(line => Number.parseInt(line, 10))
const seeds = [...new Set([...regressions, ...Array.from({ length: count }, (_, i) => i + 1)])]
const perTest = 25
const groups = Array.from({ length: Math.ceil(seeds.length / perTest) }, (_, i) =>
  seeds.slice(i * perTest, (i + 1) * perTest),
)

test.each(groups.map(group => ({ first: group[0]!, group })))(
  'seeds from $first on',
  { timeout: 300_000 },
  ({ group }) => {
    const failed = group.flatMap(seed =>
      runTrial(seed).problems.map(
        problem => `${problem}\n(to repeat it: npm run sim -- --seed ${seed} --seeds 1 --trace)`,
      ),
    )
    expect(failed).toEqual([])
  },
)

test('the same seed is the same life, step by step', () => {
  const lives = [1, 2].map(() => {
    const lines: string[] = []
    const result = runTrial(7, { trace: line => void lines.push(line) })
    return { result, lines: lines.length, last: lines.at(-1) }
  })
  expect(lives[0]).toEqual(lives[1])
})
