// Files of cases: a first line that says what they are about, then cases with an empty line between them. A case is its
// text, which may have several lines, and its answer: lines that start with `=> ` (a value) or `=! ` (a finding with the
// place that it marks). ␍ stands for a carriage return, ␉ for a tab, in texts.
import { readFileSync, writeFileSync } from 'node:fs'
import type { Diagnostic, Position } from '../../../src/base/index.ts'

export interface CaseFile {
  readonly purpose: string
  readonly cases: readonly Case[]
}

export interface Case {
  readonly text: string
  readonly answer: string
}

export function readCases(path: string): CaseFile {
  const [purpose = '', empty, ...lines] = readFileSync(path, 'utf8').split('\n')
  if (!purpose.startsWith('# ') || empty !== '') throw new Error(`${path} does not say what it is about`)
  const cases: Case[] = []
  let text: string[] = []
  let answer: string[] = []
  for (const line of [...lines, '']) {
    if (/^=[>!] /.test(line)) {
      answer.push(line)
    } else if (answer.length > 0 && line === '') {
      cases.push({
        text: text.join('\n').replaceAll('␍', '\r').replaceAll('␉', '\t'),
        answer: answer.join('\n'),
      })
      text = []
      answer = []
    } else {
      text.push(line)
    }
  }
  return { purpose, cases }
}

export function writeCases(path: string, { purpose, cases }: CaseFile): void {
  const written = cases.map(
    ({ text, answer }) => `${text.replaceAll('\r', '␍').replaceAll('\t', '␉')}\n${answer}\n`,
  )
  writeFileSync(path, `${purpose}\n\n${written.join('\n')}`)
}

/** `=! 1:5-1:8 Unknown variable`; with bytes where they are not the columns. */
export function findingLine({ summary, subject }: Diagnostic): string {
  if (subject === undefined) return `=! nowhere ${summary}`
  const { start, end } = subject
  const isPlain = start.line === 1 && end.line === 1 && end.column === end.byte + 1
  const bytes = isPlain ? '' : ` (bytes ${start.byte}-${end.byte})`
  return `=! ${place(start)}-${place(end)}${bytes} ${summary}`
}

function place({ line, column }: Position): string {
  return `${line}:${column}`
}
