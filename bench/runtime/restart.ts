// How fast a server is back, with the built program in real processes. First: 1,000 process tasks on two agents, the
// server is killed with SIGKILL and started again; timed from its start until it shows its status, and then every task
// must be the process that it was before. Second: 10,000 distinct apps, their size on disk, and a start on them.
// Run with `npm run bench:restart [-- --json] [--tasks N] [--apps N]`.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { AppView, StatusView } from '../../src/model/index.ts'

const program = fileURLToPath(new URL('../../bin/sddc.js', import.meta.url))
const agents = 2
const instancesPerApp = 100
const appsPerRequest = 500
const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: '1000' },
    apps: { type: 'string', default: '10000' },
    json: { type: 'boolean', default: false },
  },
})

interface Server {
  readonly child: ChildProcess
  /** From the start of the process until its first good answer. */
  readonly readyMs: number
  /** Processor time that it took for that: what counts on a machine that is busy with other things. */
  readonly cpuMs: number
}

async function startServer(data: string, port: number, ...more: readonly string[]): Promise<Server> {
  const begun = performance.now()
  // A machine that starts a thousand processes at once answers late; that is not what is measured.
  const child = run('server', '--data', data, '--port', String(port), '--ping-interval', '20s', ...more)
  for (;;) {
    try {
      await get<StatusView>(port, '/v1/cluster')
      return { child, readyMs: performance.now() - begun, cpuMs: cpuMsOf(child.pid!) }
    } catch {
      if (child.exitCode !== null) throw new Error('the server ended')
      await delay(2)
    }
  }
}

/** Source: proc(5), utime and stime, in hundredths of a second. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

async function restartUnderTasks(
  tasks: number,
): Promise<{ servingMs: number; servingCpuMs: number; restarted: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'sddc-bench-'))
  const data = join(directory, 'data')
  const port = await freePort()
  let server = await startServer(data, port, '--init')
  const running = Array.from({ length: agents }, (_, i) =>
    run(
      'agent',
      ...['--server', `http://127.0.0.1:${port}`, '--work', join(directory, `agent${i}`)],
      ...['--name', `agent${i}`, '--hostname', '127.0.0.1'],
      ...['--resources', `cpus:64;mem:65536;disk:65536;ports:[${20000 + 1000 * i}-${20999 + 1000 * i}]`],
    ),
  )
  try {
    const apps = Array.from({ length: Math.ceil(tasks / instancesPerApp) }, (_, i) => ({
      id: `/sleepers/app-${i}`,
      cmd: 'exec sleep 100000',
      instances: Math.min(instancesPerApp, tasks - i * instancesPerApp),
      cpus: 0.01,
      mem: 1,
      portDefinitions: [],
    }))
    await put(port, apps)
    const before = await untilRunning(port, tasks)
    server.child.kill('SIGKILL')
    await ended(server.child)
    server = await startServer(data, port)
    await untilBack(port)
    const after = await untilRunning(port, tasks)
    const restarted = [...before].filter(([id, pid]) => after.get(id) !== pid || !isAlive(pid)).length
    return { servingMs: server.readyMs, servingCpuMs: server.cpuMs, restarted }
  } finally {
    // Told to stop its tasks.
    for (const agent of running) agent.kill('SIGUSR2')
    await Promise.all(running.map(ended))
    server.child.kill('SIGKILL')
    await ended(server.child)
    rmSync(directory, { recursive: true, force: true })
  }
}

async function startOnApps(apps: number): Promise<{ diskMB: number; startMs: number; startCpuMs: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'sddc-bench-'))
  const data = join(directory, 'data')
  const port = await freePort()
  let server = await startServer(data, port, '--init')
  try {
    for (let i = 0; i < apps; i += appsPerRequest)
      await put(
        port,
        Array.from({ length: Math.min(appsPerRequest, apps - i) }, (_, k) => distinctApp(i + k)),
      )
    server.child.kill('SIGTERM')
    await ended(server.child)
    const diskMB = (await sizeOf(join(data, 'state'))) / 1e6
    server = await startServer(data, port)
    const { apps: shown } = await get<StatusView>(port, '/v1/status')
    if (shown.length !== apps) throw new Error(`${shown.length} of ${apps} apps are there`)
    return { diskMB, startMs: server.readyMs, startCpuMs: server.cpuMs }
  } finally {
    server.child.kill('SIGKILL')
    await ended(server.child)
    rmSync(directory, { recursive: true, force: true })
  }
}

function distinctApp(i: number): object {
  return {
    id: `/team-${i % 50}/service-${i}`,
    cmd: `exec ./service --number ${i} --listen $PORT0`,
    instances: 1,
    cpus: 0.1 + (i % 7) / 10,
    mem: 64 + (i % 11) * 32,
    env: {
      NAME: `service-${i}`,
      DATABASE_URL: `postgres://db-${i % 20}.internal/service_${i}`,
      LEVEL: 'info',
    },
    labels: { team: `team-${i % 50}`, tier: i % 3 === 0 ? 'front' : 'back' },
    portDefinitions: [{ port: 0, name: 'http', protocol: 'tcp' }],
    healthChecks: [{ protocol: 'HTTP', path: `/health/${i}`, portIndex: 0, intervalSeconds: 10 }],
    constraints: [['hostname', 'UNIQUE']],
  }
}

function run(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'ignore'] })
}

async function untilRunning(port: number, tasks: number): Promise<Map<string, number>> {
  for (;;) {
    const { apps } = await get<StatusView>(port, '/v1/status')
    const found = apps.flatMap((a: AppView) => a.instances).filter(i => i.condition === 'Running')
    if (found.length === tasks) return new Map(found.map(i => [i.taskId, i.pid ?? 0]))
    await delay(200)
  }
}

async function untilBack(port: number): Promise<void> {
  for (;;) {
    const { agents: seen } = await get<StatusView>(port, '/v1/status')
    if (seen.filter(a => a.state === 'ready').length === agents) return
    await delay(20)
  }
}

async function put(port: number, apps: readonly object[]): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/v2/apps`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(apps),
  })
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
  await response.arrayBuffer()
}

async function get<T>(port: number, path: string): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`)
  if (!response.ok) throw new Error(`${response.status}`)
  return (await response.json()) as T
}

async function ended(child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) await delay(10)
}

function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8') !== ''
  } catch {
    return false
  }
}

async function sizeOf(directory: string): Promise<number> {
  let bytes = 0
  for (const name of await readdir(directory)) bytes += (await stat(join(directory, name))).size
  return bytes
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}

const tasks = Number(values.tasks)
const apps = Number(values.apps)
const { servingMs, servingCpuMs, restarted } = await restartUnderTasks(tasks)
const { diskMB, startMs, startCpuMs } = await startOnApps(apps)
if (values.json) {
  const figures = { tasks, servingMs, servingCpuMs, restarted, apps, diskMB, startMs, startCpuMs }
  console.log(
    JSON.stringify(figures, (_, v: unknown) => (typeof v === 'number' ? Math.round(v * 10) / 10 : v)),
  )
} else {
  console.log(`${tasks} process tasks, server killed with SIGKILL:`)
  console.log(`  serving again after     ${servingMs.toFixed(0)} ms from the start of its process`)
  console.log(`  of that, processor time ${servingCpuMs.toFixed(0)} ms`)
  console.log(`  tasks that were lost    ${restarted}`)
  console.log(`${apps} distinct apps of one instance, no agent:`)
  console.log(`  state on disk           ${diskMB.toFixed(1)} MB`)
  console.log(`  serving after           ${startMs.toFixed(0)} ms from the start of its process`)
  console.log(`  of that, processor time ${startCpuMs.toFixed(0)} ms`)
}
