// Broken configurations, each with what the user is told: summary, place, the line with the part that is meant, advice.
// UPDATE=1 writes the expected texts anew; read the difference like code.
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../../src/base/index.ts'
import { loadConfiguration } from '../../../src/lang/load/index.ts'
import type { Loaded } from '../../../src/lang/load/index.ts'
import { repository, run } from '../../support/processes.ts'

const folder = join(import.meta.dirname, 'fixtures', 'broken')
const names = (await readdir(folder)).sort()

describe('broken configurations', () => {
  it('are at least twenty', () => {
    expect(names.length).toBeGreaterThanOrEqual(20)
  })

  it.each(names)('%s', async name => {
    const directory = join(folder, name)
    const loaded = await loadConfiguration(directory, { given: [], env: {} })
    expect(loaded.desired).toBeUndefined()
    expect(loaded.diagnostics.some(d => d.severity === 'error')).toBe(true)
    const text = loaded.diagnostics.map(d => render(d, loaded, directory)).join('\n')
    const path = join(directory, 'expected.txt')
    if (process.env['UPDATE'] || !existsSync(path)) await writeFile(path, text)
    expect(text).toBe(await readFile(path, 'utf8'))
  })
})

describe('sddc validate', () => {
  it.each(['01-syntax', '08-duplicate-id-two-files', '17-module-wrong-values', '34-mistakes-of-all-kinds'])(
    'ends with 1 for %s',
    async name => {
      const program = join(repository, 'bin', 'sddc.js')
      const ended = await run(process.execPath, [program, 'validate', join(folder, name), '--json'])
      expect(JSON.parse(ended.stdout)).toMatchObject({ valid: false })
      expect(ended.code).toBe(1)
    },
  )
})

function render(d: Diagnostic, loaded: Loaded, directory: string): string {
  const local = (text: string): string => text.replaceAll(`${relative(process.cwd(), directory)}`, '.')
  const lines = [`${d.severity}: ${local(d.summary)}`]
  if (d.subject) {
    const { file, start, end } = d.subject
    lines.push(`  at ${local(file)}:${start.line}:${start.column}${d.context ? ` in ${d.context}` : ''}`)
    const line = loaded.sources.get(file)?.split('\n')[start.line - 1]
    if (line !== undefined) {
      const width = end.line === start.line ? end.column - start.column : line.length - start.column + 1
      lines.push(`  | ${line}`, `  | ${' '.repeat(start.column - 1)}${'^'.repeat(Math.max(1, width))}`)
    }
  }
  lines.push(`  ${local(d.detail)}`)
  return `${lines.join('\n')}\n`
}
