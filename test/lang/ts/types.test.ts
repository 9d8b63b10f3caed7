// The authoring API's types: right modules compile, wrong ones fail at the line that is wrong, with a message that names
// the field. TypeScript 7 has no programming interface, so its compiler is run once over all and its output read. In a
// wrong file the comment `// error: field` ends each line that must be complained about; no other line may be.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const folder = join(import.meta.dirname, 'fixtures')

it('accepts what is right, rejects what is wrong, and names the field', async () => {
  const wrong = (await readdir(join(folder, 'wrong'))).map(n => join(folder, 'wrong', n))
  const complaints = await compile([join(folder, 'right.ts'), join(folder, 'variables.ts'), ...wrong])
  const expected: Complaint[] = []
  for (const path of wrong) {
    const lines = (await readFile(path, 'utf8')).split('\n')
    for (const [i, line] of lines.entries()) {
      const field = /\/\/ error: (.+)$/.exec(line)?.[1]
      if (field !== undefined) expected.push({ place: `${path}:${i + 1}`, text: field })
    }
  }
  expect(expected.length).toBeGreaterThanOrEqual(30)
  const byPlace = new Map(complaints.map(c => [c.place, c.text]))
  expect([...byPlace.keys()].sort()).toEqual(expected.map(e => e.place).sort())
  const unnamed = expected.filter(({ place, text }) => !names(byPlace.get(place)!, text))
  expect(unnamed.map(({ place, text }) => `${text} in: ${byPlace.get(place)}`)).toEqual([])
})

interface Complaint {
  readonly place: string
  readonly text: string
}

/** As a whole word: what is marked in the line, or a name in the message or in the hint that goes with it. */
function names(text: string, field: string): boolean {
  return new RegExp(`(?<![\\w$])${field}(?![\\w$])`).test(text)
}

/** Of each error: the marked text, the message and the hints; not the line itself, which names everything. */
async function compile(files: readonly string[]): Promise<readonly Complaint[]> {
  const directory = await mkdtemp(join(tmpdir(), 'sddc-types-'))
  try {
    const config = join(directory, 'tsconfig.json')
    const settings = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { types: [], paths: { sddc: [join(root, 'src/lang/ts/index.ts')] } },
      include: [],
      exclude: [],
      files,
    }
    await writeFile(config, JSON.stringify(settings))
    const output = await new Promise<string>(done => {
      const compiler = join(root, 'node_modules/typescript/bin/tsc')
      execFile(process.execPath, [compiler, '-p', config, '--pretty', 'true'], { cwd: directory }, (_, out) =>
        done(out),
      )
    })
    return output
      .replace(/\x1b\[[\d;]*m/g, '')
      .split(/^(?=\S+\.ts:\d+:\d+ - error)/m)
      .flatMap(block => {
        const head = /^(\S+\.ts):(\d+):\d+ - error/.exec(block)
        if (!head) return []
        return [{ place: `${resolve(directory, head[1]!)}:${head[2]}`, text: withMarkedText(block) }]
      })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Lines of source are replaced by what is marked in them. */
function withMarkedText(block: string): string {
  const lines = block.split('\n')
  const kept = lines.flatMap((line, i) => {
    const marks = /^\s*(~+)\s*$/.exec(line)
    if (marks) return [lines[i - 1]!.slice(line.indexOf('~'), line.lastIndexOf('~') + 1).slice(0, 30)]
    return /^\s*\d+ /.test(line) || line.trim() === '' ? [] : [line]
  })
  return kept.join('\n')
}
