// The JSON reader: the same values as the engine's own, places for each part, and mistakes with line and column.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../../src/lang/index.ts'

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        const { json, diagnostics } = parseJson(text, 'a.json')
        expect(diagnostics.filter(d => d.severity === 'error')).toEqual([])
        expect(JSON.stringify(json)).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })

  it('accepts exactly the texts that JSON.parse accepts', () => {
    const alphabet = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\u00e9"',
      '1',
      '-0.5',
      '01',
      '2E+1 ',
      'true',
      'nul',
      ' ',
      '"',
    )
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 8 }), parts => {
        const text = parts.join('')
        expect(parseJson(text, 'a.json').json !== undefined).toBe(isJson(text))
      }),
      { numRuns: 2000 },
    )
  })

  it('knows where each part stands', () => {
    const { places } = parseJson('{\n  "é": { "list": [1, "two"] }\n}', 'a.json')
    const place = places('/é/list(1)')!
    expect([place.start.line, place.start.column, place.end.column]).toEqual([2, 22, 27])
    expect(place.start.byte).toBe(24)
    expect(places('/nothing')).toBeUndefined()
  })

  const mistakes: readonly (readonly [text: string, place: string, detail: RegExp])[] = [
    ['', '1:1', /file is empty/],
    ['{"a": 1,}', '1:9', /comma stands before "}"/],
    ['[1, 2,\n]', '2:1', /comma stands before "]"/],
    ['{"a" 1}', '1:6', /":" after "a"/],
    ["{'a': 1}", '1:2', /double quotes/],
    ['{"a": 1 "b": 2}', '1:9', /"," or "}"/],
    ['{\n"a": tru\n}', '2:6', /"tru"/],
    ['{"a": 1', '1:8', /close what line 1 opens/],
    ['{"a": 1} x', '1:10', /Nothing may follow/],
    ['["a\nb"]', '1:2', /not closed before the end of the line/],
    ['["\\x"]', '1:3', /backslash/],
    ['[1e999]', '1:2', /too large/],
    ['[007]', '1:2', /not a number/],
    ['// hello\n{}', '1:1', /comment/],
    ['['.repeat(200), '1:102', /nested/],
  ]
  it.each(mistakes)('tells what is wrong with %j at %s', (text, place, detail) => {
    const { json, diagnostics } = parseJson(text, 'a.json')
    expect(json).toBeUndefined()
    const [first] = diagnostics
    expect(`${first!.subject!.start.line}:${first!.subject!.start.column}`).toBe(place)
    expect(first!.detail).toMatch(detail)
  })

  it('warns of a name given twice, and the last one counts', () => {
    const { json, diagnostics } = parseJson('{"a": 1, "a": 2}', 'a.json')
    expect(json).toEqual({ a: 2 })
    expect(diagnostics.map(d => [d.severity, d.subject?.start.column])).toEqual([['warning', 10]])
  })

  it('keeps names that mean something to the engine', () => {
    const { json } = parseJson('{"__proto__": {"a": 1}}', 'a.json')
    expect(Object.keys(json as object)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(json)).toBe(Object.prototype)
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
