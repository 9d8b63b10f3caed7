// Very many distinct apps: what a list of them costs from request to stored, how much lies on disk after it, and how
// long a server takes to start on it. Without agents, so that nothing is placed.
// Run: npx tsx bench/runtime/apps.ts [APPS]
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { AppRequest, ClusterId } from '../../src/model/index.ts'
import { initStore } from '../../src/runtime/store/level.ts'
import { inDirectory, sizeOf } from './directory.ts'
import { startLoop } from './realloop.ts'

const [mode, where] = process.argv.slice(2)

if (mode === 'start') await start(where!)
else await fill(Number(mode ?? 10_000))

async function fill(apps: number): Promise<void> {
  await inDirectory(async directory => {
    await initStore(directory, 'bench' as ClusterId)
    const loop = await startLoop(directory)
    const begun = performance.now()
    const changes = Array.from({ length: apps }, (_, i) => create(i))
    const actor = { name: 'bench@here', via: 'api' } as const
    const reply = await loop.submit({ kind: 'changeApps', changes, force: false }, actor, 'one')
    if (!reply.ok) throw new Error(reply.message)
    const seconds = (performance.now() - begun) / 1000
    await loop.close()
    const bytes = await sizeOf(join(directory, 'state'))
    console.log(`${apps} apps: ${seconds.toFixed(2)} s, ${(bytes / 2 ** 20).toFixed(1)} MiB on disk`)
    const self = [...process.execArgv, process.argv[1]!, 'start', directory]
    spawnSync(process.execPath, self, { stdio: 'inherit' })
  })
}

async function start(directory: string): Promise<void> {
  const begun = performance.now()
  const before = process.cpuUsage()
  const loop = await startLoop(directory)
  const seconds = (performance.now() - begun) / 1000
  const { user, system } = process.cpuUsage(before)
  await loop.close()
  const spent = (user + system) / 1e6
  console.log(`start: ${seconds.toFixed(2)} s, ${spent.toFixed(2)} s of processor time`)
}

function create(i: number): AppRequest {
  const id = `/team-${i % 50}/service-${i}`
  const body = {
    id,
    cmd: `exec /opt/service-${i}/bin/serve --port $PORT --name service-${i}`,
    cpus: 0.25,
    mem: 256,
    instances: 1,
    env: { NAME: `service-${i}`, DATABASE: `db-${i % 100}.example.org`, LOG_LEVEL: 'info', REGION: 'eu-1' },
    labels: { team: `team-${i % 50}`, tier: 'backend', HAPROXY_0_VHOST: `service-${i}.example.org` },
    healthChecks: [{ protocol: 'HTTP', path: '/health', portIndex: 0, gracePeriodSeconds: 60 }],
    portDefinitions: [{ port: 0, name: 'http', protocol: 'tcp' }],
    constraints: [['rack', 'GROUP_BY']],
  }
  return { kind: 'create', body }
}
