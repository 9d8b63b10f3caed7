// Columns that line up, with colour and without.
import { Chalk } from 'chalk'
import { expect, test } from 'vitest'
import { table } from '../../../src/cli/print/table.ts'

test('columns are as wide as their widest cell; no blanks at the end', () => {
  expect(
    table(
      [
        ['a', 'bb', ''],
        ['aaa', 'b', 'c'],
      ],
      '  ',
    ),
  ).toBe('  a    bb\n  aaa  b   c')
})

test('colour takes no room', () => {
  const { red } = new Chalk({ level: 1 })
  expect(
    table([
      [red('a'), 'b'],
      ['aaa', 'b'],
    ]),
  ).toBe(`${red('a')}    b\naaa  b`)
})

test('nothing is nothing', () => {
  expect(table([])).toBe('')
})
