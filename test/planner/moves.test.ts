// Moves, imports and what is let go of: what a plan makes of them, and that nothing is left to do after it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Desired, DesiredMove, Place, Plan, Snapshot, StackName } from '../../src/model/index.ts'
import { checkPlan, plan } from '../../src/planner/index.ts'
import {
  app,
  applied,
  desired,
  deployment,
  existing,
  existingGroup,
  existingVolume,
  group,
  here,
  snapshot,
  wanted,
} from './builders.ts'

const options = { mode: 'apply', deleteUnnamed: true, origin: here } as const

/** From `app.web` as from the id `/web`; `group.a.app.b` as from `/a/b`. */
function place(address: string): Place {
  const steps = [...address.matchAll(/(app|group|volume|module)\.([a-z]+)(?:\["([a-z]+)"\])?/g)]
  const segments = steps.map(([, , name, key]) => (key === undefined ? name! : `${name}-${key}`))
  const kind = steps.at(-1)![1] as Place['kind']
  return { kind, address, id: kind === 'volume' ? segments.join('-') : `/${segments.join('/')}` }
}

function move(from: string, to: string): DesiredMove {
  return { from: place(from), to: place(to) }
}

/** The plan, proved sound, and empty when it is made again. */
function planned(want: Desired, have: Snapshot): Plan {
  const result = plan(want, have, options)
  expect(result.diagnostics).toEqual([])
  expect(checkPlan(result.plan!, want, have)).toEqual([])
  expect(plan(want, applied(result.plan!, have), options).plan?.changes).toEqual([])
  return result.plan!
}

function short({ changes, steps, warnings }: Plan): unknown {
  return {
    changes: changes.map(
      c => `${c.action} ${c.from === undefined ? '' : `${c.from.address} → `}${c.address}`,
    ),
    steps: steps.map(s => s.actions.map(a => `${a.action} ${a.app}`).join(', ')),
    ...(warnings.length === 0 ? {} : { warnings: warnings.map(w => w.summary) }),
  }
}

describe('moved', () => {
  test('an app that is the same under another name: one change and no step', () => {
    const made = planned(
      desired([app('/frontend', { instances: 2 })], { moves: [move('app.web', 'app.frontend')] }),
      snapshot([app('/web', { instances: 2 })]),
    )
    expect(short(made)).toEqual({ changes: ['move app.web → app.frontend'], steps: [] })
    expect(made.changes[0]).toMatchObject({
      id: '/frontend',
      from: { address: 'app.web', id: '/web' },
      before: { id: '/web' },
      after: { id: '/frontend' },
      fields: [{ path: '/id', before: '/web', after: '/frontend', effect: 'none' }],
      reason: 'what runs goes on untouched, with MARATHON_APP_ID=/web until it starts anew',
    })
    expect(made.desiredBase).toMatchObject({ 'app:/web': 3, 'app:/frontend': 0 })
  })

  test('an app that changes at the same time is restarted, scaled or updated as it would be without', () => {
    const moves = [move('app.web', 'app.frontend')]
    const have = snapshot([app('/web', { instances: 2 })])
    const restarted = planned(desired([app('/frontend', { instances: 2, cmd: 'x' })], { moves }), have)
    expect(short(restarted)).toEqual({
      changes: ['restart app.web → app.frontend'],
      steps: ['RestartApplication /frontend'],
    })
    expect(short(planned(desired([app('/frontend', { instances: 3 })], { moves }), have))).toEqual({
      changes: ['scale app.web → app.frontend'],
      steps: ['ScaleApplication /frontend'],
    })
    const labelled = app('/frontend', { instances: 2, labels: { a: 'b' } })
    expect(short(planned(desired([labelled], { moves }), have))).toEqual({
      changes: ['update app.web → app.frontend'],
      steps: [],
    })
  })

  test('a move whose origin is not in the cluster has no effect, for ever', () => {
    const want = desired([app('/frontend')], { moves: [move('app.web', 'app.frontend')] })
    expect(short(planned(want, snapshot()))).toMatchObject({ changes: ['create app.frontend'] })
    expect(planned(want, snapshot([app('/frontend')])).changes).toEqual([])
  })

  test('what others own is not moved', () => {
    const want = desired([app('/frontend')], { moves: [move('app.web', 'app.frontend')] })
    const have = snapshot([existing(app('/web'), { stack: 'blog' as StackName })])
    expect(short(planned(want, have))).toMatchObject({ changes: ['create app.frontend'] })
  })

  test('moves follow one another', () => {
    const moves = [move('app.a', 'app.b'), move('app.b', 'app.c')]
    const want = desired([app('/c')], { moves })
    expect(short(planned(want, snapshot([app('/a')])))).toMatchObject({ changes: ['move app.a → app.c'] })
    expect(short(planned(want, snapshot([app('/b')])))).toMatchObject({ changes: ['move app.b → app.c'] })
    expect(short(planned(want, snapshot([app('/a'), app('/b')])))).toEqual({
      changes: ['delete app.b', 'move app.a → app.c'],
      steps: ['StopApplication /b'],
      warnings: ['There is something at the place that it moves to'],
    })
  })

  test('a group moves with all that is in it, and what depends on it keeps its order', () => {
    const have = snapshot(
      [app('/a/db'), app('/a/in/web', { dependencies: ['/a/db'] }), app('/out', { dependencies: ['/a'] })],
      { groups: [existingGroup('/a'), existingGroup('/a/in')] },
    )
    const want = desired(
      [app('/b/db'), app('/b/in/web', { dependencies: ['/b/db'] }), app('/out', { dependencies: ['/b'] })],
      { groups: [group('/b'), group('/b/in')], moves: [move('group.a', 'group.b')] },
    )
    expect(short(planned(want, have))).toEqual({
      changes: [
        'update app.out',
        'move group.a → group.b',
        'move group.a.app.db → group.b.app.db',
        'move group.a.group.in → group.b.group.in',
        'update group.a.group.in.app.web → group.b.group.in.app.web',
      ],
      steps: [],
    })
  })

  test('out of a group, and one member another way than the rest', () => {
    const have = snapshot([app('/a/db'), app('/a/web')])
    const moves = [move('group.a', 'group.b'), move('group.a.app.web', 'app.web')]
    expect(short(planned(desired([app('/b/db'), app('/web')], { moves }), have))).toMatchObject({
      changes: ['move group.a.app.web → app.web', 'move group.a.app.db → group.b.app.db'],
    })
  })

  test('from one to several, and several at once', () => {
    const eu = (id: string, address: string): ReturnType<typeof wanted> => wanted(app(id), { address })
    const first = desired([eu('/w-eu', 'app.w["eu"]'), eu('/w-us', 'app.w["us"]')], {
      moves: [move('app.w', 'app.w["eu"]')],
    })
    expect(short(planned(first, snapshot([app('/w')])))).toMatchObject({
      changes: ['move app.w → app.w["eu"]', 'create app.w["us"]'],
    })
    const have = snapshot([
      existing(app('/w-eu'), { address: 'app.w["eu"]' }),
      existing(app('/w-us'), { address: 'app.w["us"]' }),
    ])
    const second = desired([eu('/v-eu', 'app.v["eu"]'), eu('/v-us', 'app.v["us"]')], {
      moves: [move('app.w', 'app.v')],
    })
    expect(short(planned(second, have))).toMatchObject({
      changes: ['move app.w["eu"] → app.v["eu"]', 'move app.w["us"] → app.v["us"]'],
    })
  })

  test('another address with the same id, and an address that the cluster does not know yet', () => {
    const grouped = snapshot([existing(app('/shop/web'), { address: 'group.shop.app.web' })])
    const inModule = wanted(app('/shop/web'), { address: 'module.shop.app.web' })
    const same = planned(desired([inModule], { moves: [move('group.shop', 'module.shop')] }), grouped)
    expect(short(same)).toEqual({ changes: ['move group.shop.app.web → module.shop.app.web'], steps: [] })
    expect(same.changes[0]!.fields).toEqual([])
    // The text has become a module without a move, which changes no id; then the module is renamed.
    const other = wanted(app('/store/web'), { address: 'module.store.app.web' })
    expect(
      short(planned(desired([other], { moves: [move('module.shop', 'module.store')] }), grouped)),
    ).toMatchObject({ changes: ['move group.shop.app.web → module.store.app.web'] })
  })

  test('volumes keep their rows', () => {
    const want = desired([], {
      volumes: [{ address: 'volume.store', name: 'store', size: 1024, shared: false }],
      moves: [move('volume.data', 'volume.store')],
    })
    const made = planned(want, snapshot([], { volumes: [existingVolume('data')] }))
    expect(short(made)).toEqual({ changes: ['move volume.data → volume.store'], steps: [] })
  })

  test('a new app may take the name that has become free', () => {
    const want = desired([app('/z'), wanted(app('/a-b'), { address: 'app.a-b' })], {
      moves: [move('app.a["b"]', 'app.z')],
    })
    const have = snapshot([existing(app('/a-b'), { address: 'app.a["b"]' })])
    expect(short(planned(want, have))).toEqual({
      changes: ['create app.a-b', 'move app.a["b"] → app.z'],
      steps: ['StartApplication /a-b', 'ScaleApplication /a-b'],
    })
  })

  test('tells who still depends on the old name, and which deployment is in the way', () => {
    const want = desired([app('/frontend')], { moves: [move('app.web', 'app.frontend')] })
    const blog = existing(app('/blog', { dependencies: ['/web'] }), { stack: 'blog' as StackName })
    const have = snapshot([app('/web'), blog], { deployments: [deployment('d1', '/web')] })
    expect(short(planned(want, have))).toMatchObject({
      warnings: ['Deployment in progress', 'A dependency on the old name remains'],
    })
    const own = desired([app('/frontend'), app('/api', { dependencies: ['/web'] })], {
      moves: [move('app.web', 'app.frontend')],
    })
    const { warnings } = planned(own, snapshot([app('/web'), app('/api', { dependencies: ['/web'] })]))
    expect(warnings.map(w => w.detail)).toEqual([expect.stringMatching(/^app\.api depends on "\/web"/)])
  })

  test('destroy takes what is there, whatever it shall be called', () => {
    const want = desired([app('/frontend')], { moves: [move('app.web', 'app.frontend')] })
    const made = plan(want, snapshot([app('/web')]), { ...options, mode: 'destroy' }).plan!
    expect(short(made)).toMatchObject({ changes: ['delete app.web'] })
  })
})

describe('import', () => {
  const imports = [{ to: 'app.web', id: '/legacy/web' }]

  test('takes over what belongs to nobody, under another id, with its differences', () => {
    const have = snapshot([existing(app('/legacy/web'), { stack: null, address: 'group.legacy.app.web' })])
    const equal = planned(desired([app('/web')], { imports }), have)
    expect(short(equal)).toEqual({ changes: ['adopt group.legacy.app.web → app.web'], steps: [] })
    expect(equal.changes[0]!.from).toEqual({
      address: 'group.legacy.app.web',
      id: '/legacy/web',
      imported: true,
    })
    expect(equal.desiredBase).toMatchObject({ 'app:/legacy/web': 3, 'app:/web': 0 })
    expect(short(planned(desired([app('/web', { cmd: 'x' })], { imports }), have))).toEqual({
      changes: ['restart group.legacy.app.web → app.web'],
      steps: ['RestartApplication /web'],
    })
  })

  test('under its own id it is adoption of this one app only', () => {
    const have = snapshot([existing(app('/web'), { stack: null }), existing(app('/db'), { stack: null })])
    const own = [{ to: 'app.web', id: '/web' }]
    const changed = app('/web', { cmd: 'x' })
    expect(short(planned(desired([changed, app('/db')], { imports: own }), have))).toMatchObject({
      changes: ['adopt app.db', 'restart app.web'],
    })
    const both = desired([changed, app('/db', { cmd: 'x' })], { imports: own })
    expect(plan(both, have, options).diagnostics.map(d => d.address)).toEqual(['app.db'])
  })

  test.each([
    ['nothing', snapshot(), /^There is no app "\/legacy\/web" in the cluster/],
    [
      'its own',
      snapshot([existing(app('/legacy/web'))]),
      /belongs to this stack already.*a moved block, from/,
    ],
    [
      'of another stack',
      snapshot([existing(app('/legacy/web'), { stack: 'blog' as StackName })]),
      /belongs to stack "blog"/,
    ],
    [
      'beside one that has the name',
      snapshot([existing(app('/legacy/web'), { stack: null }), existing(app('/web'), { stack: null })]),
      /exists already/,
    ],
  ])('refuses %s', (_, have, detail) => {
    const { diagnostics } = plan(desired([app('/web')], { imports }), have, options)
    expect(diagnostics).toHaveLength(1)
    expect(diagnostics[0]).toMatchObject({ address: 'app.web', detail: expect.stringMatching(detail) })
  })
})

describe('removed', () => {
  test('lets go of what it names, and of nothing else', () => {
    const have = snapshot([app('/old'), app('/gone'), app('/g/a')], {
      groups: [existingGroup('/g')],
      volumes: [existingVolume('data')],
    })
    const want = desired([], { forgets: [place('app.old'), place('group.g'), place('volume.data')] })
    expect(short(planned(want, have))).toEqual({
      changes: [
        'delete app.gone',
        'forget app.old',
        'forget group.g',
        'forget group.g.app.a',
        'forget volume.data',
      ],
      steps: ['StopApplication /gone'],
    })
    const destroyed = plan(want, have, { ...options, mode: 'destroy' }).plan!
    expect(destroyed.changes.filter(c => c.action === 'delete').map(c => c.address)).toEqual(['app.gone'])
  })

  test('says nothing of what is not there, or of others', () => {
    const want = desired([], { forgets: [place('app.old')] })
    const have = snapshot([existing(app('/old'), { stack: 'blog' as StackName })])
    expect(planned(want, have).changes).toEqual([])
  })
})

describe('a rename that nobody told', () => {
  const warning = (want: Desired, have: Snapshot): string | undefined =>
    plan(want, have, options).plan!.warnings.find(w => w.summary === 'This looks like a rename')?.detail

  test('of an app', () => {
    expect(warning(desired([app('/frontend')]), snapshot([app('/web')]))).toMatch(
      /^app\.web is destroyed.*write a moved block: from = app\.web, to = app\.frontend\.$/,
    )
    expect(warning(desired([app('/frontend', { cmd: 'x' })]), snapshot([app('/web')]))).toBeUndefined()
  })

  test('of a group: one move for all that is in it', () => {
    const want = desired([app('/b/db', { cmd: 'x' }), app('/b/web', { dependencies: ['/b/db'] })])
    const have = snapshot([app('/a/db', { cmd: 'x' }), app('/a/web', { dependencies: ['/a/db'] })])
    expect(warning(want, have)).toMatch(/^2 apps .*: from = group\.a, to = group\.b\.$/)
  })

  test('of one of several that are alike: the one with the same label', () => {
    const want = desired([app('/g/b')])
    expect(warning(want, snapshot([app('/a'), app('/b')]))).toMatch(/from = app\.b, to = group\.g\.app\.b/)
  })
})

// Some are moved, some imported, some let go of; names are passed around so that they meet.
test('whatever is moved, imported and let go of: the plan is sound, and nothing is left to do after it', () => {
  const names = ['a', 'b', 'c', 'd', 'e'] as const
  const entry = fc.record({
    owner: fc.constantFrom<StackName | null>(
      'shop' as StackName,
      'shop' as StackName,
      null,
      'blog' as StackName,
    ),
    cmd: fc.constantFrom('x', 'y'),
    to: fc.option(fc.constantFrom(...names, 'f', 'g'), { freq: 3 }),
    how: fc.constantFrom('move', 'import', 'forget', 'stay', 'gone'),
    changed: fc.boolean(),
  })
  let plans = 0
  fc.assert(
    fc.property(fc.array(fc.option(entry), { minLength: 5, maxLength: 5 }), entries => {
      const present = entries.flatMap((e, i) => (e === null ? [] : [{ ...e, name: names[i]! }]))
      const have = snapshot(present.map(e => existing(app(`/${e.name}`, { cmd: e.cmd }), { stack: e.owner })))
      const apps = new Map<string, ReturnType<typeof app>>()
      const moves: DesiredMove[] = []
      const imports: { to: string; id: string }[] = []
      const forgets: Place[] = []
      for (const { name, to, how, cmd, changed } of present) {
        const target = to ?? name
        const wish = app(`/${target}`, { cmd: changed ? 'z' : cmd })
        if (how === 'forget') forgets.push(place(`app.${name}`))
        if (how === 'stay') apps.set(name, app(`/${name}`, { cmd }))
        if (how !== 'move' && how !== 'import') continue
        apps.set(target, wish)
        if (how === 'import') imports.push({ to: `app.${target}`, id: `/${name}` })
        else if (target !== name) moves.push(move(`app.${name}`, `app.${target}`))
      }
      // What the language refuses does not come here.
      const isTold = (m: DesiredMove): boolean => !apps.has(m.from.address.slice(4))
      const isOnly = (m: DesiredMove): boolean => moves.every(o => o === m || o.to.address !== m.to.address)
      const want = desired([...apps.values()], {
        moves: moves.filter(isTold).filter(isOnly),
        imports: imports.filter(i => imports.every(o => o === i || o.to !== i.to)),
        forgets: forgets.filter(f => !apps.has(f.address.slice(4))),
      })
      const result = plan(want, have, options)
      if (result.plan === null) return
      plans++
      expect(checkPlan(result.plan, want, have)).toEqual([])
      const again = plan(want, applied(result.plan, have), options)
      expect(again.diagnostics).toEqual([])
      expect(again.plan?.changes).toEqual([])
    }),
    { numRuns: 1000, seed: 9 },
  )
  expect(plans).toBeGreaterThan(200)
})
