// The tutorial's exercises on the API (1 to 7, 35, 36), with the bodies as they are sent there, and with the headers of
// the clients that send them.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Answer, startRig, waitFor, type Rig } from './rig.ts'

let rig: Rig

beforeEach(async () => {
  rig = await startRig()
  for (const name of ['agent1', 'agent2', 'agent3']) rig.join(name)
})

afterEach(() => rig.close())

const curl = { 'Content-type': 'application/json', Accept: '*/*', 'User-Agent': 'curl/7.68.0' }
const curlWithoutType = { ...curl, 'Content-type': 'application/x-www-form-urlencoded' }
const httpie = {
  'Content-Type': 'application/json',
  Accept: 'application/json, */*;q=0.5',
  'User-Agent': 'HTTPie/3.2',
}

const hello = `{"id":"hello-gridka","cmd":"while [ true ]; do echo 'Hello GridKA'; sleep 5; done","cpus":0.1,"mem":10.0,"instances":1}`
const counter = `{
  "id": "counter",
  "cmd": "for i in {1..25}; do echo $i; sleep 1; done",
  "cpus": 0.1, "mem": 10.0, "instances": 1
}`
const hello200 = hello.replace('hello-gridka', 'hello-gridka-200').replace('"instances":1', '"instances":200')

async function settled(id: string, instances: number): Promise<Answer['body']> {
  await waitFor(async () => {
    const app = (await rig.call('GET', `/v2/apps/${id}`)).body['app']
    const none = (app?.['deployments'] as unknown as unknown[] | undefined)?.length === 0
    return none && app!['tasksRunning'] === (instances as unknown)
  })
  return (await rig.call('GET', `/v2/apps/${id}`)).body['app']!
}

function taskIds(app: Answer['body']): unknown[] {
  return (app['tasks'] as unknown as { id: string }[]).map(t => t.id)
}

it.each([
  ['curl with a type', curl],
  ['curl without', curlWithoutType],
  ['HTTPie', httpie],
])('1: hello is created by %s', async (_, headers) => {
  const created = await rig.call('POST', '/v2/apps', hello, headers)
  expect(created.status).toBe(201)
  expect(created.headers.get('location')).toBe('http://127.0.0.1:8080/v2/apps/hello-gridka')
  const { version, versionInfo, deployments } = created.body
  expect(created.body).toEqual({
    id: '/hello-gridka',
    cmd: "while [ true ]; do echo 'Hello GridKA'; sleep 5; done",
    cpus: 0.1,
    mem: 10,
    disk: 0,
    gpus: 0,
    instances: 1,
    executor: '',
    labels: {},
    networks: [{ mode: 'host' }],
    portDefinitions: [{ name: 'default', port: 10_000, protocol: 'tcp' }],
    requirePorts: false,
    backoffSeconds: 1,
    backoffFactor: 1.15,
    maxLaunchDelaySeconds: 300,
    killSelection: 'YOUNGEST_FIRST',
    unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
    upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    role: '*',
    version,
    versionInfo,
    deployments,
    tasks: [],
    tasksStaged: 0,
    tasksRunning: 0,
    tasksHealthy: 0,
    tasksUnhealthy: 0,
  })
  expect(version).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  expect(versionInfo).toEqual({ lastScalingAt: version, lastConfigChangeAt: version })
  expect(deployments).toEqual([{ id: created.headers.get('marathon-deployment-id') }])
  const app = await settled('hello-gridka', 1)
  expect(app['tasks']![0]).toEqual({
    id: expect.stringMatching(/^hello-gridka\.instance-[-0-9a-f]{36}\._app\.1$/) as string,
    appId: '/hello-gridka',
    host: expect.stringMatching(/^agent[123]\.example$/) as string,
    slaveId: expect.stringMatching(/^agent[123]$/) as string,
    ports: [expect.any(Number)],
    ipAddresses: [{ ipAddress: expect.any(String) as string, protocol: 'IPv4' }],
    stagedAt: expect.any(String) as string,
    startedAt: expect.any(String) as string,
    version,
    state: 'TASK_RUNNING',
    localVolumes: [],
    role: '*',
  })
})

it('2: looking shows apps, tasks and agents', async () => {
  await rig.call('POST', '/v2/apps', hello, curl)
  await settled('hello-gridka', 1)
  const listed = (await rig.call('GET', '/v2/apps', undefined, httpie)).body['apps']!
  expect(listed[0]).toMatchObject({ id: '/hello-gridka', tasksRunning: 1, tasksStaged: 0, deployments: [] })
  expect((await rig.call('GET', '/v2/tasks')).body['tasks']![0]).toMatchObject({ servicePorts: [10_000] })
  expect((await rig.call('GET', '/v1/agents')).body).toHaveLength(3)
})

it('3 to 7: the counter is started again, scaled, updated, suspended and deleted', async () => {
  expect((await rig.call('POST', '/v2/apps', counter, curl)).status).toBe(201)
  const [first] = taskIds(await settled('counter', 1))
  // 3: a task that finishes is followed by another.
  rig.endTasks('/counter')
  await waitFor(async () => {
    const [task] = taskIds((await rig.call('GET', '/v2/apps/counter')).body['app']!)
    return task !== undefined && task !== first
  })
  const [second] = taskIds(await settled('counter', 1))
  // 4
  const out = await rig.call('PUT', '/v2/apps/counter', '{"instances": 3}', curl)
  expect(out.status).toBe(200)
  expect(Object.keys(out.body).sort()).toEqual(['deploymentId', 'version'])
  const three = taskIds(await settled('counter', 3))
  expect(three).toContain(second)
  // 5
  const before = (await rig.call('GET', '/v2/apps/counter')).body['app']!['versionInfo']![
    'lastConfigChangeAt'
  ]
  const update = '{"cmd": "for i in {1..100}; do echo $i; sleep 1; done"}'
  expect((await rig.call('PUT', '/v2/apps/counter', update, curlWithoutType)).status).toBe(200)
  await waitFor(async () => {
    const app = (await rig.call('GET', '/v2/apps/counter')).body['app']!
    return !taskIds(app).some(id => three.includes(id))
  })
  const updated = await settled('counter', 3)
  expect(updated['versionInfo']!['lastConfigChangeAt']).not.toBe(before)
  expect((await rig.call('GET', '/v2/apps/counter/versions')).body['versions']).toHaveLength(3)
  // 6
  expect((await rig.call('PUT', '/v2/apps/counter', '{"instances": 0}', curl)).status).toBe(200)
  expect(await settled('counter', 0)).toMatchObject({ instances: 0, tasks: [] })
  // 7: the id as a listing shows it, escaped by the client.
  const id = (await rig.call('GET', '/v2/apps')).body['apps']![0]!['id'] as unknown as string
  const gone = await rig.call('DELETE', `/v2/apps/${encodeURIComponent(id)}`, undefined, curl)
  expect(gone.status).toBe(200)
  expect(gone.headers.get('marathon-deployment-id')).toBe(gone.body['deploymentId'])
  await waitFor(async () => (await rig.call('GET', '/v2/deployments')).text === '[]')
  expect((await rig.call('GET', '/v2/apps')).body).toEqual({ apps: [] })
  expect((await rig.call('GET', '/v2/tasks')).body).toEqual({ tasks: [] })
})

it('35 and 36: what can not fit stays visible, locks its app, and is taken over, cancelled or rolled back', async () => {
  const created = await rig.call('POST', '/v2/apps', hello200.replace('200}', '20}'), curl)
  expect(created.status).toBe(201)
  await settled('hello-gridka-200', 20)
  const impossible = await rig.call('PUT', '/v2/apps/hello-gridka-200?force=true', '{"instances":200}', curl)
  const [deployment] = (await rig.call('GET', '/v2/deployments')).body as unknown as Record<string, unknown>[]
  expect(deployment).toEqual({
    id: impossible.body['deploymentId'],
    version: impossible.body['version'],
    affectedApps: ['/hello-gridka-200'],
    affectedPods: [],
    steps: [{ actions: [{ action: 'ScaleApplication', app: '/hello-gridka-200' }] }],
    currentActions: [{ action: 'ScaleApplication', app: '/hello-gridka-200', readinessCheckResults: [] }],
    currentStep: 1,
    totalSteps: 1,
    // What Marathon does not say: how it stands, and why it waits.
    state: 'running',
    waits: expect.arrayContaining([
      expect.objectContaining({
        app: '/hello-gridka-200',
        kind: 'place',
        message: 'a place for 80: 3 of 3 agents lack 0.1 CPU (at most 0 CPU is free on one)',
      }),
    ]) as unknown,
  })
  const refused = await rig.call('PUT', '/v2/apps/hello-gridka-200', '{"instances":30}', curl)
  expect([refused.status, refused.body]).toEqual([
    409,
    {
      message:
        "App is locked by one or more deployments. Override with the option '?force=true'. " +
        `View details at '/v2/deployments/<DEPLOYMENT_ID>'.`,
      code: 'LOCKED',
      deployments: [{ id: deployment!['id'] }],
    },
  ])
  // 36: cancelled, it is rolled back to what ran before.
  const cancelled = await rig.call('DELETE', `/v2/deployments/${String(deployment!['id'])}`, undefined, curl)
  expect(cancelled.status).toBe(200)
  expect(cancelled.headers.get('marathon-deployment-id')).toBe(cancelled.body['deploymentId'])
  expect(await settled('hello-gridka-200', 20)).toMatchObject({ instances: 20 })
  // 35: force takes over.
  await rig.call('PUT', '/v2/apps/hello-gridka-200?force=true', '{"instances":200}', curl)
  const forced = await rig.call('PUT', '/v2/apps/hello-gridka-200?force=true', '{"instances":30}', curl)
  expect(forced.status).toBe(200)
  expect(await settled('hello-gridka-200', 30)).toMatchObject({ instances: 30 })
})
