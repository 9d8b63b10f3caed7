// Marathon's doors other than `/v2/apps`: ping, tasks, deployments, info, leader.
import {
  firstServicePort,
  lastServicePort,
  type DeploymentId,
  type DeploymentView,
} from '../../../model/index.ts'
import { deploymentViews } from '../../core/index.ts'
import { type Context, isTrue } from '../context.ts'
import { accepted, deploymentJson, empty, json, text } from '../respond.ts'
import { route, type Route } from '../route.ts'
import { deleteTasks, listTasks } from './tasks.ts'

export const marathonRoutes: readonly Route[] = [
  route('GET /ping', ping),
  route('GET /v2/tasks', listTasks),
  route('POST /v2/tasks/delete', deleteTasks),
  route('GET /v2/deployments', listDeployments),
  route('DELETE /v2/deployments/{id}', cancelDeployment),
  route('GET /v2/info', info),
  route('GET /v2/leader', ({ address }) => json({ leader: address })),
]

function ping({ request }: Context): Response {
  const accept = request.headers.get('accept') ?? '*/*'
  if (accept.includes('*/*') || accept.includes('text/')) return text('pong')
  return accept.includes('application/json') ? json('pong') : empty()
}

async function listDeployments({ backend }: Context): Promise<Response> {
  return json((await backend.read(deploymentViews)).map(shown))
}

function shown(view: DeploymentView): unknown {
  return {
    id: view.id,
    version: view.version,
    affectedApps: [...new Set(view.steps.flatMap(s => s.actions.map(a => a.app)))],
    affectedPods: [],
    steps: view.steps,
    currentActions: view.currentActions.map(a => ({ ...a, readinessCheckResults: [] })),
    currentStep: view.currentStep,
    totalSteps: view.steps.length,
    // Ours: Marathon's clients pass over what they do not know.
    state: view.state,
    waits: view.waits,
  }
}

async function cancelDeployment({ backend, params, query, actor, key }: Context): Promise<Response> {
  const force = isTrue(query, 'force')
  const deployment = params['id']! as DeploymentId
  const reply = accepted(await backend.submit({ kind: 'cancelDeployment', deployment, force }, actor, key))
  return force ? empty(202) : deploymentJson(reply)
}

// The keys that Marathon's clients look at, with what is true of this server.
function info({ backend, address }: Context): Response {
  const { clusterId } = backend.head()
  const [hostname, port] = splitAddress(address)
  return json({
    name: 'sddc',
    version: backend.version,
    buildref: 'unknown',
    elected: true,
    leader: address,
    frameworkId: clusterId,
    marathon_config: {
      features: [],
      hostname,
      webui_url: `http://${address}/`,
      master: '',
      mesos_leader_ui_url: `http://${address}/`,
      framework_name: 'sddc',
      ha: false,
      checkpoint: true,
      executor: '',
      mesos_role: '*',
      local_port_min: firstServicePort,
      local_port_max: lastServicePort,
    },
    zookeeper_config: {},
    http_config: { http_port: port, https_port: null },
  })
}

function splitAddress(address: string): [host: string, port: number] {
  const cut = address.lastIndexOf(':')
  return [address.slice(0, cut), Number(address.slice(cut + 1))]
}
