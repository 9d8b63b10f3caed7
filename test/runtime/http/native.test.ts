// Our own doors: plan and apply, the guard at the door, actors and idempotency, logs, read-only.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../../../src/base/index.ts'
import type { AppId, ClusterId } from '../../../src/model/index.ts'
import { normalizeApp } from '../../../src/model/index.ts'
import { effectiveApp } from '../../../src/runtime/core/index.ts'
import { refusedAtDoor } from '../../../src/runtime/http/guard.ts'
import { MemoryStore } from '../../../src/runtime/store/memory.ts'
import { startRig, waitFor, type Rig } from './rig.ts'

let rig: Rig

beforeEach(async () => {
  rig = await startRig()
})

afterEach(() => rig.close())

function desiredOf(stack: string, ...apps: readonly { readonly [key: string]: Json }[]): Json {
  return {
    format: 1,
    stack,
    apps: apps.map(body => {
      const { app } = normalizeApp(body, {})
      return {
        address: `app.${String(body['id']).slice(1)}`,
        app: app as unknown as Json,
        sensitivePaths: [],
      }
    }),
    groups: [],
    volumes: [],
    outputs: { url: { value: 'http://x', sensitive: false } },
  }
}

async function planned(desired: Json): Promise<Json> {
  const request = { desired, mode: 'apply', deleteUnnamed: true, origin: 'me@here:/x', adopt: false }
  const { status, body } = await rig.call('POST', '/v1/plan', request)
  expect(status).toBe(200)
  return body['plan'] as unknown as Json
}

const web = { id: '/web', cmd: 'serve', cpus: 0.5, mem: 64, instances: 2 }

describe('plan and apply', () => {
  it('go through to running instances, and planning again is empty', async () => {
    rig.join('a1')
    const desired = desiredOf('shop', web)
    const plan = await planned(desired)
    expect(plan).toMatchObject({ changes: [{ address: 'app.web', action: 'create' }] })
    const applied = await rig.call('POST', '/v1/apply', { plan, force: false, takeOver: false })
    expect(applied.status).toBe(200)
    const id = applied.body['deployment']! as unknown as string
    await waitFor(
      async () => (await rig.call('GET', `/v1/deployments/${id}`)).body['state'] === ('done' as unknown),
    )
    const status = (await rig.call('GET', '/v1/status')).body
    expect(status['apps']![0]).toMatchObject({ id: '/web', stack: 'shop', running: 2, wanted: 2 })
    expect((await rig.call('GET', '/v1/stacks/shop')).body['outputs']).toMatchObject({
      url: { value: 'http://x' },
    })
    expect(await planned(desired)).toMatchObject({ changes: [], steps: [] })
  })

  it('refuse a plan whose base has moved, with what moved', async () => {
    const plan = await planned(desiredOf('shop', web))
    await rig.call('POST', '/v2/apps', web)
    const applied = await rig.call('POST', '/v1/apply', { plan, force: false, takeOver: false })
    expect(applied.status).toBe(409)
    expect(applied.body).toMatchObject({ code: 'STALE', details: [{ object: 'app:/web', planned: 0 }] })
  })

  it('bring big applies in stages', async () => {
    const apps = Array.from({ length: 1200 }, (_, i) => ({ ...web, id: `/app${i}`, instances: 0 }))
    const plan = await planned(desiredOf('big', ...apps))
    const before = rig.loop.head.revision
    const applied = await rig.call('POST', '/v1/apply', { plan, force: false, takeOver: false })
    expect(applied.status).toBe(200)
    // Three stages and the apply itself.
    expect(applied.body['revision']).toBe(before + 4)
    expect((await rig.call('GET', '/v2/apps')).body['apps']).toHaveLength(1200)
  })

  it('tell where a request is wrong', async () => {
    const request = { desired: { format: 1 }, mode: 'apply', deleteUnnamed: true, origin: 'x', adopt: false }
    const { status, body } = await rig.call('POST', '/v1/plan', request)
    expect(status).toBe(422)
    expect(body['details']![0]!['errors']).toBeDefined()
    expect((await rig.call('POST', '/v1/apply', { plan: {}, force: false, takeOver: false })).status).toBe(
      422,
    )
  })
})

describe('sensitive values', () => {
  it('are in the plan that applies them, and in no listing', async () => {
    const { app } = normalizeApp({ ...web, env: { PASSWORD: 'hunter2', PLAIN: 'x' } }, {})
    const sensitivePaths = ['/env/PASSWORD', '/healthChecks(0)/path']
    const apps = [{ address: 'app.web', app: app as unknown as Json, sensitivePaths }]
    const plan = await planned({ ...(desiredOf('shop') as object), apps })
    expect(JSON.stringify(plan)).toContain('hunter2')
    await rig.call('POST', '/v1/apply', { plan, force: false, takeOver: false })
    const { body } = await rig.call('GET', '/v2/apps/web')
    expect(body['app']!['env']).toEqual({ PASSWORD: '(sensitive)', PLAIN: 'x' })
    for (const path of ['/v2/apps', '/v1/snapshot', '/v1/status', '/v2/deployments'])
      expect((await rig.call('GET', path)).text).not.toContain('hunter2')
    const version = body['app']!['version'] as unknown as string
    expect((await rig.call('GET', `/v2/apps/web/versions/${version}`)).text).not.toContain('hunter2')
  })
})

describe('a mark for a sensitive value that comes back', () => {
  const stored = {
    ...web,
    env: { PASSWORD: 'hunter2', PLAIN: 'x' },
    healthChecks: [{ protocol: 'COMMAND', command: { value: 'probe hunter3' } }],
  }

  async function app(): Promise<Json> {
    return (await rig.call('GET', '/v2/apps/web')).body['app'] as unknown as Json
  }

  /** What the core has: nothing else shows it. */
  async function kept(): Promise<Json> {
    return rig.loop.read(state => {
      const { env, healthChecks, labels } = effectiveApp(state, '/web' as AppId)!
      return { env, command: healthChecks[0]?.command, labels } as unknown as Json
    })
  }

  beforeEach(async () => {
    const { app } = normalizeApp(stored, {})
    const sensitivePaths = ['/env/PASSWORD', '/healthChecks(0)/command/value']
    const apps = [{ address: 'app.web', app: app as unknown as Json, sensitivePaths }]
    const plan = await planned({ ...(desiredOf('shop') as object), apps })
    expect((await rig.call('POST', '/v1/apply', { plan, force: false, takeOver: false })).status).toBe(200)
  })

  it.each([
    ['PUT', '/v2/apps/web?force=true', false],
    ['PUT', '/v2/apps/web?force=true&partialUpdate=false', false],
    ['PATCH', '/v2/apps/web?force=true', false],
    ['PUT', '/v2/apps?force=true', true],
    ['PATCH', '/v2/apps?force=true', true],
  ])('with the whole app (%s %s) keeps the value', async (method, path, isList) => {
    const { version: _version, ...shown } = (await app()) as { [key: string]: Json }
    const changed = { ...shown, labels: { tier: 'front' } }
    expect((await rig.call(method, path, isList ? [changed] : changed)).status).toBe(200)
    expect(await kept()).toEqual({
      env: stored.env,
      command: { value: 'probe hunter3' },
      labels: { tier: 'front' },
    })
    expect(JSON.stringify(await app())).not.toMatch(/hunter/)
  })

  it('makes no new version when nothing else differs', async () => {
    const { env } = (await app()) as { env: Json }
    const before = (await rig.call('GET', '/v2/apps/web/versions')).body
    expect((await rig.call('PUT', '/v2/apps/web?force=true', { env })).status).toBe(200)
    expect((await rig.call('GET', '/v2/apps/web/versions')).body).toEqual(before)
  })

  it('is a text anywhere else, and a new value is taken', async () => {
    const env = { PASSWORD: 'new', PLAIN: '(sensitive)' }
    await rig.call('PUT', '/v2/apps/web?force=true', { env, labels: { note: '(sensitive)' } })
    expect(await kept()).toEqual({
      env,
      command: { value: 'probe hunter3' },
      labels: { note: '(sensitive)' },
    })
    await rig.call('PUT', '/v2/apps/other', { cmd: 'x', env: { PASSWORD: '(sensitive)' } })
    expect((await rig.call('GET', '/v2/apps/other')).body['app']!['env']).toEqual({ PASSWORD: '(sensitive)' })
  })
})

describe('who may come in', () => {
  const guard = { boundHost: '127.0.0.1', names: ['sddc.example'] }
  const everywhere = { boundHost: '0.0.0.0', names: [] }

  it.each([
    ['localhost:8080', null, guard, true],
    ['127.0.0.1:8080', null, guard, true],
    ['127.0.0.12:8080', null, guard, true],
    ['[::1]:8080', null, guard, true],
    ['SDDC.example', null, guard, true],
    ['web.localhost:8080', null, guard, true],
    ['evil.example:8080', null, guard, false],
    ['127.0.0.1.evil.example', null, guard, false],
    ['10.0.0.1:8080', null, guard, false],
    ['10.0.0.1:8080', null, everywhere, true],
    ['evil.example', null, everywhere, false],
    ['', null, guard, false],
    [null, null, guard, false],
    ['localhost:8080', 'http://localhost:8080', guard, true],
    ['localhost:8080', 'http://localhost:3000', guard, false],
    ['localhost:8080', 'https://evil.example', guard, false],
    ['localhost:8080', 'null', guard, false],
    ['LOCALHOST.:8080', null, guard, true],
    ['[::1]:8080', 'http://[::1]:8080', guard, true],
    ['[0:0:0:0:0:0:0:1]', null, guard, true],
    ['localhost', 'http://localhost:80', guard, true],
    ['localhost:80', 'http://LOCALHOST', guard, true],
    ['sddc.example', 'https://sddc.example', guard, true],
    ['localhost:8080', 'http://localhost:8080, http://evil.example', guard, false],
    ['localhost:8080', 'ftp://localhost:8080', guard, false],
    ['localhost:8080, evil.example', null, guard, false],
    ['me@localhost', null, guard, false],
    ['localhost/x', null, guard, false],
    ['localhost?x', null, guard, false],
    ['[fe80::1]:8080', null, everywhere, true],
    ['[fe80::1]:8080', null, { boundHost: '::', names: [] }, true],
    ['master.lan:8080', null, { boundHost: 'master.lan', names: [] }, true],
    ['10.0.0.1:8080', null, { boundHost: 'master.lan', names: [] }, true],
    ['10.0.0.1:8080', null, { boundHost: '::1', names: [] }, false],
    ['lb.example:443', null, { boundHost: '10.0.0.1', names: ['LB.example:8443'] }, true],
  ])('Host %s, Origin %s', (host, origin, options, allowed) => {
    expect(refusedAtDoor({ host, origin }, options) === undefined).toBe(allowed)
  })

  it('gets 403 and a sentence, and nothing happens', async () => {
    const answer = await rig.call('POST', '/v2/apps', web, { Host: 'evil.example' })
    expect(answer.status).toBe(403)
    expect(answer.text).toContain('evil.example')
    const page = await rig.call('POST', '/v2/apps', web, { Origin: 'http://evil.example' })
    expect(page.status).toBe(403)
    expect((await rig.call('GET', '/v2/apps')).body['apps']).toEqual([])
  })
})

describe('every change', () => {
  it('has an author in the audit log', async () => {
    await rig.call('POST', '/v2/apps', web, { 'X-Sddc-Actor': 'ann@desk' })
    await rig.call('PUT', '/v2/apps/web?force=true', { instances: 1 })
    const authors = await rig.loop.read(state => [...state.tables.audit.values()].map(row => row.actor))
    expect(authors).toEqual([
      { name: 'ann@desk', via: 'cli' },
      { name: 'api@local', via: 'api' },
    ])
  })

  it('is done once under one Idempotency-Key, with the same answer', async () => {
    const headers = { 'Idempotency-Key': 'k1' }
    const first = await rig.call('PUT', '/v2/apps/web', web, headers)
    const second = await rig.call('PUT', '/v2/apps/web', web, headers)
    expect(second.body).toEqual(first.body)
    expect((await rig.call('GET', '/v2/apps/web/versions')).body['versions']).toHaveLength(1)
  })

  it('is refused under an Idempotency-Key that another request had', async () => {
    const headers = { 'Idempotency-Key': 'k2' }
    expect((await rig.call('PUT', '/v2/apps/web', web, headers)).status).toBeLessThan(300)
    const other = await rig.call('PUT', '/v2/apps/web', { ...web, cmd: 'another' }, headers)
    expect(other.status).toBe(422)
    expect(other.body['message']).toContain('Idempotency-Key')
    expect((await rig.call('DELETE', '/v2/apps/web', undefined, headers)).status).toBe(422)
    expect((await rig.call('GET', '/v2/apps/web/versions')).body['versions']).toHaveLength(1)
  })

  it('is taken whatever its Content-Type says', async () => {
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
    expect((await rig.call('POST', '/v2/apps', web, type)).status).toBe(201)
  })

  it('is not confirmed while it is not stored, and its outcome is told as unknown when the store fails', async () => {
    let go = (): void => {}
    rig.store.inject({ kind: 'hang', until: new Promise(resolve => (go = resolve)) })
    let answered = false
    const created = rig.call('POST', '/v2/apps', web).then(answer => {
      answered = true
      return answer
    })
    for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
    expect(answered).toBe(false)
    go()
    expect((await created).status).toBe(201)
    rig.store.inject({ kind: 'unknown', landed: false })
    const failed = await rig.call('PUT', '/v2/apps/web?force=true', { instances: 1 })
    expect(failed.status).toBe(503)
    expect(failed.body).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    expect((await rig.call('GET', '/v2/apps/web')).body['app']).toMatchObject({ instances: 2 })
  })

  it('is refused while the state is damaged; what loads is served', async () => {
    await rig.call('POST', '/v2/apps', web)
    await rig.close()
    rig.store.damage('Row x is damaged')
    rig = await startRig(rig.store)
    const refused = await rig.call('PUT', '/v2/apps/web', { instances: 1 })
    expect(refused.status).toBe(503)
    expect(refused.body).toMatchObject({ code: 'READ_ONLY' })
    expect((await rig.call('GET', '/v2/apps/web')).status).toBe(200)
    expect((await rig.call('GET', '/v1/cluster')).body).toMatchObject({ damage: ['Row x is damaged'] })
  })
})

describe('a state that can not even be loaded', () => {
  it('leaves a server that says so', async () => {
    const store = new MemoryStore('cluster' as ClusterId)
    await rig.close()
    rig = await startRig(store)
    await rig.close()
    store.damage('Row app/x is damaged')
    store.snapshot = async function* () {
      yield { key: 'nonsense', value: new Uint8Array([255]) }
    }
    rig = await startRig(store)
    expect((await rig.call('GET', '/v1/cluster')).status).toBe(200)
    const status = await rig.call('GET', '/v1/status')
    expect([status.status, status.body['code']]).toEqual([503, 'DATA_DAMAGED'])
  })
})

describe('logs', () => {
  it('are not left open by HEAD', async () => {
    rig.join('a1')
    await rig.call('POST', '/v2/apps', { ...web, instances: 1 })
    await waitFor(
      async () => (await rig.call('GET', '/v2/tasks?status=running')).body['tasks']![0] !== undefined,
    )
    const task = (await rig.call('GET', '/v2/tasks')).body['tasks']![0]!['id'] as unknown as string
    const answer = await rig.call('HEAD', `/v1/logs?instance=${task}&follow=true`)
    expect([answer.status, answer.text, rig.logsCancelled]).toEqual([200, '', 1])
  })

  it('are asked of the agent that has them', async () => {
    rig.join('a1')
    await rig.call('POST', '/v2/apps', { ...web, instances: 1 })
    await waitFor(
      async () => (await rig.call('GET', '/v2/tasks?status=running')).body['tasks']![0] !== undefined,
    )
    const task = (await rig.call('GET', '/v2/tasks')).body['tasks']![0]!['id'] as unknown as string
    const instance = task.replace(/\._app\.\d+$/, '')
    const answer = await rig.call('GET', `/v1/logs?instance=${instance}&follow=true&tail=10`)
    expect([answer.status, answer.text]).toEqual([200, 'one line\n'])
    await rig.call('GET', `/v1/logs?instance=${task}`)
    expect(rig.logsAsked).toEqual([
      { agent: 'a1', request: { instance, stream: 'stdout', follow: true, tail: 10 } },
      { agent: 'a1', request: { instance, incarnation: 1, stream: 'stdout', follow: false } },
    ])
    expect((await rig.call('GET', `/v1/logs?instance=${task}&stream=stderr`)).status).toBe(503)
  })

  it.each([
    ['', 422],
    ['?instance=x', 404],
    ['?instance=x&stream=both', 422],
    ['?instance=x&tail=-1', 422],
  ])('refuse %j with %i', async (query, status) => {
    expect((await rig.call('GET', `/v1/logs${query}`)).status).toBe(status)
  })
})
