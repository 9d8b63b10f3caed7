// Doors for tasks that agents run and no row names.
import { decodeStopUnknownRequest } from '../../../model/index.ts'
import type { Operation } from '../../../model/index.ts'
import { unknownView } from '../../core/index.ts'
import { decodedBody } from '../body.ts'
import type { Context } from '../context.ts'
import { accepted, json } from '../respond.ts'
import { route, type Route } from '../route.ts'

export const unknownRoutes: readonly Route[] = [
  route('GET /v1/unknown', async ({ backend }) => json(await backend.read(unknownView))),
  route('POST /v1/unknown/stop', async context => {
    const { tasks } = await decodedBody(context, decodeStopUnknownRequest)
    return order(context, { kind: 'stopUnknown', tasks })
  }),
  route('POST /v1/unknown/done', context => order(context, { kind: 'endAdoption' })),
]

async function order({ backend, actor, key }: Context, operation: Operation): Promise<Response> {
  const reply = accepted(await backend.submit(operation, actor, key))
  return json({ revision: reply.revision })
}
