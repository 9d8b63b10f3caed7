// Diagnostics as people read them: a box per diagnostic with what is wrong, where, the source line with carets, and what
// to do; and as programs read them. Control characters in anything that came from outside are replaced.
import { Chalk } from 'chalk'
import type { ChalkInstance } from 'chalk'
import type { Diagnostic, Json, Range } from '../../base/index.ts'
import { graphemes } from './cells.ts'
import { printable, printableLine } from './printable.ts'
import { snippetOf } from './snippet.ts'
import { wrap } from './wrap.ts'

export interface PrintOptions {
  readonly color: boolean
  /** Cells of a line. */
  readonly width: number
}

/** The text of a file that a range names; undefined when it can't be had. */
export type Sources = (file: string) => string | undefined

/** More than so many errors help nobody; the rest is counted. */
const maxPrinted = 50

/** Ends with a newline unless there is nothing to print. Warnings with the same summary are shown once and counted. */
export function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: Sources,
  options: PrintOptions,
): string {
  const lines = linesOf(sources)
  const groups = consolidated(diagnostics)
  const chalk = new Chalk({ level: options.color ? 1 : 0 })
  const boxes = groups.slice(0, maxPrinted).map(group => box(group, lines, chalk, options.width))
  const left = groups.length - boxes.length
  if (left > 0) boxes.push(`${left} more ${left === 1 ? 'problem is' : 'problems are'} not shown.\n`)
  return boxes.join('')
}

/** In the form that tools for Terraform read: offsets count UTF-8 bytes in `code`. */
export function diagnosticJson(diagnostic: Diagnostic, sources: Sources): Json {
  const { severity, summary, detail, subject, context, path, address, values = [] } = diagnostic
  const code = subject && linesOf(sources)(subject.file)?.[subject.start.line - 1]
  return {
    severity,
    summary,
    detail,
    address,
    path,
    range: subject && { filename: subject.file, start: { ...subject.start }, end: { ...subject.end } },
    snippet:
      subject && code !== undefined
        ? {
            context,
            code,
            start_line: subject.start.line,
            ...highlight(code, subject),
            values: values.map(({ name, text }) => ({ traversal: name, statement: text })),
          }
        : undefined,
  }
}

interface Consolidated {
  readonly diagnostic: Diagnostic
  readonly more: number
}

function consolidated(diagnostics: readonly Diagnostic[]): Consolidated[] {
  const groups: { diagnostic: Diagnostic; more: number }[] = []
  const warnings = new Map<string, { diagnostic: Diagnostic; more: number }>()
  for (const diagnostic of diagnostics) {
    const known = diagnostic.severity === 'warning' ? warnings.get(diagnostic.summary) : undefined
    if (known !== undefined) {
      known.more += 1
      continue
    }
    const group = { diagnostic, more: 0 }
    groups.push(group)
    if (diagnostic.severity === 'warning') warnings.set(diagnostic.summary, group)
  }
  return groups
}

type Lines = (file: string) => readonly string[] | undefined

function linesOf(sources: Sources): Lines {
  const known = new Map<string, readonly string[] | undefined>()
  return file => {
    if (!known.has(file)) {
      const text = sources(file)
      known.set(file, text?.replace(/^\ufeff/, '').split(/\r?\n/))
    }
    return known.get(file)
  }
}

function box({ diagnostic, more }: Consolidated, lines: Lines, chalk: ChalkInstance, width: number): string {
  const isError = diagnostic.severity === 'error'
  const paint = isError ? chalk.red : chalk.yellow
  const title = `${paint.bold(isError ? 'Error:' : 'Warning:')} ${chalk.bold(printableLine(diagnostic.summary))}`
  const place = placeOf(diagnostic, lines, chalk, width - 2)
  const detail = wrap(printable(diagnostic.detail), Math.max(20, width - 2))
  const similar =
    more === 0 ? [] : ['', `(and ${more} more similar ${more === 1 ? 'warning' : 'warnings'} elsewhere)`]
  const rows = [title, ...(place.length > 0 ? ['', ...place] : []), '', ...detail, ...similar]
  const framed = rows.map(row => `${paint('│')}${row === '' ? '' : ` ${row}`}`)
  return `${[paint('╷'), ...framed, paint('╵')].join('\n')}\n`
}

function placeOf(diagnostic: Diagnostic, lines: Lines, chalk: ChalkInstance, width: number): string[] {
  const { subject, context, path, address, values = [] } = diagnostic
  const rows: string[] = []
  if (address !== undefined) rows.push(`  with ${printableLine(address)},`)
  if (subject === undefined) {
    if (path !== undefined) rows.push(`  at ${printableLine(path)}:`)
    if (rows.length > 0) rows[rows.length - 1] = rows.at(-1)!.replace(/,$/, ':')
    return rows
  }
  const inContext = context === undefined ? '' : `, in ${printableLine(context)}`
  rows.push(`  on ${printableLine(subject.file)} line ${subject.start.line}${inContext}:`)
  const line = lines(subject.file)?.[subject.start.line - 1]
  if (line === undefined) return [...rows, '  (source code not available)']
  const { source, carets } = snippetOf(line, subject, width)
  const paint = diagnostic.severity === 'error' ? chalk.red : chalk.yellow
  const blanks = carets.length - carets.trimStart().length
  const marked = carets.slice(0, blanks) + paint(carets.slice(blanks))
  return [...rows, source, marked, ...valueRows(values, chalk, width)]
}

// What the names in the marked expression stand for, in the form that Terraform made known.
function valueRows(
  values: NonNullable<Diagnostic['values']>,
  chalk: ChalkInstance,
  width: number,
): readonly string[] {
  if (values.length === 0) return []
  const indent = '    '
  const lines = values.flatMap(({ name, text }) => {
    const statement = printableLine(`${name} ${text}`)
    return wrap(statement, Math.max(20, width - indent.length - 2))
  })
  return [chalk.dim(`${indent}├────────────────`), ...lines.map(line => `${indent}${chalk.dim('│')} ${line}`)]
}

// `byte` of a position counts from the start of the file, the offsets from the start of the line.
function highlight(code: string, { start, end }: Range): { readonly [key: string]: Json } {
  const size = Buffer.byteLength(code)
  const from = Math.min(size, byteOfColumn(code, start.column))
  const until = end.line > start.line ? size : from + Math.max(0, end.byte - start.byte)
  return { highlight_start_offset: from, highlight_end_offset: Math.min(size, until) }
}

function byteOfColumn(code: string, column: number): number {
  return Buffer.byteLength(
    graphemes(code)
      .slice(0, column - 1)
      .join(''),
  )
}
