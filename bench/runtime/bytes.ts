// What rows of instances cost as bytes, without the core's decisions: encoding, hashing, storing and reading back.
// Processor time of the whole process per instance, and how much lies on disk.
// Run: npx tsx bench/runtime/bytes.ts [INSTANCES]
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import {
  addDigest,
  type ClusterMs,
  DigestSum,
  emptyDigest,
  rowHash,
  type UtcMs,
} from '../../src/base/index.ts'
import type { AgentId, AppId, ClusterId, Epoch, Revision, SpecHash } from '../../src/model/index.ts'
import { instanceIdOf } from '../../src/runtime/core/instanceid.ts'
import {
  allocationKey,
  decodeRows,
  encodeRows,
  newLoader,
  rowsOf,
  tableNames,
  type AllocationRow,
  type InstanceRow,
  type PlainRows,
  type Row,
} from '../../src/runtime/core/index.ts'
import { initStore, LevelStore } from '../../src/runtime/store/level.ts'
import { appOf } from '../../test/model/samples.ts'
import { inDirectory, sizeOf } from './directory.ts'

const agents = 6100
const instancesPerApp = 10_000
const rowsPerCommit = 2000
const [mode, where, count] = process.argv.slice(2)
const instances = Number(count ?? 200_000)

if (mode === 'start') await start(where!)
else if (mode === 'write') await write(where!)
else await both()

async function both(): Promise<void> {
  await inDirectory(async directory => {
    for (const step of ['write', 'start']) {
      const self = [...process.execArgv, process.argv[1]!, step, directory, mode ?? '200000']
      const { status } = spawnSync(process.execPath, self, { stdio: 'inherit' })
      if (status !== 0) throw new Error(`${step} ended with ${status}`)
    }
  })
}

async function write(directory: string): Promise<void> {
  const rows = measure('encode', () => encodeRows(sample(instances)))
  measure('hash', () => {
    const sum = new DigestSum()
    for (const row of rows) sum.add(row.key, row.value)
    return sum.digest
  })
  await initStore(directory, 'bench' as ClusterId)
  const store = new LevelStore(directory)
  await store.open()
  await measureAsync('store', () => fill(store, rows))
  await store.close()
  const bytes = await sizeOf(join(directory, 'state'))
  console.log(`on disk: ${(bytes / instances).toFixed(1)} bytes per instance`)
}

async function start(directory: string): Promise<void> {
  const store = new LevelStore(directory)
  const read = await measureAsync('read and prove', () => store.open(() => {}))
  await store.close()
  const loader = newLoader()
  const state = await measureAsync('read, prove and load', async () => {
    const opened = await store.open(row => loader.add(row))
    if (opened.damage.length > 0) throw new Error(opened.damage.join('\n'))
    return loader.finish({ ...opened, revision: read.head })
  })
  await store.close()
  console.log(`memory: ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`)
  const rows = measure('encode all again', () => rowsOf(state))
  measure('decode', () => decodeRows(rows).instance.length)
}

function sample(count: number): PlainRows {
  const lists = Object.fromEntries(tableNames.map(name => [name, [] as { key: string; row: unknown }[]]))
  for (let i = 0; i < agents; i++) {
    const id = `agent-${i}` as AgentId
    lists['agent']!.push({ key: id, row: agentRow(id) })
  }
  for (let i = 0; i * instancesPerApp < count; i++) {
    const spec = String(i).padStart(32, '0') as SpecHash
    lists['spec']!.push({
      key: spec,
      row: { app: appOf({ id: `/team-${i % 20}/service-${i}`, cmd: 'serve' }) },
    })
  }
  for (let i = 0; i < count; i++) {
    const instance = instanceRow(i)
    const allocation = allocationRow(instance, i)
    lists['instance']!.push({ key: instance.id, row: instance })
    lists['allocation']!.push({ key: allocationKey(instance.id, 1), row: allocation })
  }
  return lists as unknown as PlainRows
}

function agentRow(id: AgentId): unknown {
  return {
    id,
    hostname: `${id}.example.org`,
    attributes: { rack: { kind: 'text', value: 'rack-1' } },
    capacity: {
      resources: { cpuMilli: 64_000, memKiB: 2 ** 28, diskKiB: 2 ** 30, gpus: 0 },
      ports: [[31_000, 42_000]],
    },
    drivers: ['process'],
    bootId: 'b',
    version: '1',
    gen: 400,
    unreachableSince: null,
  }
}

function instanceRow(i: number): InstanceRow {
  const app = Math.floor(i / instancesPerApp)
  const id = `/team-${app % 20}/service-${app}` as AppId
  return {
    id: instanceIdOf(id, 'bench/1/', (1000 + Math.floor(i / 1000)) * 2 ** 20 + (i % 1000)),
    app: id,
    slot: i % instancesPerApp,
    incarnation: 1,
    goal: 'run',
    spec: String(app).padStart(32, '0') as SpecHash,
    runKey: `run-key-of-${app}`,
    version: 1_790_000_000_000 as UtcMs,
    agent: `agent-${i % agents}` as AgentId,
    planned: null,
    reported: 'Running',
    unreachable: false,
    health: [],
    ready: true,
    createdAt: (10_000 + i) as ClusterMs,
    placedAt: (10_000 + i) as ClusterMs,
    runningAt: (10_900 + i) as ClusterMs,
    healthyAt: (10_900 + i) as ClusterMs,
    stagedUtc: (1_790_000_005_000 + i) as UtcMs,
    startedUtc: (1_790_000_005_800 + i) as UtcMs,
    pid: 10_000 + (i % 50_000),
    ipAddresses: [],
  }
}

function allocationRow(instance: InstanceRow, i: number): AllocationRow {
  return {
    instance: instance.id,
    incarnation: 1,
    app: instance.app,
    owner: 'app',
    agent: instance.agent!,
    gen: 1 + Math.floor(i / agents),
    goal: 'run',
    cause: null,
    author: '',
    spec: instance.spec,
    version: instance.version,
    resources: { cpuMilli: 100, memKiB: 131_072, diskKiB: 0, gpus: 0 },
    ports: [31_000 + Math.floor(i / agents)],
    graceMs: 3000,
    statusSeq: 2,
    stopAt: 0 as ClusterMs,
  }
}

async function fill(store: LevelStore, all: readonly Row[]): Promise<void> {
  let digest = emptyDigest
  for (let at = 0, revision = 1; at < all.length; at += rowsPerCommit, revision++) {
    const puts = all.slice(at, at + rowsPerCommit)
    for (const { key, value } of puts) digest = addDigest(digest, rowHash(key, value))
    const outcome = await store.append(
      {
        revision: revision as Revision,
        epoch: 1 as Epoch,
        now: revision as ClusterMs,
        utc: revision as UtcMs,
        puts,
        deletes: [],
        digest,
        events: [],
      },
      1 as Epoch,
    )
    if (outcome.kind !== 'committed') throw outcome.error
  }
}

function measure<T>(name: string, work: () => T): T {
  const end = begin(name)
  const result = work()
  end()
  return result
}

async function measureAsync<T>(name: string, work: () => Promise<T>): Promise<T> {
  const end = begin(name)
  const result = await work()
  end()
  return result
}

function begin(name: string): () => void {
  const start = performance.now()
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    const seconds = ((performance.now() - start) / 1000).toFixed(2)
    console.log(`${name}: ${((user + system) / instances).toFixed(2)} µs per instance, ${seconds} s`)
  }
}
