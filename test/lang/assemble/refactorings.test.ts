// moved, import and removed: what is understood of them, in HCL, and what is told of mistakes.
import { describe, expect, test } from 'vitest'
import { assemble } from '../../../src/lang/index.ts'
import { evaluateHclFiles, evaluateModules, readModule } from '../../../src/lang/hcl/index.ts'
import { placeAt } from '../../../src/lang/assemble/address.ts'
import { decodeDesired } from '../../../src/model/index.ts'
import type { Desired, StackName } from '../../../src/model/index.ts'

function read(text: string): { desired: Desired | undefined; problems: readonly string[] } {
  const { config, diagnostics } = evaluateHclFiles([{ name: 'main.hcl', text }])
  const { desired, diagnostics: found } = assemble(config!, 'test' as StackName)
  const problems = [...diagnostics, ...found].map(d => `${d.subject?.start.line}: ${d.summary}: ${d.detail}`)
  return { desired, problems }
}

describe('what is understood', () => {
  test('addresses with the ids that they stand for', () => {
    const { desired, problems } = read(`
app "frontend" { cmd = "x" }
group "b" {
  app "api" { cmd = "x" }
}
app "w" {
  for_each = toset(["eu", "us"])
  cmd      = each.key
}
volume "store" { size = "1GiB" }
moved {
  from = app.web
  to   = app.frontend
}
moved {
  from = group.a
  to   = group.b
}
moved {
  from = app.old
  to   = app.w["eu"]
}
moved {
  from = group.x[1].app.n[0]
  to   = app.w["us"]
}
moved {
  from = volume.data
  to   = volume.store
}
removed {
  from = module.gone["a.b"].app.z
  lifecycle { destroy = false }
}
removed {
  from = app.y
}
import {
  to = app.frontend
  id = "/legacy/\${"web"}"
}
import { to = volume.store }
`)
    expect(problems).toEqual([])
    expect(
      desired!.moves!.map(({ from, to }) => [from.kind, from.address, from.id, to.address, to.id]),
    ).toEqual([
      ['app', 'app.web', '/web', 'app.frontend', '/frontend'],
      ['group', 'group.a', '/a', 'group.b', '/b'],
      ['app', 'app.old', '/old', 'app.w["eu"]', '/w-eu'],
      ['app', 'group.x[1].app.n[0]', '/x-1/n-0', 'app.w["us"]', '/w-us'],
      ['volume', 'volume.data', 'data', 'volume.store', 'store'],
    ])
    expect(desired!.forgets).toEqual([
      { kind: 'app', address: 'module.gone["a.b"].app.z', id: '/gone-a.b/z' },
    ])
    expect(desired!.imports).toEqual([
      { to: 'app.frontend', id: '/legacy/web' },
      { to: 'volume.store', id: 'store' },
    ])
    expect(decodeDesired(JSON.parse(JSON.stringify(desired)))).toEqual({ ok: true, value: desired })
  })

  test('nothing is said where nothing is written', () => {
    const { desired } = read('app "web" { cmd = "x" }')
    expect(Object.keys(desired!)).toEqual(['format', 'stack', 'apps', 'groups', 'volumes', 'outputs'])
  })

  test('a move may lead on, to all instances, and to a block without any', () => {
    const { problems } = read(`
app "c" { cmd = "x" }
app "w" {
  count = 2
  cmd   = "x"
}
app "none" {
  for_each = {}
  cmd      = "x"
}
moved {
  from = app.a
  to   = app.b
}
moved {
  from = app.b
  to   = app.c
}
moved {
  from = app.v
  to   = app.w
}
moved {
  from = app.former
  to   = app.none["x"]
}
`)
    expect(problems).toEqual([])
  })
})

describe('modules', () => {
  function inModule(root: string, shop: string): ReturnType<typeof read> {
    const calls = new Map([
      [
        'shop',
        { module: readModule([{ name: 'shop.hcl', text: shop }]), directory: 'shop', calls: new Map() },
      ],
    ])
    const tree = { module: readModule([{ name: 'main.hcl', text: root }]), directory: '.', calls }
    const { config, diagnostics } = evaluateModules(tree)
    const { desired, diagnostics: found } = assemble(config!, 'test' as StackName)
    return { desired, problems: [...diagnostics, ...found].map(d => `${d.summary}: ${d.detail}`) }
  }
  const call = 'module "shop" {\n  source = "./shop"\n  for_each = toset(["eu", "us"])\n}\n'
  const web = 'app "frontend" { cmd = "x" }\n'

  test('in a module, addresses begin where it does, for each of its instances', () => {
    const { desired, problems } = inModule(
      call,
      `${web}moved {\n  from = app.web\n  to = app.frontend\n}\nremoved {\n  from = app.old\n  lifecycle { destroy = false }\n}\n`,
    )
    expect(problems).toEqual([])
    expect(desired!.moves!.map(({ from, to }) => [from.address, from.id, to.address])).toEqual([
      ['module.shop["eu"].app.web', '/shop-eu/web', 'module.shop["eu"].app.frontend'],
      ['module.shop["us"].app.web', '/shop-us/web', 'module.shop["us"].app.frontend'],
    ])
    expect(desired!.forgets!.map(f => f.id)).toEqual(['/shop-eu/old', '/shop-us/old'])
  })

  test('a module moves, and an app into one', () => {
    const { desired, problems } = inModule(
      `${call}moved {\n  from = module.store\n  to = module.shop\n}\nmoved {\n  from = app.web\n  to = module.shop["eu"].app.frontend\n}\n`,
      web,
    )
    expect(problems).toEqual([])
    expect(desired!.moves!.map(({ to }) => to.id)).toEqual(['/shop', '/shop-eu/frontend'])
    const ids = desired!.apps.map(a => `${a.address} ${a.app.id}`)
    expect(ids).toContain('module.shop["eu"].app.frontend /shop-eu/frontend')
  })

  test('a module that is still called has not moved', () => {
    const { problems } = inModule(
      `${call}module "other" {\n  source = "./shop"\n}\nmoved {\n  from = module.shop\n  to = app.x\n}\n`,
      web,
    )
    expect(problems.join()).toMatch(/Move to another kind/)
  })
})

test('in JSON', () => {
  const text = JSON.stringify({
    app: { frontend: { cmd: 'x' } },
    moved: [{ from: 'app.web["eu"]', to: 'app.frontend' }],
    import: { to: 'app.frontend', id: '/legacy' },
    removed: { from: 'app.old', lifecycle: { destroy: false } },
  })
  const { config, diagnostics } = evaluateHclFiles([{ name: 'main.hcl.json', text }])
  expect(diagnostics).toEqual([])
  expect(assemble(config!, 'test' as StackName).desired).toMatchObject({
    moves: [{ from: { address: 'app.web["eu"]', id: '/web-eu' }, to: { address: 'app.frontend' } }],
    imports: [{ to: 'app.frontend', id: '/legacy' }],
    forgets: [{ address: 'app.old' }],
  })
})

describe('mistakes', () => {
  const frontend = 'app "frontend" { cmd = "x" }\n'
  const moved = (from: string, to: string): string => `moved {\n  from = ${from}\n  to = ${to}\n}\n`
  test.each([
    [
      'the target is not there',
      frontend + moved('app.a', 'app.b'),
      /^4: Move to nothing: There is no app\.b/,
    ],
    [
      'the origin is still there',
      frontend + 'app "b" { cmd = "x" }\n' + moved('app.frontend', 'app.b'),
      /^4: Moved object still exists: app\.frontend is still in the configuration \(main\.hcl:1\)/,
    ],
    [
      'something is still in the group',
      'group "a" {\n  app "x" { cmd = "x" }\n}\ngroup "b" {}\n' + moved('group.a', 'group.b'),
      /^6: Moved object still exists: group\.a is still/,
    ],
    [
      'two moves from one',
      frontend + 'app "b" { cmd = "x" }\n' + moved('app.a', 'app.frontend') + moved('app.a', 'app.b'),
      /^8: Ambiguous moves: app\.a is already moved to app\.frontend \(main\.hcl:3\)/,
    ],
    [
      'two moves to one',
      frontend + moved('app.a', 'app.frontend') + moved('app.b', 'app.frontend'),
      /^8: Ambiguous moves: app\.a already moves to app\.frontend/,
    ],
    [
      'a circle',
      frontend + moved('app.a', 'app.b') + moved('app.b', 'app.a'),
      /^3: Cyclic moves: .* app\.a → app\.b, app\.b → app\.a/,
    ],
    ['itself', frontend + moved('app.frontend', 'app.frontend'), /^4: Move without an effect/],
    [
      'another kind',
      frontend + moved('group.a', 'app.frontend'),
      /^4: Move to another kind: group\.a is a group, and app\.frontend an app/,
    ],
    [
      'a quoted address',
      frontend + moved('"app.a"', 'app.frontend'),
      /^3: Invalid address: .* without quotes/,
    ],
    ['an attribute', frontend + moved('app.a.id', 'app.frontend'), /^3: Invalid address/],
    ['a computed key', frontend + moved('app.a[local.k]', 'app.frontend'), /^3: Invalid address/],
    [
      'a volume in a group',
      frontend + moved('group.a.volume.v', 'app.frontend'),
      /^3: Invalid address: "group\.a\.volume\.v" is no address/,
    ],
    ['no origin', frontend + 'moved { to = app.frontend }', /^2: Missing required argument: .* "from"/],
    [
      'a misspelt argument',
      frontend + 'moved {\n  form = app.a\n  to = app.frontend\n}',
      /^3: Unsupported argument/,
    ],
    ['an import to nothing', 'import { to = app.b }', /^1: Import to nothing/],
    ['an import of a group', 'group "g" {}\nimport { to = group.g }', /^2: Import of another kind/],
    [
      'an id that is none',
      frontend + 'import {\n  to = app.frontend\n  id = "web"\n}',
      /^4: Invalid id: "id" is the id of an app, beginning with "\/"/,
    ],
    [
      'two imports to one',
      frontend + 'import { to = app.frontend }\nimport {\n  to = app.frontend\n  id = "/b"\n}',
      /^5: Ambiguous imports: "\/frontend" is already imported as app\.frontend/,
    ],
    ['removed, and there', frontend + 'removed { from = app.frontend }', /^2: Removed object still exists/],
    [
      'removed, and moved',
      frontend + moved('app.a', 'app.frontend') + 'removed { from = app.a }',
      /^6: Removed object has moved: app\.a has moved to app\.frontend/,
    ],
    [
      'no flag',
      'removed {\n  from = app.a\n  lifecycle { destroy = "no" }\n}',
      /^3: Unsuitable value type: "destroy" must be true or false/,
    ],
    [
      'an unknown block',
      'removed {\n  from = app.a\n  lifecicle {}\n}',
      /^3: Unsupported block type: .*Did you mean/,
    ],
  ])('%s', (_, text, problem) => {
    const { problems } = read(text)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(problem)
  })
})

test.each([
  ['app.web', '/web'],
  ['module.m["x"].group.g.app.a', '/m-x/g/a'],
  ['app.dotted.name', '/dotted.name'],
  ['app', undefined],
  ['app.', undefined],
  ['app.a.', undefined],
  ['app.a["x', undefined],
  ['app.a["\\x"]', undefined],
  ['app.a.app.b', undefined],
  ['group.g.module.m', undefined],
  ['var.x', undefined],
  ['', undefined],
])('the id of %j', (text, id) => {
  expect(placeAt(text)?.id).toBe(id)
})
