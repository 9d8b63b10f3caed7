// Small parts of the doors, as tables.
import { describe, expect, it } from 'vitest'
import { parseSelector } from '../../../src/runtime/http/marathon/selector.ts'
import { appPath, segmentsOf } from '../../../src/runtime/http/path.ts'
import { redact } from '../../../src/model/index.ts'

describe('paths of apps are greedy', () => {
  it.each([
    ['/v2/apps', { kind: 'all' }],
    ['/v2/apps/', { kind: 'all' }],
    ['/v2/apps/web', { kind: 'app', id: '/web' }],
    ['/v2/apps//web//', { kind: 'app', id: '/web' }],
    ['/v2/apps/a/b/c', { kind: 'app', id: '/a/b/c' }],
    ['/v2/apps/%2Fweb', { kind: 'app', id: '/web' }],
    ['/v2/apps/%2Fa%2Fb/tasks', { kind: 'tasks', id: '/a/b' }],
    ['/v2/apps/tasks', { kind: 'app', id: '/tasks' }],
    ['/v2/apps/a/b/tasks', { kind: 'tasks', id: '/a/b' }],
    ['/v2/apps/a/b/tasks/t1', { kind: 'task', id: '/a/b', task: 't1' }],
    ['/v2/apps/a/versions', { kind: 'versions', id: '/a' }],
    ['/v2/apps/a/versions/T', { kind: 'version', id: '/a', version: 'T' }],
    ['/v2/apps/a/restart', { kind: 'restart', id: '/a' }],
    ['/v2/apps/*', { kind: 'group', prefix: '/' }],
    ['/v2/apps/a/b/*', { kind: 'group', prefix: '/a/b/' }],
    ['/v2/apps/a/*/tasks', { kind: 'groupTasks', prefix: '/a/' }],
  ])('%s', (path, expected) => {
    expect(appPath(segmentsOf(path)!.slice(2))).toEqual(expected)
  })
})

describe('label selectors', () => {
  const labels = { tier: 'front', 'a,b': 'x y', empty: '' }

  it.each([
    ['tier', true],
    ['none', false],
    ['tier==front', true],
    ['tier = front', true],
    ['tier==back', false],
    ['tier!=back', true],
    ['none!=back', false],
    ['tier in (back, front)', true],
    ['tier notin (back)', true],
    ['none notin (back)', false],
    ['tier,empty', true],
    ['tier,none', false],
    ['tier=front, empty, tier in (front)', true],
    ['a\\,b=x\\ y', true],
  ])('%s → %s', (text, expected) => {
    expect(parseSelector(text)!(labels)).toBe(expected)
  })

  it.each([
    '',
    ',',
    'tier,',
    '=front',
    'tier=',
    'tier in',
    'tier in (',
    'tier in ()',
    'tier in (a',
    'tier is front',
    'a b',
  ])('%j is none', text => {
    expect(parseSelector(text)).toBeUndefined()
  })
})

describe('what is sensitive', () => {
  const app = { id: '/x', env: { A: '1', B: '2' }, checks: [{ path: '/a' }, { path: '/b' }] }

  it.each([
    [['/env/A'], { ...app, env: { A: '(sensitive)', B: '2' } }],
    [['/env'], { ...app, env: '(sensitive)' }],
    [['/checks(1)/path'], { ...app, checks: [{ path: '/a' }, { path: '(sensitive)' }] }],
    [['/env/A', '/env/B'], { ...app, env: { A: '(sensitive)', B: '(sensitive)' } }],
    [['/env/C', '/none/x', '/checks(7)/path', '/id/x', ''], app],
  ])('%j is replaced, in a copy', (paths, expected) => {
    const before = structuredClone(app)
    expect(
      redact(
        app,
        paths.filter(p => p !== ''),
      ),
    ).toEqual(expected)
    expect(app).toEqual(before)
  })
})
