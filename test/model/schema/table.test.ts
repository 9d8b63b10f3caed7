// The schema table: every field is there once, and what it says of effects is what runKey does.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allFields, appFields, appSpecHash, effectOf, fieldAt, runKey } from '../../../src/model/index.ts'
import type { App, Field, FieldEffect } from '../../../src/model/index.ts'
import { fullApp, hostApp } from '../samples.ts'

describe('fieldAt', () => {
  test.each([
    ['/id', 'id'],
    ['/env', 'env'],
    ['/env/PORT', 'env'],
    ['/env/a/b', 'env'],
    ['/env/TOKEN/secret', 'secret'],
    ['/healthChecks', 'health_check'],
    ['/healthChecks(0)', 'health_check'],
    ['/healthChecks(12)/path', 'path'],
    ['/healthChecks(0)/gracePeriodSeconds', 'grace_period'],
    ['/constraints(0)(2)', 'constraint'],
    ['/container/docker/parameters(1)/value', 'value'],
    ['/container/portMappings(0)/servicePort', 'service'],
    ['/portDefinitions(0)/port', 'service'],
    ['/portDefinitions(0)/hostPort', 'host'],
    ['/unreachableStrategy/inactiveAfterSeconds', 'inactive_after'],
    ['/dependencies', 'depends_on'],
    ['/taskKillGracePeriodSeconds', 'task_kill_grace_period'],
    ['/backoffFactor', 'backoff_factor'],
    ['/update/progressDeadlineSeconds', 'progress_deadline'],
  ])('%s is written %s', (path, hcl) => {
    expect(fieldAt(path)?.hcl).toBe(hcl)
  })

  test.each(['', '/', '/nope', '/healthChecks(0)/nope', '/container/nope/image'])('%j is no field', path => {
    expect(fieldAt(path)).toBeUndefined()
  })
})

const effects: readonly [string, FieldEffect][] = [
  ['/instances', 'scale'],
  ['/id', 'none'],
  ['/residency', 'none'],
  ['/labels', 'inPlace'],
  ['/labels/HAPROXY_0_VHOST', 'inPlace'],
  ['/labels/a/b', 'inPlace'],
  ['/dependencies', 'inPlace'],
  ['/upgradeStrategy/minimumHealthCapacity', 'inPlace'],
  ['/killSelection', 'inPlace'],
  ['/affinities', 'inPlace'],
  ['/spreads(0)/weight', 'inPlace'],
  ['/update', 'inPlace'],
  ['/update/canary', 'inPlace'],
  ['/backoffSeconds', 'inPlace'],
  ['/maxLaunchDelaySeconds', 'inPlace'],
  ['/taskKillGracePeriodSeconds', 'inPlace'],
  ['/unreachableStrategy', 'inPlace'],
  ['/healthChecks(0)/maxConsecutiveFailures', 'inPlace'],
  ['/portDefinitions(0)/port', 'inPlace'],
  ['/portDefinitions(0)/labels/x', 'inPlace'],
  ['/container/portMappings(0)/servicePort', 'inPlace'],
  ['/cmd', 'restart'],
  ['/env/A', 'restart'],
  ['/mem', 'restart'],
  ['/constraints', 'restart'],
  ['/healthChecks(0)', 'restart'],
  ['/healthChecks(0)/path', 'restart'],
  ['/healthChecks(0)/intervalSeconds', 'restart'],
  ['/portDefinitions(0)/hostPort', 'restart'],
  ['/portDefinitions(1)', 'restart'],
  ['/container/docker/image', 'restart'],
  ['/unknown', 'restart'],
]

test.each(effects)('a change of %s: %s', (path, effect) => {
  expect(effectOf(path)).toBe(effect)
  expect(effectOf(path, { requirePorts: false })).toBe(effect)
})

test('a service port restarts where it is the host port, too', () => {
  expect(effectOf('/portDefinitions(0)/port', { requirePorts: true })).toBe('restart')
})

test('names have their form, units their name, and every field is documented', () => {
  const odd = allFields().filter(
    ({ field }) =>
      !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(field.hcl) ||
      !/^[a-z][A-Za-z0-9]*$/.test(field.typescript) ||
      !field.documentation.endsWith('.') ||
      (field.unit === 'seconds') !== field.name.endsWith('Seconds'),
  )
  expect(odd).toEqual([])
  expect(allFields().length).toBeGreaterThan(100)
})

test('names are unique among fields of one object, in JSON and in HCL', () => {
  const groups = new Map<string, Field[]>()
  for (const { path, field } of allFields()) {
    const parent = path.slice(0, path.lastIndexOf('/'))
    groups.set(parent, [...(groups.get(parent) ?? []), field])
  }
  for (const [parent, fields] of groups) {
    const count = fields.length
    const names = { json: new Set(fields.map(f => f.name)).size, hcl: new Set(fields.map(f => f.hcl)).size }
    expect({ parent, ...names }).toEqual({ parent, json: count, hcl: count })
  }
})

test('no field that changes in place holds one that restarts', () => {
  const places = allFields()
  const within = (outer: string, inner: string): boolean =>
    inner.startsWith(`${outer}/`) || inner.startsWith(`${outer}(`)
  const torn = places.filter(({ path, effect }) =>
    places.some(outer => outer.effect !== 'restart' && outer.effect !== effect && within(outer.path, path)),
  )
  expect(torn).toEqual([])
})

describe('runKey', () => {
  const samples: readonly [string, App][] = [
    ['an app on the host', hostApp],
    ['an app in a container', fullApp],
  ]

  test.each(samples)('%s: each value changed alone changes the key iff its field restarts', (_name, app) => {
    const key = runKey(app)
    const leaves = leavesOf(app)
    expect(leaves.length).toBeGreaterThan(20)
    for (const path of leaves) {
      const changed = withChange(app, path) as App
      const found = runKey(changed) === key ? 'kept' : 'changed'
      const wanted = effectOf(textOf(path), app) === 'restart' ? 'changed' : 'kept'
      expect([textOf(path), found]).toEqual([textOf(path), wanted])
    }
  })

  test.each(samples)('%s: every field of the table that it holds can be left out', (_name, app) => {
    for (const { name } of appFields) {
      if (app[name as keyof App] === undefined) continue
      const { [name as keyof App]: _gone, ...rest } = app
      expect([name, runKey(rest as App) !== runKey(app)]).toEqual([
        name,
        effectOf(`/${name}`, app) === 'restart',
      ])
    }
  })

  test('any combination of changes that do not restart keeps the key', () => {
    const inert = leavesOf(fullApp).filter(path => effectOf(textOf(path), fullApp) !== 'restart')
    fc.assert(
      fc.property(fc.subarray([...inert]), paths => {
        const changed = paths.reduce((app: unknown, path) => withChange(app, path), fullApp)
        expect(runKey(changed as App)).toBe(runKey(fullApp))
      }),
      { numRuns: 50 },
    )
  })

  test('the samples together hold every field of the table', () => {
    const held = [...leavesOf(hostApp), ...leavesOf(fullApp)].map(path =>
      textOf(path).replace(/\(\d+\)/g, '(*)'),
    )
    const missing = allFields()
      .map(f => f.path)
      .filter(path => !path.includes('/*') && path !== '/check/tcp') // entries of maps; an object without fields
      .filter(path => !held.some(h => h === path || h.startsWith(`${path}/`) || h.startsWith(`${path}(`)))
    expect(missing).toEqual([])
  })
})

test('the hash of a specification does not hang on the number of instances, and on everything else', () => {
  expect(appSpecHash({ ...fullApp, instances: 7 })).toBe(appSpecHash(fullApp))
  for (const path of leavesOf(fullApp)) {
    if (textOf(path) === '/instances') continue
    expect(appSpecHash(withChange(fullApp, path) as App)).not.toBe(appSpecHash(fullApp))
  }
})

type Path = readonly (string | number)[]

function leavesOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return entries.flatMap(([key, part]) => leavesOf(part, [...path, key]))
}

function textOf(path: Path): string {
  return path.map(part => (typeof part === 'number' ? `(${part})` : `/${part}`)).join('')
}

function withChange(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return changed(value)
  if (Array.isArray(value)) return value.map((part, i) => (i === key ? withChange(part, rest) : part))
  const record = value as Record<string, unknown>
  return { ...record, [key]: withChange(record[key], rest) }
}

function changed(value: unknown): unknown {
  if (typeof value === 'number') return value + 1
  if (typeof value === 'boolean') return !value
  return `${String(value)}x`
}
