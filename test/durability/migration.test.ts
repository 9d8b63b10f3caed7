// A data directory that the first release wrote (fixtures/format1: `sddc server` of version 0.1.0 with one agent, two
// applies, five tasks). It opens, is brought up to the present format, and nothing is to be done.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import type { ClusterView, Desired, Plan, StatusView } from '../../src/model/index.ts'
import { type RunningServer, startServer } from '../../src/runtime/index.ts'
import { dataFormat } from '../../src/runtime/store/mark.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { good } from './cluster.ts'
import { ask } from './http.ts'

const fixture = fileURLToPath(new URL('./fixtures/format1', import.meta.url))
const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

test('data of format 1 is migrated, the old state kept, and a new plan is empty', async () => {
  const data = copied()
  const before = contents(join(data, 'state'))
  const server = await serve(data)
  expect(server.damage).toEqual([])
  const cluster = await get<ClusterView>(server, '/v1/cluster')
  expect(cluster).toMatchObject({ epoch: 1, clusterId: '11111111-2222-4333-8444-555555555555' })

  const desired = JSON.parse(readFileSync(join(fixture, 'desired.json'), 'utf8')) as Desired
  const request = { desired, mode: 'apply', deleteUnnamed: true, origin: 'fixture', adopt: false }
  const { plan } = good<{ plan: Plan }>(
    await ask({ method: 'POST', url: `${server.url}/v1/plan`, body: request }),
  )
  expect(plan.changes.filter(c => c.action !== 'no-op')).toEqual([])
  expect(plan.steps).toEqual([])

  // The tasks of back then are held by an agent that is away.
  const status = await get<StatusView>(server, '/v1/status')
  expect(status.agents.map(a => [a.id, a.tasks])).toEqual([['agent1', 5]])
  expect(status.apps.map(a => [a.id, a.wanted, a.instances.map(i => i.incarnation)])).toEqual([
    ['/idle', 0, []],
    ['/shop/web', 3, [1, 1, 1]],
    ['/shop/worker', 2, [1, 1]],
  ])

  const aside = readdirSync(data).filter(name => name.startsWith('before-migration-'))
  expect(aside).toHaveLength(1)
  expect(Object.keys(contents(join(data, aside[0]!, 'state')))).toEqual(
    expect.arrayContaining(Object.keys(before).filter(name => name.endsWith('.ldb'))),
  )
  expect(markOf(data)).toMatchObject({ format: dataFormat })
  expect(markOf(join(data, aside[0]!))).toMatchObject({ format: 1 })
})

test('migrated once, it is opened as it is', async () => {
  const data = copied()
  await (await serve(data)).close()
  const again = await serve(data)
  expect(again.damage).toEqual([])
  expect(readdirSync(data).filter(name => name.startsWith('before-'))).toHaveLength(1)
})

test('data of a newer format is refused, and nothing is changed', async () => {
  const data = copied()
  const newer = JSON.stringify({ ...markOf(data), format: dataFormat + 1 })
  writeFileSync(join(data, 'cluster.json'), newer)
  const before = contents(join(data, 'state'))
  await expect(serve(data)).rejects.toMatchObject({ code: 'DATA_TOO_NEW' })
  expect(readFileSync(join(data, 'cluster.json'), 'utf8')).toBe(newer)
  expect(contents(join(data, 'state'))).toEqual(before)
})

function copied(): string {
  const data = join(temporaryDirectory('format'), 'data')
  cpSync(join(fixture, 'data'), data, { recursive: true })
  return data
}

async function serve(dataDirectory: string): Promise<RunningServer> {
  const server = await startServer({
    dataDirectory,
    host: '127.0.0.1',
    port: 0,
    version: '0.0.0',
    log: () => {},
  })
  cleanups.push(() => server.close())
  return server
}

async function get<T>(server: RunningServer, path: string): Promise<T> {
  return good<T>(await ask({ method: 'GET', url: server.url + path }))
}

function markOf(directory: string): object {
  return JSON.parse(readFileSync(join(directory, 'cluster.json'), 'utf8')) as object
}

function contents(directory: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(directory).map(name => [name, readFileSync(join(directory, name)).toString('hex')]),
  )
}
