// The tables of rules are as many as the rules have corners.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readRules } from './rulefile.ts'

test('there are at least 300 cases, and each file has its runner', () => {
  const directory = fileURLToPath(new URL('.', import.meta.url))
  const names = readdirSync(directory)
  const files = names.filter(name => name.endsWith('.txt'))
  const cases = files.map(name => readRules(directory + name).length)
  expect(cases.reduce((sum, n) => sum + n, 0)).toBeGreaterThanOrEqual(300)
  expect(files.filter(name => !names.includes(name.replace('.txt', '.test.ts')))).toEqual([])
})
