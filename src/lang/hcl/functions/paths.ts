// Paths as text: nothing here looks at a file system. Slashes only, as in every path of a configuration.
import { stringOf, text } from './arguments.ts'
import type { HclFunction } from './function.ts'
import { textValue } from './results.ts'

export const pathFunctions: readonly HclFunction[] = [
  {
    name: 'basename',
    summary: 'The last part of a path',
    parameters: [text('path')],
    call: ([path]) => textValue(lastPart(stringOf(path))),
  },
  {
    name: 'dirname',
    summary: 'The path without its last part',
    parameters: [text('path')],
    call: ([path]) => textValue(directory(stringOf(path))),
  },
]

function lastPart(path: string): string {
  if (path === '') return '.'
  return path.split('/').findLast(part => part !== '') ?? '/'
}

function directory(path: string): string {
  return cleaned(path.slice(0, path.lastIndexOf('/') + 1))
}

// No "." or empty parts, ".." taken together with the part before it.
function cleaned(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (!path.startsWith('/')) parts.push(part)
  }
  return path.startsWith('/') ? `/${parts.join('/')}` : parts.join('/') || '.'
}
