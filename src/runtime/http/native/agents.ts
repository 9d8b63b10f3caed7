// Doors for what people do with agents, and for rebalancing.
import { decodeDrainRequest, decodeRebalanceRequest } from '../../../model/index.ts'
import type { AgentChange, AgentId, AppId } from '../../../model/index.ts'
import { agentViews, plannedMoves } from '../../core/index.ts'
import { decodedBody } from '../body.ts'
import type { Context } from '../context.ts'
import { accepted, json, notFound } from '../respond.ts'
import { route, type Route } from '../route.ts'

export const agentRoutes: readonly Route[] = [
  route('GET /v1/agents', async ({ backend }) => json(await backend.read(agentViews))),
  route('GET /v1/agents/{id}', show),
  route('POST /v1/agents/{id}/cordon', context => change(context, { kind: 'cordon' })),
  route('POST /v1/agents/{id}/uncordon', context => change(context, { kind: 'uncordon' })),
  route('POST /v1/agents/{id}/drain', drain),
  route('DELETE /v1/agents/{id}', context => change(context, { kind: 'remove' })),
  route('GET /v1/rebalance', movesOf),
  route('POST /v1/rebalance', rebalance),
]

async function show({ backend, params }: Context): Promise<Response> {
  const id = params['id']!
  const found = (await backend.read(agentViews)).find(agent => agent.id === id)
  if (found === undefined) throw notFound(`Agent '${id}' does not exist`)
  return json(found)
}

async function drain(context: Context): Promise<Response> {
  const { deadlineSeconds, force } = await decodedBody(context, decodeDrainRequest)
  const deadlineMs = deadlineSeconds === null ? null : Math.round(deadlineSeconds * 1000)
  return change(context, { kind: 'drain', deadlineMs, force })
}

async function change({ backend, params, actor, key }: Context, wanted: AgentChange): Promise<Response> {
  const agent = params['id']! as AgentId
  const reply = accepted(await backend.submit({ kind: 'changeAgent', agent, change: wanted }, actor, key))
  return json({ revision: reply.revision })
}

/** What a rebalancing would do now: of the apps named by `?app=`, or of all. */
async function movesOf({ backend, query }: Context): Promise<Response> {
  const apps = query.getAll('app') as AppId[]
  return json(await backend.read(state => plannedMoves(state, apps.length === 0 ? null : apps)))
}

async function rebalance(context: Context): Promise<Response> {
  const { backend, actor, key } = context
  const { apps } = await decodedBody(context, decodeRebalanceRequest)
  const reply = accepted(await backend.submit({ kind: 'rebalance', apps }, actor, key))
  return json({ revision: reply.revision })
}
