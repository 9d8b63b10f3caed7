// Our own doors (`/v1`): what the command line reads and does. Views are src/model/views.ts.
import {
  decodeApplyRequest,
  decodeDesired,
  decodePlan,
  decodePlanRequest,
  redact,
} from '../../../model/index.ts'
import type { AppId, DeploymentId, Operation, Plan, Snapshot, StackName } from '../../../model/index.ts'
import {
  appView,
  deploymentView,
  deploymentViews,
  endedDeployments,
  snapshotOf,
  statusView,
} from '../../core/index.ts'
import { decoded, decodedBody } from '../body.ts'
import { type Context, isTrue } from '../context.ts'
import { accepted, json, notFound } from '../respond.ts'
import { route, type Route } from '../route.ts'
import { agentRoutes } from './agents.ts'
import { logs } from './logs.ts'
import { stateFile } from './statefile.ts'
import { unknownRoutes } from './unknown.ts'

export const nativeRoutes: readonly Route[] = [
  route('GET /v1/cluster', ({ backend }) => json({ ...backend.head(), version: backend.version })),
  route('GET /v1/status', async ({ backend }) =>
    json(await backend.read(state => statusView(state, backend.version, backend.head().damage))),
  ),
  route('GET /v1/snapshot', async ({ backend }) => json(redactedSnapshot(await backend.read(snapshotOf)))),
  ...agentRoutes,
  ...unknownRoutes,
  route('GET /v1/apps', showApp),
  route('GET /v1/deployments', listDeployments),
  route('GET /v1/deployments/{id}', showDeployment),
  route('DELETE /v1/deployments/{id}', cancelDeployment),
  route('POST /v1/deployments/{id}/promote', c => orderDeployment(c, 'promoteDeployment')),
  route('POST /v1/deployments/{id}/pause', c => orderDeployment(c, 'pauseDeployment')),
  route('POST /v1/deployments/{id}/resume', c => orderDeployment(c, 'resumeDeployment')),
  route('GET /v1/stacks/{name}', showStack),
  route('POST /v1/plan', plan),
  route('POST /v1/apply', apply),
  route('GET /v1/logs', logs),
  route('GET /v1/server/snapshot', stateFile),
]

/** Apps brought in one commit ahead of a big apply: a step changes at most 2,000 rows. */
const appsPerStage = 500

function redactedSnapshot(snapshot: Snapshot): Snapshot {
  const apps = snapshot.apps.map(app => ({
    ...app,
    submitted: redact(app.submitted, app.sensitivePaths),
    effective: redact(app.effective, app.sensitivePaths),
    ...(app.applied === undefined ? {} : { applied: redact(app.applied, app.sensitivePaths) }),
  }))
  return { ...snapshot, apps }
}

async function showApp({ backend, query }: Context): Promise<Response> {
  const id = (query.get('id') ?? '') as AppId
  const view = await backend.read(state => appView(state, id))
  if (view === undefined) throw notFound(`App '${id}' does not exist`)
  return json(view)
}

// Those that run or wait; with `ended=true` also the newest that have ended.
async function listDeployments({ backend, query }: Context): Promise<Response> {
  const views = await backend.read(state =>
    isTrue(query, 'ended') ? [...deploymentViews(state), ...endedDeployments(state)] : deploymentViews(state),
  )
  return json(views)
}

async function showDeployment({ backend, params }: Context): Promise<Response> {
  const id = params['id']! as DeploymentId
  const view = await backend.read(state => deploymentView(state, id))
  if (view === undefined) throw notFound(`Deployment ${id} does not exist`)
  return json(view)
}

async function cancelDeployment({ backend, params, query, actor, key }: Context): Promise<Response> {
  const deployment = params['id']! as DeploymentId
  const force = isTrue(query, 'force')
  const reply = accepted(await backend.submit({ kind: 'cancelDeployment', deployment, force }, actor, key))
  return json({ revision: reply.revision, deployment: reply.deployment })
}

async function orderDeployment(
  { backend, params, actor, key }: Context,
  kind: 'promoteDeployment' | 'pauseDeployment' | 'resumeDeployment',
): Promise<Response> {
  const deployment = params['id']! as DeploymentId
  const reply = accepted(await backend.submit({ kind, deployment }, actor, key))
  return json({ revision: reply.revision, deployment: reply.deployment })
}

async function showStack({ backend, params }: Context): Promise<Response> {
  const name = params['name']! as StackName
  const stack = await backend.read(state => state.tables.stack.get(name))
  if (stack === undefined) throw notFound(`Stack "${name}" does not exist`)
  return json(stack)
}

async function plan(context: Context): Promise<Response> {
  const { desired, ...request } = await decodedBody(context, decodePlanRequest)
  const outcome = await context.backend.forecaster.plan(decoded(desired, decodeDesired), request)
  return json(outcome)
}

async function apply(context: Context): Promise<Response> {
  const { backend, actor, key } = context
  const { plan: body, force, takeOver, queue } = await decodedBody(context, decodeApplyRequest)
  const toApply = decoded(body, decodePlan)
  for (const stage of stages(toApply)) accepted(await backend.submit(stage, actor))
  const operation: Operation = { kind: 'applyPlan', plan: toApply, force, takeOver, queue: queue === true }
  const reply = accepted(await backend.submit(operation, actor, key))
  const { revision, deployment, version, queued } = reply
  return json({ revision, deployment, version, ...(queued === true ? { queued } : {}) })
}

function stages(of: Plan): Operation[] {
  const specs = of.changes.flatMap(c => (c.object === 'app' && c.after !== null ? [c.after] : []))
  if (specs.length <= appsPerStage) return []
  const operations: Operation[] = []
  for (let i = 0; i < specs.length; i += appsPerStage)
    operations.push({ kind: 'stageSpecs', specs: specs.slice(i, i + appsPerStage) })
  return operations
}
