// What an app's `update` asks of its deployments, what a person may tell them, and what happens to changes that meet.
import { describe, expect, test } from 'vitest'
import type {
  App,
  AppId,
  DeploymentId,
  DeploymentView,
  Desired,
  Operation,
  Plan,
  Reply,
  StackName,
} from '../../../src/model/index.ts'
import { isEmpty, plan } from '../../../src/planner/index.ts'
import {
  appView,
  deploymentView,
  deploymentViews,
  effectiveApp,
  snapshotOf,
} from '../../../src/runtime/core/index.ts'
import { Cluster, good } from './cluster.ts'

const web = '/web' as AppId
const check = { protocol: 'TCP', gracePeriodSeconds: 3600, maxConsecutiveFailures: 0 }

/** Four healthy instances of an app with a check, on three agents. */
function running(more: object = {}): Cluster {
  const cluster = new Cluster()
  for (const name of ['agent1', 'agent2', 'agent3']) cluster.agent(name)
  const body = { id: '/web', cmd: 'old', cpus: 0.1, mem: 32, instances: 4, healthChecks: [check], ...more }
  good(cluster.change({ kind: 'create', body }))
  heal(cluster)
  expect(deploymentViews(cluster.state)).toEqual([])
  return cluster
}

function put(cluster: Cluster, body: Record<string, string | number | object>): DeploymentView {
  const change = {
    kind: 'put',
    id: web,
    body: body as Record<string, string>,
    partial: true,
    create: true,
  } as const
  return view(cluster, good(cluster.change(change)).deployment!)
}

function view(cluster: Cluster, id: DeploymentId): DeploymentView {
  return deploymentView(cluster.state, id)!
}

/** The tasks that run now become healthy, the first so many of those that are not. */
function heal(cluster: Cluster, count = Infinity): void {
  let left = count
  for (let again = true; again;) {
    again = false
    for (const { agent, key, row } of cluster.running()) {
      const instance = cluster.state.tables.instance.get(row.instance)
      if (left === 0 || instance === undefined || instance.health.some(h => h.alive)) continue
      if (instance.incarnation !== row.incarnation || instance.reported !== 'Running') continue
      left--
      again = true
      const health = [{ index: 0, alive: true, consecutiveFailures: 0 }]
      cluster.report(agent, key, { condition: 'Running', health })
    }
  }
}

function counts(cluster: Cluster): { old: number; new: number } {
  const live = (appView(cluster.state, web)?.instances ?? []).filter(i => i.goal === 'run')
  const fresh = live.filter(i => i.current).length
  return { old: live.length - fresh, new: fresh }
}

function die(cluster: Cluster, isVictim: (current: boolean) => boolean): void {
  const view = appView(cluster.state, web)!
  const victim = view.instances.find(i => isVictim(i.current) && i.condition === 'Running')!
  const { agent, key } = cluster.running().find(t => t.row.instance === victim.id)!
  cluster.report(agent, key, { condition: 'Failed', exit: { code: 1, message: 'exit 1' } })
}

function order(cluster: Cluster, kind: 'promote' | 'pause' | 'resume', deployment: DeploymentId): Reply {
  return cluster.request({ kind: `${kind}Deployment`, deployment })
}

function kinds(deployment: DeploymentView): string[] {
  return deployment.waits.map(w => w.kind)
}

describe('canaries', () => {
  test('run beside all old instances until somebody promotes them', () => {
    const cluster = running({ update: { canary: 2 } })
    const { id } = put(cluster, { cmd: 'new' })
    expect(counts(cluster)).toEqual({ old: 4, new: 2 })
    expect(kinds(view(cluster, id))).toEqual(['health'])
    expect(order(cluster, 'promote', id)).toMatchObject({ ok: false, code: 'INVALID' })
    heal(cluster)
    expect(counts(cluster)).toEqual({ old: 4, new: 2 })
    expect(view(cluster, id).waits).toMatchObject([{ kind: 'promotion', app: web, instances: 2 }])
    const [{ since } = {}] = view(cluster, id).waits
    expect(since).toBeDefined()
    cluster.pass(10_000)
    expect(view(cluster, id).waits[0]!.since).toBe(since)
    good(order(cluster, 'promote', id))
    heal(cluster)
    expect(counts(cluster)).toEqual({ old: 0, new: 4 })
    expect(view(cluster, id).state).toBe('done')
    expect(order(cluster, 'promote', id)).toMatchObject({ ok: false, code: 'NOT_FOUND' })
  })

  test('an old instance that ends meanwhile starts again as it was', () => {
    const cluster = running({ update: { canary: 1 }, backoffSeconds: 0 })
    put(cluster, { cmd: 'new' })
    die(cluster, isCurrent => !isCurrent)
    cluster.pass(1)
    expect(counts(cluster)).toEqual({ old: 4, new: 1 })
    expect(cluster.running()).toHaveLength(5)
  })

  test('are not for scaling, and not for an app without old instances', () => {
    const cluster = running({ update: { canary: 1 } })
    put(cluster, { instances: 6 })
    expect(counts(cluster)).toEqual({ old: 0, new: 6 })
    heal(cluster)
    put(cluster, { instances: 0 })
    const { id } = put(cluster, { instances: 2, cmd: 'new' })
    heal(cluster)
    expect(view(cluster, id).state).toBe('done')
  })

  test('cancelling them goes back without canaries', () => {
    const cluster = running({ update: { canary: 2 } })
    const { id } = put(cluster, { cmd: 'new' })
    heal(cluster)
    const reply = good(cluster.request({ kind: 'cancelDeployment', deployment: id, force: false }))
    heal(cluster)
    expect(view(cluster, reply.deployment!)).toMatchObject({ state: 'done', undoes: id })
    expect(counts(cluster)).toEqual({ old: 0, new: 4 })
    expect(cluster.running()).toHaveLength(4)
  })
})

test('max_parallel: so many new instances that are not healthy, and no more places emptied', () => {
  const cluster = running({
    update: { maxParallel: 1 },
    upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 1 },
  })
  const { id } = put(cluster, { cmd: 'new' })
  for (let turn = 1; turn <= 4; turn++) {
    expect(counts(cluster)).toEqual({ old: 4 - turn, new: turn })
    expect(view(cluster, id).state).toBe('running')
    heal(cluster, 1)
  }
  expect(view(cluster, id).state).toBe('done')
})

test('pause: the next batch goes when the last was healthy for so long', () => {
  const cluster = running({
    update: { maxParallel: 2, pauseSeconds: 30 },
    upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
  })
  const { id } = put(cluster, { cmd: 'new' })
  expect(counts(cluster)).toEqual({ old: 2, new: 2 })
  heal(cluster, 1)
  expect(counts(cluster)).toEqual({ old: 2, new: 2 })
  heal(cluster)
  expect(counts(cluster)).toEqual({ old: 2, new: 2 })
  expect(kinds(view(cluster, id))).toEqual(['batch'])
  cluster.pass(29_000)
  expect(counts(cluster)).toEqual({ old: 2, new: 2 })
  cluster.pass(1000)
  expect(counts(cluster)).toEqual({ old: 0, new: 4 })
  heal(cluster)
  expect(view(cluster, id).state).toBe('done')
})

describe('a deadline', () => {
  test('of health ends the deployment; what runs stays, in its number', () => {
    const cluster = running({ update: { healthyDeadlineSeconds: 60, maxParallel: 1 }, backoffSeconds: 0 })
    const { id } = put(cluster, { cmd: 'new' })
    heal(cluster, 1)
    expect(counts(cluster)).toEqual({ old: 3, new: 2 })
    cluster.pass(59_000)
    expect(view(cluster, id).state).toBe('running')
    cluster.pass(1000)
    expect(view(cluster, id)).toMatchObject({ state: 'failed', waits: [] })
    expect(view(cluster, id).reason).toContain('was not healthy 60 s after it was placed')
    // The surplus one, which is not healthy, has gone.
    expect(counts(cluster)).toEqual({ old: 3, new: 1 })
    expect(appView(cluster.state, web)!.halted).toMatchObject({ deployment: id })
    die(cluster, isCurrent => !isCurrent)
    cluster.pass(3_600_000)
    expect(counts(cluster)).toEqual({ old: 3, new: 1 })
    expect(cluster.running()).toHaveLength(4)
    put(cluster, { cmd: 'newer' })
    expect(appView(cluster.state, web)!.halted).toBeUndefined()
    for (let i = 0; i < 10; i++) heal(cluster)
    expect(counts(cluster)).toEqual({ old: 0, new: 4 })
  })

  test('of health counts tasks that end by themselves, too', () => {
    const cluster = running({ update: { healthyDeadlineSeconds: 60, maxParallel: 1 }, backoffSeconds: 1 })
    const { id } = put(cluster, { cmd: 'new' })
    for (let i = 0; i < 20 && view(cluster, id).state === 'running'; i++) {
      die(cluster, isCurrent => isCurrent)
      expect(kinds(view(cluster, id))).toContain('backoff')
      cluster.pass(10_000)
    }
    expect(view(cluster, id)).toMatchObject({ state: 'failed' })
  })

  test('of progress ends it, also where nothing finds a place', () => {
    const cluster = running({ update: { progressDeadlineSeconds: 600 } })
    const { id } = put(cluster, { cmd: 'new', cpus: 100 })
    const { deadline, ...wait } = view(cluster, id).waits[0]!
    expect(wait).toMatchObject({ kind: 'place', app: web, instances: 4 })
    expect(Date.parse(deadline!)).toBe(1_700_000_000_000 + cluster.now + 600_000)
    cluster.pass(600_000)
    expect(view(cluster, id)).toMatchObject({ state: 'failed' })
    expect(counts(cluster)).toEqual({ old: 4, new: 0 })
  })

  test('does not run while it waits for a person', () => {
    const cluster = running({
      update: { canary: 1, progressDeadlineSeconds: 60, healthyDeadlineSeconds: 60 },
    })
    const { id } = put(cluster, { cmd: 'new' })
    heal(cluster)
    cluster.pass(3_600_000)
    expect(view(cluster, id).state).toBe('running')
    good(order(cluster, 'promote', id))
    good(order(cluster, 'pause', id))
    cluster.pass(3_600_000)
    expect(view(cluster, id).state).toBe('paused')
    good(order(cluster, 'resume', id))
    cluster.pass(59_000)
    expect(view(cluster, id).state).toBe('running')
    cluster.pass(1000)
    expect(view(cluster, id).state).toBe('failed')
  })

  test('holds for what is scaled up, and leaves apps of later steps as they were', () => {
    const cluster = running({ update: { progressDeadlineSeconds: 60 } })
    const changes = [
      { kind: 'put', id: web, body: { instances: 6 }, partial: true, create: true },
      { kind: 'create', body: { id: '/shop', cmd: 'x', cpus: 0.1, mem: 32, dependencies: ['/web'] } },
    ] as const
    const { deployment } = good(cluster.request({ kind: 'changeApps', changes, force: false }))
    expect(kinds(view(cluster, deployment!))).toEqual(['health', 'step'])
    cluster.pass(60_000)
    expect(view(cluster, deployment!).state).toBe('failed')
    cluster.pass(60_000)
    expect(appView(cluster.state, '/shop' as AppId)).toMatchObject({ wanted: 1, running: 0 })
  })
})

test('progress counts new instances that are healthy; an action that a failure cut off is unfinished', () => {
  const cluster = running({ update: { progressDeadlineSeconds: 60 } })
  good(
    cluster.change({
      kind: 'create',
      body: { id: '/api', cmd: 'old', cpus: 0.1, mem: 32, healthChecks: [check] },
    }),
  )
  heal(cluster)
  const changes = [web, '/api' as AppId].map(id => ({
    kind: 'put' as const,
    id,
    body: { cmd: 'new' },
    partial: true,
    create: true,
  }))
  const id = good(cluster.request({ kind: 'changeApps', changes, force: false })).deployment!
  expect(view(cluster, id).progress).toMatchObject([
    { app: '/api', state: 'running', new: 1, newHealthy: 0 },
    { app: web, state: 'running', new: 4, newHealthy: 0 },
  ])
  cluster.pass(60_000)
  expect(view(cluster, id)).toMatchObject({
    state: 'failed',
    progress: [
      { app: '/api', state: 'unfinished' },
      { app: web, state: 'failed' },
    ],
  })
})

describe('planning after a failed deployment', () => {
  const update = { progressDeadlineSeconds: 60, maxParallel: 1 }

  /** The configuration that made the app as it is meant to be now, planned again. */
  function planAgain(cluster: Cluster, more: Partial<App> = {}): Plan {
    const snapshot = snapshotOf(cluster.state)
    const apps = snapshot.apps.map(({ id, address, submitted }) => ({
      address,
      app: id === web ? { ...submitted, ...more } : submitted,
      sensitivePaths: [],
    }))
    const want: Desired = {
      format: 1,
      stack: 'shop' as StackName,
      apps,
      groups: [],
      volumes: [],
      outputs: {},
    }
    const made = plan(want, snapshot, { mode: 'apply', deleteUnnamed: true, origin: 'here', adopt: true })
    expect(made.diagnostics).toEqual([])
    return made.plan!
  }

  function apply(cluster: Cluster, planned: Plan): DeploymentId {
    const operation = { kind: 'applyPlan', plan: planned, force: false, takeOver: false } as const
    return good(cluster.request(operation)).deployment!
  }

  /** Its stack applied what fails: three old ones, and a new one that got well. */
  function failed(more: object = {}): { cluster: Cluster; id: DeploymentId } {
    const cluster = running({ update, ...more })
    good(cluster.request({ kind: 'applyPlan', plan: planAgain(cluster), force: false, takeOver: false }))
    const id = apply(cluster, planAgain(cluster, { cmd: 'new' }))
    heal(cluster, 1)
    cluster.pass(60_000)
    expect(view(cluster, id).state).toBe('failed')
    expect(counts(cluster)).toEqual({ old: 3, new: 1 })
    return { cluster, id }
  }

  test('says so and carries on; after that there is nothing to plan', () => {
    const { cluster, id } = failed()
    const again = planAgain(cluster)
    expect(isEmpty(again)).toBe(false)
    expect(again.changes).toMatchObject([{ id: web, action: 'restart', fields: [], retries: true }])
    expect(again.changes[0]!.reason).toContain(`deployment ${id} failed: /web: `)
    expect(again.changes[0]!.reason).toContain('apply tries again')
    const fresh = appView(cluster.state, web)!.instances.find(i => i.current)!.taskId
    const retry = apply(cluster, again)
    expect(appView(cluster.state, web)!.halted).toBeUndefined()
    for (let i = 0; i < 10; i++) heal(cluster)
    expect(view(cluster, retry).state).toBe('done')
    expect(counts(cluster)).toEqual({ old: 0, new: 4 })
    expect(appView(cluster.state, web)!.instances.map(i => i.taskId)).toContain(fresh)
    expect(isEmpty(planAgain(cluster))).toBe(true)
  })

  test('a retry that fails is told like the first', () => {
    const { cluster } = failed()
    const retry = apply(cluster, planAgain(cluster))
    cluster.pass(60_000)
    expect(view(cluster, retry).state).toBe('failed')
    expect(planAgain(cluster).changes[0]!.reason).toContain(`deployment ${retry} failed`)
  })

  test('a retry that is cancelled leaves it failed as it was', () => {
    const { cluster, id } = failed()
    const retry = apply(cluster, planAgain(cluster))
    good(cluster.request({ kind: 'cancelDeployment', deployment: retry, force: false }))
    expect(deploymentViews(cluster.state)).toEqual([])
    expect(appView(cluster.state, web)!.halted).toMatchObject({ deployment: id })
    expect(isEmpty(planAgain(cluster))).toBe(false)
  })

  test('a change that only scales carries on, too; one that restarts needs no retry', () => {
    const { cluster } = failed()
    expect(planAgain(cluster, { cmd: 'newer' }).changes[0]).not.toHaveProperty('retries')
    const retry = apply(cluster, planAgain(cluster, { instances: 5 }))
    for (let i = 0; i < 12; i++) heal(cluster)
    expect(view(cluster, retry).state).toBe('done')
    expect(counts(cluster)).toEqual({ old: 0, new: 5 })
    expect(isEmpty(planAgain(cluster, { instances: 5 }))).toBe(true)
  })

  test('what runs once is started anew', () => {
    const cluster = new Cluster()
    cluster.agent('agent1')
    const body = { id: '/web', cmd: 'job', cpus: 0.1, mem: 32, mode: 'batch', retries: 0 }
    const first = good(cluster.change({ kind: 'create', body })).deployment!
    die(cluster, () => true)
    expect(view(cluster, first).state).toBe('failed')
    const retry = apply(cluster, planAgain(cluster))
    const { agent, key } = cluster.running()[0]!
    cluster.report(agent, key, { condition: 'Finished', exit: { code: 0, message: '' } })
    expect(view(cluster, retry).state).toBe('done')
    expect(isEmpty(planAgain(cluster))).toBe(true)
  })

  test('an app that is wanted with no instances stops what runs', () => {
    const { cluster } = failed()
    const retry = apply(cluster, planAgain(cluster, { instances: 0 }))
    expect(view(cluster, retry).state).toBe('done')
    expect(isEmpty(planAgain(cluster))).toBe(true)
  })
})

describe('auto_rollback', () => {
  const update = { healthyDeadlineSeconds: 60, autoRollback: true }

  test('undoes what failed, once', () => {
    const cluster = running({ update, backoffSeconds: 0 })
    const before = cluster.running().map(t => t.key)
    const { id } = put(cluster, { cmd: 'new' })
    cluster.pass(60_000)
    expect(view(cluster, id)).toMatchObject({ state: 'failed' })
    cluster.pass(60_000)
    expect(counts(cluster)).toEqual({ old: 0, new: 4 })
    expect(cluster.running().map(t => t.key)).toEqual(before)
    expect(appView(cluster.state, web)!.halted).toBeUndefined()
    expect(deploymentViews(cluster.state)).toEqual([])
  })

  test.each(['done', 'running', 'pending'])(
    'holds for the whole deployment when another app, which is %s, says so',
    meanwhile => {
      const cluster = running({ cmd: 'old', update: { progressDeadlineSeconds: 60 } })
      const one = {
        cmd: 'old',
        cpus: 0.1,
        mem: 32,
        update: { progressDeadlineSeconds: 600, autoRollback: true },
      }
      const checked = meanwhile === 'running' ? { healthChecks: [check] } : {}
      const dependencies = meanwhile === 'pending' ? ['/web'] : []
      good(cluster.change({ kind: 'create', body: { id: '/api', ...one, ...checked, dependencies } }))
      heal(cluster)
      const changes = [web, '/api' as AppId].map(id => ({
        kind: 'put' as const,
        id,
        body: { cmd: 'new' },
        partial: true,
        create: true,
      }))
      const { deployment } = good(cluster.request({ kind: 'changeApps', changes, force: false }))
      const state = view(cluster, deployment!).progress.find(p => p.app !== web)!.state
      expect(state).toBe(meanwhile)
      cluster.pass(60_000)
      expect(view(cluster, deployment!).state).toBe('failed')
      for (let i = 0; i < 10; i++) heal(cluster)
      cluster.pass(60_000)
      expect(counts(cluster)).toEqual({ old: 0, new: 4 })
      for (const app of [web, '/api' as AppId]) {
        expect(effectiveApp(cluster.state, app)!.cmd).toBe('old')
        expect(appView(cluster.state, app)!.halted).toBeUndefined()
      }
    },
  )

  test('a rollback that fails ends where it stands', () => {
    const cluster = running({
      update,
      upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
    })
    put(cluster, { cmd: 'new' })
    expect(counts(cluster)).toEqual({ old: 0, new: 4 })
    cluster.pass(60_000)
    const [rollback] = deploymentViews(cluster.state)
    expect(rollback!.undoes).toBeDefined()
    cluster.pass(60_000)
    expect(view(cluster, rollback!.id).state).toBe('failed')
    expect(deploymentViews(cluster.state)).toEqual([])
    cluster.pass(600_000)
    expect(deploymentViews(cluster.state)).toEqual([])
  })

  test('says why it is not done, where something else has taken a place meanwhile', () => {
    const cluster = running({ update })
    good(cluster.change({ kind: 'create', body: { id: '/shop', cmd: 'x', cpus: 0.1, mem: 32 } }))
    const changes = [
      { kind: 'put', id: web, body: { cmd: 'new' }, partial: true, create: true },
      { kind: 'delete', id: '/shop' as AppId },
    ] as const
    const { deployment } = good(cluster.request({ kind: 'changeApps', changes, force: false }))
    good(cluster.change({ kind: 'create', body: { id: '/shop/db', cmd: 'x', cpus: 0.1, mem: 32 } }))
    cluster.pass(60_000)
    const { state, reason } = view(cluster, deployment!)
    expect(state).toBe('failed')
    expect(reason).toMatch(/was not healthy 60 s after .* It is not rolled back: .* may not have the same id/)
    expect(appView(cluster.state, web)!.halted).toEqual({ deployment, reason })
  })

  test('leaves an app that is new: there is nothing to go back to', () => {
    const cluster = running()
    const body = { id: '/shop', cmd: 'x', cpus: 0.1, mem: 32, healthChecks: [check], update }
    const { deployment } = good(cluster.change({ kind: 'create', body }))
    cluster.pass(60_000)
    expect(view(cluster, deployment!).state).toBe('failed')
    expect(appView(cluster.state, '/shop' as AppId)).toMatchObject({ wanted: 1, halted: { deployment } })
    good(cluster.request({ kind: 'cancelDeployment', deployment: deployment!, force: false }))
    expect(appView(cluster.state, '/shop' as AppId)).toBeUndefined()
  })
})

describe('a paused deployment', () => {
  test('begins nothing, replaces what ends, and goes on', () => {
    const cluster = running({
      backoffSeconds: 0,
      upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
    })
    const { id } = put(cluster, { cmd: 'new' })
    good(order(cluster, 'pause', id))
    good(order(cluster, 'pause', id))
    heal(cluster)
    expect(counts(cluster)).toEqual({ old: 2, new: 2 })
    expect(view(cluster, id).state).toBe('paused')
    expect(kinds(view(cluster, id))).toContain('resume')
    die(cluster, isCurrent => !isCurrent)
    cluster.pass(1)
    expect(counts(cluster)).toEqual({ old: 2, new: 2 })
    expect(cluster.running()).toHaveLength(4)
    good(order(cluster, 'resume', id))
    for (let i = 0; i < 5; i++) heal(cluster)
    expect(view(cluster, id).state).toBe('done')
  })

  test('begins no step', () => {
    const cluster = running()
    const changes = [
      { kind: 'put', id: web, body: { instances: 5 }, partial: true, create: true },
      { kind: 'create', body: { id: '/shop', cmd: 'x', cpus: 0.1, mem: 32, dependencies: ['/web'] } },
    ] as const
    const { deployment } = good(cluster.request({ kind: 'changeApps', changes, force: false }))
    good(order(cluster, 'pause', deployment!))
    heal(cluster)
    expect(appView(cluster.state, '/shop' as AppId)!.instances).toEqual([])
    good(order(cluster, 'resume', deployment!))
    expect(appView(cluster.state, '/shop' as AppId)!.running).toBe(1)
  })
})

describe('a change that may wait', () => {
  function queued(cluster: Cluster, body: object, id = web): DeploymentId {
    const change = {
      kind: 'put',
      id,
      body: body as Record<string, string>,
      partial: true,
      create: true,
    } as const
    const operation: Operation = { kind: 'changeApps', changes: [change], force: false, queue: true }
    return good(cluster.request(operation)).deployment!
  }

  test('goes when the app is free, in the order of coming', () => {
    const cluster = running()
    const { id } = put(cluster, { cmd: 'new' })
    const second = queued(cluster, { cmd: 'newer' })
    const third = queued(cluster, { instances: 2 })
    expect(order(cluster, 'pause', second)).toMatchObject({
      message: `Deployment ${second} has not begun: it waits in the queue`,
    })
    expect(view(cluster, second).waits).toMatchObject([{ kind: 'lock', app: web, deployment: id }])
    expect(deploymentViews(cluster.state).map(d => [d.id, d.state])).toEqual([
      [id, 'running'],
      [second, 'queued'],
      [third, 'queued'],
    ])
    for (let i = 0; i < 5; i++) heal(cluster)
    expect([id, second, third].map(d => view(cluster, d).state)).toEqual(['done', 'done', 'done'])
    expect(cluster.running().map(t => cluster.state.tables.spec.get(t.row.specHash)!.app.cmd)).toEqual([
      'newer',
      'newer',
    ])
  })

  test('keeps its turn also when it would change nothing now', () => {
    const cluster = running()
    put(cluster, { cmd: 'new' })
    const first = queued(cluster, { instances: 2 })
    const last = queued(cluster, { instances: 4 })
    expect([first, last].map(d => view(cluster, d).state)).toEqual(['queued', 'queued'])
    for (let i = 0; i < 6; i++) heal(cluster)
    expect([first, last].map(d => view(cluster, d).state)).toEqual(['done', 'done'])
    expect(appView(cluster.state, web)!.wanted).toBe(4)
  })

  test('is done at once where nobody holds the app', () => {
    const cluster = running()
    expect(view(cluster, queued(cluster, { instances: 2 })).state).toBe('done')
  })

  test('can be cancelled, and the next goes on', () => {
    const cluster = running()
    put(cluster, { cmd: 'new' })
    const second = queued(cluster, { cmd: 'newer' })
    const third = queued(cluster, { instances: 2 })
    good(cluster.request({ kind: 'cancelDeployment', deployment: second, force: false }))
    for (let i = 0; i < 5; i++) heal(cluster)
    expect([second, third].map(d => view(cluster, d).state)).toEqual(['cancelled', 'done'])
  })

  test('is refused at its turn when it no longer fits', () => {
    const cluster = running()
    const { id } = put(cluster, { cmd: 'new' })
    const change = { kind: 'delete', id: web } as const
    const operation: Operation = { kind: 'changeApps', changes: [change], force: false, queue: true }
    const first = good(cluster.request(operation)).deployment!
    const second = good(cluster.request(operation)).deployment!
    expect(view(cluster, second).state).toBe('queued')
    for (let i = 0; i < 5; i++) heal(cluster)
    expect([id, first].map(d => view(cluster, d).state)).toEqual(['done', 'done'])
    expect(view(cluster, second)).toMatchObject({ state: 'refused', reason: "App '/web' does not exist" })
  })

  test('is kept over a restart, and there is an end to it', () => {
    const cluster = running()
    put(cluster, { cmd: 'new' })
    for (let i = 0; i < 100; i++) queued(cluster, { instances: 2 + (i % 2) })
    const change = { kind: 'delete', id: web } as const
    const more: Operation = { kind: 'changeApps', changes: [change], force: false, queue: true }
    expect(cluster.request(more)).toMatchObject({ ok: false, code: 'TOO_MANY' })
    expect(deploymentViews(cluster.reload())).toEqual(deploymentViews(cluster.state))
  })
})

describe('a rollback', () => {
  test('keeps what was changed in place since', () => {
    const cluster = running()
    const { id } = put(cluster, { cmd: 'new', labels: { a: '1' } })
    put(cluster, { labels: { a: '2' } })
    put(cluster, { killSelection: 'OLDEST_FIRST' })
    good(cluster.request({ kind: 'cancelDeployment', deployment: id, force: false }))
    heal(cluster)
    const row = cluster.state.tables.app.get(web)!
    const app = cluster.state.tables.spec.get(row.effective)!.app
    expect(app).toMatchObject({ cmd: 'old', labels: { a: '2' }, killSelection: 'OLDEST_FIRST' })
    expect(counts(cluster)).toEqual({ old: 0, new: 4 })
    expect(cluster.running()).toHaveLength(4)
  })

  test('does not delete an app that was changed since it was made', () => {
    const cluster = running()
    const body = { id: '/shop', cmd: 'x', cpus: 0.1, mem: 32, healthChecks: [check] }
    const { deployment } = good(cluster.change({ kind: 'create', body }))
    const label = { labels: { mine: 'yes' } }
    const change = { kind: 'put', id: '/shop' as AppId, body: label, partial: true, create: true } as const
    good(cluster.change(change))
    good(cluster.request({ kind: 'cancelDeployment', deployment: deployment!, force: false }))
    expect(appView(cluster.state, '/shop' as AppId)).toMatchObject({ wanted: 1 })
  })
})

describe('of many that wait for a turn', () => {
  test('the one that came first begins first', () => {
    const cluster = new Cluster()
    const app = (id: string): { id: string; cmd: string } => ({ id, cmd: 'x' })
    const ids = ['/e', '/d', '/c', '/b', '/a', '/f', '/g', '/h'] as AppId[]
    const changes = ids.map(id => ({ kind: 'create', body: app(id) }) as const)
    const all = good(cluster.request({ kind: 'changeApps', changes, force: false })).deployment!
    const others = Array.from({ length: 99 }, (_, i) =>
      good(cluster.change({ kind: 'create', body: app(`/other${i}`) })),
    )
    const waiting = ids.map(id => {
      const change = { kind: 'put', id, body: { instances: 2 }, partial: true, create: false } as const
      return good(cluster.request({ kind: 'changeApps', changes: [change], force: false, queue: true }))
        .deployment!
    })
    const states = (): string[] => waiting.map(id => view(cluster, id).state)
    good(cluster.request({ kind: 'cancelDeployment', deployment: all, force: true }))
    expect(states()).toEqual(['running', ...Array.from({ length: 7 }, () => 'queued')])
    const deployment = others[0]!.deployment!
    good(cluster.request({ kind: 'cancelDeployment', deployment, force: true }))
    expect(states()).toEqual(['running', 'running', ...Array.from({ length: 6 }, () => 'queued')])
  })
})
