// The agent's core under lost, repeated and overtaking messages, driver events in any order and restarts at any point,
// also between storing and doing. The world checks while it runs; afterwards it is healed and must agree.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { World, type Op } from './world.ts'

const fault = fc.constantFrom('none', 'none', 'none', 'lose', 'repeat', 'overtake')
const name = fc.integer({ min: 0, max: 5 })
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('add'), name }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('stopRow'), name }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('exit'), name, code: fc.constantFrom(0, 1) }) },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('deliver'), to: fc.constantFrom('agent', 'server'), fault }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('driver') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('time'), ms: fc.constantFrom(10, 3000, 20_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reconnect') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crashBeforeDoing'), name }) },
) as fc.Arbitrary<Op>

it('one start per key, statuses without a gap, stops only by a row, agreement after healing', () => {
  let starts = 0
  fc.assert(
    fc.property(fc.array(op, { minLength: 5, maxLength: 120 }), ops => {
      const world = new World()
      for (const one of ops) world.apply(one)
      world.heal()
      world.checkAgreement()
      starts += world.started.size
    }),
    { numRuns: 300 },
  )
  expect(starts).toBeGreaterThan(200)
})
