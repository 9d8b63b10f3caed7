// Plans on disk: written whole and for their owner only, read with suspicion.
import { mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { isPlanFile, readPlanFile, writePlanFile } from '../../src/cli/planfile.ts'
import type { Plan } from '../../src/cli/types.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const plan = {
  format: 1,
  clusterId: '1bc9dbc1-1865-4d89-8137-8c071bd726c9',
  stack: 'shop',
  origin: 'me@here:/shop',
  mode: 'apply',
  desiredBase: {},
  placementBase: 0,
  changes: [],
  steps: [],
  placements: [],
  outputs: {},
  outputChanges: [],
  forecast: null,
  warnings: [],
} as unknown as Plan

let directory = ''
let file = ''
beforeEach(() => {
  directory = temporaryDirectory('plans')
  file = join(directory, 'one.sddcplan')
})

describe('writing', () => {
  test('only the owner can read it, also when a readable file stood there', () => {
    writeFileSync(file, 'old', { mode: 0o644 })
    writePlanFile(file, plan)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readPlanFile(file)).toEqual(plan)
    expect(readdirSync(directory)).toEqual(['one.sddcplan'])
  })

  test('where it can not be written nothing is left, and the error names the file', () => {
    mkdirSync(file)
    expect(() => writePlanFile(file, plan)).toThrow(expect.objectContaining({ path: file, code: 'EISDIR' }))
    expect(readdirSync(directory)).toEqual(['one.sddcplan'])
  })
})

describe('reading', () => {
  test.each<[string, string, RegExp]>([
    ['not JSON', 'garbage', /it is not JSON/],
    ['cut off', JSON.stringify(plan).slice(0, 100), /it is not JSON/],
    ['empty', '', /it is not JSON/],
    ['another version', JSON.stringify({ ...plan, format: 2 }), /format: must be 1, not 2/],
    ['not a plan', '{}', /format/],
    ['a list', '[]', /./],
  ])('%s', (_, text, why) => {
    writeFileSync(file, text)
    expect(() => readPlanFile(file)).toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }))
    expect(() => readPlanFile(file)).toThrow(why)
  })

  test('missing, a directory, and larger than any plan', () => {
    expect(() => readPlanFile(file)).toThrow('there is no such file')
    expect(() => readPlanFile(directory)).toThrow('it is not a file')
    writeFileSync(file, '')
    truncateSync(file, 300 * 1024 * 1024)
    expect(() => readPlanFile(file)).toThrow('it is larger than any plan')
  })
})

test('what a target is: a plan by its ending or its first bytes, else a configuration', () => {
  expect(isPlanFile(file)).toBe(true)
  expect(isPlanFile(directory)).toBe(false)
  const other = join(directory, 'saved')
  writePlanFile(other, plan)
  expect(isPlanFile(other)).toBe(true)
  writeFileSync(other, '{"id":"/web","cmd":"sleep 1"}')
  expect(isPlanFile(other)).toBe(false)
})
