// Reads cases.txt.
import { readFileSync } from 'node:fs'

export interface FormatCase {
  readonly name: string
  readonly before: string
  readonly after: string
}

export const formatCases: readonly FormatCase[] = readFileSync(new URL('cases.txt', import.meta.url), 'utf8')
  .split(/^### /m)
  .slice(1)
  .map(readCase)

function readCase(text: string): FormatCase {
  const name = text.slice(0, text.indexOf('\n'))
  const [before = '', after = ''] = text
    .slice(name.length + 1)
    .replace(/\n\n?$/, '\n')
    .split('===>\n')
  return { name, before, after: after === '' ? before : after }
}
