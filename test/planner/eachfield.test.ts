// Every field of the table, changed alone: the plan shows that field and no other, with the table's verdict; the action,
// the steps and the key of what runs follow from it.
import { describe, expect, test } from 'vitest'
import { fieldAt, runKey, type App, type FieldEffect } from '../../src/model/index.ts'
import { plan } from '../../src/planner/index.ts'
import { desired, here, snapshot } from './builders.ts'
import { eachField } from './eachfield.ts'

const cases = eachField()

/** What the table's word means for a plan: its action, and the kind of step. */
const verdicts: Readonly<Record<FieldEffect, readonly [action: string, step: string | undefined]>> = {
  restart: ['restart', 'RestartApplication'],
  inPlace: ['update', undefined],
  scale: ['scale', 'ScaleApplication'],
  none: ['update', undefined],
}

// An object without fields can't differ.
const inert = new Set(['/check/tcp'])

describe('one field changed alone', () => {
  test.each(cases.filter(c => !inert.has(c.path)))('$path: $effect', ({ path, effect, before, after }) => {
    const made = planOf(before, after)
    const [change] = made.changes
    expect(change).toMatchObject({ object: 'app', action: verdicts[effect][0] })
    expect([...new Set(change!.fields.map(f => f.effect))]).toEqual([effect])
    for (const f of change!.fields) expect(fieldAt(f.path)).toBeDefined()
    const shown = change!.fields.map(f => f.path.replace(/\(\d+\)/g, '(*)'))
    expect(shown.some(s => isWithin(s, starless(path)) || isWithin(starless(path), s))).toBe(true)
    expect(made.steps.flatMap(s => s.actions.map(a => a.action))).toEqual(
      verdicts[effect][1] === undefined ? [] : [verdicts[effect][1]],
    )
    expect(runKey(before) !== runKey(after)).toBe(effect === 'restart')
  })
})

test('a service port that is the host port, too, restarts', () => {
  const { before, after } = cases.find(c => c.path === '/portDefinitions(*)/port')!
  const made = planOf({ ...before, requirePorts: true }, { ...after, requirePorts: true })
  expect(made.changes[0]).toMatchObject({ action: 'restart' })
})

function planOf(before: App, after: App) {
  const options = { mode: 'apply', deleteUnnamed: true, origin: here } as const
  const { plan: made } = plan(desired([after]), snapshot([before]), options)
  if (made === null) throw new Error('no plan')
  return made
}

// The key of a map's entry stands where the table has a star.
function starless(path: string): string {
  return path.replace('/*', '/key')
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}/`) || path.startsWith(`${outer}(`)
}
