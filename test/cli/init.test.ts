// `sddc init`: what it writes is a valid configuration that an editor understands, and it overwrites nothing.
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { initCommand } from '../../src/cli/commands/init.ts'
import { formatHcl } from '../../src/lang/hcl/format/index.ts'
import { loadConfiguration } from '../../src/lang/load/index.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { testContext } from './testcontext.ts'

const root = resolve(import.meta.dirname, '../..')

function init(directory: string, options: { ts?: boolean; hcl?: boolean; directory?: string } = {}): string {
  const { context, out } = testContext(directory)
  const given = { ts: false, hcl: false, directory: undefined, ...options }
  expect(initCommand(context, given)).toBe(0)
  return `${out.join('\n')}\n`
}

it.each([{ hcl: true }, { ts: true }, {}])('writes what is valid: %j', async options => {
  const directory = temporaryDirectory('init')
  const printed = init(directory, { ...options, directory: 'shop' })
  expect(printed).toMatch(/Next: sddc plan shop\n$/)
  const { desired, diagnostics } = await loadConfiguration(join(directory, 'shop'), { given: [], env: {} })
  expect(diagnostics).toEqual([])
  expect(desired!.stack).toBe('shop')
  expect(desired!.apps.map(a => a.app.id)).toEqual(['/web'])
  expect(readFileSync(join(directory, 'shop/.gitignore'), 'utf8')).toMatch(/^\.sddc\/$/m)
})

it('means the same in both forms, in the canonical style', async () => {
  const [one, other] = [temporaryDirectory('init'), temporaryDirectory('init')]
  init(one, { hcl: true })
  init(other, { ts: true })
  const load = (path: string) => loadConfiguration(path, { given: [], env: {}, stack: 'same' })
  expect((await load(one)).desired).toEqual((await load(other)).desired)
  const text = readFileSync(join(one, 'main.hcl'), 'utf8')
  expect(formatHcl(text, 'main.hcl').text).toBe(text)
})

it('writes TypeScript that the compiler checks without an install', async () => {
  const directory = temporaryDirectory('init')
  init(directory, { ts: true })
  // The package's own types are those of its build; here they are those of its source.
  const settings = {
    extends: './tsconfig.json',
    compilerOptions: { paths: { sddc: [join(root, 'src/lang/ts/index.ts')] } },
  }
  writeFileSync(join(directory, 'own.json'), JSON.stringify(settings))
  expect(await compile(directory, 'own.json')).toBe('')
  const path = join(directory, 'sddc.config.ts')
  writeFileSync(path, readFileSync(path, 'utf8').replace('instances: 2', "instances: '2'"))
  expect(await compile(directory, 'own.json')).toMatch(/Type 'string' is not assignable to type 'number'/)
  expect(readdirSync(join(directory, 'node_modules/sddc'))).toContain('package.json')
})

it('keeps what is there', () => {
  const directory = temporaryDirectory('init')
  writeFileSync(join(directory, 'main.hcl'), '# mine\n')
  expect(init(directory)).toMatch(/kept {2}main\.hcl\nwrote \.gitignore\n/)
  expect(readFileSync(join(directory, 'main.hcl'), 'utf8')).toBe('# mine\n')
})

it('writes nothing beside another configuration', () => {
  const directory = temporaryDirectory('init')
  writeFileSync(join(directory, 'shop.hcl'), '')
  const { context } = testContext(directory)
  const options = { ts: false, hcl: false, directory: undefined }
  expect(() => initCommand(context, options)).toThrow(/configuration already: shop\.hcl/)
  expect(() => initCommand(context, { ...options, ts: true })).toThrow(/configuration already/)
  expect(readdirSync(directory)).toEqual(['shop.hcl'])
})

function compile(directory: string, project: string): Promise<string> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  return new Promise(done => {
    execFile(process.execPath, [compiler, '-p', project, '--pretty', 'false'], { cwd: directory }, (_, out) =>
      done(out),
    )
  })
}
