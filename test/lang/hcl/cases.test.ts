// Every rule of the language as cases in files: the text of an expression (of a file, in bodies.txt), and its value or
// its findings with the exact places. `UPDATE=1` writes the answers anew; the difference is read like code.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Diagnostic } from '../../../src/base/index.ts'
import type { Body } from '../../../src/lang/hcl/ast.ts'
import { evaluate } from '../../../src/lang/hcl/evaluate.ts'
import { parseExpression, parseFile } from '../../../src/lang/hcl/parser.ts'
import { problemsToDiagnostics } from '../../../src/lang/hcl/problem.ts'
import { Source } from '../../../src/lang/hcl/source.ts'
import { findingLine, readCases, writeCases } from './casefile.ts'
import { caseScope, show } from './casescope.ts'

const directory = fileURLToPath(new URL('cases/', import.meta.url))
const names = readdirSync(directory).filter(name => name.endsWith('.txt'))

const files = names.map(name => {
  const answer = name === 'bodies.txt' ? answerOfFile : answerOfExpression
  const path = directory + name
  const read = readCases(path)
  if (process.env['UPDATE']) {
    writeCases(path, { ...read, cases: read.cases.map(({ text }) => ({ text, answer: answer(text) })) })
  }
  return { name, answer, cases: readCases(path).cases }
})

describe.each(files)('$name', ({ answer, cases }) => {
  test.each(cases)('$text', ({ text, answer: expected }) => {
    expect(answer(text)).toBe(expected)
  })
})

test('there are as many cases as the language has corners', () => {
  const count = files.reduce((sum, { cases }) => sum + cases.length, 0)
  expect(count).toBeGreaterThanOrEqual(1600)
})

test('no case stands twice in its file', () => {
  for (const { name, cases } of files) {
    const texts = cases.map(({ text }) => text)
    expect([name, texts.filter((text, i) => texts.indexOf(text) !== i)]).toEqual([name, []])
  }
})

test('nothing is an error only because values are unknown', () => {
  for (const { name, cases } of files) {
    if (name === 'bodies.txt') continue
    for (const { text, answer } of cases) {
      if (answer.startsWith('=! ')) continue
      const source = new Source('case.hcl', text)
      const findings: Diagnostic[] = []
      evaluate(
        parseExpression(source).node,
        caseScope(source, d => void findings.push(d), true),
      )
      expect([text, findings]).toEqual([text, []])
    }
  }
})

function answerOfExpression(text: string): string {
  const source = new Source('case.hcl', text)
  const { node, problems } = parseExpression(source)
  const diagnostics = problemsToDiagnostics(source, problems)
  if (diagnostics.length > 0) return findingLines(diagnostics)
  const value = evaluate(
    node,
    caseScope(source, d => void diagnostics.push(d)),
  )
  return diagnostics.length > 0 ? findingLines(diagnostics) : `=> ${show(value)}`
}

function answerOfFile(text: string): string {
  const source = new Source('case.hcl', text)
  const { node, problems } = parseFile(source)
  const diagnostics = problemsToDiagnostics(source, problems)
  if (diagnostics.length > 0) return findingLines(diagnostics)
  return `=> ${showBody(node.body, source)}`
}

function showBody(body: Body, source: Source): string {
  const attributes = body.attributes.map(({ name, expression, start }) => {
    const value = evaluate(
      expression,
      caseScope(source, () => {}),
    )
    return { start, shown: `${name} = ${show(value)}` }
  })
  const blocks = body.blocks.map(({ type, labels, body: inner, start }) => {
    const header = [type, ...labels.map(l => JSON.stringify(l.text))].join(' ')
    return { start, shown: `${header} { ${showBody(inner, source)} }` }
  })
  return [...attributes, ...blocks]
    .sort((a, b) => a.start - b.start)
    .map(({ shown }) => shown)
    .join('; ')
}

function findingLines(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(findingLine).join('\n')
}
