// One question to the console and its answer: for people in HCL, for programs one line of JSON.
import { type Diagnostic, type Range, hasErrors } from '../../base/index.ts'
import type { Expressions } from '../hcl/index.ts'
import { type Value, hasUnknown, isSensitive } from '../hcl/value.ts'
import { shownType } from './typetext.ts'
import { hasInfinity, valueJson } from './valuejson.ts'

export interface Answer {
  /** Undefined when the question has a mistake. */
  readonly value: Value | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** Where the question stands in the input, for ranges. */
export interface Place {
  readonly file: string
  /** Lines and bytes before it. */
  readonly lines: number
  readonly bytes: number
}

export function ask(expressions: Expressions, question: string, place: Place): Answer {
  const { value, diagnostics } = expressions.evaluate(place.file, question)
  const placed = diagnostics.map(d =>
    d.subject === undefined ? d : { ...d, subject: moved(d.subject, place) },
  )
  return { value: hasErrors(diagnostics) ? undefined : value, diagnostics: placed }
}

/**
 * `{"type":"list(string)","value":["a"]}`; what must not be shown or is not known has `"sensitive":true` or
 * `"unknown":true` in place of the value. A mistake is `{"error":{"summary":…,"detail":…,"range":…}}`.
 */
export function answerJson({ value, diagnostics }: Answer): { readonly line: string; readonly ok: boolean } {
  if (value === undefined) return { line: errorJson(diagnostics), ok: false }
  const type = `"type":${JSON.stringify(shownType(value))}`
  if (isSensitive(value)) return { line: `{${type},"sensitive":true}`, ok: true }
  if (hasUnknown(value)) return { line: `{${type},"unknown":true}`, ok: true }
  if (hasInfinity(value)) {
    const detail = 'The value is infinite, which JSON has no number for. Was something divided by zero?'
    return { line: JSON.stringify({ error: { summary: 'Value has no JSON form', detail } }), ok: false }
  }
  return { line: `{${type},"value":${valueJson(value)}}`, ok: true }
}

function errorJson(diagnostics: readonly Diagnostic[]): string {
  const { summary, detail, subject } = diagnostics.find(d => d.severity === 'error')!
  return JSON.stringify({ error: { summary, detail, range: subject && rangeJson(subject) } })
}

function rangeJson({ file, start, end }: Range): object {
  return { filename: file, start, end }
}

function moved({ file, start, end }: Range, { lines, bytes }: Place): Range {
  const move = (p: Range['start']): Range['start'] => ({
    line: p.line + lines,
    column: p.column,
    byte: p.byte + bytes,
  })
  return { file, start: move(start), end: move(end) }
}
