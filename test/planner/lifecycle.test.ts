// What a lifecycle does to a plan: what is ignored stays as it is in the cluster, what is protected is not destroyed, and
// both are remembered when the text is gone.
import { describe, expect, test } from 'vitest'
import type { App, Desired, Lifecycle, Plan, Snapshot, SnapshotApp } from '../../src/model/index.ts'
import { keepIgnored } from '../../src/planner/ignore.ts'
import { checkPlan, isEmpty, plan } from '../../src/planner/index.ts'
import type { PlanOptions } from '../../src/planner/index.ts'
import {
  app,
  applied,
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
const check = { protocol: 'HTTP', path: '/a' } as unknown as App['healthChecks'][number]

/** The plan, which must be there, be sound, and leave nothing to do once it is applied. */
function planned(want: Desired, have: Snapshot, options: Partial<PlanOptions> = {}): Plan {
  const result = plan(want, have, { ...apply, ...options })
  if (result.plan === null) throw new Error(result.diagnostics.map(d => d.detail).join('\n'))
  expect(checkPlan(result.plan, want, have)).toEqual([])
  const again = plan(want, applied(result.plan, have), { ...apply, ...options })
  expect(again.plan && isEmpty(again.plan)).toBe(true)
  return result.plan
}

const ignoring = (of: App, ...ignoreChanges: string[]): Desired =>
  desired([wanted(of, { lifecycle: { ignoreChanges } })])

describe('keepIgnored', () => {
  test.each<[string, object, object, string[], object]>([
    ['a field', { a: 1, b: 1 }, { a: 2, b: 2 }, ['/a'], { a: 2, b: 1 }],
    ['a field that is gone', { a: 1, b: 1 }, { b: 2 }, ['/a'], { b: 1 }],
    ['a field that came', { b: 1 }, { a: 2, b: 2 }, ['/a'], { a: 2, b: 1 }],
    ['a key', { e: { X: '1', Y: '1' } }, { e: { X: '2', Y: '2' } }, ['/e/X'], { e: { X: '2', Y: '1' } }],
    ['a key that came', { e: {} }, { e: { X: '2' } }, ['/e/X'], { e: { X: '2' } }],
    [
      'a key with a slash',
      { l: { 'a/b': 1, a: 1 } },
      { l: { 'a/b': 2, a: 2 } },
      ['/l/a/b'],
      { l: { 'a/b': 2, a: 1 } },
    ],
    ['a whole list', { l: [1] }, { l: [2, 3] }, ['/l'], { l: [2, 3] }],
    ['in an element', { l: [{ p: 1, q: 1 }] }, { l: [{ p: 2, q: 2 }] }, ['/l(0)/p'], { l: [{ p: 2, q: 1 }] }],
    ['an element that one lacks', { l: [1, 1] }, { l: [2] }, ['/l(1)'], { l: [1, 1] }],
    ['through what is gone', { c: { d: 1 } }, {}, ['/c/d'], { c: { d: 1 } }],
    ['through what is new', {}, { c: { d: 1 } }, ['/c/d'], {}],
    ['all', { a: 1 }, { a: 2, b: 3 }, [''], { a: 2, b: 3 }],
    ['several', { a: 1, b: 1, c: 1 }, { a: 2, b: 2, c: 2 }, ['/a', '/c'], { a: 2, b: 1, c: 2 }],
    ['a longer name', { ab: 1 }, { ab: 2 }, ['/a'], { ab: 1 }],
  ])('%s', (_, want, have, paths, expected) => {
    expect(keepIgnored(want, have, paths)).toEqual(expected)
  })
})

describe('ignore_changes', () => {
  test('a number that an autoscaler has set stays, and the plan is empty', () => {
    const have = snapshot([
      existing(app('/web', { instances: 7 }), {
        applied: app('/web', { instances: 2 }),
        changedBy: 'scaler',
      }),
    ])
    const made = planned(ignoring(app('/web', { instances: 2 }), '/instances'), have)
    expect(isEmpty(made)).toBe(true)
    expect(made.ignored).toEqual([
      {
        address: 'app.web',
        fields: [{ path: '/instances', before: 7, after: 2, effect: 'scale', sensitive: false }],
      },
    ])
  })

  test('other changes go on from what is there', () => {
    const have = snapshot([app('/web', { instances: 7, env: { TAG: 'b', MODE: 'x' } })])
    const want = ignoring(
      app('/web', { instances: 2, env: { TAG: 'a', MODE: 'y' } }),
      '/instances',
      '/env/TAG',
    )
    const [change] = planned(want, have).changes
    expect(change).toMatchObject({
      action: 'restart',
      fields: [{ path: '/env/MODE', before: 'x', after: 'y' }],
      after: { instances: 7, env: { TAG: 'b', MODE: 'y' } },
      disruption: { restarts: 7 },
    })
  })

  test('drift there is not shown, elsewhere it is', () => {
    const now = app('/web', { instances: 7, cmd: 'other' })
    const have = snapshot([existing(now, { applied: app('/web', { instances: 2 }) })])
    const [change] = planned(ignoring(app('/web', { instances: 2 }), '/instances'), have).changes
    expect(change?.drift?.fields.map(f => f.path)).toEqual(['/cmd'])
  })

  test('what is created has what the configuration says', () => {
    const made = planned(ignoring(app('/web', { instances: 2 }), '/instances'), snapshot())
    expect(made.changes).toMatchObject([{ action: 'create', after: { instances: 2 } }])
    expect(made.ignored).toBeUndefined()
  })

  test('all: created and destroyed, never changed', () => {
    const want = ignoring(app('/web', { cmd: 'new', mem: 99 }), '')
    expect(isEmpty(planned(want, snapshot([app('/web')])))).toBe(true)
    expect(planned(desired([]), snapshot([app('/web')])).changes).toMatchObject([{ action: 'delete' }])
  })

  test('an app of nobody that differs only there is adopted', () => {
    const have = snapshot([existing(app('/web', { instances: 7 }), { stack: null })])
    expect(planned(ignoring(app('/web'), '/instances'), have).changes).toMatchObject([
      { action: 'adopt', after: { instances: 7 } },
    ])
  })

  test('what stays must fit the rest', () => {
    const have = snapshot([app('/web', { healthChecks: [{ ...check, portIndex: 1 }] })])
    const result = plan(ignoring(app('/web', { portDefinitions: [] }), '/healthChecks'), have, apply)
    expect(result.plan).toBeNull()
    expect(result.diagnostics[0]).toMatchObject({
      summary: 'What ignore_changes keeps does not fit the rest',
      address: 'app.web',
    })
  })

  test('groups and volumes', () => {
    const want = desired([], {
      groups: [{ ...group('/g', ['/db']), lifecycle: { ignoreChanges: ['/dependencies'] } }],
      volumes: [
        {
          address: 'volume.data',
          name: 'data',
          size: 1,
          shared: true,
          lifecycle: { ignoreChanges: ['/size'] },
        },
      ],
    })
    const have = snapshot([], {
      groups: [existingGroup('/g')],
      volumes: [existingVolume('data', { size: 2 })],
    })
    const made = planned(want, have)
    expect(made.changes).toMatchObject([{ object: 'volume', after: { size: 2, shared: true } }])
    expect(made.ignored?.map(i => i.address)).toEqual(['group.g', 'volume.data'])
  })
})

const protectedOne: Lifecycle = { preventDestroy: true }

describe('prevent_destroy', () => {
  const kept = (more: Partial<SnapshotApp> = {}): SnapshotApp =>
    existing(app('/web'), { lifecycle: { preventDestroy: true }, ...more })

  test.each<[string, Desired, Snapshot, PlanOptions['mode'], RegExp | undefined]>([
    [
      'named, and kept: nothing',
      desired([wanted(app('/web'), { lifecycle: protectedOne })]),
      snapshot([kept()]),
      'apply',
      undefined,
    ],
    [
      'no longer named',
      desired([]),
      snapshot([kept()]),
      'apply',
      /^app\.web is not in the configuration, so .*moved/,
    ],
    [
      'destroy, named',
      desired([wanted(app('/web'), { lifecycle: protectedOne })]),
      snapshot([kept()]),
      'destroy',
      /its lifecycle says prevent_destroy = true/,
    ],
    [
      'destroy, no longer named',
      desired([]),
      snapshot([kept()]),
      'destroy',
      /was applied with prevent_destroy/,
    ],
    [
      'destroy, no longer protected in the text',
      desired([app('/web')]),
      snapshot([kept()]),
      'destroy',
      undefined,
    ],
    ['of another stack', desired([]), snapshot([kept({ stack: null })]), 'apply', undefined],
    [
      'a group',
      desired([]),
      snapshot([], { groups: [existingGroup('/g', { lifecycle: { preventDestroy: true } })] }),
      'apply',
      /^group\.g is not/,
    ],
    [
      'a volume whose data would go',
      desired([]),
      snapshot([], {
        volumes: [existingVolume('data', { lifecycle: { preventDestroy: true, destroy: true } })],
      }),
      'apply',
      /^volume\.data is not/,
    ],
    [
      'a volume whose data stays',
      desired([]),
      snapshot([], { volumes: [existingVolume('data', { lifecycle: { preventDestroy: true } })] }),
      'apply',
      undefined,
    ],
  ])('%s', (_, want, have, mode, expected) => {
    const result = plan(want, have, { ...apply, mode })
    if (expected === undefined) {
      expect(result.diagnostics).toEqual([])
      return
    }
    expect(result.plan).toBeNull()
    expect(result.diagnostics).toHaveLength(1)
    expect(result.diagnostics[0]!.summary).toMatch(/^The (app|group|volume) must not be destroyed$/)
    expect(result.diagnostics[0]!.detail).toMatch(expected)
  })

  test('what is kept is a change of its own, told and made once', () => {
    const want = desired([wanted(app('/web'), { lifecycle: protectedOne })], {
      groups: [{ ...group('/g'), lifecycle: protectedOne }],
      volumes: [
        { address: 'volume.data', name: 'data', size: 1, shared: false, lifecycle: { destroy: true } },
      ],
    })
    const have = snapshot([app('/web')], {
      groups: [existingGroup('/g')],
      volumes: [existingVolume('data', { size: 1 })],
    })
    const made = planned(want, have)
    expect(made.changes.map(c => [c.address, c.action, c.reason, c.lifecycle])).toEqual([
      ['app.web', 'update', 'it will be protected from being destroyed', { preventDestroy: true }],
      ['group.g', 'update', 'it will be protected from being destroyed', { preventDestroy: true }],
      ['volume.data', 'update', 'its data will be deleted once it is no longer named', { destroy: true }],
    ])
    expect(made.steps).toEqual([])
    const back = planned(
      desired([app('/web')], {
        groups: [group('/g')],
        volumes: [{ address: 'volume.data', name: 'data', size: 1, shared: false }],
      }),
      applied(made, have),
    )
    expect(back.changes.map(c => c.reason)).toEqual([
      'it will no longer be protected from being destroyed',
      'it will no longer be protected from being destroyed',
      'its data will be kept once it is no longer named',
    ])
  })
})

describe('destroy, of an app', () => {
  const letGo: Lifecycle = { destroy: false }

  test.each<[string, Desired, Snapshot, PlanOptions['mode'], string]>([
    [
      'not named, kept',
      desired([]),
      snapshot([existing(app('/web'), { lifecycle: letGo })]),
      'apply',
      'forget',
    ],
    [
      'protected, too: letting go destroys nothing',
      desired([]),
      snapshot([existing(app('/web'), { lifecycle: { destroy: false, preventDestroy: true } })]),
      'apply',
      'forget',
    ],
    [
      'destroy, named',
      desired([wanted(app('/web'), { lifecycle: letGo })]),
      snapshot([app('/web')]),
      'destroy',
      'forget',
    ],
    [
      'destroy, named otherwise',
      desired([app('/web')]),
      snapshot([existing(app('/web'), { lifecycle: letGo })]),
      'destroy',
      'delete',
    ],
  ])('%s', (_, want, have, mode, action) => {
    expect(planned(want, have, { mode }).changes).toMatchObject([{ object: 'app', action, after: null }])
  })
})

describe('destroy, of a volume', () => {
  const data = { address: 'volume.data', name: 'data', size: 1024, shared: false }

  test.each<[string, Desired, Snapshot, PlanOptions['mode'], string]>([
    [
      'not named, nothing said',
      desired([]),
      snapshot([], { volumes: [existingVolume('data')] }),
      'apply',
      'forget',
    ],
    [
      'not named, kept',
      desired([]),
      snapshot([], { volumes: [existingVolume('data', { lifecycle: { destroy: true } })] }),
      'apply',
      'delete',
    ],
    [
      'destroy, named',
      desired([], { volumes: [{ ...data, lifecycle: { destroy: true } }] }),
      snapshot([], { volumes: [existingVolume('data')] }),
      'destroy',
      'delete',
    ],
    [
      'destroy, named otherwise',
      desired([], { volumes: [data] }),
      snapshot([], { volumes: [existingVolume('data', { lifecycle: { destroy: true } })] }),
      'destroy',
      'forget',
    ],
  ])('%s', (_, want, have, mode, action) => {
    expect(planned(want, have, { mode }).changes).toMatchObject([{ object: 'volume', action, after: null }])
  })

  test('it is the stack that owns it who says so', () => {
    const have = snapshot([], {
      volumes: [existingVolume('data', { stack: null, lifecycle: { destroy: true } })],
    })
    expect(isEmpty(planned(desired([], { stack: shop }), have))).toBe(true)
  })
})
