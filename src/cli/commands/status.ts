// `sddc status`: agents, apps and their instances, deployments, and why anything waits.
import { formatMiB } from '../../base/index.ts'
import type { AgentView, InstanceView, WaitingView, WaitReason } from '../../model/index.ts'
import { findApp } from '../appname.ts'
import { exit, type Context } from '../context.ts'
import { table } from '../print/table.ts'
import { requireTarget } from '../target.ts'
import type { Terminal } from '../terminal.ts'
import type { AppView, DeploymentView, StatusView } from '../types.ts'

/** Instances of one app shown without being asked for. */
const instancesShown = 20

export async function statusCommand(context: Context, appName: string | undefined): Promise<number> {
  const { terminal, json } = context
  const client = requireTarget({ server: context.server, directory: context.directory })
  const status = await client.status()
  const app = appName === undefined ? undefined : findApp(status.apps, appName)
  if (json) terminal.out(JSON.stringify(app ?? status, null, 2))
  else if (app !== undefined) terminal.out(appText(terminal, app, app.instances.length))
  else terminal.out(statusText(terminal, status, client.url))
  return exit.done
}

function statusText(terminal: Terminal, status: StatusView, url: string): string {
  const { paint } = terminal
  const parts = [
    `${paint.bold('Cluster')}  ${url}  ${paint.dim(`${status.cluster.clusterId}, revision ${status.cluster.revision}`)}`,
  ]
  for (const damage of status.cluster.damage) parts.push(paint.red(`Read-only: ${damage}`))
  const unknown = status.unknown?.length ?? 0
  if (unknown > 0)
    parts.push(
      paint.yellow(
        `${unknown} task${unknown === 1 ? '' : 's'} that no row names, kept until you decide: sddc unknown list`,
      ),
    )
  parts.push(agentsText(terminal, status.agents))
  if (status.apps.length === 0) parts.push('No apps. Next: sddc apply DIRECTORY')
  else
    parts.push(
      `${paint.bold('Apps')}\n${status.apps.map(a => appText(terminal, a, instancesShown)).join('\n')}`,
    )
  if (status.deployments.length > 0) parts.push(deploymentsText(terminal, status.deployments))
  return parts.join('\n\n')
}

export function agentsText({ paint }: Terminal, agents: readonly AgentView[]): string {
  if (agents.length === 0)
    return paint.yellow('No agents. Nothing can run until one joins: sddc agent --server URL')
  const states = {
    ready: paint.green('ready'),
    unreachable: paint.red('unreachable'),
    away: paint.yellow('away'),
  }
  const rows = agents.map(a => [
    a.id,
    a.hostname === a.id ? '' : a.hostname,
    a.state === 'ready' && outOfService(a) !== '' ? paint.yellow(outOfService(a)) : states[a.state],
    `${a.tasks} task${a.tasks === 1 ? '' : 's'}`,
    `cpus ${cpus(a.used.cpuMilli)}/${cpus(a.capacity.resources.cpuMilli)}`,
    `mem ${mib(a.used.memKiB)}/${mib(a.capacity.resources.memKiB)}`,
    paint.dim(a.drivers.join(', ')),
  ])
  return `${paint.bold('Agents')}\n${table(rows, '  ')}`
}

/** `cordoned`, `draining`, `drained`, or nothing. */
export function outOfService({ cordoned, drain }: AgentView): string {
  if (drain !== undefined) return drain.done ? 'drained' : 'draining'
  return cordoned ? 'cordoned' : ''
}

function cpus(milli: number): string {
  return String(Math.round(milli / 10) / 100)
}

function mib(kib: number): string {
  return formatMiB(Math.round(kib / 1024))
}

function appText(terminal: Terminal, app: AppView, shown: number): string {
  const { paint } = terminal
  const enough = app.running + (app.completed ?? 0) >= app.wanted
  const counts = countsText(app)
  const health = app.healthy + app.unhealthy > 0 ? `, ${app.healthy} healthy, ${app.unhealthy} unhealthy` : ''
  const stack = app.stack === null ? '' : paint.dim(`  stack ${app.stack}`)
  const head = `  ${paint.bold(app.id)}  ${(enough ? paint.green : paint.yellow)(counts)}${health}${stack}`
  const rows = app.instances.slice(0, shown).map(i => instanceRow(terminal, i))
  const lines = [head, ...(rows.length > 0 ? [table(rows, '    ')] : [])]
  if (app.instances.length > shown)
    lines.push(`    and ${app.instances.length - shown} more: sddc status ${app.id}`)
  if (app.waiting !== undefined) lines.push(...waitingLines(terminal, app.waiting))
  if (app.halted !== undefined) lines.push(...haltedLines(terminal, app, app.halted))
  return lines.join('\n')
}

function countsText(app: AppView): string {
  if (app.mode === 'daemon') return `daemon: ${app.running} of ${app.wanted} agents`
  if (app.mode !== 'batch') return `${app.running}/${app.wanted} running`
  const failed = app.failed ? `, ${app.failed} failed` : ''
  return `batch: ${app.completed ?? 0} of ${app.wanted} completed, ${app.running} running${failed}`
}

// Its deployment failed: it stays as it is until somebody decides.
function haltedLines({ paint }: Terminal, app: AppView, halted: NonNullable<AppView['halted']>): string[] {
  const old = app.instances.filter(i => i.goal === 'run' && !i.current).length
  const mixed = old === 0 ? '' : ` ${old} of ${app.instances.length} run the older configuration.`
  return [
    paint.red(`    Deployment ${halted.deployment} failed: ${halted.reason}.${mixed}`),
    paint.red(`    Back: sddc deployment cancel ${halted.deployment}   Once more: sddc restart ${app.id}`),
  ]
}

function instanceRow({ paint }: Terminal, i: InstanceView): string[] {
  const colour =
    i.condition === 'Running'
      ? i.healthy === false
        ? paint.red
        : paint.green
      : i.condition === 'Scheduled'
        ? paint.dim
        : paint.yellow
  const health = i.healthy === null ? '' : i.healthy ? 'healthy' : 'unhealthy'
  return [
    shortId(i),
    colour(i.condition),
    health,
    i.agent ?? '',
    i.host === undefined || i.ports.length === 0 ? '' : i.ports.map(p => `${i.host}:${p}`).join(' '),
    i.current ? '' : paint.dim('older configuration'),
  ]
}

/** The slot and the first digits of the id: enough to tell instances apart, and accepted by other commands. */
export function shortId(i: InstanceView): string {
  return i.id.slice(i.id.indexOf('.instance-') + '.instance-'.length).slice(0, 8)
}

function waitingLines({ paint }: Terminal, waiting: NonNullable<AppView['waiting']>): string[] {
  const some = `${waiting.instances} ${waiting.instances === 1 ? 'waits' : 'wait'}`
  if (waiting.nextTrySeconds !== undefined) {
    return [
      paint.yellow(
        `    ${some} for the launch delay after a failure: next try in ${waiting.nextTrySeconds}s`,
      ),
    ]
  }
  return [
    paint.yellow(`    ${some} for a place since ${waiting.since}:`),
    ...waiting.reasons.map(r => paint.yellow(`      ${r.message}`)),
    ...nearestMisses(waiting).map(r => `      nearest: ${r.message}`),
    paint.dim(`      next try: ${nextTries[waiting.nextTry]}`),
  ]
}

// Where all agents fail the same filter and nothing else, that is said already.
function nearestMisses({ reasons, nearest }: WaitingView): readonly WaitReason[] {
  const isSaid = reasons.length === 1 && nearest[0]?.agents === reasons[0]?.agents
  return isSaid ? [] : nearest
}

const nextTries: Readonly<Record<WaitingView['nextTry'], string>> = {
  delay: 'after the launch delay',
  agents: 'when the silent agents were heard, or are given up',
  room: 'when an agent gets room that fits',
}

export function deploymentsText({ paint }: Terminal, deployments: readonly DeploymentView[]): string {
  // The longest column is the last; an app's counts are those of now, so what has ended is told without.
  const rows = deployments.map(d => [
    d.id,
    d.state === 'running' ? `step ${Math.min(d.currentStep, d.steps.length)} of ${d.steps.length}` : d.state,
    paint.dim(`by ${d.actor}`),
    [...d.progress.map(d.endedAt === undefined ? appPart : p => p.app), ...waitsElsewhere(d)].join(', '),
  ])
  return `${paint.bold('Deployments')}\n${table(rows, '  ')}`
}

function appPart(p: DeploymentView['progress'][number]): string {
  const count = p.newHealthy === undefined ? `${p.new}/${p.target}` : `${p.newHealthy}/${p.target} healthy`
  return `${p.app} (${count}${p.waitingFor === undefined ? '' : `, waits for ${p.waitingFor}`})`
}

// What is not told at an app, and why one ended.
function waitsElsewhere({ waits, reason }: DeploymentView): string[] {
  const others = waits.filter(w => w.kind === 'lock' || w.kind === 'turn' || w.kind === 'resume')
  return [...others.map(w => `waits for ${w.message}`), ...(reason === undefined ? [] : [reason])]
}
