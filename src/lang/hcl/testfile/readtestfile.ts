// A test file, `*.test.hcl`: machines to play on, values of variables, and runs with what must be true after each. Read
// as a tree of expressions; they are evaluated when their run has been.
import { type Diagnostic, didYouMean, errorDiagnostic, hasErrors } from '../../../base/index.ts'
import type { Attribute, Block, Expression } from '../ast.ts'
import { namedAttributes, refuseBlocks } from '../config/attributes.ts'
import { type Condition, readCondition } from '../config/conditions.ts'
import { literalScope } from '../config/variables.ts'
import { parseFile } from '../parser.ts'
import { problemsToDiagnostics } from '../problem.ts'
import { Source, type Span } from '../source.ts'

export interface TestFile {
  readonly source: Source
  readonly agents: readonly TestAgent[]
  /** Of all runs. */
  readonly variables: readonly Attribute[]
  readonly runs: readonly TestRun[]
}

/** One machine that the runs play on. */
export interface TestAgent {
  readonly name: string
  readonly header: Span
  readonly attributes: ReadonlyMap<string, Attribute>
}

export interface TestRun {
  readonly name: string
  readonly header: Span
  readonly command: 'plan' | 'apply'
  readonly variables: readonly Attribute[]
  readonly asserts: readonly Condition[]
  readonly expectedFailures: readonly ExpectedFailure[]
}

/** `var.replicas`, `output.url`, `check.ready`, `app.web`: what must not hold. */
export interface ExpectedFailure {
  readonly address: string
  readonly span: Span
}

type Report = (diagnostic: Diagnostic) => void

/** The file is absent when it has mistakes. */
export function readTestFile(
  name: string,
  text: string,
): { readonly file?: TestFile; readonly diagnostics: readonly Diagnostic[] } {
  const source = new Source(name, text)
  const { node, problems } = parseFile(source)
  const diagnostics: Diagnostic[] = [...problemsToDiagnostics(source, problems)]
  const report = (found: Diagnostic): void => void diagnostics.push(found)
  if (hasErrors(diagnostics)) return { diagnostics }
  for (const { name: argument, nameSpan } of node.body.attributes) {
    const detail = `A test file has only blocks. Put "${argument}" into a variables block.`
    report(errorDiagnostic('Unsupported argument', detail, { subject: source.range(nameSpan) }))
  }
  const file = {
    source,
    agents: [] as TestAgent[],
    variables: [] as Attribute[],
    runs: [] as TestRun[],
  }
  const names = new Set<string>()
  for (const block of node.body.blocks) {
    switch (block.type) {
      case 'run':
      case 'agent': {
        const label = labelOf(block, source, names, report)
        if (label === undefined) break
        if (block.type === 'run') file.runs.push(readRun(block, label, source, report))
        else file.agents.push(readAgent(block, label, source, report))
        break
      }
      case 'variables':
        file.variables.push(...variablesIn(block, source, report))
        break
      default: {
        const near = didYouMean(block.type, ['run', 'variables', 'agent'])
        const detail = `There are no "${block.type}" blocks in a test file.${near || ' It has: run, variables, agent.'}`
        report(errorDiagnostic('Unsupported block type', detail, { subject: source.range(block.typeSpan) }))
      }
    }
  }
  return hasErrors(diagnostics) ? { diagnostics } : { file, diagnostics }
}

function labelOf(block: Block, source: Source, names: Set<string>, report: Report): string | undefined {
  const [label, extra] = block.labels
  const wrong = (summary: string, detail: string, span: Span): undefined => {
    report(errorDiagnostic(summary, detail, { subject: source.range(span) }))
    return undefined
  }
  if (label === undefined) {
    return wrong(`Missing name for ${block.type}`, `Write: ${block.type} "name" { … }.`, block.typeSpan)
  }
  if (extra !== undefined) {
    return wrong(`Extraneous label for ${block.type}`, 'One label is enough: the name.', extra)
  }
  const key = `${block.type} ${label.text}`
  if (names.has(key)) {
    return wrong(
      `Duplicate ${block.type}`,
      `There is another ${block.type} "${label.text}" in this file.`,
      label,
    )
  }
  names.add(key)
  return label.text
}

function readRun(block: Block, name: string, source: Source, report: Report): TestRun {
  const context = `run "${name}"`
  const named = namedAttributes(block.body, ['command', 'expect_failures'], source, context, report)
  const variables: Attribute[] = []
  const asserts: Condition[] = []
  for (const inner of block.body.blocks) {
    if (inner.type === 'variables') variables.push(...variablesIn(inner, source, report))
    else if (inner.type === 'assert') {
      const condition = readCondition(inner, literalScope(source, report))
      if (condition !== undefined) asserts.push(condition)
    } else {
      const near = didYouMean(inner.type, ['variables', 'assert'])
      const detail = `There are no "${inner.type}" blocks in a run.${near || ' It has: variables, assert.'}`
      report(
        errorDiagnostic('Unsupported block type', detail, { subject: source.range(inner.typeSpan), context }),
      )
    }
  }
  const failures = named.get('expect_failures')
  return {
    name,
    header: block.header,
    command: commandOf(named.get('command'), source, report),
    variables,
    asserts,
    expectedFailures: failures === undefined ? [] : failuresIn(failures, source, report),
  }
}

// A bare word, as in Terraform.
function commandOf(attribute: Attribute | undefined, source: Source, report: Report): TestRun['command'] {
  if (attribute === undefined) return 'apply'
  const { expression } = attribute
  const word = expression.kind === 'traversal' && expression.steps.length === 0 ? expression.root : ''
  if (word === 'plan' || word === 'apply') return word
  const detail = 'A run plans, or plans and applies: command = plan, or command = apply (the default).'
  report(errorDiagnostic('Invalid command', detail, { subject: source.range(expression) }))
  return 'apply'
}

const failing = ['var', 'output', 'check', 'app', 'group', 'volume', 'module']

function failuresIn({ expression }: Attribute, source: Source, report: Report): ExpectedFailure[] {
  const elements = expression.kind === 'tuple' ? expression.elements : [expression]
  return elements.flatMap(element => {
    const address = addressOf(element, source)
    if (address !== undefined) return [{ address, span: element }]
    const detail = 'Each one names what must fail: [var.replicas, output.url, check.ready, app.web].'
    report(errorDiagnostic('Invalid expected failure', detail, { subject: source.range(element) }))
    return []
  })
}

function addressOf(expression: Expression, { text }: Source): string | undefined {
  if (expression.kind !== 'traversal' || !failing.includes(expression.root)) return undefined
  return expression.steps.length === 0 ? undefined : text.slice(expression.start, expression.end)
}

function readAgent(block: Block, name: string, source: Source, report: Report): TestAgent {
  const known = ['cpus', 'mem', 'disk', 'attributes']
  const attributes = namedAttributes(block.body, known, source, `agent "${name}"`, report)
  refuseBlocks(block.body, source, 'an agent', report)
  return { name, header: block.header, attributes }
}

function variablesIn(block: Block, source: Source, report: Report): readonly Attribute[] {
  for (const label of block.labels) {
    const detail = 'A variables block has no name: its arguments are the variables.'
    report(errorDiagnostic('Extraneous label for variables', detail, { subject: source.range(label) }))
  }
  refuseBlocks(block.body, source, 'variables', report)
  return block.body.attributes
}
