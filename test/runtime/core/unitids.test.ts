// Ids, bytes and cells of units, each against what a map would do.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AppId, InstanceId } from '../../../src/model/index.ts'
import { instanceIdOf } from '../../../src/runtime/core/instanceid.ts'
import { UnitBytes } from '../../../src/runtime/core/unitbytes.ts'
import { UnitIds } from '../../../src/runtime/core/unitids.ts'

// Ids that share their count, their hash or their UUID with others, and such of another form.
const usual = fc
  .record({ app: fc.constantFrom('/a', '/b', '/long/name'), ordinal: fc.integer({ min: 0, max: 40 }) })
  .map(({ app, ordinal }) => instanceIdOf(app as AppId, 'cluster/1/', ordinal))
const likeUsual = fc
  .tuple(usual, fc.constantFrom('x', 'G', ' '))
  .map(([id, character]) => (id.slice(0, -1) + character) as InstanceId)
const other = fc.constantFrom('', 'a', 'short-id', 'x'.repeat(36), 'x'.repeat(80)) as fc.Arbitrary<InstanceId>
const anyId = fc.oneof({ weight: 6, arbitrary: usual }, likeUsual, other)

describe('handles by id', () => {
  it('finds what was added and not removed, and gives no handle twice', () => {
    const act = fc.record({ id: anyId, remove: fc.boolean() })
    fc.assert(
      fc.property(fc.array(act, { maxLength: 300 }), acts => {
        const ids = new UnitIds()
        const naive = new Map<InstanceId, number>()
        for (const { id, remove } of acts) {
          const known = naive.get(id)
          if (known === undefined) {
            const handle = ids.add(id, ids.find(id) >= 0)
            expect([...naive.values()]).not.toContain(handle)
            naive.set(id, handle)
          } else if (remove) {
            ids.remove(known)
            naive.delete(id)
          }
          expect(ids.limit).toBeGreaterThanOrEqual(naive.size)
        }
        for (const [id, handle] of naive) expect(ids.find(id)).toBe(handle)
      }),
    )
  })

  it('has no more handles than units were there at a time', () => {
    const ids = new UnitIds()
    for (let round = 0; round < 50; round++) {
      const handles = Array.from({ length: 100 }, (_, i) =>
        ids.add(instanceIdOf('/a' as AppId, 'cluster/1/', round * 100 + i), false),
      )
      for (const handle of handles) ids.remove(handle)
    }
    expect(ids.limit).toBe(100)
    expect(ids.find(instanceIdOf('/a' as AppId, 'cluster/1/', 7))).toBe(-1)
  })

  it('an id with the UUID of another one has a handle of its own', () => {
    const ids = new UnitIds()
    const mine = instanceIdOf('/a' as AppId, 'cluster/1/', 1)
    const forged = mine.replace(/^a\./, 'b.') as InstanceId
    const [first, second] = [ids.add(mine, false), ids.add(forged, true)]
    expect([ids.find(mine), ids.find(forged)]).toEqual([first, second])
    ids.remove(first)
    expect([ids.find(mine), ids.find(forged)]).toEqual([-1, second])
  })
})

describe('bytes by handle', () => {
  it('are what was put last, whatever was put and deleted around them', () => {
    const act = fc.record({
      handle: fc.integer({ min: 0, max: 30 }),
      // 0: deleted. Some are larger than what the chunks take.
      length: fc.oneof(fc.integer({ min: 0, max: 120 }), fc.constantFrom(1023, 1024, 1025, 5000)),
      fill: fc.integer({ min: 0, max: 255 }),
    })
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), acts => {
        const bytes = new UnitBytes()
        const naive = new Map<number, Uint8Array>()
        for (const { handle, length, fill } of acts) {
          const value = new Uint8Array(length).fill(fill)
          if (length === 0) bytes.delete(handle)
          else bytes.put(handle, value)
          if (length === 0) naive.delete(handle)
          else naive.set(handle, value.slice())
          value.fill(0)
        }
        for (let handle = 0; handle <= 30; handle++) {
          expect(bytes.has(handle)).toBe(naive.has(handle))
          if (naive.has(handle)) expect(Buffer.compare(bytes.of(handle), naive.get(handle)!)).toBe(0)
        }
      }),
    )
  })

  it('take the room of what has gone', () => {
    const bytes = new UnitBytes()
    const value = new Uint8Array(60)
    const seen = new Set<Uint8Array>()
    for (let round = 0; round < 300; round++) {
      for (let handle = 0; handle < 1000; handle++) bytes.put(handle, value)
      for (let handle = 0; handle < 1000; handle++) seen.add(bytes.bufferOf(handle))
      for (let handle = 0; handle < 1000; handle++) bytes.delete(handle)
    }
    expect(seen.size).toBe(1)
  })
})
