// The doors for agents and for rebalancing, over real sockets.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startRig, waitFor, type Rig } from './rig.ts'

let rig: Rig

beforeEach(async () => {
  rig = await startRig()
  rig.join('a1')
  rig.join('a2')
  await waitFor(async () => (await agents()).length === 2)
})

afterEach(() => rig.close())

interface Agent {
  readonly id: string
  readonly tasks: number
  readonly cordoned?: boolean
  readonly drain?: { readonly done: boolean; readonly force: boolean; readonly remainingSeconds?: number }
}

async function agents(): Promise<readonly Agent[]> {
  return (await rig.call('GET', '/v1/agents')).body as unknown as readonly Agent[]
}

async function agent(id: string): Promise<Agent> {
  return (await rig.call('GET', `/v1/agents/${id}`)).body as unknown as Agent
}

describe('agents', () => {
  it('are cordoned, and taken back', async () => {
    expect((await rig.call('POST', '/v1/agents/a1/cordon', {})).status).toBe(200)
    expect((await agent('a1')).cordoned).toBe(true)
    expect((await rig.call('POST', '/v1/agents/a1/uncordon', {})).status).toBe(200)
    expect((await agent('a1')).cordoned).toBeUndefined()
  })

  it('are emptied', async () => {
    await rig.call('POST', '/v2/apps', { id: '/web', cmd: 'serve', cpus: 0.1, mem: 32, instances: 2 })
    await waitFor(async () => (await agents()).every(a => a.tasks === 1))
    const asked = await rig.call('POST', '/v1/agents/a1/drain', { deadlineSeconds: 3600 })
    expect(asked.status).toBe(200)
    await waitFor(async () => (await agent('a1')).drain?.done === true)
    expect((await agent('a2')).tasks).toBe(2)
    await rig.call('POST', '/v1/agents/a1/uncordon', {})
    const moves = { moves: [expect.objectContaining({ app: '/web', from: 'a2', to: 'a1' })], appsLeft: 0 }
    await waitFor(async () => (await rig.call('GET', '/v1/rebalance')).body['moves']![0] !== undefined)
    expect((await rig.call('GET', '/v1/rebalance?app=/web')).body).toEqual(moves)
    expect((await rig.call('POST', '/v1/rebalance', { apps: ['/web'] })).status).toBe(200)
    await waitFor(async () => (await agents()).every(a => a.tasks === 1))
  })

  it.each([
    ['POST', '/v1/agents/nobody/cordon', {}, 404],
    ['GET', '/v1/agents/nobody', undefined, 404],
    ['POST', '/v1/agents/a1/drain', { deadlineSeconds: 'soon' }, 422],
    ['POST', '/v1/agents/a1/drain', { force: true }, 422],
    ['DELETE', '/v1/agents/a1', undefined, 422],
    ['POST', '/v1/rebalance', { apps: ['/nothing'] }, 404],
  ])('%s %s %j is refused with %i', async (method, path, body, status) => {
    expect((await rig.call(method, path, body)).status).toBe(status)
  })
})
