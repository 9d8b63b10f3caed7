// One deployment for `sddc deployment show`: its steps, each app's progress, what it waits for, and what can be done next.
import type { Terminal } from '../terminal.ts'
import type { DeploymentView } from '../types.ts'
import { table } from './table.ts'

type Wait = DeploymentView['waits'][number]

/** Waits told one by one; more are counted. */
const waitsShown = 20

export function deploymentText({ paint }: Terminal, view: DeploymentView): string {
  const steps = view.steps.length
  const step = view.state === 'queued' ? '' : `, step ${Math.min(view.currentStep, steps)} of ${steps}`
  const parts = [
    `${paint.bold(`Deployment ${view.id}`)}  ${stateText(view)}${step}  ${paint.dim(`by ${view.actor}, ${view.version}`)}`,
  ]
  if (view.undoes !== undefined) parts.push(`Rolls back deployment ${view.undoes}.`)
  if (view.reason !== undefined) parts.push(paint.red(view.reason))
  if (view.progress.length > 0) {
    // Counts are those of now: of one that has ended they say nothing.
    const isOver = view.endedAt !== undefined
    const rows = view.progress.map(p =>
      isOver
        ? [p.app, p.state]
        : [
            p.app,
            p.state,
            `${p.new} of ${p.target} new`,
            p.old > 0 ? `${p.old} old` : '',
            `${p.healthy} healthy`,
          ],
    )
    parts.push(table(rows, '  '))
  }
  if (view.waits.length > 0) {
    const shown = view.waits.slice(0, waitsShown).map(w => `  ${waitText(w)}`)
    const hidden = view.waits.length - shown.length
    parts.push(
      [paint.bold('Waits for'), ...shown, ...(hidden > 0 ? [`  and ${hidden} more`] : [])].join('\n'),
    )
  }
  const next = nextCommands(view)
  if (next.length > 0) parts.push(`${paint.bold('Next')}\n${table(next, '  ')}`)
  return parts.join('\n\n')
}

function stateText({ state, endedAt }: DeploymentView): string {
  return endedAt === undefined ? state : `${state} ${endedAt}`
}

function waitText({ app, message, since, until, deadline }: Wait): string {
  const times = [
    ...(since === undefined ? [] : [`since ${since}`]),
    ...(until === undefined ? [] : [`until ${until}`]),
    ...(deadline === undefined ? [] : [`fails at ${deadline}`]),
  ]
  return [`${app === undefined ? '' : `${app}: `}${message}`, ...times].join(', ')
}

function nextCommands({ id, state, waits }: DeploymentView): string[][] {
  const commands: string[][] = []
  const is = (kind: Wait['kind']): boolean => waits.some(w => w.kind === kind)
  if (is('promotion')) commands.push([`sddc deployment promote ${id}`, 'the canaries are good'])
  if (state === 'paused') commands.push([`sddc deployment resume ${id}`, 'go on'])
  if (state === 'running') commands.push([`sddc deployment pause ${id}`, 'stop for a while'])
  if (state === 'running' || state === 'paused' || state === 'failed')
    commands.push([`sddc deployment cancel ${id}`, 'roll back what it changed'])
  if (state === 'queued') commands.push([`sddc deployment cancel ${id}`, 'take it out of the queue'])
  return commands
}
