// `validate --strict`: a module that gives another result at another time is refused, with the place of the difference.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadFiles } from './loader.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sddc-test-'))
})

afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

function moduleWith(body: string): string {
  return `import { app, defineCluster, sensitive } from 'sddc'\n${body}\n`
}

const cases: readonly (readonly [what: string, body: string, detail: RegExp, line: number])[] = [
  [
    'the year',
    `export default defineCluster({ resources: [
  app('web', { cmd: 'true', env: { YEAR: new Date().getFullYear() } }),
] })`,
    /first difference is env\.YEAR of app\.web: 20\d\d, then 20\d\d\. .*no clock/,
    3,
  ],
  [
    'chance',
    `export default defineCluster({ resources: [app('web', {
  args: ['a', String(Math.random())],
})] })`,
    /args\[1\] of app\.web: "0\.\d+", then "0\./,
    3,
  ],
  [
    'a name',
    'export default defineCluster({ resources: [app(`web-${Date.now()}`, { cmd: "a" })] })',
    /resource 1: app\.web-\d+, then app\.web-\d+/,
    2,
  ],
  [
    'an output',
    'export default defineCluster({ resources: [], outputs: { at: Date() } })',
    /outputs\.at: /,
    1,
  ],
  [
    'a secret value',
    `export default defineCluster({ resources: [app('web', { cmd: 'a', env: { KEY: sensitive(String(Math.random())) } })] })`,
    /env\.KEY of app\.web: one value, then another \(sensitive\)/,
    2,
  ],
  [
    'failing at another time',
    `if (Date.now() > performance.timeOrigin + 86_400_000) throw new Error('too late')
export default defineCluster({ resources: [] })`,
    /failed when it was run again: Error: too late/,
    2,
  ],
]

it.each(cases)('tells %s', async (_, body, detail, line) => {
  const files = { 'sddc.config.ts': moduleWith(body) }
  const strict = await loadFiles(directory, files, { strict: true })
  expect(strict.desired).toBeUndefined()
  expect(strict.diagnostics).toMatchObject([{ severity: 'error', summary: 'Module is not repeatable' }])
  expect(strict.diagnostics[0]!.detail).toMatch(detail)
  expect(strict.diagnostics[0]!.subject?.start.line ?? 1).toBe(line)
  const usual = await loadFiles(directory, files)
  expect(usual.diagnostics).toEqual([])
})

it('accepts what depends on nothing but its text', async () => {
  const text = moduleWith(
    `export default defineCluster(({ env, readFile }) => ({ resources: [app('web', { cmd: env + readFile('sddc.config.ts').length + new Date(0).getFullYear() })] }))`,
  )
  const { desired, diagnostics } = await loadFiles(directory, { 'sddc.config.ts': text }, { strict: true })
  expect(diagnostics).toEqual([])
  expect(desired?.apps).toHaveLength(1)
})
