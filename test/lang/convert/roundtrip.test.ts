// Every example goes from form to form and comes back as the identical configuration: HCL, TypeScript, JSON, HCL. What is
// written has the style of the formatters, and the TypeScript compiles.
import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { format } from 'prettier'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../src/base/index.ts'
import { convertDesired, firstDifference } from '../../../src/lang/convert/index.ts'
import type { Converted, ConvertForm } from '../../../src/lang/convert/index.ts'
import { formatHcl } from '../../../src/lang/hcl/format/index.ts'
import { loadConfiguration } from '../../../src/lang/load/index.ts'
import type { Desired } from '../../../src/model/index.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const root = join(import.meta.dirname, '../../..')
const same = join(root, 'test/lang/load/fixtures/same')
const places = [
  ...readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' }).map(n =>
    join(root, 'examples', n),
  ),
  ...readdirSync(same, { recursive: true, encoding: 'utf8' }).map(n => join(same, n)),
  join(import.meta.dirname, 'fixtures/all'),
].filter(isConfiguration)
/** TypeScript texts, by the names of the examples: they are compiled together. */
const modules = new Map<string, string>()

describe.each(places.map(p => [relative(root, p), p]))('%s', (name, place) => {
  it('comes back as it was', async () => {
    const first = await load(place)
    // A module's directory by itself may want variables.
    if (first === undefined) return
    let now = first
    for (const form of ['hcl', 'ts', 'json', 'hcl'] as const) {
      const { converted, desired } = await through(now, form)
      expect([...converted.renamed, ...converted.groups]).toEqual([])
      expect(firstDifference(first, desired, converted)).toBeUndefined()
      expect(canonicalJson(desired)).toBe(canonicalJson(first))
      await checkStyle(converted)
      if (form === 'ts') modules.set(name, converted.files[0]!.text)
      now = desired
    }
  })
})

it('compiles as TypeScript', async () => {
  expect(modules.size).toBeGreaterThan(10)
  const directory = temporaryDirectory('types')
  const files = [...modules].map(([name, text]) => {
    const path = join(directory, `${name.replaceAll('/', '-')}.ts`)
    writeFileSync(path, text)
    return path
  })
  const settings = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { types: [], paths: { sddc: [join(root, 'src/lang/ts/index.ts')] } },
    include: [],
    exclude: [],
    files,
  }
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ type: 'module' }))
  const config = join(directory, 'tsconfig.json')
  writeFileSync(config, JSON.stringify(settings))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const output = await new Promise<string>(done => {
    execFile(process.execPath, [compiler, '-p', config], { cwd: directory }, (_, out) => done(out))
  })
  expect(output.split('\n').filter(line => line.includes('error') && !line.startsWith('..'))).toEqual([])
})

function isConfiguration(place: string): boolean {
  if (!statSync(place).isDirectory()) return false
  return readdirSync(place).some(n =>
    /(?<!\.(vars|test))\.hcl$|\.hcl\.json$|\.(app|group)\.json$|^sddc\.config\.ts$/.test(n),
  )
}

async function load(place: string): Promise<Desired | undefined> {
  const options = { given: [], env: {} }
  return (await loadConfiguration(place, options)).desired
}

async function through(
  before: Desired,
  form: ConvertForm,
): Promise<{ converted: Converted; desired: Desired }> {
  const converted = convertDesired(before, form)
  expect(converted.diagnostics).toEqual([])
  const directory = temporaryDirectory('convert')
  for (const { path, text } of converted.files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  const { desired, diagnostics } = await loadConfiguration(directory, { given: [], env: {} })
  expect(diagnostics).toEqual([])
  return { converted, desired: desired! }
}

async function checkStyle({ files }: Converted): Promise<void> {
  for (const { path, text } of files) {
    if (path.endsWith('.hcl')) expect(formatHcl(text, basename(path)).text).toBe(text)
    const style = { semi: false, singleQuote: true, parser: 'typescript' }
    if (path.endsWith('.ts')) expect(await format(text, style)).toBe(text)
    if (path.endsWith('.json')) expect(JSON.parse(text)).toBeDefined()
  }
}
