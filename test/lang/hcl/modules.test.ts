// Modules, evaluated: instances, inputs, outputs, dependencies through them, order over all modules, mistakes.
import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Diagnostic, Json } from '../../../src/base/index.ts'
import {
  type HclOptions,
  type HclResult,
  type ModuleTree,
  evaluateModules,
  readModule,
} from '../../../src/lang/hcl/index.ts'
import type { SurfaceConfig } from '../../../src/lang/surface.ts'
import { finding } from './answers.ts'

/** Texts by directory, the root's under ''. */
type Texts = Readonly<Record<string, string>>

function treeOf(texts: Texts, directory = ''): ModuleTree {
  const module = readModule([{ name: fileIn(directory), text: texts[directory] ?? '' }])
  const calls = module.calls.flatMap((call): [string, ModuleTree][] => {
    const target = posix.join(directory, call.source).replace(/^\.$/, '')
    return target in texts ? [[call.name, treeOf(texts, target)]] : []
  })
  return { module, directory: directory === '' ? '.' : directory, calls: new Map(calls) }
}

function fileIn(directory: string): string {
  return posix.join(directory, 'main.hcl')
}

function evaluated(texts: Texts, options: HclOptions = {}): HclResult {
  return evaluateModules(treeOf(texts), options)
}

function config(texts: Texts, options: HclOptions = {}): SurfaceConfig {
  const result = evaluated(texts, options)
  expect(result.diagnostics).toEqual([])
  return result.config!
}

function outputs(texts: Texts, options: HclOptions = {}): Readonly<Record<string, Json>> {
  return Object.fromEntries(config(texts, options).outputs.map(o => [o.name, o.value.value]))
}

/** `file ! summary: marked text`. */
function findings(texts: Texts): string[] {
  const told = (d: Diagnostic): string => {
    const file = d.subject?.file ?? 'main.hcl'
    const directory = posix.dirname(file).replace(/^\.$/, '')
    return `${file} ${finding(d, texts[directory] ?? '')}`
  }
  return evaluated(texts).diagnostics.map(told)
}

const call = (name: string, rest = ''): string => `module "${name}" {\n  source = "./${name}"\n${rest}\n}\n`

describe('instances', () => {
  const blog = `
variable "size" { default = 1 }
app "web" {
  instances = var.size
  cmd = path.module
}
group "g" {
  app "in" { env = { WEB = app.web.id } }
}
output "web" { value = app.web.id }`

  test('a module is a group of everything in it', () => {
    const { resources } = config({ '': call('blog', 'size = 2'), blog })
    expect(
      resources.map(r => [
        r.kind,
        r.address,
        [...r.path, r.name].join('/'),
        r.body.attributes['instances']?.value,
      ]),
    ).toEqual([
      ['group', 'module.blog', 'blog', undefined],
      ['app', 'module.blog.app.web', 'blog/web', 2],
      ['group', 'module.blog.group.g', 'blog/g', undefined],
      ['app', 'module.blog.group.g.app.in', 'blog/g/in', undefined],
    ])
    expect(resources[1]!.body.attributes['cmd']!.value).toBe('blog')
    expect(resources[3]!.body.attributes['env']).toMatchObject({
      value: { WEB: '/blog/web' },
      references: ['module.blog.app.web'],
    })
  })

  test('for_each and count, also of modules in modules', () => {
    const { resources } = config({
      '': call('a', 'for_each = { eu = 3, us = 4 }\n size = each.value'),
      a: `variable "size" {}\n module "b" {\n source = "../b"\n count = 2\n size = var.size + count.index\n}`,
      b: blog,
    })
    const webs = resources.filter(r => r.name === 'web')
    expect(webs.map(r => [r.address, r.path.join('/'), r.body.attributes['instances']!.value])).toEqual([
      ['module.a["eu"].module.b[0].app.web', 'a-eu/b-0', 3],
      ['module.a["eu"].module.b[1].app.web', 'a-eu/b-1', 4],
      ['module.a["us"].module.b[0].app.web', 'a-us/b-0', 4],
      ['module.a["us"].module.b[1].app.web', 'a-us/b-1', 5],
    ])
    expect(resources.find(r => r.address === 'module.a["eu"]')).toMatchObject({ kind: 'group', key: 'eu' })
  })

  test('no instance is no mistake', () => {
    const { resources, incomplete } = config({ '': call('blog', 'count = 0'), blog })
    expect([resources, incomplete]).toEqual([[], undefined])
  })

  test('one directory called twice is two modules', () => {
    const text = 'module "x" { source = "./blog" }\nmodule "y" { source = "./blog" }'
    const ids = config({ '': text, blog }).resources.filter(r => r.name === 'web')
    expect(ids.map(r => r.address)).toEqual(['module.x.app.web', 'module.y.app.web'])
  })
})

describe('outputs', () => {
  const inner = `
variable "in" { default = "d" }
app "a" {}
app "b" {}
output "a" { value = app.a.id }
output "both" { value = [app.a.id, app.b.id] }
output "text" { value = "<\${var.in}>" }
output "secret" {
  value     = "s"
  sensitive = true
}
output "late" {
  value      = 1
  depends_on = [app.b]
}`
  const rows: readonly (readonly [expression: string, rest: string, expected: Json])[] = [
    ['module.m.text', '', '<d>'],
    ['module.m.text', 'in = 5', '<5>'],
    ['module.m.a', '', '/m/a'],
    ['module.m["eu"].a', 'for_each = toset(["eu"])', '/m-eu/a'],
    ['module.m[0].a', 'count = 1', '/m-0/a'],
    ['module.m[*].a', 'count = 2', ['/m-0/a', '/m-1/a']],
    ['[for k, m in module.m : "${k} ${m.a}"]', 'for_each = toset(["b", "a"])', ['a /m-a/a', 'b /m-b/a']],
    ['values(module.m)[*].both', 'for_each = toset(["x"])', [['/m-x/a', '/m-x/b']]],
    ['module.m["${"e"}u"].a', 'for_each = toset(["eu"])', '/m-eu/a'],
    ['keys(module.m)', '', ['a', 'both', 'late', 'secret', 'text']],
    ['length(module.m)', 'count = 3', 3],
  ]
  test.each(rows)('%s with %j', (expression, rest, expected) => {
    expect(
      outputs({ '': `${call('m', rest)}output "o" { value = nonsensitive(${expression}) }`, m: inner })['o'],
    ).toEqual(expected)
  })

  test('carry dependencies to the very apps that they were made from', () => {
    const { resources } = config({
      '': `${call('m')}
app "one" { cmd = module.m.a }
app "two" { cmd = join(",", module.m.both) }
app "none" { cmd = module.m.text }
app "late" { cmd = module.m.late }
app "whole" { depends_on = [module.m] }`,
      m: inner,
    })
    const references = (name: string): readonly string[] | undefined =>
      Object.values(resources.find(r => r.name === name)!.body.attributes)[0]!.references
    expect(references('one')).toEqual(['module.m.app.a'])
    expect(references('two')).toEqual(['module.m.app.a', 'module.m.app.b'])
    expect(references('none')).toBeUndefined()
    expect(references('late')).toEqual(['module.m.app.b'])
    expect(references('whole')).toEqual(['module.m'])
  })

  test('carry them through two modules and back in', () => {
    const { resources } = config({
      '': `app "db" {}\n${call('m', 'in = app.db.id')}${call('n', 'in = module.m.text')}`,
      m: inner,
      n: 'variable "in" {}\napp "x" { cmd = var.in }',
    })
    const { cmd } = resources.find(r => r.name === 'x')!.body.attributes
    expect(cmd).toMatchObject({ value: '</db>', references: ['app.db'] })
  })

  test('stay sensitive', () => {
    const texts = { '': `${call('m')}output "o" { value = module.m.secret }`, m: inner }
    expect(findings(texts)).toEqual(['main.hcl ! Output refers to sensitive values: module.m.secret'])
  })
})

describe('depends_on', () => {
  test('of a module stands at its group; on a module names its groups', () => {
    const { resources } = config({
      '': `app "db" {}
${call('m', 'count = 2\ndepends_on = [app.db]')}
${call('n', 'depends_on = [module.m]')}
app "x" { depends_on = [module.m[1], module.n] }`,
      m: 'app "a" {}',
      n: '',
    })
    const dependencies = (address: string): Json =>
      resources.find(r => r.address === address)!.body.attributes['depends_on']!.value
    expect(dependencies('module.m[0]')).toEqual(['app.db'])
    expect(dependencies('module.n')).toEqual(['module.m[0]', 'module.m[1]'])
    expect(dependencies('app.x')).toEqual(['module.m[1]', 'module.n'])
  })
})

describe('inputs', () => {
  const declared = (text: string): string => `variable "v" {\n${text}\n}\noutput "o" { value = var.v }`
  const rows: readonly (readonly [declared: string, given: string, expected: Json])[] = [
    ['type = string', 'v = 5', '5'],
    ['type = set(string)', 'v = ["b", "a", "b"]', ['a', 'b']],
    ['default = 1', 'v = null', null],
    ['default = 1\nnullable = false', 'v = null', 1],
    ['type = object({ a = optional(object({ b = optional(number, 7) }), {}) })', 'v = {}', { a: { b: 7 } }],
    ['default = "x"', '', 'x'],
  ]
  test.each(rows)('%j given %j', (text, given, expected) => {
    expect(
      outputs({ '': `${call('m', given)}output "o" { value = module.m.o }`, m: declared(text) })['o'],
    ).toEqual(expected)
  })

  const wrong: readonly (readonly [declared: string, given: string, ...expected: string[]])[] = [
    ['type = number', 'v = "x"', 'main.hcl ! Invalid value for input variable: "x"'],
    ['type = number', '', 'main.hcl ! Missing required argument: module "m"'],
    ['nullable = false', 'v = null', 'main.hcl ! Required variable not set: null'],
    ['', 'v = 1\nw = 2', 'main.hcl ! Unsupported argument: w'],
    ['', 'v = 1\nversion = "1"', 'main.hcl ! Unsupported argument: version'],
    ['', 'v = nope', 'main.hcl ! Unknown variable: nope'],
    [
      'validation {\ncondition = var.v > 5\nerror_message = "small"\n}',
      'v = 3',
      'main.hcl ! Invalid value for variable: 3',
    ],
    ['deprecated = "Use w."', 'v = 3', 'main.hcl ! Deprecated variable: 3'],
    ['', 'v = 1\nblock {}', 'main.hcl ! Unsupported block type: block'],
    [
      '',
      'v = 1\nfor_each = toset(["a", "b"])\ncount = 2',
      'main.hcl ! Invalid combination of "count" and "for_each": count',
    ],
  ]
  test.each(wrong)('%j given %j', (text, given, ...expected) => {
    expect(findings({ '': call('m', given), m: declared(text) })).toEqual(expected)
  })

  test('names that a call needs for itself are refused', () => {
    expect(findings({ '': 'variable "source" { default = 1 }' })).toEqual([
      'main.hcl ! Invalid variable name: "source"',
    ])
  })
})

describe('order', () => {
  test('values go in and out and in again', () => {
    const texts = {
      '': `locals { a = 1, b = module.m.out + 1 }
module "m" {
  source = "./m"
  in     = local.a
  again  = local.b
}
output "o" { value = module.m.last }`
        .replace(', b', '\n b')
        .replace('{ a = 1', '{\n a = 1')
        .replace('+ 1 }', '+ 1\n}'),
      m: `variable "in" {}
variable "again" {}
output "out" { value = var.in + 10 }
output "last" { value = var.again * 2 }`,
    }
    expect(outputs(texts)['o']).toBe(24)
  })

  test('a true circle is told, over the border', () => {
    const texts = {
      '': call('m', 'in = module.m.out'),
      m: 'variable "in" {}\noutput "out" { value = var.in }',
    }
    const { diagnostics } = evaluated(texts)
    expect(diagnostics.map(d => d.summary)).toEqual(['Cycle'])
    expect(diagnostics[0]!.detail).toMatch(
      /module\.m\.output\.out -> module\.m\.var\.in|module\.m\.var\.in -> module\.m\.output\.out/,
    )
  })

  test('instances of a module may hang on another one, not on its own', () => {
    const texts = {
      '': `${call('m')}module "n" {\n source = "./m"\n for_each = toset(module.m.names)\n}\noutput "o" { value = keys(module.n) }`,
      m: 'output "names" { value = ["x", "y"] }',
    }
    expect(outputs(texts)['o']).toEqual(['x', 'y'])
    expect(findings({ '': call('m', 'count = length(module.m[*].names)'), m: texts.m })).toEqual([
      expect.stringMatching(/^(m\/)?main.hcl ! Cycle/) as string,
    ])
  })

  test('a chain over a thousand modules does not exhaust the stack', () => {
    const texts: Record<string, string> = { m: 'variable "in" {}\noutput "out" { value = var.in + 1 }' }
    texts[''] = Array.from({ length: 1000 }, (_, i) => {
      const before = i === 0 ? '0' : `module.m${i - 1}.out`
      return `module "m${i}" {\n  source = "./m"\n  in = ${before}\n}`
    }).join('\n')
    texts[''] += '\noutput "o" { value = module.m999.out }'
    expect(outputs(texts)['o']).toBe(1000)
  })

  test('modules that call others twice are limited', () => {
    const texts: Record<string, string> = { m16: '' }
    for (let i = 0; i < 16; i++) {
      texts[i === 0 ? '' : `m${i}`] = ['a', 'b']
        .map(n => `module "${n}" { source = "${i === 0 ? './' : '../'}m${i + 1}" }`)
        .join('\n')
    }
    const module = (i: number): ModuleTree => {
      let tree: ModuleTree = { module: readModule([]), directory: `m${i}`, calls: new Map() }
      for (let level = i; level >= 0; level--) {
        const name = level === 0 ? '' : `m${level}`
        tree = {
          module: readModule([{ name: fileIn(name), text: texts[name]! }]),
          directory: name,
          calls: new Map([
            ['a', tree],
            ['b', tree],
          ]),
        }
      }
      return tree
    }
    expect(evaluateModules(module(15)).diagnostics.map(d => d.summary)).toEqual(['Too many modules'])
  })
})

describe('mistakes', () => {
  const m = 'variable "v" { default = 1 }\napp "a" {}\noutput "url" { value = 1 }'
  const rows: readonly (readonly [text: string, ...expected: string[]])[] = [
    ['locals { x = module.n.url }', 'main.hcl ! Reference to undeclared module: module.n'],
    [`${call('m')}locals { x = module.m.ur }`, 'main.hcl ! Unsupported attribute: .ur'],
    [`${call('m')}locals { x = module.m.v }`, 'main.hcl ! Unsupported attribute: .v'],
    [`${call('m')}locals { x = module.m.app.a.id }`, 'main.hcl ! Unsupported attribute: .app'],
    [`${call('m')}locals { x = module.m[0].url }`, 'main.hcl ! Unexpected module instance key: [0]'],
    [`${call('m')}locals { x = module }`, 'main.hcl ! Invalid reference: module'],
    [
      `${call('m', 'count = 1')}locals { x = module.m.url }`,
      'main.hcl ! Missing module instance key: module.m.url',
    ],
    [`${call('m', 'count = 1')}locals { x = module.m[1].url }`, 'main.hcl ! Invalid index: [1]'],
    [`${call('m')}app "x" { depends_on = [module.m.url] }`, 'main.hcl ! Invalid depends_on reference: .url'],
    [call('m', 'depends_on = [module.m]'), 'main.hcl ! Invalid depends_on reference: module.m'],
    ['module "m" {}', 'main.hcl ! Missing required argument: module "m"'],
    ['module "m" { source = local.x }', 'main.hcl ! Variables not allowed: local.x'],
    ['module "m" { source = 5 }', 'main.hcl ! Unsuitable value type: 5'],
    ['module "M" { source = "./m" }', 'main.hcl ! Invalid name: "M"'],
    [`${call('m')}${call('m')}`, 'main.hcl ! Duplicate module definition: module "m"'],
    [call('m', 'for_each = ["x"]'), 'main.hcl ! Invalid for_each argument: ["x"]'],
  ]
  test.each(rows)('%j', (text, ...expected) => {
    expect(findings({ '': text, m })).toEqual(expected)
  })

  test('inside of a module are told once, however many instances there are', () => {
    const texts = { '': call('m', 'count = 3'), m: 'app "a" { cmd = nope }\nlocals { x = nope2 }' }
    expect(findings(texts)).toEqual([
      'm/main.hcl ! Unknown variable: nope',
      'm/main.hcl ! Unknown variable: nope2',
    ])
  })

  test('a broken module hides nothing else', () => {
    const texts = {
      '': `${call('m', 'v = nope')}output "o" { value = module.m.url }\napp "b" { cmd = nope2 }`,
      m: 'app "a" {',
    }
    expect(findings(texts)).toEqual([
      'main.hcl ! Unknown variable: nope',
      'main.hcl ! Unknown variable: nope2',
      expect.stringMatching(/^m\/main.hcl ! Unclosed/) as string,
    ])
  })

  test('settings of a module are ignored with a word', () => {
    const texts = { '': call('m'), m: 'sddc {\n  server = "http://elsewhere"\n}' }
    const { config: found, diagnostics, server } = evaluated(texts)
    expect(diagnostics.map(d => [d.severity, d.summary])).toEqual([['warning', 'Settings of a module']])
    expect([found?.server, server]).toEqual([undefined, undefined])
  })
})

test('volumes of a module have the module in their flat name', () => {
  const { resources } = config({
    '': call('m', 'count = 1'),
    m: 'volume "data" { size = 1 }\napp "a" { cmd = volume.data.name }',
  })
  expect(resources.find(r => r.kind === 'app')!.body.attributes['cmd']).toMatchObject({
    value: 'm-0-data',
    references: ['module.m[0].volume.data'],
  })
})

test('validations may look at everything in their module', () => {
  const m = `variable "v" {
  validation {
    condition     = var.v > local.least && length(app.a) == 2
    error_message = "At least \${local.least}."
  }
}
locals { least = 3 }
app "a" { count = 2 }`
  expect(findings({ '': call('m', 'v = 4'), m })).toEqual([])
  const { diagnostics } = evaluated({ '': call('m', 'v = 2'), m })
  expect(diagnostics).toMatchObject([{ subject: { file: 'main.hcl' }, address: 'module.m' }])
  expect(diagnostics[0]!.detail).toContain('At least 3.')
})

describe('variables without values', () => {
  const texts = {
    '': `variable "n" { type = number }
variable "names" { type = set(string) }
variable "d" { default = 1 }
app "a" {
  instances = var.n
  cmd       = nope
}
app "b" {
  for_each = var.names
  cmd      = each.key
}
${call('m', 'in = var.n')}`,
    m: 'variable "in" {}\napp "c" { instances = var.in }',
  }

  test('are a mistake', () => {
    expect(findings(texts)).toEqual([
      'main.hcl ! No value for required variable: variable "n"',
      'main.hcl ! No value for required variable: variable "names"',
      'main.hcl ! Unknown variable: nope',
    ])
  })

  test('or unknown, where that is allowed, and everything else is checked', () => {
    const { diagnostics, missing } = evaluated(texts, { unknownVariables: 'allowed' })
    expect(diagnostics.map(d => d.summary)).toEqual(['Unknown variable'])
    expect(missing).toEqual(['n', 'names'])
  })
})
