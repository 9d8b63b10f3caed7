// HCL's JSON form: the same declarations, values and places as the native form.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../../../src/base/index.ts'
import { type HclInput, evaluateHclFiles, parseVarFile } from '../../../../src/lang/hcl/index.ts'
import type { SurfaceConfig, SurfaceValue } from '../../../../src/lang/surface.ts'
import { finding } from '../answers.ts'

const evaluated = (name: string, text: string, inputs: readonly HclInput[] = []) =>
  evaluateHclFiles([{ name, text }], { inputs })

function config(json: unknown, inputs: readonly HclInput[] = []): SurfaceConfig {
  const { config: found, diagnostics } = evaluated('main.hcl.json', JSON.stringify(json, null, 2), inputs)
  expect(diagnostics).toEqual([])
  return found!
}

const value = (expression: unknown): Json =>
  config({ locals: { n: 2, list: ['a', 'b'] }, output: { o: { value: expression } } }).outputs[0]!.value.value

describe('the same as in the native form', () => {
  const rows: readonly (readonly [title: string, native: string, json: unknown])[] = [
    [
      'apps in groups, with blocks of all kinds',
      `sddc {
  stack = "shop"
}
volume "data" {
  size = "1GiB"
}
group "g" {
  depends_on = [app.db]
  app "x" {
    cmd = "a"
    port "http" {
      container = 80
    }
    port {
      container = 81
    }
    health_check {
      path = "/"
    }
    network = "host"
  }
}
app "db" {
  env = { A = "1" }
  network {
    mode = "container/bridge"
  }
}`,
      {
        '//': 'a comment',
        sddc: { stack: 'shop' },
        volume: { data: { size: '1GiB', '//': 'another' } },
        group: {
          g: {
            depends_on: ['app.db'],
            app: {
              x: {
                cmd: 'a',
                port: [{ http: { container: 80 } }, { container: 81 }],
                health_check: { path: '/' },
                network: 'host',
              },
            },
          },
        },
        app: { db: { env: { A: '1' }, network: { mode: 'container/bridge' } } },
      },
    ],
    [
      'repetition, references and dynamic blocks',
      `variable "regions" {
  type = map(number)
  default = { eu = 1, us = 2 }
}
locals {
  url = "http://\${app.w["eu"].id}"
}
app "w" {
  for_each = var.regions
  instances = each.value
  cmd = "echo \${each.key} %{ if each.value > 1 }many%{ endif }"
}
app "all" {
  cmd = join(",", [for k, w in app.w : w.id])
  env = { URL = local.url, (local.url) = 1 }
  dynamic "port" {
    for_each = [80, 81]
    iterator = it
    content {
      container = it.value
    }
  }
}
output "o" {
  value = local.url
}`,
      {
        variable: { regions: { type: 'map(number)', default: { eu: 1, us: 2 } } },
        locals: { url: 'http://${app.w["eu"].id}' },
        app: [
          {
            w: {
              for_each: '${var.regions}',
              instances: '${each.value}',
              cmd: 'echo ${each.key} %{ if each.value > 1 }many%{ endif }',
            },
          },
          {
            all: {
              cmd: '${join(",", [for k, w in app.w : w.id])}',
              env: { URL: '${local.url}', '${local.url}': 1 },
              dynamic: {
                port: { for_each: [80, 81], iterator: 'it', content: { container: '${it.value}' } },
              },
            },
          },
        ],
        output: { o: { value: '${local.url}' } },
      },
    ],
  ]
  test.each(rows)('%s', (_, native, json) => {
    const { config: found, diagnostics } = evaluated('main.hcl', native)
    expect(diagnostics).toEqual([])
    expect(withoutPlaces(config(json))).toEqual(withoutPlaces(found!))
  })

  test('files of both forms are one configuration', () => {
    const { config: found, diagnostics } = evaluateHclFiles([
      { name: 'a.hcl', text: 'app "web" { cmd = local.x }' },
      { name: 'b.hcl.json', text: '[{"locals": {"x": "1"}}, {"locals": {"y": "${local.x}2"}}]' },
      { name: 'c.hcl', text: 'output "o" { value = local.y }' },
    ])
    expect(diagnostics).toEqual([])
    expect(found!.outputs[0]!.value.value).toBe('12')
  })
})

describe('expressions', () => {
  const rows: readonly (readonly [expression: unknown, expected: Json])[] = [
    ['plain', 'plain'],
    ['${local.n}', 2],
    ['${local.n + 1}', 3],
    ['a${local.n}b', 'a2b'],
    ['$${local.n}', '${local.n}'],
    ['%%{if', '%{if'],
    ['a\n${local.n}\n', 'a\n2\n'],
    ['tab\t"${local.n}" \\ back', 'tab\t"2" \\ back'],
    ['\\n${local.n}', '\\n2'],
    ['END ${local.n}\nEND\n', 'END 2\nEND\n'],
    ['${"quoted"}', 'quoted'],
    ['%{ for x in local.list ~}\n${x},%{ endfor }', 'a,b,'],
    [
      [1, '${local.n}', null, true],
      [1, 2, null, true],
    ],
    [
      { a: '${local.n}', 'x ${local.n}': { b: -1.5e2 } },
      { a: 2, 'x 2': { b: -150 } },
    ],
    [{ '//': 'kept in a value' }, { '//': 'kept in a value' }],
    ['', ''],
  ]
  test.each(rows)('%j', (expression, expected) => expect(value(expression)).toEqual(expected))

  test('numbers are exact', () => {
    const text =
      '{"output": {"o": {"value": "${0.1 + 0.2 == 0.3 && local.big == 123456789012345678901}"}}, "locals": {"big": 123456789012345678901}}'
    const { config: found, diagnostics } = evaluated('m.hcl.json', text)
    expect(diagnostics).toEqual([])
    expect(found!.outputs[0]!.value.value).toBe(true)
  })
})

describe('mistakes have their places, also inside of texts and behind escapes', () => {
  const rows: readonly (readonly [text: string, ...expected: string[]])[] = [
    ['{"app": {"a": {"cmd": "x${nope}"}}}', '! Unknown variable: nope'],
    ['{"app": {"a": {"cmd": "\\u00e9\\n\\"${nope}"}}}', '! Unknown variable: nope'],
    ['{"app": {"a": {"cmd": "${1 +}"}}}', '! Invalid expression: }'],
    ['{"app": {"a": {"depends_on": ["app.b"]}}}', '! Reference to undeclared resource: app.b'],
    ['{"app": {"a": {"depends_on": ["app.b."]}}}', '! Invalid attribute name: '],
    ['{"app": {"a": {"count": 1.5}}}', '! Invalid count argument: 1.5'],
    ['{"app": {"a": {}, "a": {}}}', '! Duplicate app definition: "a"'],
    ['{"app": {"a": {"cmd": "1", "cmd": "2"}}}', '! Attribute redefined: "cmd"'],
    ['{"app": 5}', '! Incorrect JSON value type: 5'],
    ['{"app": {"a": [5]}}', '! Incorrect JSON value type: 5'],
    ['{"ap": {"a": {}}}', '! Unsupported block type: "ap"'],
    ['[1]', '! Incorrect JSON value type: 1'],
    ['{"a" 1}', '! Invalid JSON: 1'],
    ['{"variable": {"v": {"type": "strng", "default": 1}}}', '! Invalid type specification: strng'],
    ['{"locals": {"a": "${local.b}", "b": "${local.a}"}}', '! Cycle: "a": "${local.b}"'],
  ]
  test.each(rows)('%j', (text, ...expected) => {
    const { diagnostics } = evaluated('main.hcl.json', text)
    expect(diagnostics.map(d => finding(d, text))).toEqual(expected)
  })
})

describe('a file of values', () => {
  test('holds values as they stand, each with its place', () => {
    const text = '{\n  "a": "${not.a.template}",\n  "b": [1, {"c": null}],\n  "//": "comment"\n}'
    const { values, diagnostics } = parseVarFile('x.vars.hcl.json', text)
    expect(diagnostics).toEqual([])
    expect([...values.keys()]).toEqual(['a', 'b'])
    expect(values.get('a')!.value).toMatchObject({ kind: 'string', value: '${not.a.template}' })
    expect(values.get('b')!.range.start).toEqual({ line: 3, column: 8, byte: 37 })
  })

  test('is one input among others; what is not declared is a warning', () => {
    const text = '{"v": 1, "w": 2}'
    const { config: found, diagnostics } = evaluated(
      'm.hcl.json',
      '{"variable": {"v": {}}, "output": {"o": {"value": "${var.v}"}}}',
      [
        { kind: 'file', name: 'a.vars.hcl.json', text },
        { kind: 'file', name: 'b.vars.hcl', text: 'v = 3' },
      ],
    )
    expect(found!.outputs[0]!.value.value).toBe(3)
    expect(diagnostics.map(d => [d.severity, finding(d, text)])).toEqual([
      ['warning', '! Value for undeclared variable: "w"'],
    ])
  })
})

/** Resources by address, since JSON and the native form order them differently. */
function withoutPlaces(found: SurfaceConfig): unknown {
  const plain = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(plain)
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(
      Object.entries(part)
        .filter(([name]) => !['range', 'nameRange', 'end'].includes(name))
        .map(([name, inner]) => [name, plain(inner as SurfaceValue)]),
    )
  }
  const resources = [...found.resources].sort((a, b) => (a.address < b.address ? -1 : 1))
  return plain({ ...found, resources })
}

test('no JSON makes it throw, and every mistake has a place', () => {
  const names = fc.constantFrom(
    'app',
    'group',
    'module',
    'variable',
    'locals',
    'port',
    'dynamic',
    'content',
    'type',
    'web',
    '//',
    'source',
    'for_each',
    'depends_on',
    'lifecycle',
    '${x}',
  )
  const texts = fc.constantFrom(
    '${app.web.id}',
    '%{ if',
    '${',
    'list(string)',
    'app.web',
    './x',
    '\u{1f600}${nope}',
    '',
  )
  const json = fc.letrec(tie => ({
    value: fc.oneof(
      { maxDepth: 6 },
      texts,
      fc.constantFrom(1, -2.5, null, true),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(names, tie('value'), { maxKeys: 4 }),
    ),
  })).value
  fc.assert(
    fc.property(json, value => {
      const text = JSON.stringify(value)
      const { diagnostics } = evaluated('main.hcl.json', text)
      for (const { subject } of diagnostics) {
        expect(subject!.start.byte).toBeLessThanOrEqual(subject!.end.byte)
        expect(subject!.end.byte).toBeLessThanOrEqual(Buffer.byteLength(text))
      }
    }),
    { numRuns: 300 },
  )
})
