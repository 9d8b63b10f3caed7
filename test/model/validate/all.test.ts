// The rules between apps and groups.
import { expect, test } from 'vitest'
import { validateAll } from '../../../src/model/index.ts'
import type { AppId, GroupId } from '../../../src/model/index.ts'

const a = (id: string, ...dependencies: string[]) => ({ id: id as AppId, dependencies })
const g = (id: string, ...dependencies: string[]) => ({ id: id as GroupId, dependencies })
const cyclic = 'Dependency graph has cyclic dependencies.'

type Apps = Parameters<typeof validateAll>[0]
type Groups = Parameters<typeof validateAll>[1]

const good: readonly [string, Apps, Groups][] = [
  ['nothing', [], []],
  ['a chain', [a('/a', '/b'), a('/b', '/c'), a('/c')], []],
  ['a diamond', [a('/a', '/b', '/c'), a('/b', '/d'), a('/c', '/d'), a('/d')], []],
  ['a target that is not there', [a('/a', '/nowhere')], [g('/g', '/neither')]],
  ['groups in a row', [a('/g/x'), a('/h/y')], [g('/g', '/h'), g('/h')]],
  ['an app on another in its group', [a('/g/x', '/g/y'), a('/g/y')], [g('/g')]],
]

test.each(good)('%s is allowed', (_name, apps, groups) => {
  expect(validateAll(apps, groups)).toEqual([])
})

const bad: readonly [string, Apps, Groups, string, string][] = [
  ['an app twice', [a('/a'), a('/a')], [], 'App ids must be unique.', '/a is defined twice.'],
  ['a group twice', [], [g('/g'), g('/g')], 'Group ids must be unique.', '/g is defined twice.'],
  [
    'an app named as a group',
    [a('/g')],
    [g('/g')],
    'Groups and Applications may not have the same identifier.',
    '/g',
  ],
  [
    'an app named as the group around another',
    [a('/g'), a('/g/h/x')],
    [],
    'Groups and Applications may not have the same identifier.',
    '/g',
  ],
  ['itself', [a('/a', '/a')], [], cyclic, '/a depends on itself.'],
  ['two of each other', [a('/a', '/b'), a('/b', '/a')], [], cyclic, '/a → /b → /a'],
  [
    'a long circle with a tail',
    [a('/t', '/a'), a('/a', '/b'), a('/b', '/c'), a('/c', '/a')],
    [],
    cyclic,
    '/a → /b → /c → /a',
  ],
  ['through groups', [a('/g/x'), a('/h/y')], [g('/g', '/h'), g('/h', '/g')], cyclic, '/g/x → /h/y → /g/x'],
  ['its own group', [a('/g/x', '/g')], [g('/g')], cyclic, '/g/x → /g/x'],
  ['a group on a group within', [a('/g/h/x')], [g('/g', '/g/h')], cyclic, '/g/h/x → /g/h/x'],
  [
    'inherited from far above',
    [a('/g/h/i/x'), a('/d', '/g/h')],
    [g('/g', '/d')],
    cyclic,
    '/d → /g/h/i/x → /d',
  ],
]

test.each(bad)('%s is refused', (_name, apps, groups, summary, detail) => {
  const found = validateAll(apps, groups)
  expect(found.map(d => d.summary)).toEqual([summary])
  expect(found[0]!.detail).toContain(detail)
})

test('a group needs a name that is one', () => {
  expect(validateAll([], [g('/G')])).toMatchObject([{ path: '/id', address: '/G' }])
})

test('the cycle told does not hang on the order of the apps', () => {
  const apps = [a('/a', '/b'), a('/b', '/c'), a('/c', '/a'), a('/d', '/e'), a('/e', '/d')]
  expect(validateAll(apps.toReversed(), [])).toEqual(validateAll(apps, []))
})

test('a chain of 20,000 apps and a group of 20,000 do not take long or deep', () => {
  const chain = Array.from({ length: 20_000 }, (_, i) => a(`/c/a${i}`, `/c/a${i + 1}`))
  const users = Array.from({ length: 20_000 }, (_, i) => a(`/u/a${i}`, '/c'))
  expect(validateAll([...chain, ...users], [g('/u', '/c')])).toEqual([])
})
