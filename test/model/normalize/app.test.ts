// From every accepted form to the canonical one.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isFormMistake, marathonApp, normalizeApp, validateApp } from '../../../src/model/index.ts'
import type { App, AppId } from '../../../src/model/index.ts'
import type { Json } from '../../../src/base/index.ts'
import { sampleApp } from '../../support/sampleapp.ts'
import { appOf, fullApp, hostApp } from '../samples.ts'

test('the smallest app gets every default', () => {
  expect(appOf({ id: '/web', cmd: 'x' })).toEqual(sampleApp({ id: '/web' as AppId, cmd: 'x' }))
})

// What was given beside id and cmd, and what must come out of it.
const translations: readonly [string, Json, object][] = [
  ['ports', { ports: [0, 8080] }, { portDefinitions: [definition(0), definition(8080)] }],
  ['no ports', { ports: [] }, { portDefinitions: [] }],
  ['no portDefinitions', { portDefinitions: [] }, { portDefinitions: [] }],
  [
    'ports that say the same as portDefinitions',
    { ports: [1], portDefinitions: [{ port: 1, name: 'a' }] },
    { portDefinitions: [{ ...definition(1), name: 'a' }] },
  ],
  [
    'uris of archives are unpacked',
    { uris: ['http://x/a.tar.gz?x=1', 'http://x/a.sh', 'http://x/a.zip'] },
    {
      fetch: [
        fetched('http://x/a.tar.gz?x=1', true),
        fetched('http://x/a.sh', false),
        fetched('http://x/a.zip', true),
      ],
    },
  ],
  [
    'uris beside the same fetch',
    { uris: ['a.zip'], fetch: [{ uri: 'a.zip', cache: true }] },
    { fetch: [{ ...fetched('a.zip', true), cache: true }] },
  ],
  ['uris beside an empty fetch', { uris: ['a'], fetch: [] }, { fetch: [fetched('a', false)] }],
  ['an empty uris', { uris: [], fetch: [{ uri: 'a' }] }, { fetch: [fetched('a', true)] }],
  ['a fetch is unpacked unless told otherwise', { fetch: [{ uri: 'a' }] }, { fetch: [fetched('a', true)] }],
  [
    'Docker on a bridge',
    { container: { docker: { image: 'i', network: 'BRIDGE', portMappings: [{ containerPort: 80 }] } } },
    {
      networks: [{ mode: 'container/bridge' }],
      container: container([{ ...mapping(80), hostPort: 0 }]),
      portDefinitions: undefined,
    },
  ],
  [
    'Docker on a bridge without ports gets one',
    { container: { docker: { image: 'i', network: 'BRIDGE' } } },
    { container: container([{ ...mapping(0), hostPort: 0, name: 'default' }]) },
  ],
  [
    'Docker on a bridge with no ports wanted',
    { container: { docker: { image: 'i' }, portMappings: [] }, networks: [{ mode: 'container/bridge' }] },
    { container: container([]) },
  ],
  [
    'Docker on the host',
    { container: { docker: { image: 'i', network: 'HOST' } }, ports: [7] },
    { networks: [{ mode: 'host' }], container: container(), portDefinitions: [definition(7)] },
  ],
  [
    'Docker on a network of the user',
    {
      container: { docker: { image: 'i', network: 'USER', portMappings: [{ containerPort: 80 }] } },
      ipAddress: { networkName: 'n', groups: ['x'] },
    },
    { networks: [{ mode: 'container', name: 'n' }], container: container([mapping(80)]) },
  ],
  [
    'ipAddress with ports to discover',
    {
      ipAddress: {
        networkName: 'n',
        labels: { a: 'b' },
        discovery: { ports: [{ number: 80, name: 'http', protocol: 'tcp' }] },
      },
    },
    {
      networks: [{ mode: 'container', name: 'n', labels: { a: 'b' } }],
      container: { type: 'MESOS', volumes: [], portMappings: [{ ...mapping(80), name: 'http' }] },
    },
  ],
  [
    'service ports repeated by old servers',
    {
      ports: [0],
      container: { docker: { image: 'i', network: 'BRIDGE', portMappings: [{ containerPort: 80 }] } },
    },
    { container: container([{ ...mapping(80), hostPort: 0 }]), portDefinitions: undefined },
  ],
  [
    'a container network without a container',
    { networks: [{ name: 'n' }] },
    {
      networks: [{ mode: 'container', name: 'n' }],
      container: { type: 'MESOS', volumes: [], portMappings: [{ ...mapping(0), name: 'default' }] },
    },
  ],
  ['no networks', { networks: [] }, { networks: [{ mode: 'host' }] }],
  [
    'an empty container.portMappings on the host',
    { container: { docker: { image: 'i' }, portMappings: [] } },
    { container: container() },
  ],
  ['empty args', { args: [] }, { args: undefined, cmd: 'x' }],
  [
    'null is absent',
    { cpus: null, env: null, container: null, constraints: null },
    { cpus: 1, env: {}, constraints: [] },
  ],
  ['null in a map', { env: { A: null, B: 'b' } }, { env: { B: 'b' } }],
  [
    'operators in any letter case',
    { constraints: [['hostname', 'Unlike', 'a']] },
    { constraints: [['hostname', 'UNLIKE', 'a']] },
  ],
  ['a check gets the first port', { healthChecks: [{}] }, { healthChecks: [check({ portIndex: 0 })] }],
  [
    'a check with a port keeps it',
    { healthChecks: [{ port: 8080 }] },
    { healthChecks: [check({ port: 8080 })] },
  ],
  [
    'a check of an app without ports',
    { healthChecks: [{}], portDefinitions: [] },
    { healthChecks: [check({})] },
  ],
  [
    'a command as a check has no port',
    { healthChecks: [{ protocol: 'COMMAND', command: { value: 'true' } }] },
    { healthChecks: [{ ...check({}), protocol: 'COMMAND', command: { value: 'true' } }] },
  ],
  [
    'an upgrade strategy may be given in part',
    { upgradeStrategy: { minimumHealthCapacity: 0.5 } },
    { upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 1 } },
  ],
  [
    'the label of single instances',
    { labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' } },
    { upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 } },
  ],
  [
    'a persistent volume makes a resident app',
    { container: { volumes: [{ containerPath: 'data', persistent: { size: 10 } }] } },
    {
      container: {
        type: 'MESOS',
        volumes: [
          { containerPath: 'data', mode: 'RW', persistent: { size: 10, type: 'root', constraints: [] } },
        ],
      },
      upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
      unreachableStrategy: 'disabled',
      residency: { relaunchEscalationTimeoutSeconds: 3600, taskLostBehavior: 'WAIT_FOREVER' },
    },
  ],
  [
    'a profile means a mount disk',
    { container: { volumes: [{ containerPath: 'd', persistent: { size: 1, profileName: 'p' } }] } },
    {
      container: {
        type: 'MESOS',
        volumes: [
          {
            containerPath: 'd',
            mode: 'RW',
            persistent: { size: 1, type: 'mount', profileName: 'p', constraints: [] },
          },
        ],
      },
    },
  ],
  [
    'executor resources get their defaults',
    { executorResources: { cpus: 1 } },
    { executorResources: { cpus: 1, mem: 32, disk: 10 } },
  ],
  [
    'an unreachable strategy in part',
    { unreachableStrategy: { expungeAfterSeconds: 9 } },
    { unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 9 } },
  ],
  ['dependencies once', { dependencies: ['a', '/a', './b'] }, { dependencies: ['/a', '/b'] }],
  [
    'a host port of our own',
    { portDefinitions: [{ hostPort: 31000 }] },
    { portDefinitions: [{ ...definition(0), hostPort: 31000 }] },
  ],
  ['minus zero is zero', { cpus: -0 }, { cpus: 0 }],
  [
    'what servers add is dropped',
    { version: 'x', versionInfo: {}, tasksRunning: 3, storeUrls: [] },
    { id: '/web' },
  ],
]

test.each(translations)('%s', (_name, given, wanted) => {
  const { app, diagnostics } = normalizeApp({ id: '/web', cmd: 'x', ...(given as object) })
  expect(diagnostics).toEqual([])
  expect(Object.fromEntries(Object.keys(wanted).map(name => [name, app?.[name as keyof App]]))).toEqual(
    wanted,
  )
})

describe('ids', () => {
  test.each([
    ['web', undefined, '/web'],
    ['/a/b', undefined, '/a/b'],
    ['web', '/shop', '/shop/web'],
    ['./web', '/shop', '/shop/web'],
    ['../web', '/shop/eu', '/shop/web'],
    ['/a//b/', undefined, '/a/b'],
    [' web ', undefined, '/web'],
  ])('%j in %s is %s', (id, base, wanted) => {
    expect(normalizeApp({ id, cmd: 'x' }, base === undefined ? {} : { base }).app?.id).toBe(wanted)
  })

  test('the id from the address wins, and an other one is told', () => {
    const { app, diagnostics } = normalizeApp({ id: '/b', cmd: 'x' }, { id: '/a' as AppId })
    expect(app?.id).toBe('/a')
    expect(diagnostics).toMatchObject([{ severity: 'warning', path: '/id' }])
    expect(normalizeApp({ cmd: 'x' }, { id: '/a' as AppId })).toMatchObject({
      app: { id: '/a' },
      diagnostics: [],
    })
  })
})

const mistakes: readonly [string, Json, string, string][] = [
  ['a number as the id', { id: 5 }, '/id', 'error.expected.jsstring'],
  ['no id', { id: null }, '/id', 'error.path.missing'],
  ['an empty id', { id: '' }, '/id', 'Path must contain at least one path element'],
  ['a long id', { id: 'a'.repeat(501) }, '/id', 'error.maxLength'],
  ['an empty cmd', { cmd: '' }, '/cmd', 'must not be an empty string'],
  ['a zero character', { cmd: 'a\u0000b' }, '/cmd', 'error.pattern'],
  ['cpus as text', { cpus: '1' }, '/cpus', 'error.expected.jsnumber'],
  ['negative mem', { mem: -1 }, '/mem', 'error.min'],
  ['too many instances', { instances: 1_000_001 }, '/instances', 'error.max'],
  ['half an instance', { instances: 1.5 }, '/instances', 'error.expected.jsnumber'],
  ['a list as env', { env: [] }, '/env', 'error.expected.jsobject'],
  ['a number in env', { env: { A: 1 } }, '/env/A', 'error.expected.jsstring'],
  ['an empty name in env', { env: { '': 'a' } }, '/env', 'must not be empty'],
  ['a secret that is none', { env: { A: { secret: 1 } } }, '/env/A/secret', 'error.expected.jsstring'],
  ['too much env', { env: many(10_001) }, '/env', 'error.maxLength'],
  ['a label too long', { labels: { a: 'x'.repeat(65_537) } }, '/labels/a', 'error.maxLength'],
  ['an object as args', { args: {} }, '/args', 'error.expected.jsarray'],
  ['a number in args', { args: ['a', 1] }, '/args(1)', 'error.expected.jsstring'],
  ['a text as a switch', { requirePorts: 'yes' }, '/requirePorts', 'error.expected.jsboolean'],
  ['an unknown word', { killSelection: 'OLDEST' }, '/killSelection', 'error.unknown.enum.literal'],
  ['an executor that is no path', { executor: 'a//b' }, '/executor', 'error.pattern'],
  ['a port too high', { portDefinitions: [{ port: 65_536 }] }, '/portDefinitions(0)/port', 'error.max'],
  ['a port below zero', { ports: [-1] }, '/ports(0)', 'error.min'],
  [
    'an unknown protocol of a port',
    { portDefinitions: [{ protocol: 'sctp' }] },
    '/portDefinitions(0)/protocol',
    'error.unknown.enum.literal',
  ],
  ['a factor below one', { backoffFactor: 0.5 }, '/backoffFactor', 'error.min'],
  [
    'a share above one',
    { upgradeStrategy: { minimumHealthCapacity: 2 } },
    '/upgradeStrategy/minimumHealthCapacity',
    'error.max',
  ],
  [
    'a check without pause',
    { healthChecks: [{ intervalSeconds: 0 }] },
    '/healthChecks(0)/intervalSeconds',
    'error.min',
  ],
  [
    'an unknown check',
    { healthChecks: [{ protocol: 'PING' }] },
    '/healthChecks(0)/protocol',
    'error.unknown.enum.literal',
  ],
  ['two readiness checks', { readinessChecks: [{}, {}] }, '/readinessChecks', 'error.maxLength'],
  ['no uri', { fetch: [{}] }, '/fetch(0)/uri', 'error.path.missing'],
  ['a uri too long', { fetch: [{ uri: 'a'.repeat(1025) }] }, '/fetch(0)/uri', 'error.maxLength'],
  [
    'fetch and other uris',
    { fetch: [{ uri: 'a' }], uris: ['b'] },
    '/uris',
    'may not be set in conjunction with fetch',
  ],
  [
    'an unreachable strategy as a number',
    { unreachableStrategy: 5 },
    '/unreachableStrategy',
    'error.expected.jsstring',
  ],
  [
    'another unreachable strategy',
    { unreachableStrategy: 'never' },
    '/unreachableStrategy',
    'error.unknown.enum.literal',
  ],
  [
    'a limit that is no number',
    { resourceLimits: { mem: 'lots' } },
    '/resourceLimits/mem',
    'error.unknown.enum.literal',
  ],
  [
    'a constraint of one',
    { constraints: [['a']] },
    '/constraints(0)',
    'Each constraint must have either 2 or 3 fields',
  ],
  [
    'a constraint of four',
    { constraints: [['a', 'IS', 'b', 'c']] },
    '/constraints(0)',
    'Each constraint must have either 2 or 3 fields',
  ],
  [
    'a constraint without field',
    { constraints: [['', 'IS', 'b']] },
    '/constraints(0)',
    'missing field for constraint declaration',
  ],
  [
    'an unknown operator',
    { constraints: [['a', 'NEAR', 'b']] },
    '/constraints(0)',
    'operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS',
  ],
  [
    'a number in a constraint',
    { constraints: [['a', 'GROUP_BY', 3]] },
    '/constraints(0)(2)',
    'error.expected.jsstring',
  ],
  ['a constraint as text', { constraints: ['a:UNIQUE'] }, '/constraints(0)', 'error.expected.jsarray'],
  [
    'a volume that is nothing',
    { container: { volumes: [{ containerPath: 'a' }] } },
    '/container/volumes(0)',
    'must have exactly one of hostPath, persistent, external and secret',
  ],
  [
    'a volume without a place',
    { container: { volumes: [{ hostPath: '/a' }] } },
    '/container/volumes(0)/containerPath',
    'error.path.missing',
  ],
  [
    'networks twice',
    { networks: [{ mode: 'host' }], container: { docker: { image: 'i', network: 'HOST' } } },
    '/container/docker/network',
    'must not specify both container.docker.network and networks',
  ],
  [
    'no network',
    { container: { docker: { image: 'i', network: 'NONE' } } },
    '/container/docker/network',
    'container.docker.network NONE is not supported',
  ],
  [
    'mappings twice',
    { container: { portMappings: [{}], docker: { image: 'i', portMappings: [{}], network: 'BRIDGE' } } },
    '/container/docker/portMappings',
    'must not specify both container.portMappings and container.docker.portMappings',
  ],
  [
    'ports twice',
    { ports: [1], portDefinitions: [{ port: 2 }] },
    '/',
    'cannot specify both ports and port definitions',
  ],
  [
    'an address and ports',
    { ports: [1], ipAddress: { networkName: 'n' } },
    '/',
    'cannot specify both an IP address and port',
  ],
  [
    'an address and the host',
    { ipAddress: {}, networks: [{ mode: 'host' }] },
    '/ipAddress',
    'must not specify both ipAddress and another network',
  ],
]

test.each(mistakes)('%s is a mistake', (_name, given, path, summary) => {
  const { app, diagnostics } = normalizeApp({ id: '/web', cmd: 'x', ...(given as object) })
  expect(app).toBeUndefined()
  const errors = diagnostics.filter(d => d.severity === 'error')
  expect(errors.map(d => [d.path, d.summary])).toEqual([[path, summary]])
  expect(errors[0]!.detail).toMatch(/[.?]$/)
  expect(isFormMistake(errors[0]!)).toBe(summary.startsWith('error.'))
})

test.each([[null], [[]], ['web'], [5], [true]])('%j is no app', value => {
  const { app, diagnostics } = normalizeApp(value as Json)
  expect(app).toBeUndefined()
  expect(diagnostics).toMatchObject([{ path: '/', summary: 'error.expected.jsobject' }])
})

test('all mistakes are told at once', () => {
  const { diagnostics } = normalizeApp({ id: 1, cpus: 'a', env: { A: 1, B: 2 }, instances: -1 })
  expect(diagnostics.map(d => d.path)).toEqual(['/id', '/cpus', '/instances', '/env/A', '/env/B'])
})

test('unknown fields are told, with the near name, and dropped', () => {
  const { app, diagnostics } = normalizeApp({
    id: '/web',
    cmd: 'x',
    instnces: 3,
    healthChecks: [{ grace: 1 }],
    container: { dcoker: {} },
  })
  expect(app?.instances).toBe(1)
  expect(diagnostics.every(d => d.severity === 'warning')).toBe(true)
  expect(diagnostics.map(d => d.path)).toEqual(['/instnces', '/container/dcoker', '/healthChecks(0)/grace'])
  expect(diagnostics[0]!.detail).toContain('Did you mean "instances"?')
  expect(diagnostics[1]!.detail).toContain('Did you mean "docker"?')
})

test('names of the language are plain names in a map', () => {
  const body = JSON.parse('{"id":"/web","cmd":"x","env":{"__proto__":"a","constructor":"b"}}') as Json
  const app = appOf(body)
  expect(Object.entries(app.env)).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ])
  expect(normalizeApp(JSON.parse('{"id":"/web","cmd":"x","__proto__":{"cpus":9}}') as Json).app?.cpus).toBe(1)
})

describe('normalising again changes nothing', () => {
  const samples: readonly (readonly [string, App])[] = [
    ['on the host', hostApp],
    ['in a container', fullApp],
    ...translations.map(
      ([name, given]) => [name, appOf({ id: '/web', cmd: 'x', ...(given as object) })] as const,
    ),
  ]

  test.each(samples)('%s', (_name, app) => {
    const again = normalizeApp(app as unknown as Json)
    expect(again.diagnostics).toEqual([])
    expect(JSON.stringify(again.app)).toBe(JSON.stringify(app))
    expect(normalizeApp(marathonApp(app)).app).toEqual(app)
  })

  test('for any app', () => {
    fc.assert(
      fc.property(definitions, definition => {
        const { app } = normalizeApp(definition)
        if (!app) return
        expect(normalizeApp(app as unknown as Json)).toEqual({ app, diagnostics: [] })
        validateApp(app)
      }),
      { numRuns: 300 },
    )
  })
})

test('any JSON at all is answered, never thrown at', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constantFrom(...Object.keys(fullApp), 'uris', 'ports', 'ipAddress'),
      (value, name) => {
        const { app, diagnostics } = normalizeApp({ id: '/web', cmd: 'x', [name]: value as Json })
        expect(app === undefined).toBe(diagnostics.some(d => d.severity === 'error'))
        if (app) validateApp(app)
      },
    ),
    { numRuns: 500 },
  )
})

const port = fc.constantFrom(0, 80, 8080, 10_000)
const network = fc.constantFrom('HOST', 'BRIDGE', 'USER')
const definitions: fc.Arbitrary<Json> = fc.record(
  {
    id: fc.constantFrom('/web', 'a/b', './c'),
    cmd: fc.string({ minLength: 1 }),
    cpus: fc.double({ min: 0, max: 64, noNaN: true }),
    instances: fc.nat(10),
    env: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
    labels: fc.dictionary(fc.string(), fc.constantFrom('true', 'x'), { maxKeys: 3 }),
    ports: fc.array(port, { maxLength: 3 }),
    portDefinitions: fc.array(fc.record({ port, name: fc.constantFrom('a', 'b') }, { requiredKeys: [] }), {
      maxLength: 2,
    }),
    uris: fc.array(fc.webUrl(), { maxLength: 2 }),
    networks: fc.array(
      fc.record(
        { mode: fc.constantFrom('host', 'container/bridge', 'container'), name: fc.constantFrom('n', 'm') },
        { requiredKeys: [] },
      ),
      { maxLength: 2 },
    ),
    container: fc.record(
      {
        type: fc.constantFrom('DOCKER', 'MESOS'),
        docker: fc.record(
          {
            image: fc.constantFrom('i', ''),
            network,
            portMappings: fc.array(fc.record({ containerPort: port, hostPort: port }, { requiredKeys: [] }), {
              maxLength: 2,
            }),
          },
          { requiredKeys: ['image'] },
        ),
        volumes: fc.array(
          fc.constantFrom(
            { containerPath: 'd', persistent: { size: 1 } },
            { containerPath: '/a', hostPath: '/b', mode: 'RO' },
          ),
          { maxLength: 2 },
        ),
        portMappings: fc.array(fc.record({ containerPort: port, servicePort: port }, { requiredKeys: [] }), {
          maxLength: 2,
        }),
      },
      { requiredKeys: [] },
    ),
    healthChecks: fc.array(
      fc.constantFrom(
        {},
        { protocol: 'TCP', portIndex: 1 },
        { protocol: 'COMMAND', command: { value: 'x' } },
      ),
      { maxLength: 2 },
    ),
    constraints: fc.array(
      fc.constantFrom(['hostname', 'unique'], ['rack', 'like', 'a|b'], ['rack', 'GROUP_BY', '3']),
      { maxLength: 2 },
    ),
    upgradeStrategy: fc.constantFrom({}, { maximumOverCapacity: 0 }),
    unreachableStrategy: fc.constantFrom('disabled', {}, { expungeAfterSeconds: 5 }),
    dependencies: fc.array(fc.constantFrom('a', '../b', '/c/d'), { maxLength: 3 }),
  },
  { requiredKeys: ['id'] },
) as fc.Arbitrary<Json>

function definition(port: number): object {
  return { port, protocol: 'tcp', labels: {} }
}

function mapping(containerPort: number): object {
  return { containerPort, servicePort: 0, protocol: 'tcp', labels: {}, networkNames: [] }
}

function container(portMappings?: readonly object[]): object {
  const docker = { image: 'i', forcePullImage: false, privileged: false, parameters: [] }
  return { type: 'DOCKER', docker, volumes: [], portMappings }
}

function fetched(uri: string, extract: boolean): object {
  return { uri, extract, executable: false, cache: false }
}

function check(more: object): object {
  return {
    protocol: 'HTTP',
    gracePeriodSeconds: 300,
    intervalSeconds: 60,
    timeoutSeconds: 20,
    maxConsecutiveFailures: 3,
    delaySeconds: 15,
    ignoreHttp1xx: false,
    ipProtocol: 'IPv4',
    ...more,
  }
}

function many(count: number): Json {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`V${i}`, '']))
}
