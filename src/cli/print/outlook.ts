// What comes: in which order, where the instances land, how long it takes and whether it can work at all.
import type { ChalkInstance } from 'chalk'
import { compareStrings } from '../../base/index.ts'
import type { ActionKind, Forecast, Plan, UnplacedForecast } from '../../model/index.ts'
import { printableLine } from './printable.ts'

/** Names in one line; more are counted. */
const maxNames = 12
/** Apps whose places are listed; more are counted. */
const maxApps = 50

/** Empty when there is no order to tell: everything happens in one step. */
export function stepLines(plan: Plan): string[] {
  const name = namesOf(plan)
  const verbs: Readonly<Record<Exclude<ActionKind, 'StartApplication'>, string>> = {
    StopApplication: 'destroy',
    ScaleApplication: 'scale',
    RestartApplication: 'restart',
  }
  const created = new Set<string>(plan.changes.filter(c => c.action === 'create').map(c => c.id))
  const texts: string[] = []
  for (const { actions } of plan.steps) {
    const byVerb = new Map<string, string[]>()
    for (const { action, app } of actions) {
      if (action === 'StartApplication') continue
      const verb = created.has(app) ? 'create' : verbs[action]
      byVerb.set(verb, [...(byVerb.get(verb) ?? []), name(app)])
    }
    if (byVerb.size > 0)
      texts.push([...byVerb].map(([verb, apps]) => `${verb} ${listed(apps, ', ')}`).join('; '))
  }
  return texts.length < 2 ? [] : ['Order:', ...texts.map((text, i) => `  ${i + 1}. ${text}`)]
}

/** `Placement: app.web → agent1 ×2, agent2`, or a line per app below a heading. */
export function placementLines(plan: Plan): string[] {
  const name = namesOf(plan)
  const byApp = new Map<string, Map<string, number>>()
  for (const { app, agent } of plan.placements) {
    const agents = byApp.get(app) ?? new Map<string, number>()
    agents.set(agent, (agents.get(agent) ?? 0) + 1)
    byApp.set(app, agents)
  }
  const lines = [...byApp]
    .map(([app, agents]): [string, string] => [name(app), agentsText(agents)])
    .sort(([a], [b]) => compareStrings(a, b))
  if (lines.length === 0) return []
  if (lines.length === 1) return [`Placement: ${lines[0]!.join(' → ')}`]
  const width = Math.max(...lines.map(([app]) => app.length))
  const shown = lines.slice(0, maxApps).map(([app, agents]) => `  ${app.padEnd(width)} → ${agents}`)
  const left = lines.length - shown.length
  return ['Placement:', ...shown, ...(left > 0 ? [`  and ${left} more apps`] : [])]
}

function agentsText(agents: ReadonlyMap<string, number>): string {
  const texts = [...agents]
    .sort(([a], [b]) => compareStrings(a, b))
    .map(([agent, count]) => `${printableLine(agent)}${count > 1 ? ` ×${count}` : ''}`)
  return listed(texts, ', ')
}

export function forecastText(plan: Plan, forecast: Forecast, chalk: ChalkInstance): string {
  const name = namesOf(plan)
  const title = chalk.bold('Forecast:')
  if (forecast.verdict === 'works') {
    const lines = [
      `${title} ${chalk.green('works')}${durationText(forecast)}`,
      ...healthLines(plan, forecast),
    ]
    return lines.join('\n')
  }
  const verdict =
    forecast.verdict === 'waits' ? chalk.yellow('will have to wait') : chalk.red("can't work as things are")
  const unplaced = forecast.unplaced.map(u => `${unplacedText(u, name(u.app))}.`)
  if (unplaced.length === 0) return `${title} ${verdict}: ${endlessText(plan)}`
  if (unplaced.length === 1) return `${title} ${verdict}: ${unplaced[0]}`
  const shown = unplaced.slice(0, maxApps).map(text => `  ${text}`)
  const left = unplaced.length - shown.length
  return [`${title} ${verdict}.`, ...shown, ...(left > 0 ? [`  and ${left} more apps`] : [])].join('\n')
}

// Canaries wait for a person; of anything else the forecast knows only that it does not end.
function endlessText({ changes }: Plan): string {
  const canaries = changes.flatMap(c => {
    if (c.object !== 'app' || c.disruption.restarts === 0) return []
    const count = c.after?.update?.canary ?? 0
    return count === 0 ? [] : [`${count} of ${printableLine(c.address)}`]
  })
  if (canaries.length === 0) return 'the deployment does not come to its end by itself.'
  return `new instances run beside the old ones (${listed(canaries, ', ')}) until you type "sddc deployment promote".`
}

// What users of a service notice of a rolling restart. Where nothing is healthy before, it can cost them nothing.
function healthLines({ changes }: Plan, { profiles, unhealthyBefore = [] }: Forecast): string[] {
  return changes
    .filter(c => c.object === 'app')
    .filter(c => c.disruption.restarts > 0 && !unhealthyBefore.includes(c.id))
    .flatMap(({ id, address }) => {
      const counts = profiles.flatMap(p => p.lowestHealthy[id] ?? [])
      const lowest = Math.min(...counts)
      return counts.length === 0 ? [] : [`  ${printableLine(address)} never has fewer than ${lowest} healthy`]
    })
    .slice(0, maxApps)
}

/** `app.web gets 37 of 200 instances, then cpus run out: 3 of 3 agents lack 0.1 CPU` */
function unplacedText({ wanted, placed, reasons, nearest }: UnplacedForecast, name: string): string {
  const outOf = resourceTexts[reasons[0]?.filter ?? '']
  // Where there is one reason only, it is the nearest miss, too.
  const told = reasons.length > 1 ? [...reasons, ...(nearest ?? []).slice(0, 1)] : reasons
  const why = told.map(r => printableLine(r.message).replace(/\.$/, '')).join('; ')
  const got = `${name} gets ${placed} of ${wanted} instances`
  return `${got}${outOf === undefined ? '' : `, then ${outOf}`}${why === '' ? '' : `: ${why}`}`
}

const resourceTexts: Readonly<Record<string, string>> = {
  cpus: 'cpus run out',
  mem: 'mem runs out',
  disk: 'disk runs out',
  gpus: 'gpus run out',
  ports: 'host ports run out',
}

function durationText({ profiles }: Forecast): string {
  const of = (name: string): number | undefined => profiles.find(p => p.name === name)?.durationMs
  const usual = of('p50')
  if (usual === undefined) return ''
  const [fast, slow] = [of('p10') ?? usual, of('p99') ?? usual]
  const range = seconds(fast) === seconds(slow) ? '' : ` (${seconds(fast)} to ${seconds(slow)})`
  return `, about ${seconds(usual)}${range}`
}

// Whole seconds: a forecast is not more exact than that.
function seconds(ms: number): string {
  const total = Math.max(1, Math.round(ms / 1000))
  const minutes = Math.floor(total / 60)
  const rest = total - 60 * minutes
  return minutes === 0 ? `${total}s` : rest === 0 ? `${minutes}m` : `${minutes}m${rest}s`
}

function namesOf(plan: Plan): (id: string) => string {
  const addresses = new Map<string, string>(plan.changes.map(c => [c.id, c.address]))
  return id => printableLine(addresses.get(id) ?? id)
}

function listed(texts: readonly string[], separator: string): string {
  const left = texts.length - maxNames
  if (left <= 1) return texts.join(separator)
  return `${texts.slice(0, maxNames).join(separator)} and ${left} more`
}
