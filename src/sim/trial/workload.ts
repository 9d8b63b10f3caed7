// Random use of a cluster: what people and programs ask of it. Apps are drawn so that all of them fit when nothing is
// broken: whatever waits in the end waits for no good reason.
import { hasErrors, type Json, type Random } from '../../base/index.ts'
import {
  normalizeApp,
  validateApp,
  type AgentChange,
  type AgentId,
  type App,
  type AppId,
  type AppRequest,
  type Desired,
  type DeploymentId,
  type Operation,
  type Plan,
  type StackName,
} from '../../model/index.ts'
import { plan } from '../../planner/index.ts'
import { snapshotOf, type State } from '../../runtime/core/index.ts'
import { renamingPlan } from './renaming.ts'

/** Apps of the stack and apps that REST clients make have names of their own, so that both meet only by renaming. */
const stackNames = ['one', 'two', 'three'] as const
const restNames = ['a', 'b', 'c', 'd'] as const
const origin = 'trial'

type Body = Readonly<Record<string, Json>>

/** What a seed's people make use of: each leaves some out. */
interface Habits {
  readonly modes: readonly ('service' | 'daemon' | 'batch')[]
  readonly updates: boolean
  readonly service: boolean
}

export class Workload {
  readonly #random: Random
  readonly #agents: number
  readonly #habits: Habits
  /** What the stack's configuration says now. */
  wanted: Desired

  constructor(random: Random, agents: number) {
    this.#random = random
    this.#agents = agents
    this.#habits = {
      modes: random.pick([['service'], ['service', 'service', 'daemon', 'batch']] as const),
      updates: random.chance(0.5),
      service: random.chance(0.5),
    }
    this.wanted = this.#configuration()
  }

  /** The configuration is edited. */
  edit(): void {
    this.wanted = this.#configuration()
  }

  /** A plan of the configuration as it is; null when it can't be planned. */
  planOf(state: State): Plan | null {
    return plan(this.wanted, snapshotOf(state), { mode: 'apply', deleteUnnamed: true, origin }).plan
  }

  /** Whether a deployment of the configuration may be undone by itself. */
  get undoes(): boolean {
    return this.wanted.apps.some(({ app }) => app.update?.autoRollback === true)
  }

  operation(state: State): Operation | null {
    const r = this.#random
    const dice = r.integer(0, 99)
    const ids = state.tables.app.keys() as AppId[]
    const rest = ids.filter(id => state.tables.app.get(id)!.stack === null)
    const force = r.chance(0.5)
    const queue = this.#habits.updates && r.chance(0.3)
    if (this.#habits.service && r.chance(0.15)) return this.#agentService(state, ids)
    if (this.#habits.updates && state.runningDeployments.size > 0 && r.chance(0.15)) {
      const deployment: DeploymentId = r.pick([...state.runningDeployments].sort())
      const kind = r.pick(['pauseDeployment', 'resumeDeployment', 'promoteDeployment'] as const)
      return { kind, deployment }
    }
    if (dice < 30) {
      if (r.chance(0.8)) this.edit()
      const made = this.planOf(state)
      return made && { kind: 'applyPlan', plan: made, force: true, takeOver: force, queue }
    }
    if (dice < 40 || ids.length === 0) return this.#create(force)
    const id = r.pick(rest.length > 0 && r.chance(0.8) ? rest : ids)
    if (dice < 60) {
      const changes: AppRequest[] = [this.#put(state, id)]
      const other = r.pick(ids)
      if (other !== id && r.chance(0.3))
        changes.push(r.chance(0.3) ? { kind: 'delete', id: other } : this.#put(state, other))
      return { kind: 'changeApps', changes, force, queue }
    }
    if (dice < 65) return { kind: 'changeApps', changes: [{ kind: 'delete', id }], force }
    if (dice < 70) return { kind: 'changeApps', changes: [{ kind: 'restart', id }], force }
    if (dice < 74) return this.#rollback(state, id, force)
    if (dice < 78) return this.#rename(state, id, force)
    if (dice < 88) {
      const running = [...state.runningDeployments].sort()
      const deployment = running.length === 0 ? ('none' as never) : r.pick(running)
      return { kind: 'cancelDeployment', deployment, force }
    }
    const instances = [...(state.apps.get(id)?.instances.keys() ?? [])].sort().filter(() => r.chance(0.4))
    return { kind: 'killInstances', instances, scale: r.chance(0.4), force }
  }

  #agentService(state: State, ids: readonly AppId[]): Operation {
    const r = this.#random
    const agents = state.tables.agent.keys() as AgentId[]
    if (agents.length === 0 || r.chance(0.2))
      return { kind: 'rebalance', apps: ids.length === 0 || r.chance(0.5) ? null : [r.pick(ids)] }
    const change = r.pick<AgentChange>([
      { kind: 'cordon' },
      { kind: 'uncordon' },
      { kind: 'uncordon' },
      { kind: 'drain', deadlineMs: r.pick([null, 0, 5000, 60_000]), force: r.chance(0.4) },
      { kind: 'drain', deadlineMs: null, force: false },
      { kind: 'remove' },
    ])
    return { kind: 'changeAgent', agent: r.pick(agents), change }
  }

  #create(force: boolean): Operation {
    const id = `/${this.#random.pick(restNames)}`
    return { kind: 'changeApps', changes: [{ kind: 'create', body: { id, ...this.#body(id) } }], force }
  }

  #put(state: State, id: AppId): AppRequest {
    const r = this.#random
    const whole = this.#body(id)
    if (r.chance(0.2)) return { kind: 'put', id, body: { id, ...whole }, partial: false, create: true }
    const body: Record<string, Json> = {}
    const names = Object.keys(whole)
    for (let i = r.integer(1, 3); i > 0; i--) {
      const name = r.pick(names)
      body[name] = whole[name]!
    }
    if (r.chance(0.4)) body['cmd'] = `sleep ${r.integer(1, 4)}`
    if (r.chance(0.4)) body['instances'] = this.#instances(constraintsOf(state, id))
    if (r.chance(0.1)) body['cpus'] = -1
    if (r.chance(0.2)) body['labels'] = { n: String(r.integer(0, 3)) }
    // What one part allows the other must, too: as many as there are agents.
    if ('constraints' in body || 'portDefinitions' in body || 'instances' in body) {
      body['constraints'] = whole['constraints']!
      body['portDefinitions'] = whole['portDefinitions']!
      body['instances'] = whole['instances']!
    }
    return { kind: 'put', id, body, partial: true, create: true }
  }

  #rollback(state: State, id: AppId, force: boolean): Operation {
    const versions = [...(state.versionsOf.get(id) ?? [])].sort()
    if (versions.length === 0) return { kind: 'changeApps', changes: [{ kind: 'restart', id }], force }
    const row = state.tables.version.get(this.#random.pick(versions))!
    const old = state.tables.spec.get(row.spec)!.app
    const body = { ...old, instances: row.instances } as unknown as Json
    return { kind: 'changeApps', changes: [{ kind: 'put', id, body, partial: false, create: false }], force }
  }

  // A stack owns one app, or imports it, and calls it otherwise from now on; or lets go of it.
  #rename(state: State, id: AppId, force: boolean): Operation | null {
    const r = this.#random
    const snapshot = snapshotOf(state)
    if (snapshot.apps.find(app => app.id === id)!.stack === this.wanted.stack) return null
    const made = renamingPlan(r, {
      snapshot,
      id,
      to: `/${r.pick(restNames)}` as AppId,
      resized: instances => Math.max(0, instances - 1),
      forgets: 0.4,
      origin,
    })
    return made && { kind: 'applyPlan', plan: made, force: true, takeOver: force }
  }

  #configuration(): Desired {
    const r = this.#random
    const names = stackNames.filter(() => r.chance(0.7))
    return {
      format: 1,
      stack: 'trial' as StackName,
      apps: names.map(name => {
        return { address: `app.${name}`, app: this.#validApp(`/${name}`), sensitivePaths: [] }
      }),
      groups: [],
      volumes: [],
      outputs: {},
    }
  }

  // Some draws go against a rule across fields; REST clients try those, too.
  #validApp(id: string): App {
    for (;;) {
      const { app } = normalizeApp({ id, ...this.#body(id) }, {})
      if (app !== undefined && !hasErrors(validateApp(app))) return app
    }
  }

  #update(): Body {
    const r = this.#random
    if (!this.#habits.updates || r.chance(0.5)) return {}
    return {
      update: {
        ...(r.chance(0.5) ? { maxParallel: r.integer(1, 3) } : {}),
        ...(r.chance(0.4) ? { canary: r.integer(1, 2) } : {}),
        ...(r.chance(0.4) ? { healthyDeadlineSeconds: r.pick([20, 120]) } : {}),
        ...(r.chance(0.3) ? { progressDeadlineSeconds: r.pick([130, 600]) } : {}),
        ...(r.chance(0.4) ? { autoRollback: r.chance(0.7) } : {}),
        ...(r.chance(0.2) ? { pauseSeconds: r.pick([1, 20]) } : {}),
      },
    }
  }

  #instances(constraints: Json): number {
    const most = JSON.stringify(constraints).includes('UNIQUE') ? this.#agents : 5
    return this.#random.integer(0, most)
  }

  #body(id: string): Body {
    const r = this.#random
    const capacities: readonly [number, number][] = [
      [1, 1],
      [1, 0],
      [0.5, 0],
      [0, 0],
      [0.5, 0.25],
      [0.8, 0.1],
    ]
    const [minimumHealthCapacity, maximumOverCapacity] = r.pick(capacities)
    const constraints = r.pick<Json>([
      [],
      [],
      [['rack', 'GROUP_BY']],
      [['hostname', 'MAX_PER', '3']],
      [['rack', 'GROUP_BY', '2']],
      [['hostname', 'UNIQUE']],
    ])
    const mode = r.pick(this.#habits.modes)
    return {
      ...(mode === 'service' ? {} : { mode }),
      ...(mode === 'batch' ? { retries: r.integer(0, 3) } : {}),
      ...(mode === 'batch' && r.chance(0.5) ? { maxRunDurationSeconds: r.pick([5, 30, 100]) } : {}),
      ...(mode === 'service' ? this.#update() : {}),
      cmd: `sleep ${r.integer(1, 4)}`,
      cpus: r.pick([0.1, 0.5, 1]),
      mem: r.pick([32, 64]),
      instances: mode === 'daemon' ? r.integer(0, 1) : this.#instances(constraints),
      upgradeStrategy: { minimumHealthCapacity, maximumOverCapacity },
      backoffSeconds: r.pick([0, 1, 5]),
      maxLaunchDelaySeconds: r.pick([10, 60]),
      killSelection: r.pick(['YOUNGEST_FIRST', 'OLDEST_FIRST']),
      constraints,
      dependencies: r.chance(0.2) ? [`/${r.pick([...stackNames, ...restNames])}`].filter(d => d !== id) : [],
      unreachableStrategy: r.pick<Json>([
        { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
        { inactiveAfterSeconds: 20, expungeAfterSeconds: 40 },
        'disabled',
      ]),
      healthChecks: Array.from({ length: r.pick([0, 0, 1, 2]) }, () => ({
        protocol: 'TCP',
        port: 80,
        gracePeriodSeconds: r.pick([0, 10]),
        intervalSeconds: r.pick([2, 10]),
        timeoutSeconds: 1,
        maxConsecutiveFailures: r.integer(0, 3),
      })),
      portDefinitions: Array.from({ length: r.integer(0, 2) }, () => ({ port: 0 })),
    }
  }
}

function constraintsOf(state: State, id: AppId): Json {
  const row = state.tables.app.get(id)
  const spec = row === undefined ? undefined : state.tables.spec.get(row.effective)
  return (spec?.app.constraints ?? []) as Json
}
