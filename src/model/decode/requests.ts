// Bodies of the plan and apply requests. What they carry (`desired`, `plan`) is decoded on its own, so that a mistake
// there can be told apart from a mistake of the client.
import type { Result } from '../../base/index.ts'
import type { AppId, TaskId } from '../ids.ts'
import type {
  ApplyRequest,
  DrainRequest,
  PlanRequest,
  RebalanceRequest,
  StopUnknownRequest,
} from '../views.ts'
import { amount, decodeWith, flag, json, list, oneOf, record, text } from './decoder.ts'
import type { Decoder } from './decoder.ts'

/** The request, or where and what is wrong in it. */
export function decodePlanRequest(value: unknown): Result<PlanRequest, string> {
  return decodeWith(planRequest, value)
}

/** The request, or where and what is wrong in it. */
export function decodeApplyRequest(value: unknown): Result<ApplyRequest, string> {
  return decodeWith(applyRequest, value)
}

const planFields = record(
  { desired: json, mode: oneOf('apply', 'destroy'), deleteUnnamed: flag, origin: text(5000) },
  { adopt: flag },
)

// A client that does not know `adopt` does not want it.
const planRequest: Decoder<PlanRequest> = value => {
  const { adopt = false, ...fields } = planFields(value)
  return { ...fields, adopt }
}

const applyRequest: Decoder<ApplyRequest> = record(
  { plan: json, force: flag, takeOver: flag },
  { queue: flag },
)

/** The request, or where and what is wrong in it. */
export function decodeDrainRequest(value: unknown): Result<DrainRequest, string> {
  return decodeWith(drainRequest, value)
}

/** The request, or where and what is wrong in it. */
export function decodeRebalanceRequest(value: unknown): Result<RebalanceRequest, string> {
  return decodeWith(rebalanceRequest, value)
}

/** The request, or where and what is wrong in it. */
export function decodeStopUnknownRequest(value: unknown): Result<StopUnknownRequest, string> {
  return decodeWith(stopUnknownRequest, value)
}

const stopUnknownFields = record({}, { tasks: list(text(5000) as Decoder<TaskId>, 1000) })

const stopUnknownRequest: Decoder<StopUnknownRequest> = value => {
  const { tasks = null } = stopUnknownFields(value)
  return { tasks }
}

/** A year: beyond that there is no deadline. */
const longestDeadlineSeconds = 31_536_000
const drainFields = record({}, { deadlineSeconds: amount(0, longestDeadlineSeconds), force: flag })

const drainRequest: Decoder<DrainRequest> = value => {
  const { deadlineSeconds = null, force = false } = drainFields(value)
  return { deadlineSeconds, force }
}

const rebalanceFields = record({}, { apps: list(text(5000) as Decoder<AppId>, 1000) })

const rebalanceRequest: Decoder<RebalanceRequest> = value => {
  const { apps = null } = rebalanceFields(value)
  return { apps }
}
