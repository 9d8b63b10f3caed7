// Rows of instances on disk: every row that may be comes back as it was, in few bytes, and the aliases it names come and
// go with it.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ClusterMs, UtcMs } from '../../../src/base/index.ts'
import {
  reportedConditions,
  stopCauses,
  type AgentId,
  type AppId,
  type InstanceId,
  type SpecHash,
} from '../../../src/model/index.ts'
import { upgradedRows } from '../../../src/runtime/core/codec1.ts'
import { instanceIdOf } from '../../../src/runtime/core/instanceid.ts'
import { decodeRows, encodeRows, type PlainRows } from '../../../src/runtime/core/plainrows.ts'
import {
  allocationKey,
  tableNames,
  type AllocationRow,
  type InstanceRow,
} from '../../../src/runtime/core/rows.ts'
import { unitKey } from '../../../src/runtime/core/units.ts'

const time = fc.oneof(fc.constant(0), fc.nat(1e6), fc.nat(2 ** 31), fc.constant(1_790_000_000_000))
const agent = fc.constantFrom('agent-1', 'agent-2', 'ä.example' as string) as fc.Arbitrary<AgentId>
const apps = ['/web', '/team/api', '/团队'] as AppId[]
const id = fc.oneof(
  fc
    .tuple(fc.constantFrom(...apps), fc.nat(), fc.constantFrom(1, 2 ** 20, 2 ** 52))
    .map(([app, count, far]) => instanceIdOf(app, 'cluster/1/', count + far)),
  fc.constantFrom(
    'short',
    'web.instance-1',
    // Forms that are nearly the usual one.
    'web.instance-0123abcd-0123-5123-a123-0123456789ab',
    'web.instance-0123ABCD-0123-8123-a123-0123456789ab',
    'web.instance-0123abcd-0123-8123-b123-0123456789ab',
  ) as fc.Arbitrary<InstanceId>,
) as fc.Arbitrary<InstanceId>

const instanceRow = fc.record<InstanceRow>({
  id,
  app: fc.constantFrom(...apps),
  slot: fc.nat(),
  incarnation: fc.nat(),
  goal: fc.constantFrom('run', 'stop'),
  spec: fc.constantFrom('a'.repeat(32), 'b'.repeat(32)) as fc.Arbitrary<SpecHash>,
  runKey: fc.constantFrom('k', 'k#1'),
  version: fc.constantFrom(0, 1_700_000_000_000 as number) as fc.Arbitrary<UtcMs>,
  agent: fc.option(agent),
  planned: fc.option(agent),
  reported: fc.constantFrom(null, ...reportedConditions),
  unreachable: fc.boolean(),
  health: fc.array(
    fc.record({
      index: fc.nat(20),
      alive: fc.boolean(),
      consecutiveFailures: fc.nat(),
      cause: fc.string({ minLength: 1, unit: 'grapheme' }),
    }),
    { maxLength: 2 },
  ),
  ready: fc.boolean(),
  createdAt: time as fc.Arbitrary<ClusterMs>,
  placedAt: time as fc.Arbitrary<ClusterMs>,
  runningAt: time as fc.Arbitrary<ClusterMs>,
  healthyAt: time as fc.Arbitrary<ClusterMs>,
  stagedUtc: time as fc.Arbitrary<UtcMs>,
  startedUtc: time as fc.Arbitrary<UtcMs>,
  pid: fc.constantFrom(0, 1, 4_000_000),
  ipAddresses: fc.array(fc.constantFrom('10.0.0.1', 'fe80::1'), { maxLength: 2 }),
})

const allocationRow = fc.record<AllocationRow>({
  instance: id,
  incarnation: fc.nat(3),
  app: fc.constantFrom(...apps),
  owner: fc.constant('app'),
  agent,
  gen: fc.maxSafeNat(),
  goal: fc.constantFrom('run', 'stop'),
  cause: fc.constantFrom(null, ...stopCauses),
  author: fc.constantFrom('', 'someone@host'),
  spec: fc.constantFrom('a'.repeat(32), 'b'.repeat(32)) as fc.Arbitrary<SpecHash>,
  version: fc.constantFrom(0, 1_700_000_000_000 as number) as fc.Arbitrary<UtcMs>,
  resources: fc.constantFrom(
    { cpuMilli: 1, memKiB: 2, diskKiB: 3, gpus: 4 },
    { cpuMilli: 1000, memKiB: 2 ** 40, diskKiB: 0, gpus: 0 },
  ),
  ports: fc.array(fc.nat(65_535), { maxLength: 3 }),
  graceMs: fc.constantFrom(0, 3000),
  statusSeq: fc.nat(),
  stopAt: time as fc.Arbitrary<ClusterMs>,
})

const rows = fc
  .tuple(
    fc.uniqueArray(instanceRow, { maxLength: 8, selector: row => row.id }),
    fc.uniqueArray(allocationRow, {
      maxLength: 8,
      selector: row => allocationKey(row.instance, row.incarnation),
    }),
    fc.boolean(),
  )
  .map(([instances, allocations, together]): PlainRows => {
    const held = allocations.map((row, i) => {
      const instance = together ? (instances[i % (instances.length || 1)]?.id ?? row.instance) : row.instance
      return { ...row, instance, incarnation: together ? i : row.incarnation }
    })
    const empty = Object.fromEntries(tableNames.map(name => [name, []])) as unknown as PlainRows
    return {
      ...empty,
      instance: instances.map(row => ({ key: row.id, row })),
      allocation: held.map(row => ({ key: allocationKey(row.instance, row.incarnation), row })),
    }
  })

function byKey(list: readonly { readonly key: string; readonly row: unknown }[]): Map<string, unknown> {
  return new Map(list.map(({ key, row }) => [key, row]))
}

describe('rows of instances', () => {
  it('come back as they were, whatever stands in them and in whatever order they are read', () => {
    fc.assert(
      fc.property(rows, plain => {
        const encoded = encodeRows(plain)
        const again = decodeRows([...encoded].reverse())
        expect(byKey(again.instance)).toEqual(byKey(plain.instance))
        expect(byKey(again.allocation)).toEqual(byKey(plain.allocation))
        expect(encodeRows(again)).toEqual(encoded)
      }),
    )
  })

  it('have one row on disk for an instance and its allocations, and share names', () => {
    const [first] = fc.sample(instanceRow, { numRuns: 1, seed: 1 })
    const [held] = fc.sample(allocationRow, { numRuns: 1, seed: 1 })
    const list = Array.from({ length: 100 }, (_, i): { instance: InstanceRow; allocation: AllocationRow } => {
      const instance: InstanceRow = {
        ...first!,
        id: instanceIdOf('/team/api' as AppId, 'cluster/1/', 2 ** 40 + i),
        slot: i,
        agent: 'agent-1' as AgentId,
        planned: null,
        health: [],
        ipAddresses: [],
        createdAt: 86_400_000 as ClusterMs,
        placedAt: 86_400_005 as ClusterMs,
        runningAt: 86_401_005 as ClusterMs,
        healthyAt: 86_402_005 as ClusterMs,
        version: 1_700_000_000_000 as UtcMs,
        stagedUtc: 1_700_000_100_000 as UtcMs,
        startedUtc: 1_700_000_101_000 as UtcMs,
        pid: 30_000 + i,
      }
      const allocation: AllocationRow = {
        ...held!,
        instance: instance.id,
        incarnation: instance.incarnation,
        agent: 'agent-1' as AgentId,
        gen: 100_000 + i,
        goal: 'run',
        cause: null,
        author: '',
        ports: [31_000 + i],
        stopAt: 0 as ClusterMs,
        statusSeq: 2,
      }
      return { instance, allocation }
    })
    const empty = Object.fromEntries(tableNames.map(name => [name, []])) as unknown as PlainRows
    const encoded = encodeRows({
      ...empty,
      instance: list.map(({ instance: row }) => ({ key: row.id, row })),
      allocation: list.map(({ allocation: row }) => ({
        key: allocationKey(row.instance, row.incarnation),
        row,
      })),
    })
    expect(encoded.filter(row => row.key.startsWith('alias/'))).toHaveLength(3)
    const units = encoded.filter(row => row.key.startsWith('unit/'))
    expect(units).toHaveLength(100)
    expect(units.reduce((sum, row) => sum + row.key.length + row.value.length, 0) / 100).toBeLessThan(90)
  })

  it('have keys that grow with the order in which they were made', () => {
    const ids = [1, 2, 17, 2 ** 20, 2 ** 32, 2 ** 48 + 3, 2 ** 52].map(n => instanceIdOf(apps[0]!, 'c/1/', n))
    const keys = ids.map(unitKey)
    expect([...keys].sort()).toEqual(keys)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids[2]).toMatch(/^web\.instance-[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a000-000000000011$/)
  })

  it('are refused when they are cut off, or of another format', () => {
    const plain = fc.sample(rows, { numRuns: 50, seed: 3 }).find(r => r.instance.length > 0)!
    const encoded = encodeRows(plain)
    const unit = encoded.find(row => row.key.startsWith('unit/'))!
    const others = encoded.filter(row => row !== unit)
    const read = (value: Uint8Array) => () => decodeRows([...others, { key: unit.key, value }])
    expect(read(unit.value)).not.toThrow()
    for (let length = 0; length < unit.value.length; length++) {
      expect(read(unit.value.slice(0, length))).toThrow()
    }
    expect(read(Uint8Array.from([3, ...unit.value.slice(1)]))).toThrow(/can not be decoded/)
  })

  it('of the first format are brought up to this one', () => {
    const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
    const [instance, allocation] = firstFormat()
    const rows1 = [
      { key: 'instance/web.instance-1', value: bytes(instance) },
      { key: 'allocation/web.instance-1/2', value: bytes(allocation) },
      { key: 'cluster/cluster', value: Uint8Array.from([1, ...Buffer.from('{"clusterId":"c"}')]) },
    ]
    const upgraded = upgradedRows(rows1)
    expect(upgraded.map(row => row.key)).toEqual([
      'alias/0',
      'alias/1',
      'alias/2',
      'cluster/cluster',
      'unit/~web.instance-1',
    ])
    const plain = decodeRows(upgraded)
    expect(plain.instance[0]!.row).toMatchObject({ id: 'web.instance-1', app: '/web', slot: 3, agent: 'a1' })
    expect(plain.allocation[0]!.row).toMatchObject({ instance: 'web.instance-1', gen: 7, ports: [31_000] })
  })
})

// As version 1 wrote them: one instance in slot 3, running on a1, with its allocation.
function firstFormat(): [string, string] {
  const text = (value: string): number[] => [value.length, ...Buffer.from(value)]
  const instance = [
    1,
    ...text('web.instance-1'),
    ...text('/web'),
    3,
    2,
    1,
    ...text('spec'),
    ...text('key'),
    5,
    ...text('a1'),
    0,
    3,
    0,
    0,
    1,
    1,
    2,
    3,
    4,
    5,
    6,
    0,
  ]
  const allocation = [
    1,
    ...text('web.instance-1'),
    2,
    ...text('/web'),
    ...text('app'),
    ...text('a1'),
    7,
    1,
    0,
    0,
    ...text('spec'),
    5,
    100,
    64,
    0,
    0,
    1,
    ...[0x98, 0xf2, 0x01],
    3,
    1,
    0,
  ]
  return [Buffer.from(instance).toString('hex'), Buffer.from(allocation).toString('hex')]
}
