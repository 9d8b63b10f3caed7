// Lifecycle blocks, conditions and checks: what they say to the surface form, and what is told when one does not hold.
import { describe, expect, test } from 'vitest'
import { evaluateHclFiles } from '../../../src/lang/hcl/index.ts'
import type { SurfaceLifecycle } from '../../../src/lang/surface.ts'
import { marked } from './answers.ts'

/** `error Precondition failed at var.n > 1: Message. (var.n is 1)` for each finding. */
function told(text: string): string[] {
  const { diagnostics } = evaluateHclFiles([{ name: 'main.hcl', text }])
  return diagnostics.map(d => {
    const values = (d.values ?? []).map(v => `${v.name} ${v.text}`).sort()
    const involved = values.length === 0 ? '' : ` (${values.join(', ')})`
    return `${d.severity} ${d.summary} at ${marked(d, text)}: ${d.detail}${involved}`
  })
}

function lifecycleIn(text: string): SurfaceLifecycle | undefined {
  const result = evaluateHclFiles([{ name: 'main.hcl', text }])
  expect(result.diagnostics).toEqual([])
  return result.config!.resources[0]!.lifecycle
}

const app = (lines: string, more = ''): string => `app "web" {
  cmd = "x"
  ${more}
  lifecycle {
    ${lines}
  }
}`

const precondition = (condition: string, message = '"Bad"'): string => `precondition {
      condition     = ${condition}
      error_message = ${message}
    }`

const postcondition = (condition: string, message = '"Bad"'): string =>
  precondition(condition, message).replace('pre', 'post')

describe('what is said', () => {
  test.each<[string, readonly string[] | 'all']>([
    ['[]', []],
    ['[instances]', ['instances']],
    ['[env["TAG"], labels, env.OTHER]', ['env["TAG"]', 'labels', 'env.OTHER']],
    ['[health_check[0].path]', ['health_check[0].path']],
    ['[labels["a \\"b\\""]]', ['labels["a \\"b\\""]']],
    ['["instances"]', ['instances']],
    ['all', 'all'],
  ])('ignore_changes = %s', (written, expected) => {
    const { ignoreChanges } = lifecycleIn(app(`ignore_changes = ${written}`))!
    expect(typeof ignoreChanges === 'string' ? ignoreChanges : ignoreChanges!.map(p => p.text)).toEqual(
      expected,
    )
  })

  test.each<[string, boolean | null]>([
    ['true', true],
    ['"false"', false],
    ['null', null],
    ['var.keep', true],
    ['var.keep && sddc.stack == "x"', false],
  ])('prevent_destroy = %s', (written, expected) => {
    const text = `variable "keep" { default = true }\n${app(`prevent_destroy = ${written}`)}`
    expect(lifecycleIn(text)!.preventDestroy!.value).toBe(expected)
  })

  test('destroy, in each kind of resource; nothing where nothing is said', () => {
    const { config, diagnostics } = evaluateHclFiles([
      {
        name: 'main.hcl',
        text: `
app "a" {
  lifecycle { destroy = false }
}
group "g" {
  lifecycle { prevent_destroy = true }
  app "b" {}
}
volume "v" {
  lifecycle { destroy = true }
}`,
      },
    ])
    expect(diagnostics).toEqual([])
    expect(
      Object.fromEntries(
        config!.resources.map(r => [
          r.address,
          r.lifecycle && [r.lifecycle.preventDestroy?.value, r.lifecycle.destroy?.value],
        ]),
      ),
    ).toEqual({
      'app.a': [undefined, false],
      'group.g': [true, undefined],
      'group.g.app.b': undefined,
      'volume.v': [undefined, true],
    })
  })
})

describe('conditions', () => {
  test.each<[string, string, string[]]>([
    ['one that holds', app(precondition('1 < 2')), []],
    ['text that reads as a bool', app(precondition('"true"')), []],
    ['one that does not', app(precondition('1 > 2')), ['error Precondition failed at 1 > 2: Bad.']],
    [
      'the values involved, each once',
      `locals { low = 1 }\n${app(precondition('local.low > 2 || local.low > length(app.web.id)'))}`,
      [
        'error Precondition failed at local.low > 2 || local.low > length(app.web.id): Bad. (app.web.id is "/web", local.low is 1)',
      ],
    ],
    [
      'names of loops are none',
      `locals { all = [1, 2] }\n${app(precondition('alltrue([for x in local.all : x > 1])'))}`,
      [
        'error Precondition failed at alltrue([for x in local.all : x > 1]): Bad. (local.all is tuple with 2 elements)',
      ],
    ],
    [
      'a message that is put together',
      `locals { n = 3 }\n${app(precondition('local.n > 5', '"There are ${local.n}!"'))}`,
      ['error Precondition failed at local.n > 5: There are 3! (local.n is 3)'],
    ],
    [
      'what is sensitive is not shown',
      `variable "word" {\n  default = "secret"\n  sensitive = true\n}\n${app(precondition('var.word == "x"', '"Not ${var.word}"'))}`,
      [
        'error Precondition failed at var.word == "x": The condition does not hold. (Its message holds a sensitive value and is not shown.) (var.word has a sensitive value)',
      ],
    ],
    [
      'several are all told',
      app(
        `${precondition('false', '"One"')}\n${precondition('false', '"Two"')}\n${postcondition('false', '"Three"')}`,
      ),
      [
        'error Precondition failed at false: One.',
        'error Precondition failed at false: Two.',
        'error Postcondition failed at false: Three.',
      ],
    ],
    [
      'each instance is asked',
      app(precondition('each.value > 1'), 'for_each = { a = 1, b = 2, c = 0 }'),
      [
        'error Precondition failed at each.value > 1: Bad. (each.value is 1)',
        'error Precondition failed at each.value > 1: Bad. (each.value is 0)',
      ],
    ],
    ['none of no instances', app(precondition('false'), 'count = 0'), []],
    [
      'in groups and volumes',
      `group "g" {\n  lifecycle {\n    ${precondition('false')}\n  }\n}\nvolume "v" {\n  lifecycle {\n    ${precondition('false')}\n  }\n}`,
      ['error Precondition failed at false: Bad.', 'error Precondition failed at false: Bad.'],
    ],
    [
      'no bool',
      app(precondition('[1]')),
      [
        'error Incorrect condition type at [1]: The condition must be true or false: a bool is required, this is a tuple.',
      ],
    ],
    [
      'null',
      app(precondition('null')),
      ['error Null condition at null: The condition is null. It must be true or false.'],
    ],
    [
      'a mistake in it is a mistake',
      app(precondition('var.nothing > 1')),
      [
        'error Reference to undeclared input variable at var.nothing: There is no input variable "nothing". Declare it with a block: variable "nothing" {}.',
      ],
    ],
    [
      'self is of postconditions',
      app(precondition('self.id == "x"')),
      [
        'error Unknown variable at self: "self" is the resource as it was evaluated: it is known only in a postcondition.',
      ],
    ],
    [
      'no message',
      app('precondition {\n      condition = true\n    }'),
      [
        'error Missing required argument at precondition: A precondition block needs the argument "error_message".',
      ],
    ],
    [
      'a misspelt message',
      app('precondition {\n      condition = true\n      eror_message = "x"\n    }'),
      [
        'error Unsupported argument at eror_message: There is no argument "eror_message" here. Did you mean "error_message"?',
      ],
    ],
    [
      'a message that is no text',
      app(precondition('false', '[]')),
      [
        'error Precondition failed at false: The condition does not hold.',
        'error Invalid error message at []: The message must be a string; this is a tuple.',
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(told(text)).toEqual(expected)
  })
})

describe('self', () => {
  test.each<[string, string]>([
    ['self.cmd == "x"', ''],
    ['self.id == "/web" && self.name == "web" && self.address == "app.web"', ''],
    ['self.instances == null', ''],
    ['self.instances == 3', 'instances = 3'],
    [
      'length(self.port) == 2 && self.port[1].name == "b" && self.port[0].host == null',
      'port "a" {}\nport "b" {}',
    ],
    ['self.health_check == []', ''],
    ['self.upgrade_strategy == null', ''],
    [
      'self.upgrade_strategy.minimum_health_capacity == 0.5',
      'upgrade_strategy {\n minimum_health_capacity = 0.5 \n}',
    ],
    ['self.env["A"] == "1" && !contains(keys(self.env), "B")', 'env = { A = "1" }'],
    ['self.depends_on == null', ''],
    ['self.network == "bridge"', 'network = "bridge"'],
    ['self.network[0].mode == "host"', 'network { mode = "host" }'],
    ['length(self.port) == 3', 'dynamic "port" {\n for_each = [1, 2, 3]\n content {}\n }'],
  ])('%s', (condition, more) => {
    expect(told(app(postcondition(condition), more))).toEqual([])
  })

  test('what is sensitive in it stays so', () => {
    const text = `variable "word" {\n  default = "secret"\n  sensitive = true\n}\n${app(postcondition('self.env["A"] == "x" || self.env["B"] == "x"'), 'env = { A = var.word, B = "b" }')}`
    expect(told(text)).toEqual([
      'error Postcondition failed at self.env["A"] == "x" || self.env["B"] == "x": Bad. (self.env["A"] has a sensitive value, self.env["B"] is "b")',
    ])
  })

  test('a part with a mistake is unknown, and nothing follows from it', () => {
    expect(told(app(postcondition('self.env["A"] == "x"'), 'env = { A = var.none }'))).toHaveLength(1)
  })
})

describe('checks', () => {
  const check = (condition: string, message = '"Bad"'): string =>
    `check "all" {\n  assert {\n    condition     = ${condition}\n    error_message = ${message}\n  }\n}`

  test.each<[string, string, string[]]>([
    ['one that holds', check('true'), []],
    ['one that does not: a warning', check('false'), ['warning Check failed at false: Bad.']],
    [
      'over resources',
      `app "web" {\n  for_each = toset(["a", "b"])\n}\n${check('length(app.web) == 3')}`,
      ['warning Check failed at length(app.web) == 3: Bad. (app.web is object with 2 attributes)'],
    ],
    [
      'a mistake in it is an error',
      check('local.none'),
      [
        'error Reference to undeclared local value at local.none: There is no local value "none". Declare it in a block: locals { none = … }.',
      ],
    ],
    [
      'no assert',
      'check "all" {}',
      [
        'error Missing assert block at check "all": A check needs at least one block: assert { … } with a condition and an error_message.',
      ],
    ],
    [
      'data',
      'check "all" {\n  data "http" "x" {}\n}',
      [
        'error Unsupported block type at data: A check has no block of type "data". There are no data sources: a check looks at what the configuration knows.',
      ],
    ],
    [
      'an argument',
      'check "all" {\n  condition = true\n  assert {\n    condition = true\n    error_message = "x"\n  }\n}',
      [
        'error Unsupported argument at condition: A check has no arguments: put "condition" into an assert block.',
      ],
    ],
    [
      'no name',
      'check {}',
      ['error Missing name for check at check: "check" blocks have one label: check "name" { … }.'],
    ],
    [
      'two of one name',
      `${check('true')}\n${check('true')}`,
      [
        'error Duplicate check definition at check "all": A check "all" was already declared at main.hcl:1,1. Names must be unique.',
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(told(text)).toEqual(expected)
  })
})

describe('outputs', () => {
  test('a precondition stops, others are refused', () => {
    const text = `output "x" {\n  value = 1\n  ${precondition('1 > 2')}\n  postcondition {}\n}`
    expect(told(text)).toEqual([
      'error Precondition failed at 1 > 2: Bad.',
      'error Unsupported block type at postcondition: There are no "postcondition" blocks in output.',
    ])
  })
})

describe('mistakes', () => {
  test.each<[string, string[]]>([
    ['ignore_changes = instances', ['Invalid ignore_changes at instances']],
    ['ignore_changes = [all]', ['Invalid ignore_changes at all']],
    ['ignore_changes = [1]', ['Invalid ignore_changes at 1']],
    ['ignore_changes = [env[local.x]]', ['Invalid ignore_changes at env[local.x]']],
    ['ignore_changes = ["${local.x}"]', ['Invalid ignore_changes at "${local.x}"']],
    ['prevent_destroy = "maybe"', ['Unsuitable value type at "maybe"']],
    ['prevent_destroy = [true]', ['Unsuitable value type at [true]']],
    ['destroy = 1', ['Unsuitable value type at 1']],
    ['create_before_destroy = true', ['Unsupported argument at create_before_destroy']],
    ['replace_triggered_by = [app.db]', ['Unsupported argument at replace_triggered_by']],
    ['enabled = false', ['Unsupported argument at enabled']],
    ['ignore_change = []', ['Unsupported argument at ignore_change']],
    ['precondition = true', ['Unsupported argument at precondition']],
    ['postconditions {}', ['Unsupported block type at postconditions']],
    ['ignore_changes {}', ['Unsupported block type at ignore_changes']],
    ['dynamic "precondition" {}', ['Unsupported block type at dynamic']],
    ['precondition "x" {}', ['Extraneous label for precondition at "x"']],
  ])('%s', (line, expected) => {
    expect(told(app(line)).map(t => t.replace(/^error /, '').replace(/: [A-Z"].*/s, ''))).toEqual(expected)
  })

  test('a second block, a label', () => {
    const text = 'app "web" {\n  lifecycle "x" {}\n  lifecycle {}\n}'
    expect(told(text)).toEqual([
      'error Extraneous label for lifecycle at "x": "lifecycle" blocks have no labels.',
      'error Duplicate lifecycle block at lifecycle: A resource has one lifecycle block.',
    ])
  })
})
