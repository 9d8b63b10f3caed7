// What to do about a refusal of the server, in the words of the command that met it.
import { Refusal } from './client.ts'

/** Advice by the server's stable reason (`code` of its answer). */
export type AdviceByReason = Readonly<Record<string, string>>

export const applyAdvice: AdviceByReason = {
  STALE: 'Nothing was changed. Plan again and look at the new plan.',
  LOCKED:
    'Nothing was changed. Wait for that deployment (sddc deployment watch ID), cancel it (sddc deployment cancel ID), wait in line with --queue, or take its apps over with --take-over.',
  FOREIGN_STACK:
    'Nothing was changed. If this configuration shall own the stack from now on, add --take-over.',
}

export const operateAdvice: AdviceByReason = {
  LOCKED:
    'Nothing was changed. Wait for that deployment (sddc deployment watch ID), cancel it (sddc deployment cancel ID), wait in line with --queue, or take over from it with --force.',
}

/** The same promise; a refusal among the reasons comes with its advice. */
export async function advised<T>(work: Promise<T>, advice: AdviceByReason): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof Refusal && advice[error.reason] !== undefined
      ? error.with(advice[error.reason]!)
      : error
  }
}
