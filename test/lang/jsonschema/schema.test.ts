// What `sddc schema` prints: it is JSON Schema, takes every configuration in JSON that is valid, also what `sddc convert`
// makes, and refuses slips.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { convertDesired } from '../../../src/lang/convert/index.ts'
import { schemas } from '../../../src/lang/jsonschema/index.ts'
import { loadConfiguration, type Loaded } from '../../../src/lang/load/index.ts'
import { exampleNames, exampleTexts } from '../../docs/language/examples.ts'
import { repository } from '../../support/processes.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { loadFiles } from '../load/loader.ts'

const ajv = new Ajv2020({ strictTypes: false, strictTuples: false, allErrors: true })
const configuration = ajv.compile(schemas.configuration())
const app = ajv.compile(schemas.app())

function errorsOf(schema: ValidateFunction, value: unknown): unknown {
  schema(value)
  return schema.errors ?? []
}

/** By the name of a file. */
function schemaFor(name: string): ValidateFunction {
  return name.endsWith('.hcl.json') ? configuration : app
}

describe('takes', () => {
  const isJson = (path: string): boolean => /\.(hcl|app|group)\.json$/.test(path)
  const inExamples = [...exampleTexts].filter(([path]) => isJson(path))
  const others = readdirSync(join(repository, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter(path => isJson(path) && !path.startsWith('language'))
    .map(path => [path, readFileSync(join(repository, 'examples', path), 'utf8')] as const)

  test('there are some', () => {
    expect(inExamples.length).toBeGreaterThan(1)
    expect(others.length).toBeGreaterThan(0)
  })

  test.each([...inExamples, ...others])('the example %s', (path, text) => {
    expect(errorsOf(schemaFor(path), JSON.parse(text))).toEqual([])
  })

  test.each(exampleNames)('what convert makes of the example %s', async name => {
    const { desired } = await loadConfiguration(join(repository, 'examples', 'language', name), {
      given: [],
      env: {},
    })
    for (const only of ['hcl.json', 'marathon'] as const) {
      const { files, diagnostics } = convertDesired(desired!, 'json', { only })
      expect(diagnostics).toEqual([])
      for (const { path, text } of files) expect(errorsOf(schemaFor(path), JSON.parse(text))).toEqual([])
    }
  })

  const taken: readonly (readonly [about: string, value: unknown])[] = [
    ['templates for numbers', { app: { a: { instances: '${var.n}', cpus: '0.5', mem: '${local.mem}' } } }],
    ['templates for words', { app: { a: { kill_selection: '${var.k}' } } }],
    ['words in any case', { app: { a: { kill_selection: 'oldest_first' } } }],
    ['null for nothing', { app: { a: { cmd: null, port: null, health_check: null } } }],
    ['comments anywhere', { '//': 1, app: { '//': [], a: { '//': {}, port: { '//': 1 } } } }],
    ['several files in one', [{ app: { a: {} } }, { app: [{ b: {} }, { c: [{}] }] }]],
    ['ports with labels', { app: { a: { port: { http: {}, admin: [{ host: 1 }] } } } }],
    ['ports without', { app: { a: { port: [{ name: 'http' }, { container: 80 }] } } }],
    ['a port alone', { app: { a: { port: { service: 80 } } } }],
    ['the short form of a network', { app: { a: { network: 'host' }, b: { network: { mode: 'host' } } } }],
    ['a strategy in a word', { app: { a: { unreachable_strategy: 'disabled' } } }],
    ['commands', { app: { a: { health_check: [{ command: 'x' }, { command: ['x'] }] } } }],
    ['lifecycle', { app: { a: { lifecycle: { ignore_changes: 'all', destroy: false } } } }],
    ['repetition', { app: { a: { for_each: '${var.x}' }, b: { count: 2 }, c: { for_each: { a: 1 } } } }],
    [
      'dynamic blocks',
      { app: { a: { dynamic: { port: { for_each: ['a'], content: { host: '${port.value}' } } } } } },
    ],
    ['groups in groups', { group: { a: { group: { b: { app: { c: { cmd: 'x' } } } } } } }],
    ['a variable', { variable: { a: { type: 'list(string)', default: [1, {}], nullable: false } } }],
    ['a module', { module: { a: { source: './a', anything: { of: ['mine'] } } } }],
    ['history', { moved: [{ from: 'app.a', to: 'app.b' }], removed: { from: 'app.c' } }],
  ]
  test.each(taken)('%s', (_, value) => {
    expect(errorsOf(configuration, value)).toEqual([])
  })

  const apps: readonly (readonly [about: string, value: unknown])[] = [
    ['older spellings', { id: 'a', cmd: 'x', ports: [0], uris: ['http://x/y'] }],
    ['older containers', { id: 'a', container: { docker: { image: 'x', network: 'BRIDGE' } } }],
    ['what servers show', { id: 'a', cmd: 'x', version: '2026', tasksRunning: 1 }],
    ['null for nothing', { id: 'a', cmd: 'x', args: null, healthChecks: null, env: { A: null } }],
    ['a list', [{ id: 'a', cmd: 'x' }, { id: 'b' }]],
    ['secrets in env', { id: 'a', env: { A: { secret: 'x' } }, secrets: { x: { source: 'y' } } }],
    ['operators in any case', { id: 'a', constraints: [['hostname', 'unique']] }],
    ['groups', { id: '/', groups: [{ id: 'a', apps: [{ id: 'b' }], groups: [] }] }],
    ['a strategy in a word', { id: 'a', unreachableStrategy: 'disabled' }],
  ]
  test.each(apps)('%s of Marathon', (_, value) => {
    expect(errorsOf(app, value)).toEqual([])
  })
})

describe('refuses', () => {
  const refused: readonly (readonly [about: string, value: unknown])[] = [
    ['an unknown block', { apps: {} }],
    ['an app without a name', { app: { cmd: 'x' } }],
    ['an unknown argument', { app: { a: { comand: 'x' } } }],
    ['an unknown block in an app', { app: { a: { health_checks: {} } } }],
    ['an unknown argument in a block', { app: { a: { health_check: { intervall: '1s' } } } }],
    ['a wrong word', { app: { a: { kill_selection: 'FIRST' } } }],
    ['an object for a number', { app: { a: { instances: {} } } }],
    ['a number below the limit', { app: { a: { instances: -1 } } }],
    ['a fraction of an instance', { app: { a: { instances: 1.5 } } }],
    ['a share above 1', { app: { a: { upgrade_strategy: { maximum_over_capacity: 2 } } } }],
    ['a port beyond the last', { app: { a: { port: { http: { host: 70_000 } } } } }],
    ['a text for a list', { app: { a: { args: 5 } } }],
    ['an unknown operator', { app: { a: { constraints: [['hostname', 'NEAR']] } } }],
    ['a constraint of one', { app: { a: { constraints: [['hostname']] } } }],
    ['a constraint without operator', { app: { a: { constraint: { field: 'hostname' } } } }],
    ['an output without value', { output: { a: { description: 'x' } } }],
    ['a move without target', { moved: { from: 'app.a' } }],
    ['a module without source', { module: { a: { x: 1 } } }],
    ['a volume without size', { volume: { a: {} } }],
    ['an app in a volume', { volume: { a: { size: 1, app: {} } } }],
    ['a validation without message', { variable: { a: { validation: { condition: '${true}' } } } }],
    ['a dynamic block of a type that is none', { app: { a: { dynamic: { ports: {} } } } }],
    ['a dynamic block without content', { app: { a: { dynamic: { port: { for_each: [] } } } } }],
    ['a text for a file', 'x'],
  ]
  test.each(refused)('%s, as the program does', async (_, value) => {
    expect(configuration(value)).toBe(false)
    expect((await load('main.hcl.json', value)).diagnostics).not.toEqual([])
  })

  const apps: readonly (readonly [about: string, value: unknown])[] = [
    ['an app without id', { cmd: 'x' }],
    ['an unknown field', { id: 'a', cmmd: 'x' }],
    ['an unknown field in a check', { id: 'a', healthChecks: [{ interval: 3 }] }],
    ['a text for a number', { id: 'a', cpus: '1' }],
    ['a negative number', { id: 'a', mem: -1 }],
    ['an empty command', { id: 'a', cmd: '' }],
    ['an unknown protocol', { id: 'a', healthChecks: [{ protocol: 'FTP' }] }],
    ['a port beyond the last', { id: 'a', portDefinitions: [{ port: 70_000 }] }],
    ['a constraint of four', { id: 'a', constraints: [['hostname', 'IS', 'a', 'b']] }],
    ['an unknown operator', { id: 'a', constraints: [['hostname', 'NEAR']] }],
    ['two readiness checks', { id: 'a', readinessChecks: [{}, {}] }],
    ['an app in a group without id', { id: 'g', apps: [{ cmd: 'x' }] }],
    ['pods', { id: 'g', groups: [], pods: [{}] }],
    ['an object in env', { id: 'a', env: { A: {} } }],
  ]
  test.each(apps)('%s of Marathon, as the program does', async (_, value) => {
    expect(app(value)).toBe(false)
    expect((await load('a.app.json', value)).diagnostics).not.toEqual([])
  })
})

test('describes everything', () => {
  const bare: string[] = []
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [name, inner] of Object.entries(value)) {
      if (path.endsWith('/properties') && !hasDescription(inner)) bare.push(`${path}/${name}`)
      visit(inner, `${path}/${name}`)
    }
  }
  for (const make of Object.values(schemas)) visit(make(), '')
  expect(bare).toEqual([])
})

function load(name: string, value: unknown): Promise<Loaded> {
  return loadFiles(temporaryDirectory('schema'), { [name]: JSON.stringify(value) })
}

function hasDescription(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && 'description' in schema
}
