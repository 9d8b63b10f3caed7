// A real server process on LevelDB, killed with SIGKILL while many clients write; and once under a trace of its system
// calls. (SIGKILL never loses the page cache, so only the trace shows that a reply waits for the disk.)
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { Random } from '../../../src/base/index.ts'
import { initCluster } from '../../../src/runtime/index.ts'
import { describeWith } from '../../support/requires.ts'

const child = fileURLToPath(new URL('./child.ts', import.meta.url))
const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sddc-kill-'))
  cleanups.push(() => rm(directory, { recursive: true, force: true }))
  return directory
}

interface Server {
  readonly url: string
  kill(signal: NodeJS.Signals): Promise<void>
}

async function start(command: string, ...before: readonly string[]): Promise<Server> {
  const started: ChildProcess = spawn(command, [...before], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(started, 'exit')
  // The server itself, also when another program runs it.
  let pid = started.pid!
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (started.exitCode === null && started.signalCode === null) process.kill(pid, signal)
    await exited
  }
  cleanups.push(() => kill('SIGKILL'))
  const lines = createInterface({ input: started.stdout! })
  const [line] = (await Promise.race([
    once(lines, 'line'),
    exited.then(() => Promise.reject(new Error('the server ended before it answered'))),
  ])) as [string]
  const [url, own] = line.split(' ')
  pid = Number(own)
  return { url: url!, kill }
}

function put(url: string, id: string): Promise<number> {
  const body = JSON.stringify({ cmd: 'serve', instances: 0 })
  return fetch(`${url}/v2/apps/${id}`, { method: 'PUT', body }).then(answer => answer.status)
}

it('has every acknowledged change after SIGKILL, and proves whole', async () => {
  const directory = await newDirectory()
  await initCluster(directory)
  const random = new Random(1)
  const acknowledged = new Set<string>()
  for (let round = 0; round < 3; round++) {
    const server = await start(process.execPath, '--import', 'tsx', child, directory)
    const enough = acknowledged.size + random.integer(1, 60)
    let number = 0
    let killed: Promise<void> | undefined
    const writer = async (name: string): Promise<void> => {
      while (killed === undefined) {
        const id = `r${round}-${name}-${number++}`
        const status = await put(server.url, id).catch(() => 0)
        if (status === 201) acknowledged.add(`/${id}`)
        if (acknowledged.size >= enough) killed ??= server.kill('SIGKILL')
      }
    }
    await Promise.all(['a', 'b', 'c', 'd'].map(writer))
    await killed
  }
  const server = await start(process.execPath, '--import', 'tsx', child, directory)
  const cluster = (await (await fetch(`${server.url}/v1/cluster`)).json()) as { damage: string[] }
  expect(cluster.damage).toEqual([])
  const { apps } = (await (await fetch(`${server.url}/v2/apps`)).json()) as { apps: { id: string }[] }
  const present = new Set(apps.map(app => app.id))
  expect([...acknowledged].filter(id => !present.has(id))).toEqual([])
  await server.kill('SIGTERM')
})

describeWith(['strace'], 'a change', () => {
  it('is synced to the disk before its reply leaves', async () => {
    const directory = await newDirectory()
    await initCluster(join(directory, 'data'))
    const trace = join(directory, 'trace')
    const strace = [
      '-f',
      '-qq',
      '-e',
      'trace=fdatasync,fsync,write,writev,sendto,sendmsg',
      '-s',
      '30',
      '-o',
      trace,
    ]
    const server = await start(
      'strace',
      ...strace,
      ...[process.execPath, '--import', 'tsx', child, join(directory, 'data')],
    )
    const changes = 5
    for (let i = 0; i < changes; i++) expect(await put(server.url, `app${i}`)).toBe(201)
    await server.kill('SIGTERM')
    let synced = 0
    const syncedAtReply: number[] = [0]
    for (const line of (await readFile(trace, 'utf8')).split('\n')) {
      if (/(fdatasync|fsync)(\(| resumed>).*= 0$/.test(line)) synced++
      if (line.includes('HTTP/1.1 201')) syncedAtReply.push(synced)
    }
    expect(syncedAtReply).toHaveLength(changes + 1)
    for (let i = 1; i <= changes; i++) expect(syncedAtReply[i]!).toBeGreaterThan(syncedAtReply[i - 1]!)
  })
})
