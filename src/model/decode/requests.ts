// Bodies of the plan and apply requests. What they carry (`desired`, `plan`) is decoded on its own, so that a mistake
// there can be told apart from a mistake of the client.
import type { Result } from '../../base/index.ts'
import type { ApplyRequest, PlanRequest } from '../views.ts'
import { decodeWith, flag, json, oneOf, record, text } from './decoder.ts'
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

const applyRequest: Decoder<ApplyRequest> = record({ plan: json, force: flag, takeOver: flag })
