// A plan as people read it, in the dialect that users of Terraform know: legend, one block per change, summary, then
// what only a planner with a cluster of its own can say: order, places, forecast.
import { Chalk } from 'chalk'
import type { ChalkInstance } from 'chalk'
import type { Change, Plan } from '../../model/index.ts'
import { isEmpty } from '../../planner/index.ts'
import type { Line } from './blocks.ts'
import { changeLines, changeKinds, symbolOf } from './changes.ts'
import type { ChangeKind } from './changes.ts'
import { printDiagnostics } from './diagnostics.ts'
import type { PrintOptions } from './diagnostics.ts'
import { driftLines } from './drift.ts'
import { ignoredLines, ignoredTexts } from './ignored.ts'
import { forecastText, placementLines, stepLines } from './outlook.ts'
import { outputLines } from './outputs.ts'
import { summaryText } from './summary.ts'

/** Warnings of the plan included. Ends with a newline. */
export function printPlan(plan: Plan, options: PrintOptions): string {
  const chalk = new Chalk({ level: options.color ? 1 : 0 })
  const parts = isEmpty(plan) ? [nothingToDo(plan, chalk)] : sections(plan, chalk)
  const ignored = ignoredLines(plan)
  if (ignored.length > 0) parts.push(chalk.gray(ignored.join('\n')))
  if (plan.warnings.length > 0)
    parts.push(printDiagnostics(plan.warnings, () => undefined, options).trimEnd())
  return `${parts.join('\n\n')}\n`
}

function nothingToDo(plan: Plan, chalk: ChalkInstance): string {
  const [first, rest] =
    plan.mode === 'destroy'
      ? ['No changes.', 'No objects need to be destroyed.']
      : ['No changes.', 'Your infrastructure matches the configuration.']
  return `${chalk.green.bold(first)} ${chalk.bold(rest)}`
}

function sections(plan: Plan, chalk: ChalkInstance): string[] {
  const paint = (lines: readonly Line[]): string => lines.map(line => paintLine(line, chalk)).join('\n')
  const drift = driftLines(plan)
  const ignored = ignoredTexts(plan)
  const outputs = outputLines(plan)
  const steps = stepLines(plan)
  const placement = placementLines(plan)
  const parts: string[] = []
  if (drift.length > 0) parts.push(`${chalk.bold('Note:')} ${driftIntro}`, paint(drift), driftEnd)
  if (plan.changes.length > 0) {
    parts.push(
      `${intro}\n${legend(plan.changes, chalk)}`,
      'sddc will perform the following actions:',
      ...plan.changes.map(change => paint(changeLines(change, ignored.get(change.address)))),
      chalk.bold(summaryText(plan)),
    )
  }
  if (steps.length > 0) parts.push(steps.join('\n'))
  if (placement.length > 0) parts.push(placement.join('\n'))
  if (plan.forecast !== null) parts.push(forecastText(plan, plan.forecast, chalk))
  if (outputs.length > 0) {
    parts.push(`Changes to Outputs:\n${paint(outputs)}`)
    if (plan.changes.length === 0) parts.push('Only outputs change; nothing in the cluster does.')
  }
  return parts
}

const intro =
  'The configuration was compared with the live cluster. Resource actions are indicated with the following symbols:'
const driftIntro = 'Objects have changed outside of this configuration since its last apply:'
const driftEnd = 'The plan below sets back what the configuration says otherwise.'

const legendTexts: Readonly<Record<ChangeKind, string>> = {
  adopt: 'adopt',
  move: 'move',
  create: 'create',
  update: 'update in-place',
  scale: 'scale',
  restart: 'update by rolling restart',
  delete: 'destroy',
  forget: 'forget',
}

function legend(changes: readonly Change[], chalk: ChalkInstance): string {
  return changeKinds(changes)
    .map(kind => `  ${mark(symbolOf(kind), chalk)} ${legendTexts[kind]}`)
    .join('\n')
}

function paintLine({ depth, mark: sign, text, note, style }: Line, chalk: ChalkInstance): string {
  if (text === '') return ''
  const indent = ' '.repeat(2 + 4 * depth)
  const shown = style === 'hidden' ? chalk.gray(text) : style === 'header' ? chalk.bold(text) : text
  const why = note === undefined ? '' : ` ${chalk.red(`# ${note}`)}`
  return style === 'header' ? `${indent}${shown}` : `${indent}${mark(sign, chalk)} ${shown}${why}`
}

function mark(sign: Line['mark'], chalk: ChalkInstance): string {
  switch (sign) {
    case '+':
      return chalk.green('+')
    case '-':
      return chalk.red('-')
    case '~':
      return chalk.yellow('~')
    case '':
      return ' '
    default:
      return chalk.cyan(sign)
  }
}
