// `sddc agent list | show | cordon | uncordon | drain | remove`.
import { setTimeout as delay } from 'node:timers/promises'
import { CodedError, didYouMean, formatMiB, parseDurationMs } from '../../base/index.ts'
import type { Client } from '../client.ts'
import { exit, type Context } from '../context.ts'
import { elapsed } from '../progress/follow.ts'
import { table } from '../print/table.ts'
import { requireTarget } from '../target.ts'
import type { AgentView, StatusView } from '../types.ts'
import { agentsText, outOfService, shortId } from './status.ts'

/** Between two looks at a drain. */
const lookMs = 1000

export async function agentList(context: Context): Promise<number> {
  const { terminal } = context
  const agents = await requireTarget(context).agents()
  terminal.out(context.json ? JSON.stringify(agents, null, 2) : agentsText(terminal, agents))
  return exit.done
}

export async function agentShow(context: Context, name: string): Promise<number> {
  const { terminal } = context
  const status = await requireTarget(context).status()
  const agent = findAgent(status.agents, name)
  terminal.out(context.json ? JSON.stringify(agent, null, 2) : agentText(context, status, agent))
  return exit.done
}

export async function agentCordon(context: Context, name: string): Promise<number> {
  const { client, agent } = await named(context, name)
  await client.cordonAgent(agent.id)
  context.terminal.out(
    `${agent.id} gets nothing new; ${tasks(agent)} there. Take it back: sddc agent uncordon ${agent.id}`,
  )
  return exit.done
}

export async function agentUncordon(context: Context, name: string): Promise<number> {
  const { client, agent } = await named(context, name)
  await client.uncordonAgent(agent.id)
  context.terminal.out(`${agent.id} is used again.`)
  return exit.done
}

export interface DrainOptions {
  readonly agent: string
  readonly deadline: string | undefined
  readonly force: boolean
  readonly detach: boolean
}

export async function agentDrain(context: Context, options: DrainOptions): Promise<number> {
  const deadlineMs = options.deadline === undefined ? undefined : parseDurationMs(options.deadline)
  if (options.deadline !== undefined && deadlineMs === undefined) {
    throw new CodedError('USAGE', `--deadline is a time such as 90s, 10m or 1h, not "${options.deadline}"`)
  }
  if (options.force && deadlineMs === undefined) {
    throw new CodedError('USAGE', '--force needs a --deadline', {
      advice: 'To stop everything at once: --deadline 0s --force',
    })
  }
  const { terminal } = context
  const begun = Date.now()
  const { client, agent } = await named(context, options.agent)
  await client.drainAgent(agent.id, {
    ...(deadlineMs === undefined ? {} : { deadlineSeconds: deadlineMs / 1000 }),
    force: options.force,
  })
  terminal.note(`${agent.id} is drained of ${tasks(agent)}. Take it back: sddc agent uncordon ${agent.id}`)
  if (options.detach) return exit.done
  let said = ''
  for (;;) {
    const now = (await client.agents()).find(a => a.id === agent.id)
    if (now?.drain === undefined) {
      terminal.out(`${agent.id} is drained no more.`)
      return exit.error
    }
    if (now.drain.done) break
    const left = now.drain.waitingFor.join('\n')
    if (left !== said) terminal.note((said = left))
    await delay(lookMs)
  }
  terminal.out(`${agent.id} is empty. Took ${elapsed(begun)}.`)
  return exit.done
}

export async function agentRemove(context: Context, name: string): Promise<number> {
  const { client, agent } = await named(context, name)
  await client.removeAgent(agent.id)
  context.terminal.out(`${agent.id} is struck; what ran there starts elsewhere.`)
  return exit.done
}

async function named(context: Context, name: string): Promise<{ client: Client; agent: AgentView }> {
  const client = requireTarget(context)
  return { client, agent: findAgent(await client.agents(), name) }
}

/** By its name, or by the name of its host where that is one's own. */
function findAgent(agents: readonly AgentView[], name: string): AgentView {
  const found = agents.find(a => a.id === name) ?? onlyOne(agents.filter(a => a.hostname === name))
  if (found !== undefined) return found
  const ids = agents.map(a => a.id as string)
  throw new CodedError('USAGE', `There is no agent "${name}".${didYouMean(name, ids)}`, {
    advice: 'See them with: sddc agent list',
  })
}

function onlyOne<T>(items: readonly T[]): T | undefined {
  return items.length === 1 ? items[0] : undefined
}

function tasks(agent: AgentView): string {
  return `${agent.tasks} task${agent.tasks === 1 ? '' : 's'}`
}

function agentText({ terminal }: Context, status: StatusView, agent: AgentView): string {
  const { paint } = terminal
  const { used, capacity } = agent
  const attributes = Object.entries(agent.attributes).map(([name, a]) => `${name}=${String(a.value)}`)
  const lines = [
    `${paint.bold(agent.id)}  ${agent.hostname}  ${agent.state === 'ready' ? outOfService(agent) || 'ready' : agent.state}`,
    `  cpus ${used.cpuMilli / 1000} of ${capacity.resources.cpuMilli / 1000} used`,
    `  mem  ${mib(used.memKiB)} of ${mib(capacity.resources.memKiB)} used`,
    `  runs ${agent.drivers.join(', ')}`,
  ]
  if (attributes.length > 0) lines.push(`  attributes ${attributes.sort().join(', ')}`)
  if (agent.cordoned) lines.push(paint.yellow('  cordoned: gets nothing new'))
  if (agent.drain !== undefined) {
    lines.push(paint.yellow(agent.drain.done ? '  drained: it is empty' : '  is being drained; still there:'))
    lines.push(...agent.drain.waitingFor.map(text => `    ${text}`))
  }
  const rows = status.apps.flatMap(app =>
    app.instances.filter(i => i.agent === agent.id).map(i => [app.id, shortId(i), i.condition]),
  )
  if (rows.length > 0) lines.push(table(rows, '  '))
  return lines.join('\n')
}

function mib(kib: number): string {
  return formatMiB(Math.round(kib / 1024))
}
