// Expected text in files: `UPDATE=1` writes them anew, and the difference is read like code.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What `fixtures/<name>.txt` has, whose first line says what the case is about, beside what it should have. */
export function fixture(name: string, purpose: string, text: string): { actual: string; expected: string } {
  const file = fileURLToPath(new URL(`fixtures/${name}.txt`, import.meta.url))
  const actual = `# ${purpose}\n\n${text}`
  if (process.env['UPDATE']) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, actual)
  }
  return { actual, expected: readFileSync(file, 'utf8') }
}
