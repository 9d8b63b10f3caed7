// What a module's description becomes: uses of modules, variables with schemas, files that are read, secrets.
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Loaded, LoadOptions } from '../../../src/lang/load/index.ts'
import { loadFiles } from '../load/loader.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sddc-test-'))
})

afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

function load(
  text: string,
  env: Readonly<Record<string, string>> = {},
  more: Partial<LoadOptions> = {},
): Promise<Loaded> {
  const header = `import { app, boolean, defineCluster, defineModule, group, list, number, oneOf, record, ref, text, imported, moved, removed, secret, string, volume } from 'sddc'\n`
  return loadFiles(directory, { 'sddc.config.ts': header + text, 'page.txt': 'hello\n' }, { env, ...more })
}

describe('modules', () => {
  const blog = `const blog = defineModule({
  inputs: { size: number({ default: 1, min: 1 }), tag: string() },
  build: ({ size, tag }) => {
    const web = app('web', { cmd: tag, instances: size })
    return { resources: [group('front', [web]), volume('data', { size: 10 })], outputs: { url: ref\`http:/\${web.id}\` } }
  },
})
`

  it('put their name in front of what is inside, like blocks of HCL', async () => {
    const { desired, diagnostics } = await load(`${blog}
const eu = blog('eu', { tag: 'a', size: 3 })
export default defineCluster({
  resources: [eu, blog('us', { tag: 'b' }), app('top', { cmd: 'true', env: { URL: eu.outputs.url } })],
  outputs: { url: eu.outputs.url },
})
`)
    expect(diagnostics).toEqual([])
    expect(desired!.apps.map(a => [a.address, a.app.id, a.app.instances, a.app.dependencies])).toEqual([
      ['module.eu.group.front.app.web', '/eu/front/web', 3, []],
      ['app.top', '/top', 1, ['/eu/front/web']],
      ['module.us.group.front.app.web', '/us/front/web', 1, []],
    ])
    expect(desired!.volumes.map(v => [v.address, v.name])).toEqual([
      ['module.eu.volume.data', 'eu-data'],
      ['module.us.volume.data', 'us-data'],
    ])
    expect(desired!.outputs['url']?.value).toBe('http://eu/front/web')
  })

  it('take references as inputs', async () => {
    const { desired, diagnostics } = await load(`const front = defineModule({
  inputs: { upstream: text() },
  build: ({ upstream }) => ({ resources: [app('web', { cmd: ref\`proxy \${upstream}\` })] }),
})
const db = app('db', { cmd: 'true' })
export default defineCluster({ resources: [db, front('eu', { upstream: db.id }), front('us', { upstream: '/x' })] })
`)
    expect(diagnostics).toEqual([])
    expect(desired!.apps.map(a => [a.app.cmd, a.app.dependencies])).toEqual([
      ['true', []],
      ['proxy /db', ['/db']],
      ['proxy /x', []],
    ])
  })

  it('stand in modules, and can be depended on as a whole', async () => {
    const { desired, diagnostics } = await load(`${blog}
const pair = defineModule({ build: ({ tag }: { tag: string }) => ({ resources: [blog('one', { tag }), blog('two', { tag })] }) })
const eu = pair('eu', { tag: 'x' })
export default defineCluster({ resources: [eu, app('top', { cmd: 'true', dependsOn: [eu] })] })
`)
    expect(diagnostics).toEqual([])
    expect(desired!.apps.map(a => [a.address, a.app.dependencies])).toEqual([
      ['module.eu.module.one.group.front.app.web', []],
      ['module.eu.module.two.group.front.app.web', []],
      ['app.top', ['/eu']],
    ])
  })

  const wrong: readonly (readonly [
    what: string,
    text: string,
    summary: string,
    detail: RegExp,
    line: number,
  ])[] = [
    [
      'inputs that do not fit',
      `${blog}export default defineCluster({ resources: [\n  blog('eu', { tag: 3 as never, size: 0 }),\n] })`,
      'Invalid input',
      /Input "size" of module "eu": 0 is less than 1\.\nInput "tag" of module "eu": 3 is not a text\./,
      10,
    ],
    [
      'inputs that do not exist',
      `${blog}export default defineCluster({ resources: [blog('eu', { tag: 'a', tags: 'b' } as never)] })`,
      'Unknown input',
      /no input "tags"; it has: size, tag/,
      9,
    ],
    [
      'a module in a group',
      `${blog}export default defineCluster({ resources: [group('shop', [blog('eu', { tag: 'a' }) as never])] })`,
      'Module in a group',
      /"eu" stands in group "shop"/,
      9,
    ],
    [
      'one thing in two places',
      `const web = app('web', { cmd: 'true' })\nexport default defineCluster({ resources: [group('a', [web]), group('b', [web])] })`,
      'Listed twice',
      /app "web" is listed twice/,
      2,
    ],
  ]
  it.each(wrong)('tell %s', async (_, text, summary, detail, line) => {
    const { desired, diagnostics } = await load(text)
    expect(desired).toBeUndefined()
    expect(diagnostics).toMatchObject([{ severity: 'error', summary, subject: { start: { line } } }])
    expect(diagnostics[0]!.detail).toMatch(detail)
  })
})

describe('variables', () => {
  const text = `export default defineCluster({
  vars: {
    tag: string({ pattern: /v\\d+/ }),
    size: number({ default: 2, max: 9, integer: true }),
    debug: boolean({ default: false }),
    stage: oneOf(['dev', 'live'], { default: 'dev' }),
    regions: list(string(), { default: ['eu'] }),
    weights: record(number(), { default: {} }),
  },
  build: ({ vars }) => ({ resources: [app('web', { cmd: JSON.stringify(vars) })] }),
})
`

  it('are converted by their schemas, with defaults', async () => {
    const { desired, diagnostics } = await load(text, { SDDC_VAR_tag: 'v1' })
    expect(diagnostics).toEqual([])
    const usual = { tag: 'v1', size: 2, debug: false, stage: 'dev', regions: ['eu'], weights: {} }
    expect(JSON.parse(desired!.apps[0]!.app.cmd!)).toEqual(usual)
    const given = {
      tag: 'v2',
      size: '3',
      debug: 'true',
      stage: 'live',
      regions: '["us"]',
      weights: '{"a":1}',
    }
    const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [`SDDC_VAR_${name}`, value]))
    const other = await load(text, env)
    const expected = { tag: 'v2', size: 3, debug: true, stage: 'live', regions: ['us'], weights: { a: 1 } }
    expect(JSON.parse(other.desired!.apps[0]!.app.cmd!)).toEqual(expected)
  })

  it('are all told at once where they were declared', async () => {
    const { desired, diagnostics } = await load(text, {
      SDDC_VAR_size: '3.5',
      SDDC_VAR_debug: 'yes',
      SDDC_VAR_stage: 'prod',
      SDDC_VAR_regions: '[1]',
      SDDC_VAR_weights: '{"a":"x"}',
    })
    expect(desired).toBeUndefined()
    expect(diagnostics.map(d => [d.subject?.start.line, d.summary, d.detail])).toEqual([
      [4, 'Missing variable', 'The variable "tag" has no value. Give it with --var tag=….'],
      [5, 'Invalid value of a variable', 'Variable "size": 3.5 is not a whole number.'],
      [6, 'Invalid value of a variable', 'Variable "debug": "yes" is neither true nor false.'],
      [7, 'Invalid value of a variable', 'Variable "stage": "prod" is none of "dev", "live".'],
      [8, 'Invalid value of a variable', 'Variable "regions": At [0]: 1 is not a text.'],
      [9, 'Invalid value of a variable', 'Variable "weights": At ["a"]: "x" is not a number.'],
    ])
  })

  it('must be declared, where some are', async () => {
    const given = [{ kind: 'value', name: 'tags', value: 'v1' }] as const
    const { diagnostics } = await load(text, { SDDC_VAR_tag: 'v1', SDDC_VAR_other: 'x' }, { given })
    expect(diagnostics).toMatchObject([
      { summary: 'Value for undeclared variable', subject: { start: { line: 2 } } },
    ])
    expect(diagnostics[0]!.detail).toMatch(/"tags" is declared\. Those that are: tag, size/)
  })

  it('take a schema of any library that speaks the standard', async () => {
    const even = `const even = { '~standard': { version: 1 as const, vendor: 'own', validate: async (v: unknown) =>
  Number(v) % 2 === 0 ? { value: Number(v) } : { issues: [{ message: 'odd', path: [{ key: 'x' }] }] } } }
export default defineCluster({ vars: { n: even }, build: ({ vars }) => ({ resources: [app('web', { cmd: 'x', instances: vars.n })] }) })
`
    expect((await load(even, { SDDC_VAR_n: '4' })).desired!.apps[0]!.app.instances).toBe(4)
    const { diagnostics } = await load(even, { SDDC_VAR_n: '3' })
    expect(diagnostics).toMatchObject([
      { detail: 'Variable "n": At ["x"]: odd.', subject: { start: { line: 4 } } },
    ])
  })
})

describe('the context', () => {
  it('reads files by their path from the module, and records them', async () => {
    const { desired, diagnostics, files } = await load(`export default defineCluster(({ readFile }) => ({
  resources: [app('web', { cmd: readFile('page.txt').trim() + readFile('./page.txt', 'bytes').length })],
}))
`)
    expect(diagnostics).toEqual([])
    expect(desired!.apps[0]!.app.cmd).toBe('hello6')
    const sha256 = createHash('sha256').update('hello\n').digest('hex')
    expect(files).toEqual([{ path: 'page.txt', sha256 }])
  })

  it('tells the line that reads what is not there', async () => {
    const { diagnostics } = await load(`export default defineCluster(({ readFile }) => ({
  resources: [app('web', { cmd: readFile('no.txt') })],
}))
`)
    expect(diagnostics).toMatchObject([{ subject: { start: { line: 3 } } }])
    expect(diagnostics[0]!.detail).toMatch(/no\.txt/)
  })
})

describe('secrets', () => {
  it('are values of the environment, and belong to the app', async () => {
    const { diagnostics } = await load(`export default defineCluster({ resources: [app('web', {
  cmd: 'true',
  env: { PASSWORD: secret('db', 'vault/db') },
})] })
`)
    // The server says no for now; the configuration itself is understood.
    expect(diagnostics.map(d => d.detail).join()).toMatch(/keeps no secrets yet/)
    expect(diagnostics.map(d => d.detail).join()).not.toMatch(/not in "secrets"/)
  })

  it('stand nowhere else', async () => {
    const { diagnostics } = await load(`export default defineCluster({ resources: [app('web', {
  cmd: 'true',
  labels: { PASSWORD: secret('db') as never },
})] })
`)
    expect(diagnostics).toMatchObject([
      { summary: 'Not plain data', subject: { start: { line: 4, column: 23 } } },
    ])
    expect(diagnostics[0]!.detail).toMatch(/labels\.PASSWORD is a secret/)
  })
})

describe('the history', () => {
  it('says what things were called, what is taken over and what is let go of', async () => {
    const { desired, diagnostics } = await load(`const web = app('web', { cmd: 'true' })
export default defineCluster({
  resources: [group('shop', [web]), app('top', { cmd: 'true' })],
  history: [
    moved('app.web', web),
    imported('app.top', '/old/top'),
    removed('app.gone', { destroy: false }),
  ],
})
`)
    expect(diagnostics).toEqual([])
    expect(desired!.moves).toMatchObject([
      { from: { address: 'app.web' }, to: { address: 'group.shop.app.web' } },
    ])
    expect(desired!.imports).toEqual([{ to: 'app.top', id: '/old/top' }])
    expect(desired!.forgets).toMatchObject([{ address: 'app.gone' }])
  })

  it('tells mistakes where they are written', async () => {
    const { diagnostics } = await load(`const web = app('web', { cmd: 'true' })
export default defineCluster({
  resources: [],
  history: [
    moved('app.old', web),
    moved('app.web' , 'app.web'),
  ],
})
`)
    expect(diagnostics.map(d => [d.summary, d.subject?.start.line, d.subject?.start.column])).toContainEqual([
      'Not in the configuration',
      6,
      5,
    ])
  })
})

describe('lifecycles', () => {
  it('say what stays as others set it, and what must not be destroyed', async () => {
    const { desired, diagnostics } = await load(`export default defineCluster({ resources: [
  app('web', { cmd: 'true', lifecycle: { ignoreChanges: ['instances', 'env.TAG'], preventDestroy: true } }),
  volume('data', { size: 10, lifecycle: { destroy: true } }),
] })
`)
    expect(diagnostics).toEqual([])
    expect(desired!.apps[0]!.lifecycle).toEqual({
      ignoreChanges: ['/env/TAG', '/instances'],
      preventDestroy: true,
    })
    expect(desired!.volumes[0]!.lifecycle).toEqual({ destroy: true })
  })

  it('are told at the very path that is wrong', async () => {
    const { diagnostics } = await load(`export default defineCluster({ resources: [
  app('web', { cmd: 'true', lifecycle: { ignoreChanges: ['instances', 'instnces' as never] } }),
] })
`)
    expect(diagnostics).toMatchObject([{ severity: 'error', subject: { start: { line: 3, column: 71 } } }])
  })
})
