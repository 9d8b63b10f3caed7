// Apps that together hold every field there is, in canonical form.
import { normalizeApp } from '../../src/model/index.ts'
import type { App } from '../../src/model/index.ts'
import type { Json } from '../../src/base/index.ts'

/** The canonical app of a definition that must be well-formed. */
export function appOf(definition: Json): App {
  const { app, diagnostics } = normalizeApp(definition)
  if (!app) throw new Error(`not an app: ${JSON.stringify(diagnostics)}`)
  return app
}

export const hostApp = appOf({
  id: '/shop/web',
  args: ['serve', '--port', '80'],
  user: 'www',
  executor: '//cmd',
  executorResources: {},
  portDefinitions: [
    { port: 0, name: 'http', labels: { VIP: 'a' } },
    { port: 9000, protocol: 'udp', hostPort: 31_000, name: 'stats' },
  ],
  networks: [{ mode: 'host', name: 'n', labels: { a: 'b' } }],
  healthChecks: [
    { path: '/health' },
    { protocol: 'TCP', port: 80 },
    { protocol: 'COMMAND', command: { argv: ['true'] } },
  ],
  preStop: { command: { argv: ['./leave'] } },
  check: {
    http: { path: '/', scheme: 'http' },
    exec: { command: { argv: ['a'], shell: 'b' } },
    portIndex: 0,
  },
})

export const fullApp = appOf({
  id: '/shop/db',
  cmd: 'run',
  cpus: 0.5,
  mem: 64,
  disk: 10,
  gpus: 1,
  instances: 3,
  resourceLimits: { cpus: 2, mem: 'unlimited' },
  env: { A: 'b', TOKEN: { secret: 's' } },
  labels: { tier: 'back' },
  secrets: { s: { source: '/s' } },
  dependencies: ['/shop/cache'],
  acceptedResourceRoles: ['*'],
  role: 'prod',
  tty: true,
  fetch: [{ uri: 'http://files/a.tgz', destPath: 'a' }],
  container: {
    type: 'DOCKER',
    docker: {
      image: 'postgres:17',
      parameters: [{ key: 'a', value: 'b' }],
      pullConfig: { secret: 's' },
      credential: { principal: 'p', secret: 'q' },
    },
    volumes: [
      { containerPath: '/etc/x', hostPath: '/srv/x', mode: 'RO' },
      {
        containerPath: 'data',
        persistent: { size: 100, maxSize: 200, profileName: 'fast', constraints: [['path', 'LIKE', '.*']] },
      },
      { containerPath: '/ext', external: { name: 'e', provider: 'dvdi', size: 1, options: { a: 'b' } } },
      { containerPath: '/sec', secret: 's' },
    ],
    portMappings: [{ containerPort: 5432, hostPort: 0, name: 'pg', labels: { a: 'b' }, networkNames: ['n'] }],
    linuxInfo: {
      seccomp: { profileName: 'p', unconfined: false },
      ipcInfo: { mode: 'PRIVATE', shmSize: 64 },
    },
  },
  networks: [{ mode: 'container', name: 'n', labels: { a: 'b' } }],
  constraints: [
    ['hostname', 'UNIQUE'],
    ['rack', 'GROUP_BY', '3'],
  ],
  affinities: [{ field: 'disk', operator: 'LIKE', value: 'ssd.*', weight: 30 }],
  spreads: [{ field: 'zone', weight: 80, targets: [{ value: 'z1', percent: 60 }] }],
  healthChecks: [{ protocol: 'COMMAND', command: { value: 'true' } }],
  readinessChecks: [{ portName: 'pg' }],
  taskKillGracePeriodSeconds: 5,
  mode: 'batch',
  retries: 5,
  maxRunDurationSeconds: 60,
  preStop: { command: { value: './leave' }, timeoutSeconds: 5, waitSeconds: 2 },
  killSignal: 'SIGINT',
  unreachableStrategy: { inactiveAfterSeconds: 1, expungeAfterSeconds: 2 },
  update: {
    maxParallel: 2,
    canary: 1,
    healthyDeadlineSeconds: 60,
    progressDeadlineSeconds: 600,
    autoRollback: true,
    pauseSeconds: 10,
  },
})
