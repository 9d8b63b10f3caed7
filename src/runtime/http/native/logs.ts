// `GET /v1/logs?instance=…`: what a task wrote, straight from the agent that has the file.
import { type AgentId, type InstanceId, instanceOfTask } from '../../../model/index.ts'
import type { State } from '../../core/index.ts'
import { type Context, isTrue } from '../context.ts'
import { HttpError, notFound } from '../respond.ts'

/** Lines asked for at most; the agent looks for them from the end of the file. */
const maxTailLines = 100_000

/** `instance` is an instance or a task id; `stream` stdout (default) or stderr; `tail` counts lines. */
export async function logs({ backend, query }: Context): Promise<Response> {
  const { instance, incarnation } = namedIn(query.get('instance') ?? '')
  const stream = query.get('stream') ?? 'stdout'
  if (stream !== 'stdout' && stream !== 'stderr')
    throw new HttpError(422, `stream must be stdout or stderr, not ${JSON.stringify(stream)}`, {
      code: 'INVALID',
    })
  const tail = tailIn(query.get('tail'))
  const agent = await backend.read(state => agentOf(state, instance, incarnation))
  const body = await backend.logs.open(agent, {
    instance,
    stream,
    follow: isTrue(query, 'follow'),
    ...(incarnation === undefined ? {} : { incarnation }),
    ...(tail === undefined ? {} : { tail }),
  })
  // Chunked from the first byte: the adapter would else wait for the first chunks to find a length, and take a stream
  // that breaks in them for one that ends.
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Transfer-Encoding': 'chunked' }
  return new Response(body, { headers })
}

function namedIn(text: string): { instance: InstanceId; incarnation: number | undefined } {
  if (text === '') throw new HttpError(422, 'Which instance? Name it with ?instance=ID', { code: 'INVALID' })
  const task = instanceOfTask(text)
  return { instance: task?.instance ?? (text as InstanceId), incarnation: task?.incarnation }
}

function tailIn(text: string | null): number | undefined {
  if (text === null) return undefined
  const lines = Number(text)
  if (Number.isSafeInteger(lines) && lines >= 0 && lines <= maxTailLines) return lines
  throw new HttpError(422, `tail must be a number of lines from 0 to ${maxTailLines}`, { code: 'INVALID' })
}

// Where it runs; after its end, where it ran last.
function agentOf(state: State, instance: InstanceId, incarnation: number | undefined): AgentId {
  const row = state.tables.instance.get(instance)
  const older = incarnation === undefined ? undefined : state.allocation(instance, incarnation)
  const failure = [...state.tables.failure.values()].find(f => f.instance === instance)
  const agent = older?.agent ?? row?.agent ?? failure?.agent
  if (agent !== undefined && agent !== null) return agent
  throw row === undefined
    ? notFound(`Instance '${instance}' does not exist`)
    : new HttpError(409, `Instance '${instance}' has not run on any agent yet`, { code: 'INVALID' })
}
