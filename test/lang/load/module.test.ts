// TypeScript modules in their own process: what they may see, and what is said when they don't end well.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfiguration } from '../../../src/lang/load/index.ts'
import type { Loaded, LoadOptions } from '../../../src/lang/load/index.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sddc-test-'))
})

afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

async function load(
  files: Readonly<Record<string, string>>,
  more: Partial<LoadOptions> = {},
): Promise<Loaded> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true })
    await writeFile(join(directory, name), text)
  }
  return loadConfiguration(directory, { given: [], env: {}, stack: 'test', ...more })
}

function oneApp(expression: string): string {
  return `import { app, defineCluster } from 'sddc'
export default defineCluster(async ({ env, vars }) => ({
  resources: [app('web', { cmd: 'true', env: { FOUND: String(${expression}) } })],
}))
`
}

async function found(expression: string, more: Partial<LoadOptions> = {}): Promise<unknown> {
  const { desired, diagnostics } = await load({ 'sddc.config.ts': oneApp(expression) }, more)
  expect(diagnostics).toEqual([])
  return desired!.apps[0]!.app.env['FOUND']
}

describe('what a module sees', () => {
  it('has an empty environment', async () => {
    process.env['SDDC_TEST_SECRET'] = 'do not show'
    try {
      expect(await found('Object.keys(process.env).join()')).toBe('')
    } finally {
      delete process.env['SDDC_TEST_SECRET']
    }
  })

  it('gets the stage and the variables, the command line last', async () => {
    const varFile = join(directory, 'more.json')
    await writeFile(varFile, '{ "b": "file", "c": 3 }')
    const hclFile = join(directory, 'more.vars.hcl')
    await writeFile(hclFile, 'd = "hcl"\n')
    const more = {
      env: { SDDC_ENV: 'prod', SDDC_VAR_a: 'env', SDDC_VAR_b: 'env', OTHER: 'x' },
      given: [
        { kind: 'file', path: varFile },
        { kind: 'file', path: hclFile },
        { kind: 'value', name: 'a', value: 'flag' },
      ] as const,
    }
    expect(await found('[env, vars.a, vars.b, vars.c, vars.d]', more)).toBe('prod,flag,file,3,hcl')
  })

  it('imports its own files, packages near it, and what Node has', async () => {
    const { desired, diagnostics } = await load({
      'node_modules/tiny/package.json': '{ "name": "tiny", "type": "module", "exports": "./index.js" }',
      'node_modules/tiny/index.js': 'export const tiny = import.meta.url.includes("node_modules")',
      'parts/name.ts': 'export enum Name { Web = "web" }\n',
      'sddc.config.ts': `import { app, defineCluster } from 'sddc'
import { basename } from 'node:path'
import { tiny } from 'tiny'
import { Name } from './parts/name.ts'
await Promise.resolve()
export default defineCluster({ resources: [app(Name.Web, { cmd: basename('/a/b') + tiny })] })
`,
    })
    expect(diagnostics).toEqual([])
    expect(desired!.apps[0]!.app).toMatchObject({ id: '/web', cmd: 'btrue' })
  })

  it('may print; that is kept apart from the description', async () => {
    const { desired, output } = await load({ 'sddc.config.ts': `console.log('hello')\n${oneApp('1')}` })
    expect(desired).toBeDefined()
    expect(output).toBe('hello\n')
  })
})

describe('what goes wrong', () => {
  const header = "import { defineCluster } from 'sddc'\n"
  const fine = 'export default defineCluster({ resources: [] })\n'
  const cases: readonly (readonly [
    what: string,
    text: string,
    summary: string,
    detail: RegExp,
    line: number,
  ])[] = [
    ['exits', `${header}process.exit(7)\n${fine}`, 'Module ended by itself', /exit code 7/, 1],
    [
      'waits for ever',
      `${header}await new Promise(() => {})\n${fine}`,
      'Module never finishes',
      /never settles/,
      1,
    ],
    [
      'rejects in the background',
      `${header}await Promise.all([Promise.reject(new Error('no')), 1])\n${fine}`,
      'Module failed',
      /Error: no/,
      2,
    ],
    ['throws a text', `${header}throw 'just text'\n`, 'Module failed', /just text/, 1],
    [
      'exports another thing',
      'export default { resources: [] }\n',
      'Default export is not a cluster',
      /an object/,
      1,
    ],
    [
      'has no resources',
      `${header}export default defineCluster({} as never)\n`,
      'Invalid cluster',
      /resources/,
      2,
    ],
    [
      'lists a name',
      `${header}export default defineCluster({ resources: ['web' as never] })\n`,
      'Not a resource',
      /one is "web"/,
      2,
    ],
    [
      'gives a function',
      `import { app, defineCluster } from 'sddc'\nexport default defineCluster({ resources: [\n  app('a', { cmd: (() => 1) as never }),\n] })\n`,
      'Not plain data',
      /cmd is a function/,
      3,
    ],
    [
      'pastes an id into a plain template',
      `import { app, defineCluster } from 'sddc'\nconst a = app('a', { cmd: 'a' })\nconst b = app('b', { cmd: \`b \${String(a.id)}\` })\nexport default defineCluster({ resources: [a, b] })\n`,
      'Module failed',
      /ref`/,
      3,
    ],
  ]
  it('says what to install when a package is missing, at the import', async () => {
    const text = `${header}import { x } from '@scope/none/part'\nconsole.log(x)\n${fine}`
    const { diagnostics } = await load({ 'sddc.config.ts': text })
    expect(diagnostics).toMatchObject([
      { summary: 'Module can not be read', subject: { start: { line: 2 } } },
    ])
    expect(diagnostics[0]!.detail).toMatch(/no package "@scope\/none".*npm install @scope\/none/)
  })

  it('says that it cannot write or start anything', async () => {
    const text = `import { writeFileSync } from 'node:fs'\n${header}writeFileSync('x', '')\n${fine}`
    const { diagnostics } = await load({ 'sddc.config.ts': text })
    expect(diagnostics).toMatchObject([
      { summary: 'Not allowed in a module', subject: { start: { line: 3 } } },
    ])
  })

  it.each(cases)('%s', async (_, text, summary, detail, line) => {
    const { desired, diagnostics } = await load({ 'sddc.config.ts': text })
    expect(desired).toBeUndefined()
    expect(diagnostics[0]).toMatchObject({ severity: 'error', summary })
    expect(diagnostics[0]!.detail).toMatch(detail)
    expect(diagnostics[0]!.subject?.start.line).toBe(line)
  })

  it('stops one that does not end', async () => {
    const { diagnostics } = await load({ 'sddc.config.ts': 'for (;;);\n' }, { timeLimitMs: 300 })
    expect(diagnostics[0]).toMatchObject({ summary: 'Module takes too long' })
  })
})

describe('what is described', () => {
  it('hides what is marked sensitive, and makes references dependencies', async () => {
    const { desired, diagnostics } = await load({
      'sddc.config.ts': `import { app, defineCluster, group, ref, sensitive } from 'sddc'
const db = app('db', { cmd: 'db' })
const web = app('web', { cmd: ref\`web \${db.id} \${1}\`, env: { PASSWORD: sensitive('x'), A: 'a' } })
export default defineCluster({
  name: 'shop',
  resources: [group('shop', [db, false as never, web])],
  outputs: { url: ref\`http:/\${web.id}\`, password: sensitive('x') },
})
`,
    })
    expect(diagnostics).toEqual([])
    expect(desired!.stack).toBe('test')
    expect(desired!.apps.map(a => [a.app.id, a.app.cmd, a.app.dependencies, a.sensitivePaths])).toEqual([
      ['/shop/db', 'db', [], []],
      ['/shop/web', 'web /shop/db 1', ['/shop/db'], ['/env/PASSWORD']],
    ])
    expect(desired!.outputs).toEqual({
      password: { value: 'x', sensitive: true },
      url: { value: 'http://shop/web', sensitive: false },
    })
  })
})
