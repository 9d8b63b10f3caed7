// Random configurations over random clusters: every plan must pass the checker, applying it must leave nothing to do,
// and it must not depend on the order in which things are listed.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { App, Desired, Lifecycle, Snapshot, StackName } from '../../src/model/index.ts'
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
  snapshot,
  wanted,
} from './builders.ts'

const ids = ['/a', '/b', '/g/a', '/g/b', '/g/h/c', '/k/d', '/k/e'] as const
const groupIds = ['/g', '/g/h', '/k'] as const

// Dependencies only on what comes before, and groups only on single apps outside, so that most graphs have no cycle.
const someApp = (id: string, index: number): fc.Arbitrary<App> =>
  fc
    .record({
      cmd: fc.constantFrom('x', 'y'),
      instances: fc.integer({ min: 0, max: 4 }),
      label: fc.constantFrom('', '1', '2'),
      port: fc.constantFrom(0, 10_000, 9000),
      requirePorts: fc.boolean(),
      dependencies: fc.subarray([...ids.slice(0, index), '/none']),
    })
    .map(({ label, port, ...rest }) =>
      app(id, {
        ...rest,
        labels: label === '' ? {} : { label },
        portDefinitions: [{ port, protocol: 'tcp', labels: {} }],
      }),
    )

const someApps: fc.Arbitrary<App[]> = fc
  .tuple(...ids.map((id, i) => fc.option(someApp(id, i))))
  .map(apps => apps.filter(a => a !== null))

const someLifecycle: fc.Arbitrary<Lifecycle> = fc.record(
  {
    ignoreChanges: fc.subarray(['/instances', '/cmd', '/labels/label', '/portDefinitions(0)/port'], {
      minLength: 1,
    }),
    destroy: fc.boolean(),
  },
  { requiredKeys: [] },
)

const someDesired: fc.Arbitrary<Desired> = fc
  .record({
    lifecycles: fc.array(fc.option(someLifecycle), { minLength: 9, maxLength: 9 }),
    apps: someApps,
    sensitive: fc.boolean(),
    groups: fc.subarray([...groupIds]),
    dependency: fc.constantFrom('/a', '/none'),
    size: fc.option(fc.constantFrom(1024, 2048)),
    output: fc.option(fc.constantFrom('1', '2')),
  })
  .map(({ apps, lifecycles, sensitive, groups, dependency, size, output }) => {
    const at = (i: number): { lifecycle?: Lifecycle } => (lifecycles[i] ? { lifecycle: lifecycles[i] } : {})
    return desired(
      apps.map((a, i) => wanted(a, { sensitivePaths: sensitive ? ['/cmd'] : [], ...at(i) })),
      {
        groups: groups.map(id => ({ ...group(id, [dependency]), ...at(7) })),
        volumes:
          size === null ? [] : [{ address: 'volume.data', name: 'data', size, shared: false, ...at(8) }],
        outputs: output === null ? {} : { url: { value: output, sensitive: false } },
      },
    )
  })

const owner = fc.constantFrom<(StackName | null)[]>(
  'shop' as StackName,
  'shop' as StackName,
  null,
  'blog' as StackName,
)

const someSnapshot: fc.Arbitrary<Snapshot> = fc
  .record({
    apps: someApps,
    owners: fc.array(owner, { minLength: 9, maxLength: 9 }),
    // Seldom: it refuses the whole plan.
    guarded: fc.oneof({ weight: 8, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: fc.nat(8) }),
    groups: fc.subarray([...groupIds]),
    volume: fc.boolean(),
  })
  .map(({ apps, owners, guarded, groups, volume }) => {
    const at = (i: number): { lifecycle?: Lifecycle } =>
      i === guarded ? { lifecycle: { preventDestroy: true, destroy: i % 2 === 0 } } : {}
    return snapshot(
      apps.map((a, i) => existing(a, { stack: owners[i]!, ...at(i) })),
      {
        groups: groups.map(id => existingGroup(id, { dependencies: ['/a'], stack: owners[7]!, ...at(7) })),
        volumes: volume ? [existingVolume('data', { stack: owners[8]!, ...at(8) })] : [],
      },
    )
  })

const someOptions: fc.Arbitrary<PlanOptions> = fc.record({
  mode: fc.constantFrom('apply', 'apply', 'apply', 'destroy'),
  deleteUnnamed: fc.boolean(),
  origin: fc.constant(here),
  adopt: fc.boolean(),
})

test('every plan is sound, and nothing is left to do after it', () => {
  let plans = 0
  fc.assert(
    fc.property(someDesired, someSnapshot, someOptions, (want, have, options) => {
      const result = plan(want, have, options)
      if (result.plan === null) {
        expect(result.diagnostics.some(d => d.severity === 'error')).toBe(true)
        return
      }
      plans++
      expect(checkPlan(result.plan, want, have)).toEqual([])
      const again = plan(want, applied(result.plan, have), options)
      expect(again.plan?.changes).toEqual([])
      expect(again.plan && isEmpty(again.plan)).toBe(true)
    }),
    { numRuns: 1000, seed: 7 },
  )
  expect(plans).toBeGreaterThan(300)
})

test('the order in which things are listed does not matter', () => {
  fc.assert(
    fc.property(someDesired, someSnapshot, someOptions, (want, have, options) => {
      const turned: Snapshot = {
        ...have,
        apps: have.apps.toReversed(),
        groups: have.groups.toReversed(),
      }
      const { plan: there } = plan(want, have, options)
      const { plan: back } = plan(
        { ...want, apps: want.apps.toReversed(), groups: want.groups.toReversed() },
        turned,
        options,
      )
      expect(JSON.stringify(back)).toBe(JSON.stringify(there))
    }),
    { numRuns: 300, seed: 8 },
  )
})

// The checker must be able to find faults, or its silence says nothing.
test('the checker notices when a plan is tampered with', () => {
  const want = desired([app('/a', { cmd: 'b' }), app('/b', { dependencies: ['/a'] })])
  const have = snapshot([app('/a'), app('/old')])
  const made = plan(want, have, { mode: 'apply', deleteUnnamed: true, origin: here }).plan!
  const [a, b, old] = made.changes
  const { 'app:/a': _, ...lessBase } = made.desiredBase
  const faulty = [
    { ...made, changes: [b!, old!] },
    { ...made, changes: [a!, a!, b!, old!] },
    { ...made, changes: [{ ...a!, action: 'scale' as const }, b!, old!] },
    { ...made, changes: [{ ...a!, fields: [] }, b!, old!] },
    { ...made, steps: made.steps.toReversed() },
    { ...made, steps: made.steps.slice(1) },
    { ...made, steps: [...made.steps, { actions: [] }] },
    { ...made, desiredBase: lessBase },
    { ...made, desiredBase: { ...made.desiredBase, 'app:/b': 7 as never } },
    { ...made, placementBase: 1 as never },
  ]
  expect(checkPlan(made, want, have)).toEqual([])
  for (const each of faulty) expect(checkPlan(each, want, have)).not.toEqual([])
})
