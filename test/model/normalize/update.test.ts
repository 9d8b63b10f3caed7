// Changes of a stored app: present fields replace, absent ones and null keep; ports follow the network.
import { expect, test } from 'vitest'
import { normalizeUpdate } from '../../../src/model/index.ts'
import type { App } from '../../../src/model/index.ts'
import type { Json } from '../../../src/base/index.ts'
import { appOf } from '../samples.ts'

const stored = appOf({
  id: '/web',
  cmd: 'x',
  mem: 64,
  env: { A: 'a', B: 'b' },
  labels: { l: '1' },
  portDefinitions: [{ port: 9000, name: 'http', labels: { v: '1' } }],
})
const bridged = appOf({
  id: '/web',
  container: {
    docker: {
      image: 'i',
      network: 'BRIDGE',
      portMappings: [{ containerPort: 80, servicePort: 9000, name: 'http' }],
    },
  },
})

function updated(before: App, patch: Json, partial = true): App {
  const { app, diagnostics } = normalizeUpdate(before, patch, { partial })
  expect(diagnostics).toEqual([])
  return app!
}

const changes: readonly [string, Json, Partial<App>][] = [
  ['instances alone', { instances: 3 }, { instances: 3 }],
  ['nothing', {}, {}],
  ['maps are replaced as a whole', { env: { C: 'c' } }, { env: { C: 'c' } }],
  ['an empty map clears', { labels: {} }, { labels: {} }],
  ['null keeps', { mem: null, env: null, cmd: null }, {}],
  [
    'older fields are translated first',
    { uris: ['a.zip'] },
    { fetch: [{ uri: 'a.zip', extract: true, executable: false, cache: false }] },
  ],
  ['older ports', { ports: [1] }, { portDefinitions: [{ port: 1, protocol: 'tcp', labels: {} }] }],
  ['constraints', { constraints: [['hostname', 'unique']] }, { constraints: [['hostname', 'UNIQUE']] }],
]

test.each(changes)('%s', (_name, patch, wanted) => {
  expect(updated(stored, patch)).toEqual({ ...stored, ...wanted })
})

test('not partial: everything else goes back to its default', () => {
  expect(updated(stored, { cmd: 'y' }, false)).toEqual(appOf({ id: '/web', cmd: 'y' }))
})

test('from the host to a bridge the ports become mappings', () => {
  const app = updated(stored, {
    networks: [{ mode: 'container/bridge' }],
    container: { docker: { image: 'i' } },
  })
  expect(app.portDefinitions).toBeUndefined()
  expect(app.container?.portMappings).toEqual([
    {
      containerPort: 0,
      hostPort: 0,
      servicePort: 9000,
      protocol: 'tcp',
      name: 'http',
      labels: { v: '1' },
      networkNames: [],
    },
  ])
})

test('from the host to a bridge with mappings of its own', () => {
  const app = updated(stored, {
    container: { docker: { image: 'i', network: 'BRIDGE', portMappings: [{ containerPort: 80 }] } },
  })
  expect(app.networks).toEqual([{ mode: 'container/bridge' }])
  expect(app.container?.portMappings).toMatchObject([{ containerPort: 80, servicePort: 0 }])
  expect(app.portDefinitions).toBeUndefined()
})

test('from a bridge to the host the mappings become ports', () => {
  const app = updated(bridged, { networks: [{ mode: 'host' }] })
  expect(app.portDefinitions).toEqual([{ port: 9000, protocol: 'tcp', name: 'http', labels: {} }])
  expect(app.container).toEqual({ ...bridged.container, portMappings: undefined })
})

test('the container that a network brought along goes with it', () => {
  const before = appOf({ id: '/a', cmd: 'x', networks: [{ mode: 'container', name: 'n' }] })
  expect(before.container).toBeDefined()
  expect(updated(before, { networks: [{ mode: 'host' }] }).container).toBeUndefined()
})

test('a change of a network of the same kind keeps the ports', () => {
  const app = updated(bridged, { networks: [{ mode: 'container', name: 'n' }] })
  expect(app.container).toEqual(bridged.container)
})

const refused: readonly [string, Json, string, string][] = [
  ['a wrong type', { instances: 'three' }, '/instances', 'error.expected.jsnumber'],
  [
    'a version among others',
    { version: 'v', cmd: 'y' },
    '/',
    "The 'version' field may only be combined with the 'id' field.",
  ],
  ['a version alone', { version: 'v' }, '/version', 'a stored version is not a definition'],
  ['no object', [], '/', 'error.expected.jsobject'],
]

test.each(refused)('%s is refused', (_name, patch, path, summary) => {
  const { app, diagnostics } = normalizeUpdate(stored, patch, { partial: true })
  expect(app).toBeUndefined()
  expect(diagnostics.map(d => [d.path, d.summary])).toEqual([[path, summary]])
})
