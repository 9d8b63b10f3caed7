// The order of a deployment by dependency depth.
import { expect, test } from 'vitest'
import type { App, AppId, GroupId, Step } from '../../src/model/index.ts'
import { computeSteps, findDependencyCycle } from '../../src/planner/index.ts'
import type { GroupDependencies } from '../../src/planner/index.ts'
import { app } from './builders.ts'

const mapOf = (...apps: App[]): Map<AppId, App> => new Map(apps.map(a => [a.id, a]))
const groupsOf = (all: Record<string, string[]>): GroupDependencies[] =>
  Object.entries(all).map(([id, dependencies]) => ({ id: id as GroupId, dependencies }))

/** `stop /a | start /b /c | scale /c | scale /b` */
function text(steps: readonly Step[]): string {
  const short = (kind: string): string => kind.replace('Application', '').toLowerCase()
  return steps.map(s => s.actions.map(a => `${short(a.action)} ${a.app}`).join(', ')).join(' | ')
}

const on = (id: string, dependencies: string[] = [], more: Partial<App> = {}): App =>
  app(id, { dependencies, ...more })

test.each([
  ['nothing changes', [on('/a')], [on('/a')], {}, ''],
  ['a new app', [], [on('/a')], {}, 'start /a | scale /a'],
  ['an app that goes', [on('/a')], [], {}, 'stop /a'],
  ['stop first, then start', [on('/b')], [on('/a')], {}, 'stop /b | start /a | scale /a'],
  ['a scale', [on('/a')], [on('/a', [], { instances: 2 })], {}, 'scale /a'],
  ['a restart', [on('/a')], [on('/a', [], { cmd: 'b' })], {}, 'restart /a'],
  ['a restart with a scale', [on('/a')], [on('/a', [], { cmd: 'b', instances: 2 })], {}, 'restart /a'],
  ['a restart to none', [on('/a')], [on('/a', [], { cmd: 'b', instances: 0 })], {}, 'scale /a'],
  ['a change in place', [on('/a')], [on('/a', [], { labels: { a: 'b' } })], {}, ''],
  ['a dependency', [], [on('/a', ['/b']), on('/b')], {}, 'start /a, start /b | scale /b | scale /a'],
  ['an unknown dependency', [], [on('/a', ['/none'])], {}, 'start /a | scale /a'],
  [
    'a dependency on a group',
    [],
    [on('/a', ['/g']), on('/g/x'), on('/g/h/y')],
    {},
    'start /a, start /g/h/y, start /g/x | scale /g/h/y, scale /g/x | scale /a',
  ],
  [
    'a dependency of a group',
    [],
    [on('/c/b/x'), on('/c/f/y')],
    { '/c/b': ['/c/f'] },
    'start /c/b/x, start /c/f/y | scale /c/f/y | scale /c/b/x',
  ],
  [
    'a dependency of an outer group',
    [],
    [on('/c/b/x'), on('/f')],
    { '/c': ['/f'] },
    'start /c/b/x, start /f | scale /f | scale /c/b/x',
  ],
  [
    'a way through an untouched app',
    [on('/b', ['/c'])],
    [on('/a', ['/b']), on('/b', ['/c']), on('/c')],
    {},
    'start /a, start /c | scale /c | scale /a',
  ],
  [
    'an empty group',
    [],
    [on('/a', ['/g']), on('/b')],
    { '/g': ['/b'] },
    'start /a, start /b | scale /a, scale /b',
  ],
  [
    'the longest way counts',
    [],
    [on('/a', ['/b', '/c']), on('/b', ['/c']), on('/c')],
    {},
    'start /a, start /b, start /c | scale /c | scale /b | scale /a',
  ],
] as const)('%s', (_, before, after, groups, expected) => {
  const steps = computeSteps({
    before: mapOf(...before),
    after: mapOf(...after),
    groups: groupsOf(groups as never),
  })
  expect(text(steps)).toBe(expected)
})

test('an app is restarted when asked, though nothing differs', () => {
  const apps = mapOf(on('/a'), on('/b', [], { instances: 0 }))
  const restart = new Set(apps.keys())
  expect(text(computeSteps({ before: apps, after: apps, groups: [], restart }))).toBe('restart /a, scale /b')
})

test('a port written out as assigned restarts nothing', () => {
  const ports = (port: number): Partial<App> => ({
    requirePorts: true,
    portDefinitions: [{ port, protocol: 'tcp', labels: {} }],
  })
  const [before, after] = [mapOf(on('/a', [], ports(0))), mapOf(on('/a', [], ports(10_000)))]
  expect(computeSteps({ before, assigned: after, after, groups: [] })).toEqual([])
  expect(text(computeSteps({ before, after, groups: [] }))).toBe('restart /a')
})

test('a chain of 20,000 apps neither overflows nor takes long', () => {
  const chain = Array.from({ length: 20_000 }, (_, i) => on(`/a${i}`, i === 0 ? [] : [`/a${i - 1}`]))
  expect(computeSteps({ before: new Map(), after: mapOf(...chain), groups: [] })).toHaveLength(20_001)
})

test('2,000 apps of a group on 2,000 apps of another stay linear', () => {
  const apps = Array.from({ length: 4000 }, (_, i) => on(`/${i % 2 ? 'up' : 'down'}/a${i}`))
  const steps = computeSteps({
    before: new Map(),
    after: mapOf(...apps),
    groups: groupsOf({ '/up': ['/down'] }),
  })
  expect(steps.map(s => s.actions.length)).toEqual([4000, 2000, 2000])
})

test.each([
  ['none', [on('/a', ['/b']), on('/b')], {}, undefined],
  ['two apps', [on('/b', ['/a']), on('/a', ['/b']), on('/c', ['/a'])], {}, ['/a', '/b']],
  ['itself', [on('/a', ['/a'])], {}, ['/a']],
  ['its own group', [on('/g/a', ['/g'])], {}, ['/g/a']],
  ['two groups', [on('/f/a'), on('/g/b')], { '/f': ['/g'], '/g': ['/f'] }, ['/f/a', '/g/b']],
  ['groups without apps', [on('/a', ['/f'])], { '/f': ['/g'], '/g': ['/f'] }, undefined],
  [
    'a long way round',
    [on('/a', ['/b']), on('/b', ['/c']), on('/c', ['/d']), on('/d', ['/b'])],
    {},
    ['/b', '/c', '/d'],
  ],
] as const)('a dependency cycle: %s', (_, apps, groups, expected) => {
  expect(findDependencyCycle(mapOf(...apps), groupsOf(groups as never))).toEqual(expected)
})

test('apps on a cycle come last', () => {
  const after = mapOf(on('/a', ['/b']), on('/b', ['/a']), on('/c'))
  expect(text(computeSteps({ before: new Map(), after, groups: [] }))).toBe(
    'start /a, start /b, start /c | scale /c | scale /a, scale /b',
  )
})
