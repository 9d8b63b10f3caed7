// Patterns of file names: `*` and `?` within a name, `[a-z]`, `[^a]` and `[!a]`, `{a,b}`, `**` for any number of
// directories, a backslash in front of what is meant as it is. A pattern becomes a regular expression for the engine that
// takes linear time, so that `*a*a*a*` can't hang a plan.
import { RE2JS, RE2JSException } from 're2js'
import { FunctionError } from './function.ts'

/** Far more than a path; alternatives inside one another multiply. */
const maxGlobLength = 1000

/**
 * A clean relative pattern as the directories in front of the first wild card, the pattern behind them, and how many levels
 * that can reach down: 0 when there is no wild card, infinite with `**`.
 */
export function splitGlob(pattern: string): {
  readonly fixed: string
  readonly wild: string
  readonly depth: number
} {
  const parts = pattern.split('/')
  const first = parts.findIndex(part => /[*?[{\\]/.test(part))
  if (first === -1) return { fixed: pattern, wild: '', depth: 0 }
  const wild = parts.slice(first)
  // A slash within braces is a level, too.
  const isDeep = wild.includes('**') || wild.some(part => part.includes('{'))
  const depth = isDeep ? Number.POSITIVE_INFINITY : wild.length
  return { fixed: parts.slice(0, first).join('/'), wild: wild.join('/'), depth }
}

/** Whether a path (relative, with slashes) is one of those that the pattern means. */
export function matchGlob(pattern: string): (path: string) => boolean {
  if (pattern.length > maxGlobLength)
    throw new FunctionError(`a pattern may have ${maxGlobLength} characters`, 1)
  let expression: RE2JS
  try {
    expression = RE2JS.compile(`^(?:${translated(pattern)})$`, RE2JS.DOTALL)
  } catch (thrown) {
    if (!(thrown instanceof RE2JSException)) throw thrown
    throw broken(pattern)
  }
  return path => expression.matcher(path).matches()
}

function translated(pattern: string): string {
  let out = ''
  let braces = 0
  let at = 0
  while (at < pattern.length) {
    const character = pattern[at]!
    const isStart = at === 0 || '/{,'.includes(pattern[at - 1]!)
    const whole = /^\*\*(\/|(?=$)|(?=[,}]))/.exec(pattern.slice(at, at + 3))
    if (isStart && whole !== null) {
      out += whole[1] === '/' ? '(?:[^/]+/)*' : '.*'
      at += whole[0].length
      continue
    }
    at++
    if (character === '*') out += '[^/]*'
    else if (character === '?') out += '[^/]'
    else if (character === '[') {
      const set = characterClass(pattern, at)
      out += set.written
      at = set.end
    } else if (character === '{') {
      braces++
      out += '(?:'
    } else if (character === '}' && braces > 0) {
      braces--
      out += ')'
    } else if (character === ',' && braces > 0) out += '|'
    else if (character === '\\') {
      if (at === pattern.length) throw broken(pattern)
      out += literal(pattern[at]!)
      at++
    } else out += literal(character)
  }
  if (braces > 0) throw broken(pattern)
  return out
}

// From behind the opening bracket; a slash is never in it.
function characterClass(pattern: string, start: number): { readonly written: string; readonly end: number } {
  let at = start
  let out = ''
  const negated = pattern[at] === '^' || pattern[at] === '!'
  if (negated) at++
  for (; pattern[at] !== ']' || out === ''; at++) {
    if (pattern[at] === '\\') at++
    const character = pattern[at]
    if (character === undefined) throw broken(pattern)
    out += character === '-' && pattern[at - 1] !== '\\' ? '-' : literal(character)
  }
  return { written: negated ? `[^/${out}]` : `[${out}]`, end: at + 1 }
}

function literal(character: string): string {
  return /[\w/]/.test(character) || character > '\x7f' ? character : `\\${character}`
}

function broken(pattern: string): FunctionError {
  return new FunctionError(`"${pattern}" is not a pattern of file names: a bracket or brace is not closed`, 1)
}
