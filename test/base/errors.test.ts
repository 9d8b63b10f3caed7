// docs/errors.md and the codes in the program say the same.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { errorCodes } from '../../src/base/index.ts'

const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
const rows = [...text.matchAll(/^\| `([A-Z_]+)` *\| (.+?) *\| (.+?) *\|$/gm)]

test('every code stands in docs/errors.md, in order, with its meaning and advice', () => {
  expect(rows.map(([, code, meaning]) => [code, meaning])).toEqual(Object.entries(errorCodes))
  expect(rows.filter(([, , , advice]) => !advice!.endsWith('.'))).toEqual([])
})
