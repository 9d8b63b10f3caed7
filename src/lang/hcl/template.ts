// What happens to the raw pieces of a template before it is a tree: strip markers take blanks off the neighbouring
// literal, `<<-` takes off the common indent, and directives become nested parts. In this order, as in hashicorp/hcl;
// all of it on the text as written, never on interpolated values. Source: the HCL native syntax specification, "Template
// Expressions".
import { countGraphemes, graphemeSegments } from 'unicode-segmenter/grapheme'
import type { Expression, TemplatePart } from './ast.ts'
import type { Problem } from './problem.ts'
import type { Span } from './source.ts'

interface Sequence extends Span {
  /** `${~`, `%{~` */
  readonly stripBefore: boolean
  /** `~}` */
  readonly stripAfter: boolean
}

export interface RawInterpolation extends Sequence {
  readonly kind: 'interpolation'
  readonly expression: Expression
}

export type RawPart =
  | ({ readonly kind: 'literal'; text: string } & Span)
  | RawInterpolation
  | ({ readonly kind: 'if'; readonly condition: Expression } & Sequence)
  | ({
      readonly kind: 'for'
      readonly key: string | undefined
      readonly value: string
      readonly collection: Expression
    } & Sequence)
  | ({ readonly kind: 'else' | 'endif' | 'endfor' } & Sequence)

type RawLiteral = Extract<RawPart, { kind: 'literal' }>

/** The parts as a tree. `flush` for `<<-`. At most `maxDepth` directives inside one another. */
export function assembleTemplate(
  raw: readonly RawPart[],
  flush: boolean,
  maxDepth: number,
  report: (problem: Problem) => void,
): readonly TemplatePart[] {
  applyStripMarkers(raw)
  if (flush) removeCommonIndent(raw)
  return nest(raw, maxDepth, report)
}

function applyStripMarkers(raw: readonly RawPart[]): void {
  for (let i = 0; i < raw.length; i++) {
    const part = raw[i]!
    if (part.kind === 'literal') continue
    const before = raw[i - 1]
    const after = raw[i + 1]
    if (part.stripBefore && before?.kind === 'literal') before.text = before.text.trimEnd()
    if (part.stripAfter && after?.kind === 'literal') after.text = after.text.trimStart()
  }
}

// A line that starts with a literal counts its blanks; one that starts with a sequence counts none; a line of only
// blanks is neither counted nor changed.
function removeCommonIndent(raw: readonly RawPart[]): void {
  let least = Number.POSITIVE_INFINITY
  const lines: RawLiteral[] = []
  let atLineStart = true
  for (const part of raw) {
    if (atLineStart) {
      if (part.kind !== 'literal') {
        least = 0
      } else {
        const rest = part.text.trimStart()
        if (rest !== '' || !part.text.endsWith('\n')) {
          least = Math.min(least, countGraphemes(part.text.slice(0, part.text.length - rest.length)))
          lines.push(part)
        }
      }
    }
    atLineStart = part.kind === 'literal' && part.text.endsWith('\n')
  }
  if (least === 0) return
  for (const line of lines) line.text = withoutGraphemes(line.text, least)
}

function withoutGraphemes(text: string, count: number): string {
  let left = count
  for (const { index } of graphemeSegments(text)) {
    if (left === 0) return text.slice(index)
    left--
  }
  return ''
}

interface Open {
  readonly head: Extract<RawPart, { kind: 'if' | 'for' }> | undefined
  readonly parts: TemplatePart[]
  /** Behind an `else`. */
  otherwise?: TemplatePart[]
}

function nest(
  raw: readonly RawPart[],
  maxDepth: number,
  report: (problem: Problem) => void,
): readonly TemplatePart[] {
  const outermost: Open = { head: undefined, parts: [] }
  const stack: Open[] = [outermost]
  for (const part of raw) {
    const open = stack[stack.length - 1]!
    const into = open.otherwise ?? open.parts
    switch (part.kind) {
      case 'literal':
        addLiteral(into, part)
        break
      case 'interpolation':
        into.push({ kind: 'interpolation', expression: part.expression, start: part.start, end: part.end })
        break
      case 'if':
      case 'for':
        if (stack.length > maxDepth) {
          const detail = `Template directives may stand inside one another at most ${maxDepth} times.`
          report({ summary: 'Nesting too deep', detail, start: part.start, end: part.end })
          return outermost.parts
        }
        stack.push({ head: part, parts: [] })
        break
      case 'else':
        if (open.head?.kind !== 'if' || open.otherwise !== undefined) {
          reportUnexpected(part.kind, part, report)
          return outermost.parts
        }
        open.otherwise = []
        break
      case 'endif':
      case 'endfor': {
        const wanted = part.kind === 'endif' ? 'if' : 'for'
        if (open.head?.kind !== wanted) {
          reportUnexpected(part.kind, part, report)
          return outermost.parts
        }
        stack.pop()
        const outer = stack[stack.length - 1]!
        ;(outer.otherwise ?? outer.parts).push(closed(open, part.end))
        break
      }
    }
  }
  const open = stack[stack.length - 1]!
  if (open.head !== undefined) {
    report({
      summary: 'Unexpected end of template',
      detail: `The "${open.head.kind}" directive that starts here has no "end${open.head.kind}".`,
      start: open.head.start,
      end: open.head.end,
    })
  }
  return outermost.parts
}

function closed(open: Open, end: number): TemplatePart {
  const head = open.head!
  if (head.kind === 'if') {
    const { condition, start } = head
    return { kind: 'if', condition, yes: open.parts, no: open.otherwise ?? [], start, end }
  }
  const { key, value, collection, start } = head
  return {
    kind: 'for',
    key,
    value,
    collection,
    body: open.parts,
    start,
    end,
  }
}

function addLiteral(into: TemplatePart[], literal: RawLiteral): void {
  const last = into[into.length - 1]
  if (last?.kind === 'literal') {
    const text = last.text + literal.text
    into[into.length - 1] = { kind: 'literal', text, start: last.start, end: literal.end }
  } else {
    into.push({ kind: 'literal', text: literal.text, start: literal.start, end: literal.end })
  }
}

function reportUnexpected(keyword: string, span: Span, report: (problem: Problem) => void): void {
  report({
    summary: `Unexpected ${keyword} directive`,
    detail: `There is no open directive that this "${keyword}" could belong to.`,
    start: span.start,
    end: span.end,
  })
}
