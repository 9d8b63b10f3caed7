// Lifecycles from the text to the cluster and back: what another client sets is left to it, and what must not be
// destroyed is not, also when the text is gone or the server was started anew.
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Json } from '../../../src/base/index.ts'
import { evaluateHclFiles } from '../../../src/lang/hcl/index.ts'
import { assemble } from '../../../src/lang/index.ts'
import type { StackName } from '../../../src/model/index.ts'
import { startRig, waitFor, type Body, type Rig } from './rig.ts'

let rig: Rig

beforeEach(async () => {
  rig = await startRig()
  rig.join('a1')
})

afterEach(() => rig.close())

function desiredOf(text: string): Json {
  const { config, diagnostics } = evaluateHclFiles([{ name: 'main.hcl', text }])
  expect(diagnostics).toEqual([])
  const assembled = assemble(config!, 'shop' as StackName)
  expect(assembled.diagnostics).toEqual([])
  return assembled.desired as unknown as Json
}

async function plan(text: string, mode: 'apply' | 'destroy' = 'apply'): Promise<Body> {
  const request = { desired: desiredOf(text), mode, deleteUnnamed: true, origin: 'me@here:/x', adopt: false }
  const { status, body } = await rig.call('POST', '/v1/plan', request)
  expect(status).toBe(200)
  return body
}

async function applied(text: string): Promise<Body> {
  const { plan: made, diagnostics } = await plan(text)
  expect(diagnostics).toEqual([])
  const request = { plan: made as unknown as Json, force: false, takeOver: false }
  const { status } = await rig.call('POST', '/v1/apply', request)
  expect(status).toBe(200)
  await settled()
  return made!
}

const settled = (): Promise<void> =>
  waitFor(async () => ((await rig.call('GET', '/v2/deployments')).body as unknown as Json[]).length === 0)

async function scaled(instances: number, more: { readonly [key: string]: Json } = {}): Promise<void> {
  expect((await rig.call('PUT', '/v2/apps/web', { instances, ...more })).status).toBe(200)
  await settled()
}

const app = async (id = '/web'): Promise<Body> => (await rig.call('GET', `/v2/apps${id}`)).body['app']!

const web = (tag: string, lifecycle: string): string => `
app "web" {
  cmd       = "serve"
  cpus      = 0.1
  mem       = "32MiB"
  instances = 2
  env       = { TAG = "${tag}", MODE = "fast" }

  lifecycle {
    ${lifecycle}
  }
}
`

it('an autoscaler keeps what it has set: the plan is empty, and a later change goes on from there', async () => {
  const ignoring = 'ignore_changes = [instances, env["TAG"]]'
  await applied(web('1', ignoring))
  expect((await app())['instances']).toBe(2)

  await scaled(5)
  const { plan: idle } = await plan(web('2', ignoring))
  expect(idle).toMatchObject({ changes: [], steps: [] })
  expect(idle!['ignored']).toMatchObject([
    { address: 'app.web', fields: [{ path: '/env/TAG' }, { path: '/instances', before: 5, after: 2 }] },
  ])

  const next = web('2', ignoring).replace('fast', 'slow')
  expect(await applied(next)).toMatchObject({
    changes: [{ action: 'restart', fields: [{ path: '/env/MODE' }], disruption: { restarts: 5 } }],
  })
  expect(await app()).toMatchObject({ instances: 5, env: { TAG: '1', MODE: 'slow' } })
  expect((await plan(next)).plan).toMatchObject({ changes: [], steps: [] })

  // Without it the text holds again.
  const heard = next.replace(ignoring, '')
  expect(await applied(heard)).toMatchObject({
    changes: [{ action: 'restart', fields: [{ path: '/env/TAG' }, { path: '/instances' }] }],
  })
  expect(await app()).toMatchObject({ instances: 2, env: { TAG: '2', MODE: 'slow' } })
})

it('what is protected is not destroyed when its block is gone, also not after other changes and a new start', async () => {
  const guarded = web('1', 'prevent_destroy = true')
  await applied(guarded)
  expect((await plan(guarded)).plan).toMatchObject({ changes: [] })
  await scaled(3, { labels: { by: 'hand' } })
  const { store, agents } = rig
  await rig.close()
  rig = await startRig(store, agents)

  const gone = await plan('')
  expect(gone.plan).toBeNull()
  expect(gone['diagnostics']).toMatchObject([
    { summary: 'The app must not be destroyed', address: 'app.web' },
  ])
  expect((await plan(guarded, 'destroy')).plan).toBeNull()
  expect((await plan('', 'destroy')).plan).toBeNull()

  const free = web('1', 'prevent_destroy = false')
  expect(await applied(free)).toMatchObject({ changes: [{ action: 'scale' }] })
  expect((await plan(guarded)).plan).toMatchObject({
    changes: [{ action: 'update', reason: 'it will be protected from being destroyed', fields: [] }],
    steps: [],
  })
  expect(await applied('')).toMatchObject({ changes: [{ action: 'delete' }] })
  expect((await rig.call('GET', '/v2/apps/web')).status).toBe(404)
})

it('an app with destroy = false runs on, owned by nobody, when its block is gone', async () => {
  await applied(web('1', 'destroy = false'))
  expect(await applied('')).toMatchObject({ changes: [{ action: 'forget' }], steps: [] })
  expect(await app()).toMatchObject({ instances: 2, tasksRunning: 2 })
  expect((await plan('')).plan).toMatchObject({ changes: [] })
})

it('a value that is hidden from now on is so after one apply', async () => {
  await applied(web('1', ''))
  const hiding = `variable "tag" {\n  default   = "1"\n  sensitive = true\n}\n${web('${var.tag}', '')}`
  expect(await applied(hiding)).toMatchObject({ changes: [{ action: 'update', fields: [] }], steps: [] })
  expect((await plan(hiding)).plan).toMatchObject({ changes: [] })
})

it('a volume is forgotten, or deleted where that was said', async () => {
  const volume = (name: string, more = ''): string => `volume "${name}" {\n  size = 1\n${more}\n}\n`
  const deleting = 'lifecycle {\n destroy = true\n }'
  await applied(volume('kept') + volume('gone', deleting))
  expect(await applied('')).toMatchObject({
    changes: [
      { address: 'volume.gone', action: 'delete' },
      { address: 'volume.kept', action: 'forget' },
    ],
  })
  // What was forgotten is still there to be adopted; what was deleted is made anew.
  expect((await plan(volume('kept') + volume('gone'))).plan).toMatchObject({
    changes: [
      { address: 'volume.gone', action: 'create' },
      { address: 'volume.kept', action: 'adopt' },
    ],
  })
})
