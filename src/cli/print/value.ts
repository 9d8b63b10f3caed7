// One value as HCL writes it, on one line; and values of several lines (lists, texts) as differences line by line.
import { diffArrays } from 'diff'
import { formatMiB, formatSeconds } from '../../base/index.ts'
import type { Json } from '../../base/index.ts'
import type { Unit } from '../../model/index.ts'
import { printable } from './printable.ts'

/** `"text"`, `512MiB` in quotes, `["a", "b"]`, `{ secret = "x" }`. */
export function valueText(value: Json, unit?: Unit): string {
  if (typeof value === 'number' && unit !== undefined) {
    return quoted(unit === 'MiB' ? formatMiB(value) : formatSeconds(value))
  }
  if (typeof value === 'string') return quoted(value)
  if (value === null || typeof value !== 'object') return String(value)
  if (isList(value)) return `[${value.map(each => valueText(each)).join(', ')}]`
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  return entries.length === 0
    ? '{}'
    : `{ ${entries.map(([key, each]) => `${keyText(key)} = ${valueText(each!)}`).join(', ')} }`
}

export function quoted(text: string): string {
  return printable(JSON.stringify(text))
}

function keyText(key: string): string {
  return /^[A-Za-z_][\w-]*$/.test(key) ? key : quoted(key)
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

type Mark = '+' | '-' | ''

export interface MarkedLine {
  readonly mark: Mark
  readonly text: string
}

/** The difference of two lists of lines. After `timeoutMs` of searching everything counts as replaced. */
export function lineDifference(before: readonly string[], after: readonly string[]): MarkedLine[] {
  const marked = (mark: Mark, lines: readonly string[]): MarkedLine[] => lines.map(text => ({ mark, text }))
  const found = diffArrays([...before], [...after], { timeout: timeoutMs })
  if (found === undefined) return [...marked('-', before), ...marked('+', after)]
  return found.flatMap(part => marked(part.added ? '+' : part.removed ? '-' : '', part.value))
}

/** 20,000 lines that all differ would take seconds; a person reads the whole of both then anyway. */
const timeoutMs = 200
