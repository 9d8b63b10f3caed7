// The authoring API's types: right modules compile, wrong ones fail at the line that is wrong. TypeScript 7 has no
// programming interface, so its compiler is run and its output read. In a wrong file the comment `// error` ends each
// line that must be complained about; no other line may be.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const folder = join(import.meta.dirname, 'fixtures')

it('accepts what is right and rejects what is wrong, at the right line', async () => {
  const names = (await readdir(folder)).filter(n => n.endsWith('.ts'))
  expect(names.length).toBeGreaterThan(1)
  const complaints = await compile(names.map(n => join(folder, n)))
  const expected: string[] = []
  for (const name of names) {
    const lines = (await readFile(join(folder, name), 'utf8')).split('\n')
    for (const [i, line] of lines.entries()) if (/\/\/ error\b/.test(line)) expected.push(`${name}:${i + 1}`)
  }
  expect(expected.length).toBeGreaterThanOrEqual(8)
  expect(complaints).toEqual(expected.sort())
})

/** The places of all errors, each line once. */
async function compile(files: readonly string[]): Promise<readonly string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'sddc-types-'))
  try {
    const config = join(directory, 'tsconfig.json')
    const settings = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        types: [],
        paths: { sddc: [join(root, 'src/lang/ts/index.ts')] },
      },
      include: [],
      exclude: [],
      files,
    }
    await writeFile(config, JSON.stringify(settings))
    const output = await new Promise<string>(done => {
      const compiler = join(root, 'node_modules/typescript/bin/tsc')
      execFile(
        process.execPath,
        [compiler, '-p', config, '--pretty', 'false'],
        { cwd: directory },
        (_, out) => done(out),
      )
    })
    const places = [...output.matchAll(/([^/\s(]+\.ts)\((\d+),\d+\): error/g)].map(m => `${m[1]}:${m[2]}`)
    return [...new Set(places)].sort()
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
