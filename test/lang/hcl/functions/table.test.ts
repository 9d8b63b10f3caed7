// What holds for all functions: the table is complete, and no call, however odd its arguments, ends in anything but a
// value or a finding.
import { describe, expect, test } from 'vitest'
import { functions } from '../../../../src/lang/hcl/functions/index.ts'
import { specialForms } from '../../../../src/lang/hcl/evaluate/special.ts'
import { forms } from '../../../../src/lang/hcl/functions/forms.ts'
import { refusedFunctions } from '../../../../src/lang/hcl/functions/refused.ts'
import { describeType } from '../../../../src/lang/hcl/type.ts'
import { answer } from '../answers.ts'
import { fixtureContext } from './fixtures.ts'

const table = [...functions.values()]

const oddArguments = [
  'null',
  'true',
  '0',
  '-1',
  '1.5',
  '1e30',
  '1 / 0',
  '-1 / 0',
  '""',
  '"a"',
  '"/("',
  '"10.0.0.0/8"',
  '"2018-01-02T23:12:01Z"',
  '"%s%d"',
  '"\\ud800"',
  '[]',
  '[null]',
  '[[1], "a"]',
  'toset(["b", "a"])',
  '{}',
  '{a = null}',
  'tomap({a = ["x"]})',
]

test('every function stands under its own name', () => {
  expect([...functions.keys()]).toEqual(table.map(f => f.name))
})

test('what is refused by name is not a function, and says what to do', () => {
  for (const [name, { reason, advice }] of refusedFunctions) {
    expect(functions.has(name)).toBe(false)
    expect(reason).toMatch(/^[A-Z].*\.$/)
    expect(advice).toMatch(/^[A-Z].*\.$/)
    expect(answer(`${name}()`)).toBe(`! Function not offered: ${name}`)
    expect(answer(`core::${name}("a")`)).toBe(`! Function not offered: core::${name}`)
  }
})

test('the forms of the reference are those of the evaluator', () => {
  expect(forms.map(f => f.name)).toEqual([...specialForms.keys()])
  for (const { name } of forms) expect(functions.has(name)).toBe(false)
})

describe.each([...table, ...forms])('$name', called => {
  const { name } = called

  test('has examples, which are true', () => {
    expect(called.examples.length).toBeGreaterThan(0)
    for (const [expression, result] of called.examples) {
      expect(expression).toMatch(new RegExp(`\\b${name}\\(`))
      expect(answer(expression, false, fixtureContext)).toBe(result)
    }
  })

  test('says of which type its result is', () => {
    expect([called.result, called.returns].filter(given => given !== undefined)).toHaveLength(1)
    if (called.result === undefined) return
    const type = describeType(called.result)
    for (const [expression] of called.examples) {
      expect(answer(expression, true, fixtureContext).split(' ')[0]).toBe(type)
    }
  })
})

describe.each(table)('$name', ({ name, summary, parameters, optional = [], rest }) => {
  test('says in one line what it gives, and names its parameters', () => {
    expect(name).toMatch(/^[a-z][a-z0-9]*$/)
    expect(summary).toMatch(/^\S.{9,120}[^.\s]$/)
    for (const parameter of parameters) expect(parameter.name).toMatch(/^[a-z]+$/)
    for (const parameter of optional) expect(parameter.name).toMatch(/^[a-z]+$/)
    expect(rest?.name ?? 'none').toMatch(/^[a-z]+$/)
  })

  test('is told the arguments it needs', () => {
    if (parameters.length > 0) expect(answer(`${name}()`)).toBe('! Not enough function arguments: )')
    if (rest === undefined) {
      const tooMany = Array.from({ length: parameters.length + optional.length + 1 }, (_, i) =>
        String(i),
      ).join(', ')
      expect(answer(`${name}(${tooMany})`)).toContain('! Too many function arguments: ')
    }
  })

  test('refuses null where it is not allowed', () => {
    parameters.forEach((parameter, i) => {
      if (parameter.allowsNull === true) return
      const given = parameters.map((_, j) => (i === j ? 'null' : '[]')).join(', ')
      expect(answer(`${name}(${given})`)).toContain('! Invalid function argument: null')
    })
  })

  test('survives any arguments', () => {
    const count = Math.min(3, Math.max(1, parameters.length + optional.length + (rest === undefined ? 0 : 1)))
    let calls: string[] = ['']
    for (let i = 0; i < count; i++) {
      // The third argument is from a shorter list: all combinations of three would take too long.
      const choices = i < 2 ? oddArguments : oddArguments.filter((_, j) => j % 8 === 1)
      calls = calls.flatMap(before => choices.map(c => (before === '' ? c : `${before}, ${c}`)))
    }
    for (const given of calls) expect(typeof answer(`${name}(${given})`)).toBe('string')
  })
})
