// Differences of apps field by field, and what they amount to.
import { describe, expect, test } from 'vitest'
import type { App } from '../../src/model/index.ts'
import { changeActionOf, diffApp, disruptionOf } from '../../src/planner/index.ts'
import { app } from './builders.ts'

const check = {
  protocol: 'HTTP',
  path: '/',
  portIndex: 0,
  gracePeriodSeconds: 300,
  intervalSeconds: 60,
  timeoutSeconds: 20,
  maxConsecutiveFailures: 3,
  delaySeconds: 15,
  ignoreHttp1xx: false,
  ipProtocol: 'IPv4',
} as const

const docker = (servicePort: number, image = 'a:1'): Partial<App> => ({
  container: {
    type: 'DOCKER',
    docker: { image, forcePullImage: false, privileged: false, parameters: [] },
    volumes: [],
    portMappings: [
      { containerPort: 80, hostPort: 0, servicePort, protocol: 'tcp', labels: {}, networkNames: [] },
    ],
  },
})
const port = (port: number, labels = {}): Partial<App> => ({
  portDefinitions: [{ port, protocol: 'tcp', labels }],
})

const cases: readonly [name: string, before: Partial<App>, after: Partial<App>, paths: readonly string[]][] =
  [
    ['nothing', {}, {}, []],
    ['a plain field', { cmd: 'a' }, { cmd: 'b' }, ['/cmd restart']],
    ['the number of instances', { instances: 1 }, { instances: 3 }, ['/instances scale']],
    ['a label', { labels: { a: '1' } }, { labels: { a: '2' } }, ['/labels/a inPlace']],
    [
      'map entries',
      { env: { A: '1', B: '2' } },
      { env: { B: '3', C: '4' } },
      ['/env/A restart', '/env/B restart', '/env/C restart'],
    ],
    ['a secret instead of a text', { env: { A: '1' } }, { env: { A: { secret: 's' } } }, ['/env/A restart']],
    [
      'a field of a health check',
      { healthChecks: [check] },
      { healthChecks: [{ ...check, path: '/up' }] },
      ['/healthChecks(0)/path restart'],
    ],
    ['a health check more', { healthChecks: [] }, { healthChecks: [check] }, ['/healthChecks(0) restart']],
    [
      'a health check less',
      { healthChecks: [check, check] },
      { healthChecks: [check] },
      ['/healthChecks(1) restart'],
    ],
    ['a list of texts as a whole', { args: ['a'] }, { args: ['a', 'b'] }, ['/args restart']],
    [
      'constraints as a whole',
      { constraints: [] },
      { constraints: [['hostname', 'UNIQUE']] },
      ['/constraints restart'],
    ],
    ['dependencies', { dependencies: [] }, { dependencies: ['/db'] }, ['/dependencies inPlace']],
    ['an object that is new', {}, { ...docker(0) }, ['/container restart']],
    ['a field in an object', docker(0), docker(0, 'a:2'), ['/container/docker/image restart']],
    ['an open service port', port(10_001), port(0), []],
    [
      'an open service port in place of one that was chosen',
      port(9000),
      port(0),
      ['/portDefinitions(0)/port inPlace'],
    ],
    ['a service port written out', port(0), port(8080), ['/portDefinitions(0)/port inPlace']],
    ['a service port written out as assigned', port(0), port(10_000), []],
    ['another service port', port(9000), port(8080), ['/portDefinitions(0)/port inPlace']],
    [
      'a required port',
      { ...port(9000), requirePorts: true },
      { ...port(8080), requirePorts: true },
      ['/portDefinitions(0)/port restart'],
    ],
    ['an open service port of a container', docker(10_001), docker(0), []],
    ['a label of a port', port(0, { a: '1' }), port(0, { a: '2' }), ['/portDefinitions(0)/labels/a inPlace']],
    [
      'a union that changes its kind',
      { unreachableStrategy: 'disabled' },
      {},
      ['/unreachableStrategy inPlace'],
    ],
    [
      'a union with the same kind',
      { unreachableStrategy: { inactiveAfterSeconds: 5, expungeAfterSeconds: 0 } },
      {},
      ['/unreachableStrategy/inactiveAfterSeconds inPlace'],
    ],
    ['keys with slashes', { labels: { 'a/b': '1' } }, { labels: { 'a/b': '2' } }, ['/labels/a/b inPlace']],
    ['absent and undefined', { user: undefined as never }, {}, []],
  ]

describe('diffApp finds', () => {
  test.each(cases)('%s', (_, before, after, paths) => {
    const old = app('/web', before)
    const assigned = app('/web', { ...before, ...port(10_000) })
    const fields = diffApp(old, app('/web', after), [], before.container ? null : assigned)
    expect(fields.map(f => `${f.path} ${f.effect}`)).toEqual(paths)
  })

  test('every field of a new app', () => {
    const paths = diffApp(null, app('/web'), []).map(f => f.path)
    expect(paths).toContain('/cmd')
    expect(paths).toEqual([...paths].sort())
  })

  test.each([
    ['/env/PASSWORD', ['/env/PASSWORD'], true],
    ['/env/PASSWORD', ['/env'], true],
    ['/container', ['/container/docker/image'], true],
    ['/env/PASSWORD', ['/env/PASS'], false],
    ['/healthChecks(0)', ['/healthChecks(0)/path'], true],
    ['/healthChecks(0)/path', ['/healthChecks'], true],
  ] as const)('that %s is or is not sensitive', (path, sensitive, expected) => {
    const before = app('/web', { env: { PASSWORD: 'a' }, healthChecks: [check], ...docker(0) })
    const after = { ...app('/web'), env: { PASSWORD: 'b' }, healthChecks: [{ ...check, path: '/up' }] }
    const none = app('/web', { env: before.env })
    const fields = [...diffApp(before, after, sensitive), ...diffApp(none, before, sensitive)]
    expect(fields.find(f => f.path === path)?.sensitive).toBe(expected)
  })
})

describe('changeActionOf', () => {
  test.each([
    ['restart', { cmd: 'a', instances: 2 }, { cmd: 'b', instances: 2 }],
    ['restart', { cmd: 'a', instances: 2 }, { cmd: 'b', instances: 5 }],
    ['restart', { cmd: 'a', instances: 0 }, { cmd: 'b', instances: 5 }],
    ['scale', { cmd: 'a', instances: 2 }, { cmd: 'b', instances: 0 }],
    ['update', { cmd: 'a', instances: 0 }, { cmd: 'b', instances: 0 }],
    ['scale', { instances: 2 }, { instances: 5 }],
    ['scale', { instances: 2 }, { instances: 5, labels: { a: 'b' } }],
    ['update', {}, { labels: { a: 'b' } }],
    ['no-op', {}, {}],
  ] as const)('%s', (action, before, after) => {
    const [a, b] = [app('/web', before), app('/web', after)]
    expect(changeActionOf(a, b, diffApp(a, b, []))).toBe(action)
  })

  test('create and delete', () => {
    expect(changeActionOf(null, app('/web'), [])).toBe('create')
    expect(changeActionOf(app('/web'), null, [])).toBe('delete')
  })
})

describe('disruptionOf', () => {
  // Figures of the rolling arithmetic: instances before and after, m, o → restarts, at most at a time.
  test.each([
    [4, 4, 1, 1, 4, 4],
    [4, 4, 1, 0, 4, 1],
    [4, 4, 0.5, 0, 4, 2],
    [4, 4, 0, 0, 4, 4],
    [4, 4, 0.5, 0.25, 4, 3],
    [6, 6, 0.65, 0, 6, 2],
    [1, 1, 1, 1, 1, 1],
    [1, 1, 0.5, 0, 1, 1],
    [8, 4, 1, 0, 4, 4],
    [0, 4, 1, 1, 0, 0],
  ])('%i → %i with %f and %f', (from, to, m, o, restarts, atATime) => {
    const upgradeStrategy = { minimumHealthCapacity: m, maximumOverCapacity: o }
    const before = app('/web', { instances: from })
    const after = app('/web', { instances: to, upgradeStrategy })
    expect(disruptionOf(before, after, 'restart')).toEqual({ restarts, atATime })
  })

  test('max_parallel bounds what happens at a time', () => {
    const before = app('/web', { instances: 4 })
    const after = app('/web', { instances: 4, update: { maxParallel: 2 } })
    expect(disruptionOf(before, after, 'restart')).toEqual({ restarts: 4, atATime: 2 })
  })

  test('only restarts disturb', () => {
    expect(disruptionOf(app('/web'), app('/web'), 'scale')).toEqual({ restarts: 0, atATime: 0 })
  })
})
