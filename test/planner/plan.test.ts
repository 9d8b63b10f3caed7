// Plans: ownership, bases, what is made, changed, left alone; and properties over random clusters.
import { describe, expect, test } from 'vitest'
import type { App, DeploymentId, Desired, Snapshot, StackName } from '../../src/model/index.ts'
import { checkPlan, isEmpty, plan, withForecast } from '../../src/planner/index.ts'
import type { PlanOptions } from '../../src/planner/index.ts'
import {
  agent,
  app,
  applied,
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
} from './builders.ts'

const apply: PlanOptions = { mode: 'apply', deleteUnnamed: true, origin: here }
const other = 'blog' as StackName

/** The plan, which must be there, be sound, and leave nothing to do once it is applied. */
function planned(want: Desired, have: Snapshot, options: Partial<PlanOptions> = {}) {
  const result = plan(want, have, { ...apply, ...options })
  if (result.plan === null) throw new Error(result.diagnostics.map(d => d.detail).join('\n'))
  expect(checkPlan(result.plan, want, have)).toEqual([])
  const again = plan(want, applied(result.plan, have), { ...apply, ...options })
  expect(again.plan && isEmpty(again.plan)).toBe(true)
  return result.plan
}

const summary = (of: { changes: readonly { action: string; address: string }[] }): string[] =>
  of.changes.map(c => `${c.action} ${c.address}`)

describe('what changes', () => {
  test.each<[string, Desired, Snapshot, string[]]>([
    ['nothing', desired([app('/web')]), snapshot([app('/web')]), []],
    ['a new app', desired([app('/web')]), snapshot(), ['create app.web']],
    ['an app in a group', desired([app('/g/web')]), snapshot(), ['create group.g.app.web']],
    ['a scale', desired([app('/web', { instances: 3 })]), snapshot([app('/web')]), ['scale app.web']],
    ['a restart', desired([app('/web', { cmd: 'b' })]), snapshot([app('/web')]), ['restart app.web']],
    ['a label', desired([app('/web', { labels: { a: 'b' } })]), snapshot([app('/web')]), ['update app.web']],
    ['an app no longer named', desired([]), snapshot([app('/web')]), ['delete app.web']],
    [
      'apps sorted by address',
      desired([app('/b'), app('/a')]),
      snapshot([app('/c')]),
      ['create app.a', 'create app.b', 'delete app.c'],
    ],
    [
      "another stack's app is left alone",
      desired([]),
      snapshot([existing(app('/web'), { stack: other })]),
      [],
    ],
    ['an app of no stack is left alone', desired([]), snapshot([existing(app('/web'), { stack: null })]), []],
    [
      'an equal app of no stack',
      desired([app('/web')]),
      snapshot([existing(app('/web'), { stack: null })]),
      ['adopt app.web'],
    ],
    ['a new group', desired([], { groups: [group('/g', ['/db'])] }), snapshot(), ['create group.g']],
    [
      'a group that depends on something else',
      desired([], { groups: [group('/g', ['/db'])] }),
      snapshot([], { groups: [existingGroup('/g')] }),
      ['update group.g'],
    ],
    [
      'a group no longer named',
      desired([]),
      snapshot([], { groups: [existingGroup('/g')] }),
      ['delete group.g'],
    ],
    [
      'a group that another stack wrote alike',
      desired([], { groups: [group('/g')] }),
      snapshot([], { groups: [existingGroup('/g', { stack: other })] }),
      [],
    ],
    [
      'an equal group of no stack',
      desired([], { groups: [group('/g')] }),
      snapshot([], { groups: [existingGroup('/g', { stack: null })] }),
      ['adopt group.g'],
    ],
    [
      'a new volume',
      desired([], { volumes: [{ address: 'volume.data', name: 'data', size: 10, shared: false }] }),
      snapshot(),
      ['create volume.data'],
    ],
    [
      'a larger volume',
      desired([], { volumes: [{ address: 'volume.data', name: 'data', size: 2048, shared: false }] }),
      snapshot([], { volumes: [existingVolume('data')] }),
      ['update volume.data'],
    ],
    [
      'a volume no longer named',
      desired([]),
      snapshot([], { volumes: [existingVolume('data')] }),
      ['forget volume.data'],
    ],
    [
      'a value marked as sensitive',
      desired([wanted(app('/web', { env: { P: 'x' } }), { sensitivePaths: ['/env/P'] })]),
      snapshot([app('/web', { env: { P: 'x' } })]),
      ['update app.web'],
    ],
  ])('%s', (_, want, have, expected) => {
    expect(summary(planned(want, have))).toEqual(expected)
  })

  test('a single file leaves alone what it does not name', () => {
    const have = snapshot([app('/web'), app('/db')], {
      stacks: [
        {
          name: shop,
          origin: here,
          revision: 3 as never,
          outputs: { url: { value: 'x', sensitive: false } },
        },
      ],
    })
    const made = planned(desired([app('/web', { instances: 2 })]), have, { deleteUnnamed: false })
    expect(summary(made)).toEqual(['scale app.web'])
    expect(made.outputs).toEqual({ url: { value: 'x', sensitive: false } })
  })

  test('destroy takes all that the stack owns, without reasons', () => {
    const have = snapshot([app('/web'), existing(app('/blog'), { stack: other })], {
      volumes: [existingVolume('data')],
    })
    const made = planned(desired([app('/web'), app('/new')]), have, { mode: 'destroy' })
    expect(summary(made)).toEqual(['delete app.web', 'forget volume.data'])
    expect(made.changes.map(c => c.reason)).toEqual([undefined, 'its data is kept'])
    expect(made.steps).toEqual([{ actions: [{ action: 'StopApplication', app: '/web' }] }])
  })

  test('a deletion says why', () => {
    const made = planned(desired([]), snapshot([app('/web')]))
    expect(made.changes[0]!.reason).toBe('because app.web is not in the configuration')
  })

  test('outputs are compared', () => {
    const value = (text: string) => ({ value: text, sensitive: false })
    const outputs = { kept: value('k'), gone: value('g'), moved: value('a') }
    const have = snapshot([], { stacks: [{ name: shop, origin: here, revision: 3 as never, outputs }] })
    const made = planned(
      desired([], { outputs: { kept: value('k'), moved: value('b'), fresh: value('f') } }),
      have,
    )
    expect(made.outputChanges.map(o => `${o.action} ${o.name}`)).toEqual([
      'create fresh',
      'delete gone',
      'update moved',
    ])
    expect(isEmpty(made)).toBe(false)
  })

  test('what somebody changed behind the back of the stack is told as drift', () => {
    const have = existing(app('/web', { instances: 5 }), { applied: app('/web'), changedBy: 'bob@desk' })
    const [change] = planned(desired([app('/web')]), snapshot([have])).changes
    expect(change!.action).toBe('scale')
    expect(change!.drift).toEqual({
      fields: [{ path: '/instances', before: 1, after: 5, effect: 'scale', sensitive: false }],
      by: 'bob@desk',
    })
  })

  test('a change that the text has followed is no drift', () => {
    const have = existing(app('/web', { instances: 5 }), { applied: app('/web') })
    expect(summary(planned(desired([app('/web', { instances: 5 })]), snapshot([have])))).toEqual([])
  })
})

test('an app of no stack whose deployment failed is adopted and tried again', () => {
  const halted = { deployment: 'd1' as DeploymentId, reason: '/web: too slow' }
  const there = existing(app('/web'), { stack: null, halted })
  const made = plan(desired([app('/web')]), snapshot([there]), {
    mode: 'apply',
    deleteUnnamed: true,
    origin: here,
  })
  expect(checkPlan(made.plan!, desired([app('/web')]), snapshot([there]))).toEqual([])
  expect(made.plan!.changes).toMatchObject([
    {
      action: 'restart',
      retries: true,
      reason: 'made outside of any configuration; deployment d1 failed: /web: too slow; apply tries again',
    },
  ])
})

describe('what is refused', () => {
  const refused = (want: Desired, have: Snapshot, options: Partial<PlanOptions> = {}): string[] => {
    const result = plan(want, have, { ...apply, ...options })
    expect(result.plan).toBeNull()
    return result.diagnostics.map(d => `${d.summary} @${d.address}: ${d.detail}`)
  }

  test("another stack's app, with its owner", () => {
    const [text] = refused(desired([app('/web')]), snapshot([existing(app('/web'), { stack: other })]))
    expect(text).toContain('The app belongs to another stack @app.web')
    expect(text).toContain('stack "blog"')
  })

  test('a different app of no stack, unless it is adopted', () => {
    const have = snapshot([existing(app('/web'), { stack: null })])
    const want = desired([app('/web', { cmd: 'b' })])
    expect(refused(want, have)[0]).toContain('belongs to no stack')
    const made = planned(want, have, { adopt: true })
    expect(summary(made)).toEqual(['restart app.web'])
    expect(made.changes[0]!.reason).toContain('adopted')
  })

  test('groups and volumes of others, all at once', () => {
    const have = snapshot([], {
      groups: [existingGroup('/g', { stack: other, dependencies: ['/x'] })],
      volumes: [existingVolume('data', { stack: other })],
    })
    const volumes = [{ address: 'volume.data', name: 'data', size: 1024, shared: false }]
    expect(refused(desired([], { groups: [group('/g')], volumes }), have)).toHaveLength(2)
  })

  test('a dependency cycle, with the way round', () => {
    const [text] = refused(
      desired([app('/a', { dependencies: ['/b'] }), app('/b', { dependencies: ['/a'] })]),
      snapshot(),
    )
    expect(text).toContain('app.a → app.b → app.a')
  })
})

describe('warnings', () => {
  const warnings = (want: Desired, have: Snapshot): string[] =>
    planned(want, have).warnings.map(w => w.detail)
  const web2 = app('/web', { cmd: 'b' })

  test('an app that a deployment holds', () => {
    const have = snapshot([app('/web'), app('/db')], {
      deployments: [deployment('d1', '/web'), deployment('d2', '/x')],
    })
    const [text, ...more] = warnings(desired([web2, app('/db')]), have)
    expect(text).toContain('Deployment d1 holds app.web.')
    expect(more).toEqual([])
  })

  test('a stack that was applied from elsewhere', () => {
    const stacks = [{ name: shop, origin: 'bob@desk:/shop', revision: 3 as never, outputs: {} }]
    expect(warnings(desired([app('/web')]), snapshot([app('/web')], { stacks }))[0]).toContain(
      'bob@desk:/shop',
    )
  })

  test('none otherwise', () => {
    expect(warnings(desired([web2]), snapshot([app('/web')]))).toEqual([])
  })
})

test('the base names everything that the plan depends on', () => {
  const have = snapshot([
    app('/web'),
    existing(app('/blog'), { stack: other }),
    existing(app('/hand'), { stack: null }),
  ])
  const made = planned(desired([app('/new'), app('/hand')], { groups: [group('/g')] }), have)
  expect(made.desiredBase).toEqual({
    'app:/hand': 3,
    'app:/new': 0,
    'app:/web': 3,
    'group:/g': 0,
    'stack:shop': 3,
  })
  expect(plan(desired([]), snapshot([], { stacks: [] }), apply).plan!.desiredBase).toEqual({
    'stack:shop': 0,
  })
})

test('placements and forecast are filled in later', () => {
  const made = planned(desired([app('/web')]), snapshot())
  const placements = [{ app: made.changes[0]!.id as never, slot: 0, agent: agent('agent1') }]
  expect(withForecast(made, placements, null)).toEqual({ ...made, placements })
})

test('10,000 apps take a few seconds at most', () => {
  const apps = (more: Partial<App>): App[] =>
    Array.from({ length: 10_000 }, (_, i) => app(`/g${i % 100}/a${i}`, more))
  const result = plan(desired(apps({ cmd: 'b' })), snapshot(apps({ cmd: 'a' })), apply)
  expect(result.plan!.changes).toHaveLength(10_000)
}, 20_000)
