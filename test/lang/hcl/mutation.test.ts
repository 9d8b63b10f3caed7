// Random damage to sample texts: nothing throws, nothing hangs, every range lies inside of the text, and what can't be
// applied has an error that says why.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evaluateHclFiles } from '../../../src/lang/hcl/index.ts'
import { assemble } from '../../../src/lang/index.ts'
import type { StackName } from '../../../src/model/index.ts'
import { pieces } from './pieces.ts'
import { samples } from './samples.ts'

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.integer({ min: 0, max: 20 }),
  insert: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })),
})

test('ten thousand mutated configurations', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      fc.array(edit, { minLength: 1, maxLength: 4 }),
      (sample, edits) => {
        let text = sample
        for (const { at, remove, insert } of edits) {
          const from = Math.floor(at * text.length)
          text = text.slice(0, from) + insert + text.slice(from + remove)
        }
        const { diagnostics, config } = evaluateHclFiles([{ name: 'main.hcl', text }])
        const bytes = Buffer.byteLength(text)
        const lines = text.split('\n').length
        for (const { subject, summary, detail } of diagnostics) {
          expect(summary).not.toBe('')
          expect(detail).not.toBe('')
          if (subject === undefined) continue
          expect(subject.start.byte).toBeLessThanOrEqual(subject.end.byte)
          expect(subject.end.byte).toBeLessThanOrEqual(bytes)
          expect(subject.end.line).toBeLessThanOrEqual(lines)
          expect(subject.start.column).toBeGreaterThan(0)
        }
        const wrong = diagnostics.some(d => d.severity === 'error')
        const failed = config === undefined || /"(failed|incomplete)":true/.test(JSON.stringify(config))
        if (failed) expect(wrong).toBe(true)
        const assembled = config && assemble(config, 'test' as StackName)
        if (assembled?.desired === undefined) {
          expect(wrong || (assembled?.diagnostics ?? []).some(d => d.severity === 'error')).toBe(true)
        } else expect(failed).toBe(false)
      },
    ),
    { numRuns: 10_000 },
  )
})
