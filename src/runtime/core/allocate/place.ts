// Places one instance, or says why it can't be. One function for production and forecast; many copies of an app are
// placed by `Batch`, which this is made of.
import type { AgentId, WaitReason } from '../../../model/index.ts'
import type { AgentIndex } from './agents.ts'
import { Batch, needOf, type BatchRequest, type Copy, type Placement } from './batch.ts'
import { obstaclesOf } from './reasons.ts'

export interface PlaceRequest extends BatchRequest, Copy {}

export type PlaceResult =
  | ({ readonly kind: 'placed' } & Placement)
  | { readonly kind: 'waiting'; readonly reasons: readonly WaitReason[] }

/** Decides only; the caller takes the resources and ports from the index and counts the instance as placed. */
export function place(index: AgentIndex, request: PlaceRequest): PlaceResult {
  const placement = new Batch(index, request).next(request)
  if (placement !== undefined) return { kind: 'placed', ...placement }
  return { kind: 'waiting', reasons: explain(index, request, request.onlyAgent).reasons }
}

/** Why no copy finds a place now. */
export function explain(
  index: AgentIndex,
  request: BatchRequest,
  onlyAgent?: AgentId,
): ReturnType<typeof obstaclesOf> {
  const only = onlyAgent === undefined ? undefined : index.get(onlyAgent)
  const agents = onlyAgent === undefined ? index.candidates() : only === undefined ? [] : [only]
  return obstaclesOf(agents, needOf(request))
}
