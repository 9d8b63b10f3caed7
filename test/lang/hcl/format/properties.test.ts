// What holds for every text: formatting twice is formatting once, the tokens stay, and so does the meaning. Over
// configurations that are made up, and over the sample configurations with random damage.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatHcl } from '../../../../src/lang/hcl/format/format.ts'
import { evaluateHclFiles } from '../../../../src/lang/hcl/index.ts'
import { lex } from '../../../../src/lang/hcl/lexer.ts'
import { Source } from '../../../../src/lang/hcl/source.ts'
import { samples } from '../samples.ts'
import { formatCases } from './cases.ts'
import { configuration, damaged, reblanked } from './arbitraries.ts'

const texts = [...samples, ...formatCases.map(c => c.before)]

test('configurations that are made up', () => {
  fc.assert(
    fc.property(configuration, text => {
      expect(formatHcl(text, 'main.hcl').diagnostics).toEqual([])
      checkFormatted(text)
    }),
    { numRuns: 1000 },
  )
})

test('texts with random damage', () => {
  let readable = 0
  fc.assert(
    fc.property(damaged(texts), text => {
      if (checkFormatted(text)) readable++
    }),
    { numRuns: 3000 },
  )
  expect(readable).toBeGreaterThan(300)
})

test('how a text was laid out before does not matter', () => {
  fc.assert(
    fc.property(reblanked(texts), ([text, other]) => {
      expect(formatHcl(other, 'main.hcl')).toEqual(formatHcl(text, 'main.hcl'))
    }),
    { numRuns: 1000 },
  )
})

/** False for a text that is refused. */
function checkFormatted(text: string): boolean {
  const { text: formatted, diagnostics } = formatHcl(text, 'main.hcl')
  expect(formatted === undefined).toBe(diagnostics.length > 0)
  if (formatted === undefined) return false
  expect(formatHcl(formatted, 'main.hcl').text).toBe(formatted)
  expect(tokensOf(formatted)).toEqual(tokensOf(text))
  expect(commentsOf(formatted)).toEqual(commentsOf(text))
  expect(meaningOf(formatted)).toEqual(meaningOf(text))
  return true
}

function tokensOf(text: string): readonly string[] {
  const { kinds, starts, ends, count } = lex(new Source('main.hcl', text)).tokens
  return Array.from(kinds.subarray(0, count), (kind, i) => `${kind} ${text.slice(starts[i], ends[i])}`)
}

// Everything but blanks, and so the block comments too, which are no tokens.
function commentsOf(text: string): string {
  return text.replace(/[ \t\ufeff]/g, '')
}

/** Without places, which are what changes. */
function meaningOf(text: string): unknown {
  const { config, diagnostics } = evaluateHclFiles([{ name: 'main.hcl', text }])
  const places = new Set(['range', 'nameRange', 'end'])
  return {
    config: JSON.parse(
      JSON.stringify(config ?? null, (key, value: unknown) => (places.has(key) ? undefined : value)),
    ) as unknown,
    diagnostics: diagnostics.map(d => d.summary),
  }
}
