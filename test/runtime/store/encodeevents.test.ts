// Events as bytes: whatever an event may hold comes back as JSON would bring it back, and little is written twice.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader, ByteWriter } from '../../../src/base/index.ts'
import type { ClusterEvent } from '../../../src/runtime/core/types.ts'
import { decodeEvents, encodeEvents } from '../../../src/runtime/store/encodeevents.ts'

function encoded(events: readonly ClusterEvent[]): Uint8Array {
  const w = new ByteWriter()
  encodeEvents(w, events)
  return w.finish()
}

function decoded(bytes: Uint8Array): ClusterEvent[] {
  const r = new ByteReader(bytes)
  const events = decodeEvents(r)
  r.end()
  return events
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ minLength: 41, maxLength: 90 }),
  fc.string({ unit: 'grapheme', minLength: 41, maxLength: 300 }),
  // Long ones that begin alike, also in the middle of a character of two units.
  fc.string({ unit: 'binary', maxLength: 6 }).map(end => `${'prefix-😀-'.repeat(6)}😀${end}`),
)
const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      null,
      true,
      false,
      0,
      -1,
      1.5,
      -0.25,
      2 ** 31,
      -(2 ** 40),
      Number.MAX_SAFE_INTEGER,
      1e300,
    ),
    fc.integer(),
    text,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(
      text.filter(t => t !== '__proto__'),
      fc.option(tie('tree'), { nil: undefined }),
      { maxKeys: 4 },
    ),
  ),
}))
const status = fc.record({
  type: fc.constant('status_update_event'),
  status: fc.record({
    instance: text,
    incarnation: fc.nat(),
    app: text,
    agent: text,
    host: text,
    status: text,
    message: text,
    ports: fc.array(fc.nat({ max: 65_535 })),
    version: fc.nat({ max: 2 ** 41 }),
  }),
})
const plain = fc.record({
  type: text,
  data: fc.dictionary(
    text.filter(t => t !== '__proto__'),
    tree,
    { maxKeys: 5 },
  ),
})
const event = fc.oneof(plain, status) as fc.Arbitrary<ClusterEvent>

describe('events as bytes', () => {
  it('are after reading what JSON would make of them', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), events => {
        const asJson = JSON.parse(JSON.stringify(events)) as unknown
        expect(decoded(encoded(events))).toEqual(asJson)
      }),
    )
  })

  it('take a few bytes each where they are alike', () => {
    const events = Array.from({ length: 1000 }, (_, i) => {
      const instanceId = `team_web.instance-0000${String(i).padStart(4, '0')}-1111-5222-a333-444455556666`
      return {
        type: 'status_update_event',
        data: {
          slaveId: `agent-${i % 50}`,
          taskId: `${instanceId}._app.1`,
          instanceId,
          taskStatus: 'TASK_RUNNING',
          message: '',
          appId: '/team/web',
          ports: [31000 + i],
          version: '2026-01-01T00:00:00.000Z',
          eventType: 'status_update_event',
        },
      }
    })
    const bytes = encoded(events)
    expect(decoded(bytes)).toEqual(events)
    expect(bytes.length / events.length).toBeLessThan(90)
  })

  it('are refused when they are cut off or something else', () => {
    const bytes = encoded([{ type: 'a', data: { b: ['c', 1, { d: null }] } }])
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decoded(bytes.slice(0, length))).toThrow()
    }
    expect(() => decoded(Uint8Array.of(1, 9))).toThrow()
    expect(() => decoded(Uint8Array.of(1, 2, 5))).toThrow()
  })
})
