// What a person may tell a running deployment: to go on after its canaries, to stop for a while, to go on.
import type { Actor, DeploymentId, Reply } from '../../../model/index.ts'
import { appsOf } from '../deployments.ts'
import { touchApp } from '../instances.ts'
import { refused, succeeded } from '../replies.ts'
import { actionKey, type ActionRow, type DeploymentRow } from '../rows.ts'
import type { State } from '../state.ts'
import { isCanaryPhase } from './bounds.ts'
import { rollingCounts } from './counts.ts'

export function promote(state: State, id: DeploymentId): Reply {
  const row = runningOne(state, id)
  if (row === undefined) return notRunning(state, id)
  const waiting = appsOf(row)
    .map(app => state.tables.action.get(actionKey(id, app)))
    .filter((action): action is ActionRow => action?.state === 'running' && isCanaryPhase(action))
  if (waiting.length === 0) return refused('INVALID', `Deployment ${id} has no canaries to promote now`)
  const unproven = waiting.filter(action => !areCanariesHealthy(state, action)).map(a => a.app)
  if (unproven.length > 0) {
    return refused('INVALID', `The canaries of ${unproven.join(', ')} are not healthy yet`, unproven)
  }
  for (const action of waiting) {
    const rollout = action.rollout!
    state.tables.action.put(actionKey(id, action.app), {
      ...action,
      rollout: { ...rollout, promoted: true, passed: rollout.canary!, progressAt: state.env.now },
    })
    touchApp(state, action.app)
  }
  return succeeded(state, { deployment: id })
}

function areCanariesHealthy(state: State, { app, rollout }: ActionRow): boolean {
  const row = state.tables.app.get(app)
  if (row === undefined) return false
  const { newHealthy, newUnhealthy } = rollingCounts(state, row)
  return newHealthy >= rollout!.canary! && newUnhealthy === 0
}

export function pause(state: State, id: DeploymentId, actor: Actor): Reply {
  const row = runningOne(state, id)
  if (row === undefined) return notRunning(state, id)
  if (row.paused === undefined) {
    const paused = { at: state.env.now, utc: state.env.utc, by: actor.name }
    state.tables.deployment.put(id, { ...row, paused })
    lookAgain(state, row)
  }
  return succeeded(state, { deployment: id })
}

export function resume(state: State, id: DeploymentId): Reply {
  const row = runningOne(state, id)
  if (row === undefined) return notRunning(state, id)
  if (row.paused !== undefined) {
    const { paused: _, ...rest } = row
    state.tables.deployment.put(id, { ...rest, resumedAt: state.env.now })
    lookAgain(state, row)
    state.dirtyDeployments.add(id)
  }
  return succeeded(state, { deployment: id })
}

function lookAgain(state: State, row: DeploymentRow): void {
  for (const { app } of row.steps[row.current]?.actions ?? []) touchApp(state, app)
}

function runningOne(state: State, id: DeploymentId): DeploymentRow | undefined {
  const row = state.tables.deployment.get(id)
  return row?.state === 'running' ? row : undefined
}

/** The refusal of an order to what is not there, not yet, or no more. */
export function notRunning(state: State, id: DeploymentId): Reply {
  const row = state.tables.deployment.get(id)
  if (row === undefined) return refused('NOT_FOUND', `There is no deployment ${id}`)
  const what = row.state === 'queued' ? 'has not begun: it waits in the queue' : `has ended: ${row.state}`
  return refused('NOT_FOUND', `Deployment ${id} ${what}`)
}
