// Marathon files: what they are, and groups flattened.
import { expect, test } from 'vitest'
import { classifyMarathonFile, normalizeGroup, resolvePath } from '../../../src/model/index.ts'
import type { Json } from '../../../src/base/index.ts'

test.each<[Json, 'app' | 'group' | undefined]>([
  [{ id: '/a', cmd: 'x' }, 'app'],
  [{ id: '/a', container: {} }, 'app'],
  [{ cmd: 'x' }, 'app'],
  [{ id: '/a', uris: [] }, 'app'],
  [{ id: '/a', apps: [] }, 'group'],
  [{ groups: [{ id: 'a' }] }, 'group'],
  [{ id: '/a', apps: [], cmd: 'x' }, 'group'],
  [{ id: '/a' }, undefined],
  [{}, undefined],
  [[], undefined],
  ['x', undefined],
  [null, undefined],
])('%j is %s', (json, kind) => {
  expect(classifyMarathonFile(json)).toBe(kind)
})

test.each([
  ['/', 'a', '/a'],
  ['/a', 'b', '/a/b'],
  ['/a', './b', '/a/b'],
  ['/a/b', '../c', '/a/c'],
  ['/a', '/c', '/c'],
  ['/a', '../../../c', '/c'],
  ['/a', '', '/a'],
  ['/', '', '/'],
])('in %s, %j is %s', (base, written, wanted) => {
  expect(resolvePath(base, written)).toBe(wanted)
})

test('groups in groups come out flat, with absolute ids and dependencies', () => {
  const { apps, groups, diagnostics } = normalizeGroup({
    id: '/counters',
    groups: [
      { id: 'forward', apps: [{ id: 'fc', cmd: 'a' }] },
      {
        id: '/counters/backward',
        dependencies: ['../forward'],
        apps: [{ id: 'bc', cmd: 'b', dependencies: ['../forward/fc', '/else'] }],
      },
    ],
  })
  expect(diagnostics).toEqual([])
  expect(apps.map(a => [a.id, a.dependencies])).toEqual([
    ['/counters/forward/fc', []],
    ['/counters/backward/bc', ['/counters/forward/fc', '/else']],
  ])
  expect(groups).toEqual([
    { id: '/counters', dependencies: [] },
    { id: '/counters/forward', dependencies: [] },
    { id: '/counters/backward', dependencies: ['/counters/forward'] },
  ])
})

test('a group without id is the one it is read into', () => {
  const { apps, groups } = normalizeGroup({ apps: [{ id: 'a', cmd: 'x' }] }, '/base')
  expect(apps.map(a => a.id)).toEqual(['/base/a'])
  expect(groups).toEqual([{ id: '/base', dependencies: [] }])
  expect(normalizeGroup({ apps: [] }).groups).toEqual([])
})

const mistakes: readonly [string, Json, string, string][] = [
  [
    'a mistake in an app',
    { id: 'g', apps: [{ id: 'a', cpus: 'x' }] },
    '/apps(0)/cpus',
    'error.expected.jsnumber',
  ],
  ['an app that is none', { id: 'g', apps: [5] }, '/apps(0)', 'error.expected.jsobject'],
  [
    'a mistake deep down',
    { groups: [{ id: 'g', groups: [{ id: 'h', apps: [{}] }] }] },
    '/groups(0)/groups(0)/apps(0)/id',
    'error.path.missing',
  ],
  [
    'an app outside of its group',
    { id: 'g', apps: [{ id: '/x', cmd: 'a' }] },
    '/apps(0)/id',
    "Identifier is not child of '/g'. ",
  ],
  [
    'a group outside of its group',
    { id: 'g', groups: [{ id: '/x' }] },
    '/groups(0)/id',
    "Identifier is not child of '/g'. ",
  ],
  ['an inner group without id', { id: 'g', groups: [{}] }, '/groups(0)/id', 'error.path.missing'],
  ['apps as an object', { id: 'g', apps: {} }, '/apps', 'error.expected.jsarray'],
  [
    'scaling in a definition',
    { id: 'g', scaleBy: 2 },
    '/scaleBy',
    'not allowed in conjunction with other properties.',
  ],
  ['pods', { id: 'g', pods: [{}] }, '/pods', 'pods are not supported'],
  ['no object', 'g', '/', 'error.expected.jsobject'],
]

test.each(mistakes)('%s is a mistake', (_name, json, path, summary) => {
  const { apps, groups, diagnostics } = normalizeGroup(json)
  expect(diagnostics.map(d => [d.path, d.summary])).toEqual([[path, summary]])
  expect([apps, groups]).toEqual([[], []])
})

test('the depth has a limit', () => {
  let group: Json = { id: 'g' }
  for (let i = 0; i < 50; i++) group = { id: 'g', groups: [group] }
  expect(normalizeGroup(group).diagnostics.map(d => d.summary)).toEqual(['groups are nested too deeply'])
})
