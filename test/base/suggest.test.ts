// "Did you mean": what is near enough to be worth saying.
import { expect, test } from 'vitest'
import { nearest } from '../../src/base/index.ts'

test.each([
  ['pth', ['path'], 'path'],
  ['hots', ['host'], 'host'],
  ['cpu', ['cmd', 'cpus'], 'cpus'],
  ['data', ['path', 'app'], undefined],
  ['nope', ['type', 'one'], undefined],
  ['UNIQ', ['UNIQUE', 'UNLIKE'], 'UNIQUE'],
  ['lable', ['label', 'table'], 'label'],
  ['healthcheck', ['health_check'], 'health_check'],
  ['prevent_destory', ['prevent_destroy'], 'prevent_destroy'],
  ['', ['a'], 'a'],
  ['x', [], undefined],
] as const)('%j among %j is %j', (word, known, expected) => {
  expect(nearest(word, known)).toBe(expected)
})
