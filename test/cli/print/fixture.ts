// Expected text in files: `UPDATE=1` writes them anew, and the difference is read like code.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

/** Compares with `fixtures/<name>.txt`, whose first line says what the case is about. */
export function expectFixture(name: string, purpose: string, text: string): void {
  const file = fileURLToPath(new URL(`fixtures/${name}.txt`, import.meta.url))
  const actual = `# ${purpose}\n\n${text}`
  if (process.env['UPDATE']) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, actual)
  }
  expect(actual).toBe(readFileSync(file, 'utf8'))
}
