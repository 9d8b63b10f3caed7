// The values that a mistake is told with, and numbers on their way into JSON.
import { describe, expect, test } from 'vitest'
import { evaluateHclFiles } from '../../../src/lang/hcl/index.ts'

function evaluated(text: string): ReturnType<typeof evaluateHclFiles> {
  return evaluateHclFiles([{ name: 'main.hcl', text }])
}

const head = `
variable "size" { default = "abc" }
variable "password" {
  default   = "hunter2"
  sensitive = true
}
locals {
  list  = tolist([1, 2, 3])
  one   = { a = 1 }
  long  = "${'x'.repeat(200)}"
}
`

describe('values of the names in the expression that failed', () => {
  test.each([
    ['var.size + 1', ['var.size is "abc"']],
    ['local.list + 1', ['local.list is list of number with 3 elements']],
    ['local.one + 1', ['local.one is object with 1 attribute']],
    ['local.one.b', ['local.one is object with 1 attribute']],
    ['local.list[var.size]', ['local.list is list of number with 3 elements', 'var.size is "abc"']],
    ['-var.password', ['var.password has a sensitive value']],
    ['[for v in ["a"] : v + 1]', ['v is "a"']],
    ['upper(local.list)', ['local.list is list of number with 3 elements']],
    ['var.size + var.size', ['var.size is "abc"']],
    ['-local.long', [`local.long is "${'x'.repeat(79)}…`]],
    ['"a" + 1', undefined],
    ['nope + 1', undefined],
  ] as const)('%s', (expression, values) => {
    const { diagnostics } = evaluated(`${head}\noutput "o" {\n  value = ${expression}\n}\n`)
    expect(diagnostics[0]?.values?.map(({ name, text }) => `${name} ${text}`)).toEqual(values)
  })

  test('at most five', () => {
    const locals = Array.from({ length: 8 }, (_, i) => `l${i} = []`).join('\n')
    const sum = Array.from({ length: 8 }, (_, i) => `local.l${i}`).join(', ')
    const { diagnostics } = evaluated(`locals {\n${locals}\n}\noutput "o" {\n  value = -[${sum}]\n}\n`)
    expect(diagnostics[0]?.values).toHaveLength(5)
  })

  test('a mistake in a loop is told once', () => {
    const { diagnostics } = evaluated(`output "o" {\n  value = [for i in range(1000) : i.x]\n}\n`)
    expect(diagnostics).toHaveLength(1)
  })
})

describe('try and can', () => {
  test.each([
    ['try(var.nope, 1)', ['Reference to undeclared input variable']],
    ['can(local.nope)', ['Reference to undeclared local value']],
    ['try(app.nope.id, 1)', ['Reference to undeclared resource']],
    ['try(each.key, 1)', ['Reference to "each" in context without for_each']],
    ['try(var.size.x, 1)', []],
  ])('%s', (expression, summaries) => {
    const { diagnostics } = evaluated(`${head}\noutput "o" {\n  value = ${expression}\n}\n`)
    expect(diagnostics.map(d => d.summary)).toEqual(summaries)
  })
})

describe('numbers that JSON does not hold', () => {
  test('are exact in an attribute', () => {
    const text =
      'app "a" {\n  cmd = "x"\n  env = { ID = 9007199254740993, THIRD = 1 / 3, TENTH = 0.1 + 0.2 }\n}\n'
    const { config, diagnostics } = evaluated(text)
    expect(diagnostics).toEqual([])
    expect(config?.resources[0]?.body.attributes['env']?.value).toEqual({
      ID: '9007199254740993',
      THIRD: `0.${'3'.repeat(154)}5`,
      TENTH: 0.3,
    })
  })

  test.each([
    ['9007199254740993', ['Invalid number']],
    ['[1, 1e400]', ['Invalid number']],
    ['1 / 0', ['Invalid number']],
    ['9007199254740992', []],
    ['1 / 3', []],
    ['tostring(9007199254740993)', []],
  ])('an output of %s', (expression, summaries) => {
    const { diagnostics } = evaluated(`output "o" {\n  value = ${expression}\n}\n`)
    expect(diagnostics.map(d => d.summary)).toEqual(summaries)
  })
})

describe('sensitive values in the texts of mistakes', () => {
  test.each([
    '{ for v in [var.password, var.password] : v => 1 }',
    '{ a = 1 }[var.password]',
    'tomap({ a = 1 })[var.password]',
    '[1][var.password]',
    '{ (var.password) = 1 }.b',
    'tomap({ (var.password) = 1 }).hunter',
    '{ (var.password) = 1 }["hunter"]',
    'true ? { (var.password) = 1 } : [1]',
    'length(var.password) == 7 ? [1][length(var.password)] : 0',
  ])('%s', expression => {
    const { diagnostics } = evaluated(
      `${head}\noutput "o" {\n  value = ${expression}\n  sensitive = true\n}\n`,
    )
    expect(diagnostics).toHaveLength(1)
    expect(diagnostics[0]!.detail).not.toMatch(/hunter2|index 7/)
  })
})

test('settings are shown everywhere, so they take nothing sensitive', () => {
  const { diagnostics } = evaluated(`${head}\nsddc {\n  stack = var.password\n}\n`)
  expect(diagnostics.map(d => d.summary)).toEqual(['Sensitive setting'])
})
