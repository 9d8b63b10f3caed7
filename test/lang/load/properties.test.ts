// Where options stand in a module's text: what is written, what the small scanner finds.
import { expect, it } from 'vitest'
import { optionsOfCall } from '../../../src/lang/load/properties.ts'
import type { WrittenValue } from '../../../src/lang/load/properties.ts'

/** `path = text` for every part, deepest last. */
function found(text: string): readonly string[] {
  const list = (value: WrittenValue, path: string): readonly string[] =>
    [...value.parts].flatMap(([step, part]) => [
      `${path}${step} = ${text.slice(part.span.start, part.span.end)}`,
      ...list(part, `${path}${step}.`),
    ])
  const options = optionsOfCall(text, 0)
  return options ? list(options, '') : ['nothing']
}

const cases: readonly (readonly [text: string, ...expected: readonly string[]])[] = [
  ["app('a', { cpus: 1, mem : '2' })", 'cpus = 1', "mem = '2'"],
  ["app('a', {\n  // cpus: 2, }\n  'cpus': /* a, */ 1,\n})", 'cpus = 1'],
  ["app('a', { cmd, cpus: 1 })", 'cmd = cmd', 'cpus = 1'],
  [
    "app('a', { env: { A: 'x', \"B-C\": `y${f({ a: '}' })}` } })",
    "env = { A: 'x', \"B-C\": `y${f({ a: '}' })}` }",
    "env.A = 'x'",
    "env.B-C = `y${f({ a: '}' })}`",
  ],
  [
    "app('a', { args: ['a', b ? [1] : { c: 2 }, 'd'] })",
    "args = ['a', b ? [1] : { c: 2 }, 'd']",
    "args.0 = 'a'",
    'args.1 = b ? [1] : { c: 2 }',
    "args.2 = 'd'",
  ],
  ["app('a', { args: ['a', ...more, 'd'] })", "args = ['a', ...more, 'd']", "args.0 = 'a'"],
  ["app('a', { ...base, cpus: 1 })", 'cpus = 1'],
  ["app('a', { health: http({ port: 'x' }) })", "health = http({ port: 'x' })", "health.port = 'x'"],
  ["app('a', { env: merged({ A: 1 }) })", 'env = merged({ A: 1 })'],
  [
    "app('a', { cmd: x.replace(/[/}\"]+\\//g, ''), cpus: 4 / 2 })",
    "cmd = x.replace(/[/}\"]+\\//g, '')",
    'cpus = 4 / 2',
  ],
  [
    "app('a', { cmd: f(x => ({ a: x })), [computed]: 1, cpus: 1 as number })",
    'cmd = f(x => ({ a: x }))',
    'cpus = 1 as number',
  ],
  ["app('a', { list: [] , none: {}, })", 'list = []', 'none = {}'],
  ["app('a', options)", 'nothing'],
  ["sddc.app('a', { cpus: 1 })", 'cpus = 1'],
  ['app', 'nothing'],
  ["app('a', { cpus: [", 'cpus = ['],
  ["app('a', { cmd: `unclosed", 'cmd = `unclosed'],
]

it.each(cases)('%s', (text, ...expected) => {
  expect(found(text)).toEqual(expected)
})

it('is not led astray by depth', () => {
  const deep = `app('a', { x: ${'['.repeat(100_000)}1${']'.repeat(100_000)} })`
  expect(optionsOfCall(deep, 0)?.parts.get('x')?.span.start).toBe(deep.indexOf('['))
})
