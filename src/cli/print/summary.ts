// The line that scripts and eyes look for: how many objects come, change and go, and what it costs in running tasks.
import type { AppChange, Plan } from '../../model/index.ts'

/** `Plan: 1 to add, 2 to change, 0 to destroy. Disruption: 6 task restarts in 3 steps.` */
export function summaryText(plan: Plan): string {
  const count = (...actions: readonly string[]): number =>
    plan.changes.filter(c => actions.includes(c.action)).length
  const adopted = count('adopt')
  const moved = count('move')
  const forgotten = count('forget')
  const parts = [
    ...(adopted > 0 ? [`${adopted} to adopt`] : []),
    ...(moved > 0 ? [`${moved} to move`] : []),
    `${count('create')} to add`,
    `${count('update', 'scale', 'restart')} to change`,
    `${count('delete')} to destroy`,
    ...(forgotten > 0 ? [`${forgotten} to forget`] : []),
  ]
  return `Plan: ${parts.join(', ')}. Disruption: ${disruptionText(plan)}.`
}

function disruptionText(plan: Plan): string {
  const apps = plan.changes.filter(c => c.object === 'app')
  const restarts = apps.reduce((sum, { disruption }) => sum + disruption.restarts, 0)
  const stops = apps.reduce((sum, change) => sum + stopsOf(change), 0)
  const stopText = stops === 0 ? [] : [`${plural(stops, 'task')} ${stops === 1 ? 'stops' : 'stop'} for good`]
  if (restarts === 0) return stops === 0 ? 'none' : stopText.join('')
  return [`${plural(restarts, 'task restart')} in ${plural(wavesOf(plan, apps), 'step')}`, ...stopText].join(
    ', ',
  )
}

// What is forgotten runs on.
function stopsOf({ action, before, after }: AppChange): number {
  if (action === 'forget') return 0
  return Math.max(0, (before?.instances ?? 0) - (after?.instances ?? 0))
}

// One wave after another: apps of one deployment step roll side by side, so the longest of them counts.
function wavesOf({ steps }: Plan, apps: readonly AppChange[]): number {
  const waves = new Map(
    apps
      .filter(({ disruption }) => disruption.atATime > 0)
      .map(({ id, disruption }) => [id, Math.ceil(disruption.restarts / disruption.atATime)]),
  )
  return steps.reduce((sum, step) => sum + Math.max(0, ...step.actions.map(a => waves.get(a.app) ?? 0)), 0)
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
