// What a task finds in its environment, and its ports.
import { expect, test } from 'vitest'
import { hostPortsWanted, taskEnvironment, taskPorts } from '../../../src/model/index.ts'
import type { Json } from '../../../src/base/index.ts'
import { appOf } from '../samples.ts'

function environment(definition: object, ports: readonly number[] = []): Record<string, string> {
  const app = appOf({ id: '/shop/web', cmd: 'x', ...(definition as { [name: string]: Json }) })
  return taskEnvironment({
    app,
    taskId: 't.1',
    version: '2026-01-01T00:00:00.000Z',
    host: 'agent1',
    ports,
    sandbox: '/sandbox',
  })
}

test('everything of an app without ports', () => {
  expect(environment({ ports: [], cpus: 0.5, labels: { 'a.b c': '1', Z: '2' } })).toEqual({
    MESOS_TASK_ID: 't.1',
    MESOS_SANDBOX: '/sandbox',
    MESOS_DIRECTORY: '/sandbox',
    MARATHON_APP_ID: '/shop/web',
    MARATHON_APP_VERSION: '2026-01-01T00:00:00.000Z',
    MARATHON_APP_RESOURCE_CPUS: '0.5',
    MARATHON_APP_RESOURCE_MEM: '128.0',
    MARATHON_APP_RESOURCE_DISK: '0.0',
    MARATHON_APP_RESOURCE_GPUS: '0',
    MARATHON_APP_ENFORCE_GROUP_ROLE: 'FALSE',
    MARATHON_APP_LABELS: 'Z A_B_C',
    MARATHON_APP_LABEL_Z: '2',
    MARATHON_APP_LABEL_A_B_C: '1',
    HOST: 'agent1',
  })
})

const bridge = (portMappings: Json): object => ({
  container: { docker: { image: 'redis:7' }, portMappings },
  networks: [{ mode: 'container/bridge' }],
})

const cases: readonly [string, object, readonly number[], Readonly<Record<string, string | undefined>>][] = [
  [
    'any port on the host',
    {},
    [31_000],
    { PORT: '31000', PORT0: '31000', PORTS: '31000', PORT_31000: '31000', PORT_DEFAULT: '31000' },
  ],
  [
    'ports by name and by number',
    { portDefinitions: [{ port: 10_001, name: 'http-api' }, { port: 0 }] },
    [31_000, 31_001],
    {
      PORT0: '31000',
      PORT1: '31001',
      PORT: '31000',
      PORTS: '31000,31001',
      PORT_10001: '31000',
      PORT_HTTP_API: '31000',
      PORT_31001: '31001',
    },
  ],
  [
    'container ports',
    bridge([
      { containerPort: 80, hostPort: 0, name: 'web' },
      { containerPort: 0, hostPort: 0 },
    ]),
    [31_005, 31_006],
    {
      PORT0: '31005',
      PORT_80: '31005',
      PORT_WEB: '31005',
      PORT1: '31006',
      PORT_31006: '31006',
      MARATHON_APP_DOCKER_IMAGE: 'redis:7',
    },
  ],
  [
    'mappings without host port',
    {
      container: { portMappings: [{ containerPort: 80 }, { containerPort: 81, hostPort: 0 }] },
      networks: [{ name: 'n' }],
    },
    [31_000],
    { PORT0: '80', PORT1: '31000', PORTS: '80,31000', PORT_80: '80', PORT_81: '31000' },
  ],
  [
    "the app's own values win",
    { env: { HOST: 'mine', PORT0: '1', X: 'y' } },
    [31_000],
    { HOST: 'mine', PORT0: '1', PORT: '31000', X: 'y' },
  ],
  ['secrets are left out', { env: { T: { secret: 's' } } }, [31_000], { T: undefined }],
  [
    'labels too long are left out',
    { labels: { ['k'.repeat(493)]: 'a', v: 'x'.repeat(512), w: 'x'.repeat(511) } },
    [31_000],
    { MARATHON_APP_LABELS: 'W', MARATHON_APP_LABEL_V: undefined, MARATHON_APP_LABEL_W: 'x'.repeat(511) },
  ],
]

test.each(cases)('%s', (_name, definition, ports, wanted) => {
  const found = environment(definition, ports)
  expect(Object.fromEntries(Object.keys(wanted).map(name => [name, found[name]]))).toEqual(wanted)
})

test('ports of a task: on the host, in a container, and on a network of its own', () => {
  expect(taskPorts(appOf({ id: '/a', cmd: 'x', ports: [0, 7] }), [1, 2])).toEqual([
    { host: 1, protocol: 'tcp' },
    { host: 2, protocol: 'tcp' },
  ])
  const app = appOf({
    id: '/a',
    cmd: 'x',
    networks: [{ name: 'n' }],
    container: {
      portMappings: [
        { containerPort: 80, name: 'a' },
        { containerPort: 0, hostPort: 0, protocol: 'udp' },
        { containerPort: 0 },
      ],
    },
  })
  expect(hostPortsWanted(app)).toHaveLength(1)
  const [first, second, third] = taskPorts(app, [31_000])
  expect(first).toEqual({ name: 'a', container: 80, protocol: 'tcp' })
  expect(second).toEqual({ host: 31_000, container: 31_000, protocol: 'udp' })
  expect(third!.host).toBeUndefined()
  expect(third!.container).toBeGreaterThanOrEqual(1025)
  expect(taskPorts(app, [31_000])).toEqual(taskPorts(app, [31_000]))
})
