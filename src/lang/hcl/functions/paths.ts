// Paths as text: nothing here looks at a file system, for relative paths and ~ the caller says what they start from. Slashes only, as in every path of a configuration.
import { stringType } from '../type.ts'
import { stringOf, text } from './arguments.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { textValue } from './results.ts'

export const pathFunctions: readonly HclFunction[] = [
  {
    name: 'basename',
    summary: 'The last part of a path',
    group: 'filesystem',
    examples: [['basename("a/b/c.txt")', '"c.txt"']],
    result: stringType,
    parameters: [text('path')],
    call: ([path]) => textValue(lastPart(stringOf(path))),
  },
  {
    name: 'dirname',
    summary: 'The path without its last part',
    group: 'filesystem',
    examples: [['dirname("a/b/c.txt")', '"a/b"']],
    result: stringType,
    parameters: [text('path')],
    call: ([path]) => textValue(directory(stringOf(path))),
  },
]

function lastPart(path: string): string {
  if (path === '') return '.'
  return path.split('/').findLast(part => part !== '') ?? '/'
}

function directory(path: string): string {
  return cleanedPath(path.slice(0, path.lastIndexOf('/') + 1))
}

/** No "." or empty parts, ".." taken together with the part before it. */
export function cleanedPath(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (!path.startsWith('/')) parts.push(part)
  }
  return path.startsWith('/') ? `/${parts.join('/')}` : parts.join('/') || '.'
}

export function absolutePath(path: string, base: string): string {
  return cleanedPath(path.startsWith('/') ? path : `${base}/${path}`)
}

/** From one clean absolute path to another. */
export function relativePath(from: string, to: string): string {
  const start = cleanedPath(from)
    .split('/')
    .filter(part => part !== '')
  const end = cleanedPath(to)
    .split('/')
    .filter(part => part !== '')
  let shared = 0
  while (shared < start.length && start[shared] === end[shared]) shared++
  return [...start.slice(shared).map(() => '..'), ...end.slice(shared)].join('/') || '.'
}

/** `~` and `~/x`; homes of other people are not looked up. */
export function expandedPath(path: string, home: string | undefined): string {
  if (!path.startsWith('~')) return path
  if (path.length > 1 && path[1] !== '/') {
    throw new FunctionError(`${path}: only the own home directory (~) is known, not that of somebody else`, 0)
  }
  if (home === undefined) throw new FunctionError('no home directory is known here', 0)
  return cleanedPath(`${home}${path.slice(1)}`)
}
