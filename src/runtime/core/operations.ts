// Requests: each is checked whole before a row is touched, so that a refusal leaves nothing behind; then it changes the
// desired state and, where instances must move, makes a deployment. Everything a person can be told is in the reply.
import { present, type Json } from '../../base/index.ts'
import type { Actor, AppId, DeploymentId, InstanceId, Operation, Reply } from '../../model/index.ts'
import { changeAgent } from './agents/operations.ts'
import { changeApps } from './changes.ts'
import { applyPlan } from './applyplan.ts'
import { endDeployment } from './deployments.ts'
import { changeGroup } from './groups.ts'
import { commitTargets, type Target } from './targets.ts'
import { specOf, stopInstance, stopTask } from './instances.ts'
import { rebalance } from './rebalance.ts'
import { notRunning, promote, pause, resume } from './rolling/orders.ts'
import { refused, succeeded } from './replies.ts'
import { auditKey, type RequestRow } from './rows.ts'
import { putSpec } from './specs.ts'
import type { State } from './state.ts'
import { undoGroups, undoRest, undoTargets } from './undo.ts'
import { endAdoption, stopUnknown } from './unknown.ts'
import type { Input } from './types.ts'

/** Replies kept by Idempotency-Key; a client repeats within seconds. */
const requestsKept = 1000
/** Tasks killed by one request, which takes effect in one step or not at all: two rows each, so some 0.1 s. */
const maxKillsPerRequest = 10_000
/** Entries of the audit log that stay in the state. */
const auditKept = 1000

export type Request = Extract<Input, { kind: 'request' }>

export function handleRequest(state: State, input: Request): void {
  const known = input.key === undefined ? undefined : state.tables.request.get(input.key)
  if (known !== undefined) {
    state.outbox.replies.push({ id: input.id, reply: isOther(known, input) ? keyIsTaken : known.reply })
    return
  }
  const reply = carryOutOperation(state, input.operation, input.actor)
  state.outbox.replies.push({ id: input.id, reply })
  if (!reply.ok || reply.steps !== undefined) return
  const ordinal = state.ordinal()
  if (input.key !== undefined) {
    const { key, content } = input
    state.tables.request.put(key, { key, reply, ordinal, ...(content === undefined ? {} : { content }) })
    dropOldest(state, 'request', requestsKept)
  }
  state.tables.audit.put(auditKey(ordinal), {
    ordinal,
    utc: state.env.utc,
    actor: input.actor,
    operation: input.operation.kind,
    subjects: subjectsOf(input.operation).slice(0, 100),
    outcome: reply.deployment ?? '',
  })
  dropOldest(state, 'audit', auditKept)
}

const keyIsTaken = refused(
  'INVALID',
  'This Idempotency-Key was used for another request. Use a new one for each; repeat one only with the same body.',
)

function isOther(known: RequestRow, { content }: Request): boolean {
  return known.content !== undefined && content !== undefined && known.content !== content
}

/** `queuedAs`: the request waited under this id, and does not wait again. */
export function carryOutOperation(
  state: State,
  operation: Operation,
  actor: Actor,
  queuedAs?: DeploymentId,
): Reply {
  switch (operation.kind) {
    case 'stageSpecs':
      for (const app of operation.specs) {
        const spec = putSpec(state, app)
        state.tables.staged.put(spec, { spec, at: state.env.now })
      }
      return succeeded(state)
    case 'applyPlan':
      return applyPlan(state, operation, actor, queuedAs)
    case 'changeApps':
      return changeApps(state, operation, actor, queuedAs)
    case 'changeGroup':
      return changeGroup(state, operation, actor, queuedAs)
    case 'cancelDeployment':
      return cancel(state, operation, actor)
    case 'changeAgent':
      return changeAgent(state, operation, actor)
    case 'rebalance':
      return rebalance(state, operation, actor)
    case 'stopUnknown':
      return stopUnknown(state, operation, actor)
    case 'endAdoption':
      return endAdoption(state)
    case 'killInstances':
      return kill(state, operation, actor)
    case 'promoteDeployment':
      return promote(state, operation.deployment)
    case 'pauseDeployment':
      return pause(state, operation.deployment, actor)
    case 'resumeDeployment':
      return resume(state, operation.deployment)
  }
}

function cancel(
  state: State,
  operation: Extract<Operation, { kind: 'cancelDeployment' }>,
  actor: Actor,
): Reply {
  const row = state.tables.deployment.get(operation.deployment)
  // Marathon's words.
  if (row === undefined) {
    return refused('NOT_FOUND', `DeploymentPlan ${operation.deployment} does not exist`)
  }
  const isOpen = row.state === 'running' || row.state === 'queued'
  // One that failed has ended; it can still be undone.
  if (!isOpen && (row.state !== 'failed' || operation.force)) return notRunning(state, row.id)
  if (row.state === 'queued' || operation.force) {
    endDeployment(state, row.id, 'cancelled')
    return succeeded(state)
  }
  const targets = undoTargets(state, row, { deletes: true })
  const groups = undoGroups(state, row)
  const options = { force: isOpen, always: true, undoes: row.id, groups }
  const reply = commitTargets(state, actor, targets, options)
  if (reply.ok) undoRest(state, row)
  return reply
}

function kill(state: State, operation: Extract<Operation, { kind: 'killInstances' }>, actor: Actor): Reply {
  if (operation.instances.length > maxKillsPerRequest) {
    return refused(
      'INVALID',
      `${operation.instances.length} tasks are named; at most ${maxKillsPerRequest} are killed in one request`,
    )
  }
  const found = [...new Set(operation.instances)]
    .map(id => state.tables.instance.get(id))
    .filter(i => i !== undefined)
    .filter(i => i.goal === 'run')
  const killed: InstanceId[] = found.map(i => i.id)
  if (!operation.scale) {
    for (const instance of found) {
      if (instance.agent !== null) stopTask(state, instance, 'killed-by-user', actor.name)
    }
    return succeeded(state, { killed })
  }
  const targets: Target[] = []
  const fewerOf = new Map<AppId, number>()
  for (const { app } of found) fewerOf.set(app, (fewerOf.get(app) ?? 0) + 1)
  for (const [app, fewer] of fewerOf) {
    const row = state.tables.app.get(app)
    if (row === undefined) continue
    if (row.mode === 'daemon') {
      return refused(
        'INVALID',
        `'${app}' is a daemon and has no number of instances: kill without scaling it`,
      )
    }
    targets.push({
      id: app,
      submitted: { ...specOf(state, row.submitted), instances: Math.max(0, row.instances - fewer) },
      restart: false,
    })
  }
  const reply = commitTargets(state, actor, targets, { force: operation.force, always: true })
  if (!reply.ok) return reply
  for (const instance of found) stopInstance(state, instance, 'killed-by-user', actor.name)
  return { ...reply, killed }
}

function subjectsOf(operation: Operation): string[] {
  switch (operation.kind) {
    case 'stageSpecs':
      return operation.specs.map(s => s.id)
    case 'applyPlan':
      return [`stack:${operation.plan.stack}`, ...operation.plan.changes.map(c => c.address)]
    case 'changeApps':
      return operation.changes.map(c => (c.kind === 'create' ? idIn(c.body) : c.id))
    case 'changeGroup':
      return [operation.change.kind === 'create' ? idIn(operation.change.body) : operation.change.id]
    case 'cancelDeployment':
    case 'promoteDeployment':
    case 'pauseDeployment':
    case 'resumeDeployment':
      return [operation.deployment]
    case 'changeAgent':
      return [operation.agent, operation.change.kind]
    case 'rebalance':
      return [...(operation.apps ?? [])]
    case 'stopUnknown':
      return [...(operation.tasks ?? [])]
    case 'endAdoption':
      return []
    case 'killInstances':
      return [...operation.instances]
  }
}

function idIn(body: Json): string {
  const id =
    body !== null && typeof body === 'object' && !Array.isArray(body) ? (body as { id?: Json }).id : ''
  return typeof id === 'string' ? id : ''
}

function dropOldest(state: State, table: 'request' | 'audit', kept: number): void {
  const rows = state.tables[table]
  const oldest = state.oldestOf[table]
  while (rows.size > kept) {
    const { key, age } = present(oldest.pop(), `the oldest row of ${table}`)
    if (rows.get(key)?.ordinal === age) rows.delete(key)
  }
}
