// What holds for every text, however broken: work in proportion to its length, tokens that tile it, ranges that lie in
// one another, and findings exactly when something could not be read.
import { lex } from '../../../src/lang/hcl/lexer.ts'
import { parseFile } from '../../../src/lang/hcl/parser.ts'
import { Source, type Span } from '../../../src/lang/hcl/source.ts'

/** Tokens, nodes and what is looked at again, per character. */
export const mostWork = 8

/** Throws an error that shows the text. */
export function checkSound(text: string): void {
  try {
    checkTiles(text)
    checkParsed(text)
  } catch (thrown) {
    throw new Error(`${String(thrown)} in ${JSON.stringify(text)}`, { cause: thrown })
  }
}

/** Every character belongs to one token, or to the blanks and comments between two. */
export function checkTiles(text: string): void {
  const source = new Source('main.hcl', text)
  const { starts, ends, count } = lex(source).tokens
  let at = source.first
  for (let i = 0; i < count; i++) {
    const start = starts[i]!
    hold(start >= at, 'tokens are in the order of the text')
    if (start > at) hold(between.test(text.slice(at, start)), 'only blanks and comments stand between tokens')
    at = ends[i]!
    hold(at >= start, 'a token ends behind its start')
  }
  hold(at === text.length, 'the last token ends with the text')
}

const between = /^(?:[ \t]|\/\*[^]*?\*\/)*$/

function checkParsed(text: string): void {
  const source = new Source('main.hcl', text)
  const { node, problems, work } = parseFile(source)
  const all: Span = { start: 0, end: text.length }
  for (const problem of problems) {
    hold(inside(problem, all), 'a finding lies in the text')
    hold(problem.summary !== '' && problem.detail !== '', 'a finding says something')
  }
  for (const problem of problems.slice(0, 3)) {
    const { start, end } = source.range(problem)
    hold(start.byte <= end.byte && start.line <= end.line, 'a place is in order')
    hold(start.column > 0 && end.column > 0, 'columns begin with 1')
  }
  const invalid = checkNode(node.body, all)
  hold(!invalid || problems.length > 0, 'what could not be read is reported')
  const { tokens, nodes, again } = work
  hold(tokens + nodes + again <= mostWork * (text.length + 2), 'the work is bounded')
}

/** Whether there is an invalid expression in it. */
function checkNode(node: object, around: Span): boolean {
  let own = around
  if (isSpan(node)) {
    hold(inside(node, around), 'a node lies in the one around it')
    own = node
  }
  let invalid = 'kind' in node && node.kind === 'invalid'
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) {
      let at = own.start
      for (const item of value as object[]) {
        if (isSpan(item)) {
          hold(item.start >= at, 'nodes of a list are in the order of the text')
          at = item.end
        }
        invalid = checkNode(item, own) || invalid
      }
    } else if (typeof value === 'object' && value !== null) {
      invalid = checkNode(value, own) || invalid
    }
  }
  return invalid
}

function isSpan(node: object): node is Span {
  return 'start' in node && 'end' in node && typeof node.start === 'number' && typeof node.end === 'number'
}

function inside(inner: Span, outer: Span): boolean {
  return outer.start <= inner.start && inner.start <= inner.end && inner.end <= outer.end
}

function hold(condition: boolean, what: string): void {
  if (!condition) throw new Error(`It does not hold that ${what}`)
}
