// Plans as text fixtures: one for each kind of change and for their combinations.
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { planJson, printPlan } from '../../../src/cli/print/index.ts'
import type {
  App,
  Desired,
  DesiredMove,
  Forecast,
  HealthCheck,
  PlaceKind,
  Plan,
  Snapshot,
  StackName,
} from '../../../src/model/index.ts'
import { plan, withForecast } from '../../../src/planner/index.ts'
import type { PlanOptions } from '../../../src/planner/index.ts'
import {
  agent,
  app,
  deployment,
  desired,
  existing,
  existingGroup,
  existingVolume,
  group,
  here,
  shop,
  snapshot,
  wanted,
} from '../../planner/builders.ts'
import { fixture } from './fixture.ts'

const health: HealthCheck = {
  protocol: 'HTTP',
  path: '/',
  portIndex: 0,
  gracePeriodSeconds: 3,
  intervalSeconds: 10,
  timeoutSeconds: 20,
  maxConsecutiveFailures: 3,
  delaySeconds: 15,
  ignoreHttp1xx: false,
  ipProtocol: 'IPv4',
}

const docker = (image: string): Partial<App> => ({
  networks: [{ mode: 'container/bridge' }],
  portDefinitions: undefined as never,
  container: {
    type: 'DOCKER',
    docker: { image, forcePullImage: false, privileged: false, parameters: [] },
    volumes: [{ containerPath: '/data', hostPath: '/srv/data', mode: 'RW' }],
    portMappings: [
      {
        containerPort: 80,
        hostPort: 0,
        servicePort: 0,
        protocol: 'tcp',
        name: 'http',
        labels: {},
        networkNames: [],
      },
    ],
  },
})
const strategy = (minimumHealthCapacity: number, maximumOverCapacity: number): Partial<App> => ({
  upgradeStrategy: { minimumHealthCapacity, maximumOverCapacity },
})

function made(want: Desired, have: Snapshot, options: Partial<PlanOptions> = {}): Plan {
  const result = plan(want, have, { mode: 'apply', deleteUnnamed: true, origin: here, ...options })
  if (result.plan === null) throw new Error(JSON.stringify(result.diagnostics))
  return result.plan
}

const moved = (kind: PlaceKind, from: string, id: string, to: string, newId: string): DesiredMove => ({
  from: { kind, address: from, id },
  to: { kind, address: to, id: newId },
})

const between = (before: App, after: App, sensitivePaths: string[] = []): Plan =>
  made(desired([wanted(after, { sensitivePaths })]), snapshot([before]))

const web = (more: Partial<App> = {}): App => app('/web', more)
const script = (last: string): string => `set -e\necho one\necho two\n${last}\n`
const forecast = (more: Partial<Forecast> = {}): Forecast => ({
  inputsHash: 'h',
  verdict: 'works',
  unplaced: [],
  profiles: [
    { name: 'p10', durationMs: 9_400, lowestHealthy: {} },
    { name: 'p50', durationMs: 12_300, lowestHealthy: {} },
    { name: 'p99', durationMs: 95_000, lowestHealthy: {} },
  ],
  ...more,
})
const placed = (id: string, ...agents: string[]): Plan['placements'] =>
  agents.map((name, slot) => ({ app: id as never, slot, agent: agent(name) }))

const full = web({
  instances: 3,
  env: { PORT: '80', 'weird key': 'x' },
  labels: { team: 'shop' },
  healthChecks: [health],
  constraints: [['hostname', 'UNIQUE']],
  fetch: [{ uri: 'http://files/a.tgz', extract: true, executable: false, cache: false }],
  secrets: { db: { source: 'vault/db' } },
  dependencies: ['/db'],
  backoffSeconds: 90,
  ...docker('shop/web:1.4'),
  ...strategy(0.5, 0.25),
})

const cases: readonly [name: string, purpose: string, plan: Plan][] = [
  ['nothing', 'Nothing differs', made(desired([web()]), snapshot([web()]))],
  ['nothing-to-destroy', 'Destroy of an empty stack', made(desired([]), snapshot(), { mode: 'destroy' })],
  ['create', 'A new app: defaults are left out', made(desired([web()]), snapshot())],
  [
    'create-full',
    'A new app with a bit of everything',
    made(desired([full, app('/db')]), snapshot([app('/db')])),
  ],
  [
    'create-container',
    'The rarer parts of an app: options of the engine, volumes, checks with commands',
    made(
      desired([
        web({
          ...docker('python:3'),
          env: { A: { secret: 's' } },
          unreachableStrategy: 'disabled',
          resourceLimits: { mem: 'unlimited' },
          check: {
            exec: { command: { argv: ['/bin/true', '-x'] } },
            intervalSeconds: 60,
            timeoutSeconds: 20,
            delaySeconds: 15,
          },
          healthChecks: [{ ...health, port: 8080, portIndex: undefined as never }],
          container: {
            type: 'DOCKER',
            docker: {
              image: 'python:3',
              forcePullImage: false,
              privileged: true,
              parameters: [{ key: 'name', value: 'x' }],
            },
            volumes: [
              {
                containerPath: 'data',
                mode: 'RW',
                persistent: { size: 512, type: 'root', constraints: [] },
              },
              {
                containerPath: '/all',
                mode: 'RW',
                external: { name: 'all', provider: 'sddc', options: {}, shared: true },
              },
              {
                containerPath: '/ext',
                mode: 'RW',
                external: {
                  name: 'v',
                  provider: 'dvdi',
                  options: { 'dvdi/driver': 'rexray' },
                  shared: false,
                },
              },
            ],
          },
        }),
      ]),
      snapshot(),
    ),
  ],
  [
    'restart',
    'A new image restarts by turns; memory restarts, too',
    between(
      web({ ...docker('shop/web:1.4'), instances: 6, mem: 256, ...strategy(0.65, 0) }),
      web({ ...docker('shop/web:1.5'), instances: 6, mem: 512, ...strategy(0.65, 0) }),
    ),
  ],
  [
    'restart-and-scale',
    'More instances of something new',
    between(
      web({ cmd: 'a', instances: 2, ...strategy(0.5, 0) }),
      web({ cmd: 'b', instances: 5, ...strategy(0.5, 0) }),
    ),
  ],
  ['scale-up', 'Only the number of instances', between(web(), web({ instances: 3 }))],
  [
    'scale-and-label',
    'A label rides along with a scale',
    between(web(), web({ instances: 3, labels: { a: 'b' } })),
  ],
  ['suspend', 'No instances: suspended', between(web({ instances: 3 }), web({ instances: 0 }))],
  [
    'resume',
    'From none to some with another command',
    between(web({ cmd: 'a', instances: 0 }), web({ cmd: 'b', instances: 2 })),
  ],
  [
    'in-place',
    'Labels change without touching a task',
    between(web({ labels: { a: '1', b: '2', c: '3' } }), web({ labels: { a: '1', b: 'x', d: '4' } })),
  ],
  [
    'env',
    'Environment by key',
    between(web({ env: { A: '1', LONGER: '2', KEPT: '3' } }), web({ env: { A: '9', NEW: 'n', KEPT: '3' } })),
  ],
  [
    'sensitive',
    'A sensitive value is not shown',
    between(web({ env: { PASSWORD: 'old' } }), web({ env: { PASSWORD: 'new' } }), ['/env/PASSWORD']),
  ],
  [
    'sensitive-marked',
    'A value that is hidden from now on',
    between(web({ env: { PASSWORD: 'old' } }), web({ env: { PASSWORD: 'old' } }), ['/env/PASSWORD']),
  ],
  [
    'script',
    'A text of several lines, line by line',
    between(web({ cmd: script('run --old') }), web({ cmd: script('run --new') })),
  ],
  [
    'list',
    'A list, element by element',
    between(
      web({ cmd: undefined as never, args: ['serve', '--port', '80', '-v'] }),
      web({ cmd: undefined as never, args: ['serve', '--port', '8080'] }),
    ),
  ],
  [
    'constraints',
    'Constraints',
    between(
      web({ constraints: [['hostname', 'UNIQUE']] }),
      web({
        constraints: [
          ['hostname', 'UNIQUE'],
          ['rack', 'GROUP_BY', '3'],
        ],
      }),
    ),
  ],
  [
    'health-changed',
    'A field of a health check',
    between(
      web({ healthChecks: [health] }),
      web({ healthChecks: [{ ...health, path: '/up', intervalSeconds: 90 }] }),
    ),
  ],
  [
    'health-added',
    'A health check more',
    between(
      web(),
      web({
        healthChecks: [
          health,
          { ...health, protocol: 'COMMAND', path: undefined as never, command: { value: 'true' } },
        ],
      }),
    ),
  ],
  ['health-removed', 'A health check less', between(web({ healthChecks: [health] }), web())],
  ['container-added', 'From a process to a container', between(web(), web(docker('nginx')))],
  [
    'control-characters',
    'Nothing in a value reaches the terminal',
    between(web({ cmd: 'a' }), web({ cmd: 'b\u001b[31m\u202ered', labels: { '\u001b[2J': 'x' } })),
  ],
  ['delete', 'An app that is no longer named', made(desired([]), snapshot([web({ instances: 2 })]))],
  [
    'destroy',
    'Destroy',
    made(
      desired([]),
      snapshot([web(), app('/db')], { volumes: [existingVolume('data')], groups: [existingGroup('/g')] }),
      { mode: 'destroy' },
    ),
  ],
  [
    'moved',
    'A group that is renamed, and an app in it that also changes',
    made(
      desired([app('/b/db', { instances: 2 }), app('/b/web', { cmd: 'b' })], {
        groups: [group('/b', ['/queue'])],
        volumes: [{ address: 'volume.store', name: 'store', size: 1024, shared: false }],
        moves: [
          moved('group', 'group.a', '/a', 'group.b', '/b'),
          moved('volume', 'volume.data', 'data', 'volume.store', 'store'),
        ],
      }),
      snapshot([app('/a/db', { instances: 2 }), app('/a/web')], {
        groups: [existingGroup('/a')],
        volumes: [existingVolume('data')],
      }),
    ),
  ],
  [
    'imported',
    'An app that was made over REST, under another id, taken over with a difference',
    made(
      desired([web({ cmd: 'b' })], { imports: [{ to: 'app.web', id: '/legacy/web' }] }),
      snapshot([existing(app('/legacy/web'), { stack: null })]),
    ),
  ],
  [
    'forgotten',
    'An app that is let go of',
    made(
      desired([], { forgets: [{ kind: 'app', address: 'app.web', id: '/web' }] }),
      snapshot([web({ instances: 2 })]),
    ),
  ],
  ['renamed', 'A rename that nobody told', made(desired([app('/frontend')]), snapshot([web()]))],
  ['adopt', 'An equal app of no stack', made(desired([web()]), snapshot([existing(web(), { stack: null })]))],
  [
    'adopt-changed',
    'A different app of no stack, adopted',
    made(desired([web({ cmd: 'b' })]), snapshot([existing(web(), { stack: null })]), { adopt: true }),
  ],
  [
    'volumes',
    'Volumes: new, larger, forgotten',
    made(
      desired([], {
        volumes: [
          { address: 'volume.a', name: 'a', size: 512, shared: true },
          { address: 'volume.b', name: 'b', size: 2048, shared: false },
        ],
      }),
      snapshot([], { volumes: [existingVolume('b'), existingVolume('c')] }),
    ),
  ],
  [
    'groups',
    'Groups and their dependencies, and the order that follows',
    made(
      desired([app('/c/f/a'), app('/c/b/b'), app('/c/b/d')], {
        groups: [group('/c/b', ['/c/f']), group('/c/f')],
      }),
      snapshot([app('/old')], { groups: [existingGroup('/c/b')] }),
    ),
  ],
  [
    'drift',
    'Changed behind the back of the stack',
    made(
      desired([web()]),
      snapshot([
        existing(web({ instances: 5, env: { DEBUG: '1' }, mem: 64 }), {
          applied: web(),
          changedBy: 'bob@desk',
        }),
      ]),
    ),
  ],
  [
    'ignored',
    'What a lifecycle ignores: with other changes, and alone',
    made(
      desired([
        wanted(web({ env: { TAG: '1', MODE: 'b', PASSWORD: 'y' }, healthChecks: [health] }), {
          sensitivePaths: ['/env/PASSWORD'],
          lifecycle: {
            ignoreChanges: ['/instances', '/env/TAG', '/env/PASSWORD', '/healthChecks(0)/path'],
          },
        }),
        wanted(app('/api', docker('api:1')), {
          lifecycle: { ignoreChanges: ['/container/docker/image', '/labels'] },
        }),
      ]),
      snapshot([
        existing(
          web({
            instances: 3,
            env: { TAG: '2', MODE: 'a', PASSWORD: 'x' },
            healthChecks: [{ ...health, path: '/up' }],
          }),
          { sensitivePaths: ['/env/PASSWORD'] },
        ),
        app('/api', { ...docker('api:2'), labels: { 'traefik/rule': 'x' } }),
      ]),
    ),
  ],
  [
    'ignored-only',
    'Nothing but what a lifecycle ignores differs',
    made(
      desired([wanted(web(), { lifecycle: { ignoreChanges: ['/instances'] } })], {
        volumes: [
          {
            address: 'volume.data',
            name: 'data',
            size: 1,
            shared: false,
            lifecycle: { ignoreChanges: ['/size'] },
          },
        ],
      }),
      snapshot([web({ instances: 3 })], { volumes: [existingVolume('data')] }),
    ),
  ],
  [
    'lifecycle',
    'Protection, and volumes whose data goes with them',
    made(
      desired([wanted(web(), { lifecycle: { preventDestroy: true } })], {
        volumes: [
          { address: 'volume.b', name: 'b', size: 2048, shared: false, lifecycle: { destroy: true } },
        ],
      }),
      snapshot([web()], {
        volumes: [existingVolume('b'), existingVolume('c', { lifecycle: { destroy: true } })],
      }),
    ),
  ],
  [
    'outputs',
    'Only outputs',
    made(
      desired([], {
        outputs: {
          url: { value: 'http://x', sensitive: false },
          ports: { value: [80, 81], sensitive: false },
          key: { value: 'k', sensitive: true },
        },
      }),
      snapshot([], {
        stacks: [
          {
            name: shop,
            origin: here,
            revision: 3 as never,
            outputs: {
              url: { value: 'http://y', sensitive: false },
              gone: { value: { a: 1 }, sensitive: false },
            },
          },
        ],
      }),
    ),
  ],
  [
    'warnings',
    'A deployment in progress',
    made(desired([web({ instances: 2 })]), snapshot([web()], { deployments: [deployment('d1', '/web')] })),
  ],
  [
    'works',
    'Places and forecast',
    withForecast(
      made(desired([web({ instances: 3 }), app('/a')]), snapshot()),
      [...placed('/web', 'agent1', 'agent2', 'agent1'), ...placed('/a', 'agent3')],
      forecast(),
    ),
  ],
  [
    'cannot',
    'Too many instances',
    withForecast(
      made(desired([web({ instances: 200 })]), snapshot()),
      placed('/web', 'agent1', 'agent2', 'agent3'),
      forecast({
        verdict: 'cannot',
        unplaced: [
          {
            app: web().id,
            wanted: 200,
            placed: 120,
            reasons: [
              {
                filter: 'cpus',
                agents: 3,
                message: '3 of 3 agents lack 0.1 CPU (at most 0 CPU is free on one)',
              },
            ],
          },
        ],
      }),
    ),
  ],
  [
    'works-restart',
    'How many stay healthy through a rolling restart',
    withForecast(
      between(
        web({ cmd: 'a', instances: 4, ...strategy(0.5, 0) }),
        web({ cmd: 'b', instances: 4, ...strategy(0.5, 0) }),
      ),
      [],
      forecast({
        profiles: [
          { name: 'p10', durationMs: 61_000, lowestHealthy: { '/web': 3 } },
          { name: 'p50', durationMs: 61_000, lowestHealthy: { '/web': 2 } },
        ],
      }),
    ),
  ],
  [
    'retry',
    'Nothing new, but the last deployment failed',
    made(
      desired([web({ instances: 4 })]),
      snapshot([
        existing(web({ instances: 4 }), {
          halted: { deployment: 'd1' as never, reason: '/web: no new instance became healthy for 60 s' },
        }),
      ]),
    ),
  ],
  [
    'works-restart-unhealthy',
    'A rolling restart of what is not healthy before it',
    withForecast(
      between(web({ cmd: 'a', instances: 4 }), web({ cmd: 'b', instances: 4 })),
      [],
      forecast({
        profiles: [{ name: 'p50', durationMs: 61_000, lowestHealthy: { '/web': 0 } }],
        unhealthyBefore: ['/web' as never],
      }),
    ),
  ],
  [
    'stuck',
    'Two apps without places, one deployment that waits for health',
    withForecast(
      made(desired([web({ instances: 9 }), app('/a')]), snapshot()),
      [],
      forecast({
        verdict: 'cannot',
        unplaced: [
          { app: '/a' as never, wanted: 1, placed: 0, reasons: [] },
          {
            app: web().id,
            wanted: 9,
            placed: 4,
            reasons: [{ filter: 'mem', agents: 1, message: '1 of 1 agent lack 32 MiB of memory' }],
          },
        ],
      }),
    ),
  ],
  [
    'unending',
    'All have places, and still it does not end',
    withForecast(made(desired([web()]), snapshot()), [], forecast({ verdict: 'waits' })),
  ],
  [
    'canary',
    'New ones wait for a person',
    withForecast(
      made(
        desired([web({ instances: 4, env: { A: '2' }, update: { canary: 1 } })]),
        snapshot([web({ instances: 4, update: { canary: 1 } })]),
      ),
      [],
      forecast({ verdict: 'waits' }),
    ),
  ],
  [
    'waits',
    'Something must end first',
    withForecast(
      made(desired([web({ instances: 4 })]), snapshot()),
      [],
      forecast({
        verdict: 'waits',
        unplaced: [
          {
            app: web().id,
            wanted: 4,
            placed: 3,
            reasons: [
              {
                filter: 'constraint',
                agents: 3,
                message: '3 of 4 agents with the resources do not meet hostname UNIQUE',
              },
              {
                filter: 'mem',
                agents: 1,
                message: '1 of 4 agents lack 32 MiB of memory (at most 10 MiB of memory is free on one)',
              },
            ],
            nearest: [
              {
                filter: 'constraint',
                agents: 2,
                message: '2 of 4 agents would do, but do not meet hostname UNIQUE',
              },
            ],
          },
        ],
      }),
    ),
  ],
]

describe('printPlan', () => {
  test.each(cases)('%s', (name, purpose, each) => {
    const text = printPlan(each, { color: false, width: 80 })
    const { actual, expected } = fixture(`plan/${name}`, purpose, text)
    expect(actual).toBe(expected)
  })

  test('colours are added to the same text', () => {
    const each = between(full, { ...full, cmd: 'x', instances: 5 })
    const coloured = printPlan(each, { color: true, width: 80 })
    expect(stripVTControlCharacters(coloured)).toBe(printPlan(each, { color: false, width: 80 }))
    expect(coloured).toContain('\u001b[33m~\u001b[39m')
  })

  test('texts of 60,000 different lines do not take seconds', () => {
    const text = (word: string): string => Array.from({ length: 60_000 }, (_, i) => `${word}${i}`).join('\n')
    const each = between(web({ cmd: text('a') }), web({ cmd: text('b') }))
    expect(printPlan(each, { color: false, width: 80 })).toContain('+ b59999')
  }, 20_000)
})

describe('planJson', () => {
  const secret = web({ env: { PASSWORD: 'hush-1', 'A/B': 'hush-2', OPEN: 'open' }, args: ['hush-3'] })
  const paths = ['/env/PASSWORD', '/env/A/B', '/args']
  const next = { ...secret, env: { ...secret.env, PASSWORD: 'hush-4' } }

  test('has the plan, less sensitive values', () => {
    const stack = { name: 'shop' as StackName, origin: here, revision: 3 as never, outputs: {} }
    const have = snapshot(
      [existing(secret, { sensitivePaths: paths, applied: { ...secret, args: ['hush-5'] } })],
      { stacks: [stack] },
    )
    const outputs = { key: { value: 'hush-6', sensitive: true } }
    const each = made(desired([wanted(next, { sensitivePaths: paths })], { outputs }), have)
    const text = JSON.stringify(planJson(each))
    expect(text).not.toContain('hush')
    expect(text).toContain('open')
    expect(JSON.stringify(each)).toContain('hush-4')
  })

  test('hides what was sensitive before, too', () => {
    const have = snapshot([existing(secret, { sensitivePaths: paths })])
    const text = JSON.stringify(planJson(made(desired([next]), have)))
    expect(text).not.toContain('hush-1')
    expect(text).not.toContain('hush-4')
  })

  test('is otherwise the plan', () => {
    const each = between(web(), web({ instances: 3 }))
    expect(planJson(each)).toEqual(JSON.parse(JSON.stringify(each)))
  })
})
