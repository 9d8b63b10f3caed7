// How an app gets more or fewer instances. Looked at anew with every change, like a rollout.
import type { App, InstanceId } from '../../../model/index.ts'
import type { Decision } from './rolling.ts'
import { chooseVictims, type VictimCandidate } from './victims.ts'

export interface ScaleFigures {
  readonly target: number
  /** ceil(target · minimumHealthCapacity). */
  readonly minHealthy: number
  /** Instances that the action had to start when it began; 0: it ends as soon as enough are gone. */
  readonly toStart: number
  readonly killSelection: App['killSelection']
  /** Named by a person; they go first, whatever their health. */
  readonly requested?: readonly InstanceId[]
}

export interface ScaleNow {
  /** Goal run. */
  readonly live: readonly (VictimCandidate & {
    /** False: was there before the action began, whose end does not wait for its health. */
    readonly fresh?: boolean
  })[]
  /** Told to stop, not yet gone. */
  readonly stopping: number
}

export function scaleDecision(figures: ScaleFigures, now: ScaleNow): Decision {
  const { target, minHealthy } = figures
  const surplus = now.live.length - target
  const healthy = now.live.filter(i => i.healthy).length
  const kill =
    surplus > 0
      ? chooseVictims(now.live, surplus, {
          selection: figures.killSelection,
          healthyAllowed: Math.max(0, healthy - minHealthy),
          ...(figures.requested === undefined ? {} : { requested: figures.requested }),
        })
      : []
  const launch = Math.max(0, -surplus)
  if (kill.length > 0 || launch > 0) return { kill, launch, done: false }
  if (surplus > 0) return { kill, launch, done: false, waitingFor: 'instances to become healthy' }
  if (now.stopping > 0) return { kill, launch, done: false, waitingFor: `${now.stopping} to stop` }
  if (figures.toStart === 0) return { kill, launch, done: true }
  const awaited = now.live.filter(i => i.fresh !== false && !i.healthy)
  if (awaited.length === 0) return { kill, launch, done: true }
  const scheduled = awaited.filter(i => i.stage === 'scheduled').length
  const waitingFor =
    scheduled > 0
      ? `${scheduled} of ${target} to be placed`
      : `${awaited.length} of ${target} to become healthy`
  return { kill, launch, done: false, waitingFor }
}
