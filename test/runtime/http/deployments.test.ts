// Deployments over both doors: what waits and why, orders to one, and changes that wait for each other.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startRig, type Answer, type Rig } from './rig.ts'

let rig: Rig

beforeEach(async () => {
  rig = await startRig()
})
afterEach(() => rig.close())

/** There is no agent: the deployment waits for a place and holds the app. */
async function held(): Promise<string> {
  const { body } = await rig.call('POST', '/v2/apps', { id: '/web', cmd: 'x', cpus: 1 })
  return body['deployments']![0]!['id'] as unknown as string
}

function state({ body }: Answer): unknown {
  return body['state']
}

describe('a deployment', () => {
  test('says what it waits for', async () => {
    const id = await held()
    const { body } = await rig.call('GET', `/v1/deployments/${id}`)
    expect(body).toMatchObject({ state: 'running', waits: [{ kind: 'place', app: '/web', instances: 1 }] })
    const listed = (await rig.call('GET', '/v2/deployments')).body
    expect(listed[0]).toMatchObject({ id, state: 'running', waits: [{ kind: 'place' }] })
  })

  test('is paused, goes on, and has nothing to promote', async () => {
    const id = await held()
    expect((await rig.call('POST', `/v1/deployments/${id}/pause`)).status).toBe(200)
    expect(state(await rig.call('GET', `/v1/deployments/${id}`))).toBe('paused')
    expect((await rig.call('POST', `/v1/deployments/${id}/resume`)).status).toBe(200)
    expect(state(await rig.call('GET', `/v1/deployments/${id}`))).toBe('running')
    const promoted = await rig.call('POST', `/v1/deployments/${id}/promote`)
    expect([promoted.status, promoted.body['code']]).toEqual([422, 'INVALID'])
    expect((await rig.call('POST', '/v1/deployments/nobody/pause')).status).toBe(404)
  })
})

describe('?queue=true', () => {
  test('is answered with the deployment that will carry it out', async () => {
    const id = await held()
    expect((await rig.call('PUT', '/v2/apps/web', { instances: 2 })).status).toBe(409)
    const waiting = await rig.call('PUT', '/v2/apps/web?queue=true', { instances: 2 })
    expect(waiting.status).toBe(202)
    expect(waiting.body).toMatchObject({ queued: true })
    const second = waiting.body['deploymentId'] as unknown as string
    expect((await rig.call('GET', '/v2/deployments')).body).toMatchObject([
      { id, state: 'running' },
      { id: second, state: 'queued', steps: [], currentStep: 0, waits: [{ kind: 'lock', deployment: id }] },
    ])
    rig.join('agent1')
    await expect
      .poll(async () => state(await rig.call('GET', `/v1/deployments/${second}`)), { timeout: 10_000 })
      .toBe('done')
    expect((await rig.call('GET', '/v1/deployments')).body).toEqual([])
    const ended = (await rig.call('GET', '/v1/deployments?ended=true')).body
    expect(ended).toMatchObject([{ id: second }, { id }])
  })

  test('is taken back like any deployment', async () => {
    await held()
    const waiting = await rig.call('DELETE', '/v2/apps/web?queue=true&force=false')
    const id = waiting.body['deploymentId'] as unknown as string
    expect((await rig.call('DELETE', `/v1/deployments/${id}`)).status).toBe(200)
    expect(state(await rig.call('GET', `/v1/deployments/${id}`))).toBe('cancelled')
  })
})
