// The tutorial's exercises with groups (18 to 20) on the API, and what else `/v2/groups` answers.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startRig, waitFor, type Rig } from './rig.ts'

let rig: Rig

beforeEach(async () => {
  rig = await startRig()
  for (const name of ['agent1', 'agent2', 'agent3']) rig.join(name)
})

afterEach(() => rig.close())

const app = (id: string) => ({ id, cmd: 'sleep 1000', cpus: 0.1, mem: 10, instances: 1 })
const counters = {
  id: '/counters',
  groups: [
    { id: '/counters/forward', apps: [app('fc'), app('hellofc')] },
    {
      id: '/counters/backward',
      dependencies: ['/counters/forward'],
      apps: [app('bc'), app('hellobc')],
    },
  ],
}

interface Group {
  readonly id: string
  readonly apps: readonly { readonly id: string; readonly instances: number }[]
  readonly groups: readonly Group[]
  readonly dependencies: readonly string[]
}

async function group(path: string): Promise<Group> {
  return (await rig.call('GET', path)).body as unknown as Group
}

async function settled(): Promise<void> {
  await waitFor(async () => ((await rig.call('GET', '/v2/deployments')).body as unknown as []).length === 0)
}

it('18 to 20: a group is made, scaled and deleted', async () => {
  const made = await rig.call('POST', '/v2/groups', JSON.stringify(counters))
  expect(made.status).toBe(201)
  expect(made.headers.get('location')).toBe('http://127.0.0.1:8080/v2/groups/counters')
  expect(made.headers.get('marathon-deployment-id')).toBe(made.body['deploymentId'])
  await settled()
  const found = await group('/v2/groups/counters')
  expect(found.groups.map(g => [g.id, g.dependencies, g.apps.map(a => a.id)])).toEqual([
    ['/counters/backward', ['/counters/forward'], ['/counters/backward/bc', '/counters/backward/hellobc']],
    ['/counters/forward', [], ['/counters/forward/fc', '/counters/forward/hellofc']],
  ])
  const again = await rig.call('POST', '/v2/groups', JSON.stringify(counters))
  expect(again.status).toBe(409)
  expect(again.body['message']).toBe('Group /counters is already created. Use PUT to change this group.')

  expect((await rig.call('PUT', '/v2/groups/counters', '{"scaleBy":2}')).status).toBe(200)
  await settled()
  const apps = (await rig.call('GET', '/v2/groups/counters/apps')).body as unknown as Group['apps']
  expect(apps.map(a => a.instances)).toEqual([2, 2, 2, 2])
  const versions = (await rig.call('GET', '/v2/groups/counters/versions')).body as unknown as string[]
  expect(versions).toHaveLength(2)
  const back = await rig.call('PUT', '/v2/groups/counters', JSON.stringify({ version: versions[1]! }))
  expect(back.status).toBe(200)
  await settled()
  expect((await group('/v2/groups/counters/forward')).apps.map(a => a.instances)).toEqual([1, 1])

  expect((await rig.call('DELETE', '/v2/groups/counters')).status).toBe(200)
  await settled()
  expect(await group('/v2/groups')).toMatchObject({ id: '/', apps: [], groups: [] })
  const gone = await rig.call('GET', '/v2/groups/counters')
  expect(gone.status).toBe(404)
  expect(gone.body['message']).toBe("Group '/counters' does not exist")
})

it('a dry run answers with steps; embed says what is shown; PUT makes what is not there', async () => {
  const dry = await rig.call('PUT', '/v2/groups/g?dryRun=true', JSON.stringify({ apps: [app('a')] }))
  expect(dry.body).toEqual({
    steps: [
      { actions: [{ action: 'StartApplication', app: '/g/a' }] },
      { actions: [{ action: 'ScaleApplication', app: '/g/a' }] },
    ],
  })
  expect((await rig.call('GET', '/v2/groups/g')).status).toBe(404)
  const made = await rig.call('PUT', '/v2/groups/g', JSON.stringify({ apps: [app('a')] }))
  expect(made.status).toBe(201)
  await settled()
  const root = await rig.call('GET', '/v2/groups?embed=group.groups')
  expect(root.body).toMatchObject({ id: '/', groups: [{ id: '/g', groups: [] }] })
  expect(JSON.stringify(root.body)).not.toContain('"apps"')
  const broken = await rig.call('PUT', '/v2/groups/g', JSON.stringify({ apps: [{ id: 'a' }] }))
  expect(broken.status).toBe(422)
  expect(broken.body['details']).toMatchObject([{ path: '/apps(0)' }])
})
