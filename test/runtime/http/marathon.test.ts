// Marathon's doors, as its clients use them: statuses, bodies, headers.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startRig, waitFor, type Rig } from './rig.ts'

let rig: Rig

beforeEach(async () => {
  rig = await startRig()
  rig.join('a1')
})

afterEach(() => rig.close())

const web = { id: '/web', cmd: 'serve', cpus: 0.5, mem: 64, instances: 2, labels: { tier: 'front' } }

async function running(id: string, count: number): Promise<void> {
  await waitFor(async () => {
    const { body } = await rig.call('GET', `/v2/apps${id}`)
    const tasks = body['app']!['tasks'] as unknown as { state: string }[]
    const deployments = body['app']!['deployments'] as unknown as unknown[]
    return tasks.length === count && tasks.every(t => t.state === 'TASK_RUNNING') && deployments.length === 0
  })
}

describe('apps', () => {
  it('are created with 201, a Location, the deployment, and all counters at zero', async () => {
    const { status, headers, body } = await rig.call('POST', '/v2/apps', web)
    expect(status).toBe(201)
    expect(headers.get('location')).toBe('http://127.0.0.1:8080/v2/apps/web')
    expect(headers.get('marathon-deployment-id')).toBe(body['deployments']![0]!['id'])
    expect(body).toMatchObject({ id: '/web', tasksStaged: 0, tasksRunning: 0, tasks: [], instances: 2 })
  })

  it('are shown with tasks, counters and versions once they run', async () => {
    await rig.call('POST', '/v2/apps', web)
    await running('/web', 2)
    const { body } = await rig.call('GET', '/v2/apps/web')
    expect(body['app']).toMatchObject({ tasksRunning: 2, tasksStaged: 0, deployments: [] })
    expect(body['app']!['tasks']![0]).toMatchObject({
      appId: '/web',
      host: 'a1.example',
      slaveId: 'a1',
      state: 'TASK_RUNNING',
      ipAddresses: [{ ipAddress: 'a1.example', protocol: 'IPv4' }],
    })
    expect(body['app']!['versionInfo']!['lastConfigChangeAt']).toBe(body['app']!['version'])
  })

  it('are listed, filtered by id, command and label, with tasks only when asked', async () => {
    await rig.call('POST', '/v2/apps', web)
    await rig.call('POST', '/v2/apps', { id: '/shop/api', cmd: 'other', cpus: 0.1, mem: 32 })
    const ids = async (query: string): Promise<unknown> => {
      const { body } = await rig.call('GET', `/v2/apps${query}`)
      return (body['apps'] as unknown as { id: string }[]).map(a => a.id)
    }
    expect(await ids('')).toEqual(['/shop/api', '/web'])
    expect(await ids('?id=SHOP')).toEqual(['/shop/api'])
    expect(await ids('?cmd=serv')).toEqual(['/web'])
    expect(await ids('?label=tier')).toEqual(['/web'])
    expect(await ids('?label=tier%20in%20(back,front)')).toEqual(['/web'])
    expect(await ids('?label=tier!=front')).toEqual([])
    expect((await rig.call('GET', '/v2/apps?label=tier%20in')).status).toBe(422)
    expect((await rig.call('GET', '/v2/apps')).body['apps']![0]).not.toHaveProperty('tasks')
    expect((await rig.call('GET', '/v2/apps?embed=apps.tasks')).body['apps']![0]).toHaveProperty('tasks')
    expect((await rig.call('GET', '/v2/apps/shop/*')).body['*']).toHaveLength(1)
    expect((await rig.call('GET', '/v2/apps/none/*')).status).toBe(404)
  })

  it('are changed by PUT and PATCH, created by PUT only', async () => {
    await rig.call('POST', '/v2/apps', web)
    await running('/web', 2)
    const changed = await rig.call('PUT', '/v2/apps/web', { instances: 3 })
    expect(changed.status).toBe(200)
    expect(changed.body['deploymentId']).toBeTypeOf('string')
    await running('/web', 3)
    expect((await rig.call('PATCH', '/v2/apps/new', { cmd: 'x' })).status).toBe(404)
    expect((await rig.call('PUT', '/v2/apps/new', { cmd: 'x', cpus: 0.1, mem: 32 })).status).toBe(201)
    expect((await rig.call('PUT', '/v2/apps', [{ id: '/web', instances: 1 }])).status).toBe(200)
    expect((await rig.call('PATCH', '/v2/apps', [{ id: '/none', instances: 1 }])).status).toBe(404)
    expect((await rig.call('PUT', '/v2/apps', { id: '/web' })).status).toBe(422)
  })

  it('keep their versions, newest first, and go back to one', async () => {
    const first = (await rig.call('POST', '/v2/apps', web)).body['version']!
    await running('/web', 2)
    await rig.call('PUT', '/v2/apps/web', { cmd: 'new' })
    await running('/web', 2)
    const { body } = await rig.call('GET', '/v2/apps/web/versions')
    expect(body['versions']).toHaveLength(2)
    expect(body['versions']![1]).toBe(first)
    const old = await rig.call('GET', `/v2/apps/web/versions/${first as unknown as string}`)
    expect(old.body).toMatchObject({ id: '/web', cmd: 'serve' })
    expect((await rig.call('GET', '/v2/apps/web/versions/2000-01-01T00:00:00.000Z')).status).toBe(404)
    expect((await rig.call('PUT', '/v2/apps/web', { version: first })).status).toBe(200)
    await running('/web', 2)
    expect((await rig.call('GET', '/v2/apps/web')).body['app']).toMatchObject({ cmd: 'serve' })
  })

  it('are changed by a list in one deployment, created or not, with 200', async () => {
    const one = await rig.call('PUT', '/v2/apps', [web])
    expect([one.status, one.headers.get('location')]).toEqual([200, null])
    expect(one.headers.get('marathon-deployment-id')).toBe(one.body['deploymentId'])
    await running('/web', 2)
    const two = await rig.call('PUT', '/v2/apps', [
      { id: 'web', instances: 1 },
      { id: '/api', cmd: 'x', cpus: 0.1, mem: 32 },
    ])
    expect(two.status).toBe(200)
    await running('/api', 1)
    await running('/web', 1)
    expect((await rig.call('PATCH', '/v2/apps', [{ id: '/none', cmd: 'x' }])).status).toBe(404)
    expect((await rig.call('PUT', '/v2/apps', { id: '/web' })).status).toBe(422)
    expect((await rig.call('PUT', '/v2/apps', [{ cmd: 'x' }])).status).toBe(422)
  })

  it('are restarted and deleted', async () => {
    await rig.call('POST', '/v2/apps', web)
    await running('/web', 2)
    const before = (await rig.call('GET', '/v2/apps/web/tasks')).body['tasks']![0]!['id']
    expect((await rig.call('POST', '/v2/apps/web/restart')).status).toBe(200)
    await running('/web', 2)
    const after = (await rig.call('GET', '/v2/apps/web/tasks')).body['tasks'] as unknown as { id: unknown }[]
    expect(after.map(t => t.id)).not.toContain(before)
    expect((await rig.call('DELETE', '/v2/apps/web')).status).toBe(200)
    expect((await rig.call('GET', '/v2/apps/web')).status).toBe(404)
  })
})

describe('refusals have the status and body of Marathon', () => {
  it.each([
    ['POST', '/v2/apps', '{"id":', 400, { message: 'Invalid JSON' }],
    ['POST', '/v2/apps', '', 400, { message: 'Please specify data in JSON format' }],
    ['POST', '/v2/apps', { id: 7 }, 422, { message: 'Invalid JSON' }],
    ['POST', '/v2/apps', { id: '/x', cmd: 'a', args: ['b'] }, 422, { message: 'Object is not valid' }],
    ['GET', '/v2/apps/none', undefined, 404, { message: "App '/none' does not exist" }],
    ['DELETE', '/v2/apps/none', undefined, 404, { message: "App '/none' does not exist" }],
    ['GET', '/v2/apps/none/tasks', undefined, 404, { message: "App '/none' does not exist" }],
    ['GET', '/v2/apps/none/versions', undefined, 404, { message: "App '/none' does not exist" }],
    ['POST', '/v2/apps/none/restart', undefined, 404, { message: "App '/none' does not exist" }],
    ['DELETE', '/v2/deployments/x', undefined, 404, { message: 'DeploymentPlan x does not exist' }],
    ['POST', '/v2/tasks/delete', { ids: ['nonsense'] }, 400, { message: "Invalid task id 'nonsense'" }],
    ['POST', '/v2/tasks/delete', {}, 422, { message: 'Invalid JSON' }],
    ['GET', '/v2/nothing', undefined, 404, { message: 'URI not found' }],
    ['POST', '/v2/apps', '{"id":\n a}', 400, { details: "Unexpected token 'a' (line 2, column 2)" }],
    ['POST', '/v2/apps', '[1,\n 2 3]', 400, { details: /\(line 2, column 4\)$/ }],
    ['POST', '/v2/apps', '{"id":', 400, { details: 'Unexpected end of JSON input (line 1, column 7)' }],
    ['PUT', '/v2/apps/web', { id: '/other', cmd: 'x' }, 422, { details: [{ path: '/id' }] }],
    ['PUT', '/v2/apps/a%20b', { cmd: 'x' }, 422, { details: [{ path: '/id' }] }],
    ['PUT', '/v2/apps/a/tasks/b', { cmd: 'x' }, 405, { message: 'Method Not Allowed' }],
    ['PUT', '/v2/apps/tasks', { cmd: 'x' }, 422, { details: [{ path: '/id' }] }],
    ['GET', '/v2/apps/none/', undefined, 404, { message: "App '/none' does not exist" }],
    ['GET', '/', undefined, 404, { message: 'URI not found' }],
    ['PATCH', '/v1/apply', {}, 405, { message: 'Method Not Allowed' }],
    ['POST', '/v2/info', undefined, 405, { message: 'Method Not Allowed' }],
    ['POST', '/v2/apps/web', {}, 405, { message: 'Method Not Allowed' }],
    ['GET', '/v2/apps/%zz', undefined, 400, { message: 'The path has a broken escape' }],
  ])('%s %s %j → %i', async (method, path, body, status, expected) => {
    const answer = await rig.call(method, path, body)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject(
      'details' in expected && expected.details instanceof RegExp
        ? { details: expect.stringMatching(expected.details) as string }
        : expected,
    )
    if (status === 405) expect(answer.headers.get('allow')).toMatch(/^OPTIONS, /)
  })

  it('names the place of what is not valid', async () => {
    const { body } = await rig.call('POST', '/v2/apps', { id: '/x', cmd: 'a', cpus: -1 })
    expect(body['details']![0]!['path']).toBe('/cpus')
  })

  it('says 409 for what exists and for what is locked, with the locks', async () => {
    await rig.call('POST', '/v2/apps', { ...web, instances: 50 })
    expect((await rig.call('POST', '/v2/apps', web)).body).toMatchObject({
      message: 'An app with id [/web] already exists.',
    })
    const locked = await rig.call('PUT', '/v2/apps/web', { instances: 1 })
    expect(locked.status).toBe(409)
    const deployments = await rig.call('GET', '/v2/deployments')
    expect(locked.body['deployments']).toEqual([{ id: deployments.body[0]!['id'] }])
    expect((await rig.call('PUT', '/v2/apps/web?force=true', { instances: 1 })).status).toBe(200)
  })
})

describe('tasks', () => {
  beforeEach(async () => {
    await rig.call('POST', '/v2/apps', { ...web, portDefinitions: [{ port: 10_080 }] })
    await running('/web', 2)
  })

  it('are listed with service ports, as JSON by default and as lines when asked', async () => {
    const { body } = await rig.call('GET', '/v2/tasks?status=running')
    const ports = [0, 1].map(i => body['tasks']![i]!['ports']![0])
    expect(body['tasks']![0]).toMatchObject({ servicePorts: [10_080] })
    expect((await rig.call('GET', '/v2/tasks?status[]=staging')).body['tasks']).toEqual([])
    expect((await rig.call('GET', '/v2/tasks?status=nonsense')).body['tasks']).toHaveLength(2)
    expect((await rig.call('GET', '/v2/tasks?status=RUNNING&status=staging')).body['tasks']).toHaveLength(2)
    const lines = await rig.call('GET', '/v2/tasks', undefined, { Accept: 'text/plain' })
    expect(lines.text).toBe(`web\t10080\ta1.example:${String(ports[0])}\ta1.example:${String(ports[1])}\t\n`)
  })

  it('are killed by id and come again; with scale they do not', async () => {
    const task = (await rig.call('GET', '/v2/tasks')).body['tasks']![0]!['id'] as unknown as string
    const killed = await rig.call('DELETE', `/v2/apps/web/tasks/${task}`)
    expect(killed.body['task']).toMatchObject({ id: task })
    await running('/web', 2)
    const next = (await rig.call('GET', '/v2/tasks')).body['tasks']![0]!['id']!
    const scaled = await rig.call('POST', '/v2/tasks/delete?scale=true', { ids: [next as unknown as string] })
    expect(scaled.body).toHaveProperty('deploymentId')
    await running('/web', 1)
    expect((await rig.call('GET', '/v2/apps/web')).body['app']).toMatchObject({ instances: 1 })
    expect((await rig.call('DELETE', '/v2/apps/web/tasks/nothing')).status).toBe(404)
    expect(scaled.headers.get('marathon-deployment-id')).toBe(scaled.body['deploymentId'])
    expect((await rig.call('DELETE', '/v2/apps/web/tasks?scale=true&wipe=true')).status).toBe(400)
    const wiped = await rig.call('DELETE', '/v2/apps/web/tasks?wipe=true')
    expect([wiped.status, wiped.body['message']]).toEqual([422, expect.stringContaining('wipe')])
    await running('/web', 1)
    expect((await rig.call('DELETE', '/v2/apps/web/tasks?host=other')).body).toEqual({ tasks: [] })
  })
})

describe('deployments', () => {
  it('are listed with their steps and cancelled: reverted, or with force left as they are', async () => {
    await rig.call('POST', '/v2/apps', { ...web, instances: 50 })
    const [first] = (await rig.call('GET', '/v2/deployments')).body as unknown as Record<string, unknown>[]
    expect(first).toMatchObject({ affectedApps: ['/web'], affectedPods: [], totalSteps: 2, currentStep: 2 })
    const forced = await rig.call('DELETE', `/v2/deployments/${String(first!['id'])}?force=true`)
    expect([forced.status, forced.text]).toEqual([202, ''])
    expect((await rig.call('GET', '/v2/deployments')).body).toEqual([])
    const second = (await rig.call('PUT', '/v2/apps/web', { instances: 60 })).body['deploymentId']!
    const reverted = await rig.call('DELETE', `/v2/deployments/${second as unknown as string}`)
    expect(reverted.status).toBe(200)
    expect((await rig.call('GET', '/v2/apps/web')).body['app']).toMatchObject({ instances: 50 })
  })
})

describe('the rest', () => {
  it('answers ping in what is accepted', async () => {
    expect((await rig.call('GET', '/ping')).text).toBe('pong')
    expect((await rig.call('GET', '/ping', undefined, { Accept: 'application/json' })).text).toBe('"pong"')
    expect((await rig.call('GET', '/ping', undefined, { Accept: 'image/png' })).status).toBe(204)
    const head = await rig.call('HEAD', '/ping')
    expect([head.status, head.text]).toEqual([200, ''])
  })

  it('tells who it is, and forbids caching', async () => {
    const { body, headers } = await rig.call('GET', '/v2/info')
    expect(body).toMatchObject({ version: '1.2.3', elected: true, leader: '127.0.0.1:8080' })
    expect(headers.get('cache-control')).toBe('no-cache, no-store, must-revalidate')
    expect(headers.get('x-marathon-leader')).toBe('http://127.0.0.1:8080')
    expect((await rig.call('GET', '/v2/leader')).body).toEqual({ leader: '127.0.0.1:8080' })
    const options = await rig.call('OPTIONS', '/v2/apps/web')
    expect([options.status, options.headers.get('allow')]).toEqual([
      204,
      'OPTIONS, GET, HEAD, PUT, PATCH, DELETE',
    ])
  })
})
