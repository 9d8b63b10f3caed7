// From the files of a directory to the surface form: names, order, cycles, variables, repetition, references.
import { describe, expect, test } from 'vitest'
import type { Json } from '../../../src/base/index.ts'
import { type HclInput, evaluateHclFiles, parseVarFile } from '../../../src/lang/hcl/index.ts'
import type { SurfaceBody, SurfaceConfig } from '../../../src/lang/surface.ts'
import { fileFindings, finding } from './answers.ts'

function config(text: string, inputs: readonly HclInput[] = []): SurfaceConfig {
  const result = evaluateHclFiles([{ name: 'main.hcl', text }], { inputs })
  expect(result.diagnostics).toEqual([])
  return result.config!
}

function plain(body: SurfaceBody): Json {
  const attributes = Object.entries(body.attributes).map(([k, v]) => [k, v.value] as const)
  const blocks = body.blocks.map(b => [b.type, ...b.labels.map(l => l.text), plain(b.body)])
  return { ...Object.fromEntries(attributes), ...(blocks.length === 0 ? {} : { blocks }) }
}

function output(text: string, inputs: readonly HclInput[] = []): Json {
  return config(text, inputs).outputs[0]!.value.value
}

describe('resources', () => {
  test('apps, groups and volumes with addresses, paths and bodies', () => {
    const { resources, stack } = config(`
sddc { stack = "shop" }
volume "data" { size = "1GiB" }
group "g" {
  depends_on = [app.db]
  group "h" {
    app "x" {
      cmd = "a"
      port {
        name = "http"
      }
      check "tcp" {}
    }
  }
}
app "db" {}`)
    expect(stack?.value).toBe('shop')
    expect(resources.map(r => [r.kind, r.name, r.path, r.address, plain(r.body)])).toEqual([
      ['volume', 'data', [], 'volume.data', { size: '1GiB' }],
      ['group', 'g', [], 'group.g', { depends_on: ['app.db'] }],
      ['group', 'h', ['g'], 'group.g.group.h', {}],
      [
        'app',
        'x',
        ['g', 'h'],
        'group.g.group.h.app.x',
        {
          cmd: 'a',
          blocks: [
            ['port', { name: 'http' }],
            ['check', 'tcp', {}],
          ],
        },
      ],
      ['app', 'db', [], 'app.db', {}],
    ])
  })

  test('for_each over maps and sets, count, and both through groups', () => {
    const { resources } = config(`
app "m" {
  for_each = { us = 1, eu = 2 }
  instances = each.value
}
app "s" {
  for_each = toset(["b", "a"])
  cmd = each.key
}
app "c" {
  count = 2
  cmd = "n\${count.index}"
}
group "g" {
  for_each = { x = "X" }
  app "in" {
    count = 1
    cmd = "\${each.value}\${count.index}"
  }
}
app "none" { count = 0 }`)
    expect(resources.map(r => [r.address, r.key, r.path.join('/'), plain(r.body)])).toEqual([
      ['app.m["eu"]', 'eu', '', { instances: 2 }],
      ['app.m["us"]', 'us', '', { instances: 1 }],
      ['app.s["a"]', 'a', '', { cmd: 'a' }],
      ['app.s["b"]', 'b', '', { cmd: 'b' }],
      ['app.c[0]', 0, '', { cmd: 'n0' }],
      ['app.c[1]', 1, '', { cmd: 'n1' }],
      ['group.g["x"]', 'x', '', {}],
      ['group.g["x"].app.in[0]', 0, 'g-x', { cmd: 'X0' }],
    ])
  })

  test('references become dependencies, also through locals, templates and functions', () => {
    const { resources } = config(`
locals {
  url = upper("http://\${app.db.name}")
  env = { A = local.url, B = "plain" }
}
app "db" {}
app "many" { for_each = toset(["x", "y"]) }
app "web" {
  a = local.url
  b = local.env.B
  c = app.many["x"].id
  d = [for m in app.many : m.id]
  e = app.web.id
  f = local.env
  g = true ? "x" : app.db.id
}`)
    const web = resources.find(r => r.name === 'web')!.body.attributes
    expect(Object.entries(web).map(([k, v]) => [k, v.value, v.references])).toEqual([
      ['a', 'HTTP://DB', ['app.db']],
      ['b', 'plain', undefined],
      ['c', '/many-x', ['app.many["x"]']],
      ['d', ['/many-x', '/many-y'], ['app.many["x"]', 'app.many["y"]']],
      ['e', '/web', undefined],
      ['f', { A: 'HTTP://DB', B: 'plain' }, ['app.db']],
      ['g', 'x', ['app.db']],
    ])
  })

  test('arguments of other resources are values, wherever they come from', () => {
    const { resources } = config(`
locals {
  twice = app.db.instances * 2
}
variable "base" { default = 2 }
app "db" {
  instances = var.base
  env       = { PASSWORD = sensitive("x"), USER = "me" }
}
app "many" {
  for_each = { eu = 1, us = 3 }
  cpus     = each.value
}
app "web" {
  instances = local.twice
  cpus      = app.many["us"].cpus
  mem       = app.db.mem == null ? "32MiB" : app.db.mem
  cmd       = app.db.env.PASSWORD
  user      = app.db.env["USER"]
  disk      = app.web.instances
}
group "g" {
  app "x" { instances = app.y.instances }
  app "y" { instances = group.g.app.z.instances }
  app "z" { instances = 7 }
}`)
    const web = resources.find(r => r.name === 'web')!.body.attributes
    expect(Object.entries(web).map(([k, v]) => [k, v.value, v.references])).toEqual([
      ['instances', 4, ['app.db']],
      ['cpus', 3, ['app.many["us"]']],
      ['mem', '32MiB', ['app.db']],
      ['cmd', 'x', ['app.db']],
      ['user', 'me', ['app.db']],
      ['disk', 4, ['app.db']],
    ])
    expect(web['cmd']?.sensitive).toEqual([''])
    expect(resources.find(r => r.name === 'x')!.body.attributes['instances']).toMatchObject({
      value: 7,
      references: ['group.g.app.z', 'group.g.app.y'],
    })
  })

  test.each([
    ['app "a" { cpus = app.b.cpus }\napp "b" { cpus = app.a.cpus }', 'Cycle'],
    ['app "a" { cpus = app.a.cpus }', 'Cycle'],
    ['locals { z = app.a.cpus }\napp "a" { cpus = local.z }', 'Cycle'],
    ['app "a" {}\napp "b" { cpus = app.a.nope }', 'Unsupported attribute'],
    ['app "a" { count = 2 }\napp "b" { cpus = app.a[0].count }', 'Unsupported attribute'],
    [
      Array.from({ length: 3000 }, (_, i) => `app "a${i}" { cpus = app.a${i + 1}.cpus }`).join('\n') +
        '\napp "a3000" { cpus = 1 }',
      'References too deep',
    ],
  ])('%#: what can not be told of an argument is a mistake', (text, summary) => {
    const { diagnostics } = evaluateHclFiles([{ name: 'main.hcl', text }])
    expect(diagnostics[0]?.summary).toBe(summary)
  })

  test('depends_on names everything of a repeated app', () => {
    const { resources } = config(`
app "many" { count = 2 }
app "web" { depends_on = [app.many, group.g.app.x] }
group "g" {
  app "x" {}
  app "y" { depends_on = [app.x] }
}`)
    const web = resources.find(r => r.name === 'web')!.body.attributes['depends_on']!
    expect(web.value).toEqual(['app.many[0]', 'app.many[1]', 'group.g.app.x'])
    expect(web.references).toEqual(web.value)
    expect(resources.find(r => r.name === 'y')!.body.attributes['depends_on']!.value).toEqual([
      'group.g.app.x',
    ])
  })

  test('dynamic blocks', () => {
    const { resources } = config(`
app "web" {
  dynamic "port" {
    for_each = [80, 443]
    content {
      container = port.value
      index     = port.key
    }
  }
  dynamic "label" {
    for_each = { a = 1 }
    iterator = it
    labels   = [it.key]
    content {
      value = it.value
    }
  }
}`)
    expect(plain(resources[0]!.body)).toEqual({
      blocks: [
        ['port', { container: 80, index: 0 }],
        ['port', { container: 443, index: 1 }],
        ['label', 'a', { value: 1 }],
      ],
    })
  })

  test('null means not set; places are kept', () => {
    const { resources } = config('app "web" {\n  a = null\n  b = 1\n}\n')
    const { body, range } = resources[0]!
    expect(Object.keys(body.attributes)).toEqual(['b'])
    expect(range?.end).toEqual({ line: 1, column: 10, byte: 9 })
    expect(body.attributes['b']?.range?.start).toEqual({ line: 3, column: 7, byte: 29 })
    expect(body.attributes['b']?.nameRange?.start).toEqual({ line: 3, column: 3, byte: 25 })
    expect(body.end?.start).toEqual({ line: 4, column: 1, byte: 31 })
  })

  test('the order of files and blocks means nothing', () => {
    const a = { name: 'a.hcl', text: 'app "web" { cmd = local.x }' }
    const b = { name: 'b.hcl', text: 'locals {\n x = local.y\n y = var.z\n}\nvariable "z" { default = "v" }' }
    for (const files of [
      [a, b],
      [b, a],
    ]) {
      const result = evaluateHclFiles(files)
      expect(result.diagnostics).toEqual([])
      expect(plain(result.config!.resources[0]!.body)).toEqual({ cmd: 'v' })
    }
  })

  test('a chain of ten thousand locals', () => {
    const chain = Array.from({ length: 10_000 }, (_, i) => `l${i} = local.l${i + 1}`).join('\n')
    expect(output(`locals {\n${chain}\nl10000 = 7\n}\noutput "o" { value = local.l0 }`)).toBe(7)
  })
})

test('values that double or nest with every local are refused, not built', () => {
  const doubling = Array.from({ length: 40 }, (_, i) => `l${i + 1} = [local.l${i}, local.l${i}]`).join('\n')
  const nesting = Array.from({ length: 5000 }, (_, i) => `l${i + 1} = [local.l${i}]`).join('\n')
  for (const lines of [doubling, nesting]) {
    const { diagnostics } = evaluateHclFiles([{ name: 'main.hcl', text: `locals {\nl0 = [1]\n${lines}\n}` }])
    expect(diagnostics.map(d => d.summary)).toEqual(['Value too large'])
  }
})

describe('variables', () => {
  const flag = (name: string, value: Json): HclInput => ({ kind: 'value', from: 'flag', name, value })
  const environment = (name: string, value: Json): HclInput => ({
    kind: 'value',
    from: 'environment',
    name,
    value,
  })
  const file = (text: string): HclInput => ({ kind: 'file', name: 'x.vars.hcl', text })
  const declared = (type: string, rest = ''): string =>
    `variable "v" {\n type = ${type}\n ${rest}\n}\noutput "o" { value = var.v }`

  const rows: readonly (readonly [type: string, inputs: readonly HclInput[], expected: Json])[] = [
    ['string', [flag('v', 'a b')], 'a b'],
    ['string', [flag('v', '5')], '5'],
    ['number', [flag('v', '5')], 5],
    ['bool', [flag('v', 'true')], true],
    ['any', [flag('v', '[1]')], '[1]'],
    ['list(number)', [flag('v', '[1, "2"]')], [1, 2]],
    ['set(string)', [file('v = ["b", "a", "b"]')], ['a', 'b']],
    ['map(string)', [file('v = { a = 1 }')], { a: '1' }],
    ['tuple([string, number])', [file('v = [1, "2"]')], ['1', 2]],
    [
      'object({ a = string, b = optional(number, 7), c = optional(bool) })',
      [file('v = { a = 1, z = 2 }')],
      { a: '1', b: 7, c: null },
    ],
    ['list(object({ p = number }))', [flag('v', [{ p: 80 }])], [{ p: 80 }]],
    ['string', [environment('v', 'low'), file('v = "middle"'), flag('v', 'high')], 'high'],
    ['string', [flag('v', 'first'), file('v = "last"')], 'last'],
    ['string', [environment('other', 'x'), flag('v', 'a')], 'a'],
  ]
  test.each(rows)('%s %j', (type, inputs, expected) => {
    expect(output(declared(type), inputs)).toEqual(expected)
  })

  const wrong: readonly (readonly [text: string, inputs: readonly HclInput[], expected: string])[] = [
    [declared('number'), [flag('v', 'x')], 'Invalid value for input variable'],
    [declared('list(number)'), [file('v = 5')], 'Invalid value for input variable'],
    [declared('object({ a = string })'), [file('v = {}')], 'Invalid value for input variable'],
    [declared('string'), [], 'No value for required variable'],
    [declared('string', 'nullable = false'), [file('v = null')], 'Required variable not set'],
    [declared('string'), [flag('w', 'x'), flag('v', 'x')], 'Value for undeclared variable'],
    [declared('string'), [file('v = x')], 'Variables not allowed'],
    [declared('string'), [file('v = upper("x")')], 'Function calls not allowed'],
    [declared('string'), [file('v = ')], 'Missing expression'],
    [
      declared('number', 'validation {\n condition = var.v > 5\n error_message = "too small"\n}'),
      [flag('v', '3')],
      'Invalid value for variable',
    ],
  ]
  test.each(wrong)('%j %j', (text, inputs, expected) => {
    const { diagnostics } = evaluateHclFiles([{ name: 'main.hcl', text }], { inputs })
    expect(diagnostics.map(d => d.summary)).toEqual([expected])
  })

  test('an unknown name in a file is a warning only', () => {
    const result = evaluateHclFiles([{ name: 'm.hcl', text: 'variable "tag" { default = 1 }' }], {
      inputs: [file('tga = 2')],
    })
    expect(result.config).toBeDefined()
    expect(result.diagnostics).toMatchObject([
      { severity: 'warning', detail: expect.stringContaining('"tag"') as string },
    ])
  })

  test('sensitive values mark what is derived from them, with paths', () => {
    const { resources, outputs } = config(`
variable "p" {
  sensitive = true
  default   = "secret"
}
app "web" {
  env = { A = "x\${var.p}", B = "y", "a/b" = [1, var.p] }
  all = upper(var.p)
}
output "o" {
  value     = var.p
  sensitive = true
}`)
    expect(resources[0]!.body.attributes['env']!.sensitive).toEqual(['/A', '/a~1b/1'])
    expect(resources[0]!.body.attributes['all']!.sensitive).toEqual([''])
    expect(outputs[0]!.value.sensitive).toEqual([''])
  })

  test('a file of values by itself', () => {
    const { values, diagnostics } = parseVarFile('x.vars.hcl', 'a = 1\nb {}\n')
    expect([...values.keys()]).toEqual(['a'])
    expect(diagnostics.map(d => d.summary)).toEqual(['Unexpected block'])
  })
})

describe('mistakes', () => {
  const rows: readonly (readonly [text: string, ...expected: string[]])[] = [
    ['ap "x" {}', '! Unsupported block type: ap'],
    ['module "x" {}', '! Missing required argument: module "x"'],
    ['a = 1', '! Unsupported argument: a'],
    ['app {}', '! Missing name for app: app'],
    ['app "a" "b" {}', '! Extraneous label for app: "b"'],
    ['locals "x" {}', '! Extraneous label for locals: "x"'],
    ['app "a" {}\napp "a" {}', '! Duplicate app definition: app "a"'],
    ['group "g" {\n app "a" {}\n app "a" {}\n}', '! Duplicate app definition: app "a"'],
    [
      'variable "a" {\n}\nvariable "a" {\n}',
      '! No value for required variable: variable "a"',
      '! Duplicate variable definition: variable "a"',
    ],
    ['output "a" { value = 1 }\noutput "a" { value = 1 }', '! Duplicate output definition: output "a"'],
    ['locals { a = 1 }\nlocals { a = 2 }', '! Duplicate local value definition: a'],
    ['locals { a = local.a }', '! Cycle: a = local.a'],
    ['locals {\n a = local.b\n b = [local.a]\n}', '! Cycle: a = local.b'],
    ['app "a" { count = length(app.a) }', '! Cycle: app "a"'],
    ['locals { n = length(app.a) }\napp "a" { count = local.n }', '! Cycle: n = length(app.a)'],
    ['locals { a = x }', '! Unknown variable: x'],
    ['locals { a = var.x }', '! Reference to undeclared input variable: var.x'],
    ['locals { a = local.x }', '! Reference to undeclared local value: local.x'],
    ['locals { a = local }', '! Invalid reference: local'],
    ['locals { a = app.x.id }', '! Reference to undeclared resource: app.x'],
    ['locals { a = each.key }', '! Reference to "each" in context without for_each: each.key'],
    ['app "a" { cmd = count.index }', '! Reference to "count" in context without count: count.index'],
    ['locals {\n a = nope\n b = local.a + 1\n c = local.b\n}', '! Unknown variable: nope'],
    ['app "a" { for_each = ["x"] }', '! Invalid for_each argument: ["x"]'],
    ['app "a" { for_each = null }', '! Invalid for_each argument: null'],
    ['app "a" { count = 1.5 }', '! Invalid count argument: 1.5'],
    [
      'variable "v" {\n sensitive = true\n default = 1\n}\napp "a" { count = var.v }',
      '! Invalid count argument: var.v',
    ],
    ['app "a" { count = null }', '! Invalid count argument: null'],
    ['app "a" { for_each = toset([1]) }', '! Invalid for_each argument: toset([1])'],
    ['app "a" { for_each = toset([""]) }', '! Invalid for_each argument: toset([""])'],
    ['app "a" {}\nlocals { x = app.a[0].id }', '! Unexpected resource instance key: [0]'],
    ['app "a" { for_each = {} }\nlocals { x = app.a[0].id }', '! Invalid index: [0]'],
    ['app "a" { count = -1 }', '! Invalid count argument: -1'],
    ['app "a" {\n count = 1\n for_each = {}\n}', '! Invalid combination of "count" and "for_each": count'],
    ['app "a" { count = 1 }\nlocals { x = app.a.id }', '! Missing resource instance key: app.a.id'],
    ['app "a" { count = 1 }\nlocals { x = app.a[1].id }', '! Invalid index: [1]'],
    ['group "g" {}\nlocals { x = group.g.app.y.id }', '! Reference to undeclared resource: .y'],
    ['app "a" {}\nlocals { x = app.a.nme }', '! Unsupported attribute: .nme'],
    ['app "a" { depends_on = app.a }', '! Invalid depends_on argument: app.a'],
    ['app "a" { depends_on = ["app.b"] }', '! Invalid depends_on reference: "app.b"'],
    ['app "a" { depends_on = [app.a] }', '! Invalid depends_on reference: app.a'],
    ['app "a" { depends_on = [app.b] }', '! Reference to undeclared resource: app.b'],
    ['app "b" {}\napp "a" { depends_on = [app.b.id] }', '! Invalid depends_on reference: .id'],
    ['app "a" { cpus = 1 / 0 }', '! Invalid number: 1 / 0'],
    ['app "a" {\n dynamic "p" {\n  content {}\n }\n}', '! Missing required argument: dynamic "p"'],
    ['app "a" {\n dynamic "p" {\n  for_each = 5\n  content {}\n }\n}', '! Invalid dynamic for_each value: 5'],
    ['output "o" {}', '! Missing required argument: output "o"'],
    [
      'variable "v" {\n sensitive = true\n default = 1\n}\noutput "o" { value = var.v }',
      '! Output refers to sensitive values: var.v',
    ],
    [
      'variable "v" {\n sensitive = true\n default = ["a"]\n}\napp "a" { for_each = toset(var.v) }',
      '! Invalid for_each argument: toset(var.v)',
    ],
    ['variable "v" {\n type = strng\n default = 1\n}', '! Invalid type specification: strng'],
    ['variable "v" {\n type = list\n default = 1\n}', '! Invalid type specification: list'],
    ['variable "v" {\n type = "string"\n default = 1\n}', '! Invalid type specification: "string"'],
    ['variable "v" {\n type = number\n default = "x"\n}', '! Invalid default value for variable: "x"'],
    ['variable "v" {\n defalt = 1\n default = 1\n}', '! Unsupported argument: defalt'],
    ['variable "v" {\n default = local.x\n}', '! Variables not allowed: local.x'],
    ['sddc { stak = "x" }', '! Unsupported argument: stak'],
    ['sddc { stack = 5 }', '! Unsuitable value type: 5'],
    ['sddc {}\nsddc {}', '! Duplicate sddc definition: sddc'],
  ]
  test.each(rows)('%j', (text, ...expected) => {
    expect(fileFindings(text)).toEqual(expected)
  })

  test('cycles are named in full', () => {
    const { diagnostics } = evaluateHclFiles([
      { name: 'a.hcl', text: 'locals {\n a = local.b\n b = local.c\n c = local.a\n}' },
    ])
    expect(diagnostics[0]!.detail).toContain('local.a -> local.b -> local.c -> local.a')
  })

  test('a duplicate says where the first is, and findings come in the order of the text', () => {
    const files = [
      { name: 'a.hcl', text: 'app "x" {}\n' },
      { name: 'b.hcl', text: 'app "y" { cmd = nope }\napp "x" {}\n' },
    ]
    const { diagnostics } = evaluateHclFiles(files)
    expect(diagnostics.map(d => finding(d, files[1]!.text))).toEqual([
      '! Unknown variable: nope',
      '! Duplicate app definition: app "x"',
    ])
    expect(diagnostics[1]!.detail).toContain('a.hcl:1,1')
    expect(diagnostics[0]).toMatchObject({ context: 'app "y"', address: 'app.y' })
  })
})
