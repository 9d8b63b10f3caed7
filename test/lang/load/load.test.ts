// What the loader takes as a configuration: directories, single Marathon files, mixtures; names of stacks; limits.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfiguration } from '../../../src/lang/load/index.ts'
import { maxFileBytes } from '../../../src/lang/load/texts.ts'

const nothing = { given: [], env: {} }
let directory: string

beforeEach(async () => {
  const parent = await mkdtemp(join(tmpdir(), 'sddc-test-'))
  directory = join(parent, 'My Shop_2')
  await mkdir(directory)
})

afterEach(async () => {
  await rm(join(directory, '..'), { recursive: true, force: true })
})

async function write(name: string, text: string): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, text)
  return path
}

const hclApp = 'app "a" {\n  cmd = "a"\n}\n'

describe('a directory', () => {
  it('is one configuration of all its files', async () => {
    await write('a.hcl', hclApp)
    await write('b.app.json', '{ "id": "b", "cmd": "b", "dependencies": ["a"] }')
    await write('c.group.json', '{ "id": "/g", "apps": [{ "id": "c", "cmd": "c" }] }')
    await write(
      'sddc.config.ts',
      `import { app, defineCluster } from 'sddc'\nexport default defineCluster({ resources: [app('d', { cmd: 'd' })] })\n`,
    )
    await write('ignored.vars.hcl', 'x = 1\n')
    await write('ignored.test.hcl', 'nonsense {')
    await write('ignored.json', 'nonsense')
    const loaded = await loadConfiguration(directory, nothing)
    expect(loaded.diagnostics).toEqual([])
    expect(loaded.desired!.apps.map(a => a.app.id)).toEqual(['/a', '/b', '/d', '/g/c'])
    expect(loaded.desired!.groups.map(g => g.id)).toEqual(['/g'])
    expect(loaded).toMatchObject({ kind: 'directory', deleteUnnamed: true, directory })
  })

  it('moves and imports what stands in a file of another kind', async () => {
    await write(
      'a.hcl',
      `${hclApp}moved {\n  from = app.old\n  to   = app.b\n}\nimport { to = app.b }\nremoved {\n  from = app.gone\n  lifecycle { destroy = false }\n}\n`,
    )
    const other = await write('b.app.json', '{ "id": "b", "cmd": "b" }')
    const loaded = await loadConfiguration(directory, nothing)
    expect(loaded.diagnostics).toEqual([])
    expect(loaded.desired).toMatchObject({
      moves: [{ from: { id: '/old' }, to: { address: 'app.b', id: '/b' } }],
      imports: [{ to: 'app.b', id: '/b' }],
      forgets: [{ id: '/gone' }],
    })
    await rm(other)
    const alone = await loadConfiguration(directory, nothing)
    expect(alone.diagnostics.map(d => d.summary)).toEqual(['Move to nothing', 'Import to nothing'])
  })

  it('names the stack: flag, then setting, then directory', async () => {
    const path = await write('a.hcl', hclApp)
    expect((await loadConfiguration(directory, nothing)).desired!.stack).toBe('my-shop-2')
    await writeFile(path, `sddc {\n  stack  = "set"\n  server = "http://10.0.0.1:8080"\n}\n${hclApp}`)
    const set = await loadConfiguration(directory, nothing)
    expect([set.desired!.stack, set.server]).toEqual(['set', 'http://10.0.0.1:8080'])
    expect((await loadConfiguration(directory, { ...nothing, stack: 'flag' })).desired!.stack).toBe('flag')
  })

  it('tells of cycles that go through several files', async () => {
    await write('a.app.json', '{ "id": "a", "cmd": "a", "dependencies": ["b"] }')
    await write('b.app.json', '{ "id": "b", "cmd": "b", "dependencies": ["a"] }')
    const { desired, diagnostics } = await loadConfiguration(directory, nothing)
    expect(desired).toBeUndefined()
    expect(diagnostics[0]!.detail).toContain('/a → /b → /a')
    expect(diagnostics[0]!.subject?.file).toContain('a.app.json')
  })

  it('says what it looks for where there is nothing', async () => {
    await write('main.tf', '')
    const { diagnostics } = await loadConfiguration(directory, nothing)
    expect(diagnostics[0]).toMatchObject({ summary: 'No configuration here' })
    expect(diagnostics[0]!.detail).toMatch(/\*\.hcl.*sddc\.config\.ts.*\*\.app\.json.*main\.tf/)
    const missing = await loadConfiguration(join(directory, 'none'), nothing)
    expect(missing.diagnostics[0]).toMatchObject({ summary: 'Configuration not found' })
  })

  it('reads no file beyond its limit, and no text that is not UTF-8', async () => {
    await write('a.hcl', `# ${'x'.repeat(maxFileBytes)}\n`)
    await writeFile(join(directory, 'b.hcl'), Buffer.from([0x61, 0xff, 0x0a]))
    const { desired, diagnostics } = await loadConfiguration(directory, nothing)
    expect(desired).toBeUndefined()
    expect(diagnostics.map(d => d.summary).sort()).toEqual(['File too large', 'Invalid character encoding'])
  })
})

describe('a single file', () => {
  it.each([
    ['web.app.json', 'web'],
    ['web.group.json', 'web'],
    ['Web_1.json', 'web-1'],
  ])('%s has the stack %s and deletes nothing', async (name, stack) => {
    const path = await write(name, '{ "id": "/web", "cmd": "a" }')
    const loaded = await loadConfiguration(path, nothing)
    expect(loaded.diagnostics).toEqual([])
    expect(loaded).toMatchObject({ kind: 'file', deleteUnnamed: false, directory })
    expect(loaded.desired).toMatchObject({ stack, apps: [{ address: 'app.web' }] })
  })

  it('may be a list of apps', async () => {
    const path = await write('all.json', '[{ "id": "b", "cmd": "b" }, { "id": "a", "cmd": "a" }]')
    const { desired } = await loadConfiguration(path, nothing)
    expect(desired!.apps.map(a => a.app.id)).toEqual(['/a', '/b'])
  })

  it('is not HCL or TypeScript, which are applied as a whole', async () => {
    const path = await write('main.hcl', hclApp)
    const { diagnostics } = await loadConfiguration(path, nothing)
    expect(diagnostics[0]!.detail).toContain('give the directory')
  })
})
