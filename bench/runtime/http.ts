// What the doors cost with many apps present: the list of all apps, changes from many clients at once, plans. A whole
// server over LevelDB and real sockets, no agents. Run: npx tsx bench/runtime/http.ts [apps]
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { initCluster, startServer } from '../../src/runtime/index.ts'

const apps = Number(process.argv[2] ?? 1000)
const writers = 32
const durationMs = 3000
const rounds = 20
const client = new Agent({ keepAlive: true, maxSockets: writers })

let url = ''

function call(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${url}${path}`, { method, agent: client }, response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

function definition(i: number, cmd: string): object {
  return { id: `/app-${i}`, cmd, cpus: 0.1, mem: 32, instances: 0, labels: { number: String(i) } }
}

// The processor time of server and clients together says more than the clock on a machine that others use too.
function report(name: string, delays: number[], seconds: number, cpu: NodeJS.CpuUsage): void {
  delays.sort((a, b) => a - b)
  const at = (share: number): string => delays[Math.floor((delays.length - 1) * share)]!.toFixed(2)
  const rate = (delays.length / seconds).toFixed(0)
  const used = (cpu.user + cpu.system) / 1000 / delays.length
  console.log(
    `${name}: ${rate}/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, processor ${used.toFixed(2)} ms each`,
  )
}

async function oneByOne(name: string, run: () => Promise<{ status: number; text: string }>): Promise<void> {
  const delays: number[] = []
  let bytes = 0
  const start = performance.now()
  const cpu = process.cpuUsage()
  for (let i = 0; i < rounds; i++) {
    const begun = performance.now()
    const { status, text } = await run()
    if (status !== 200) throw new Error(`${name}: ${status} ${text.slice(0, 200)}`)
    bytes = text.length
    delays.push(performance.now() - begun)
  }
  report(
    `${name} (${(bytes / 1024).toFixed(0)} KiB)`,
    delays,
    (performance.now() - start) / 1000,
    process.cpuUsage(cpu),
  )
}

/** `change` is asked with a number that rises over all writers, and stops them by giving false. */
async function sideBySide(
  name: string,
  change: (n: number) => Promise<{ status: number }> | false,
): Promise<void> {
  const delays: number[] = []
  let next = 0
  const start = performance.now()
  const cpu = process.cpuUsage()
  const write = async (): Promise<void> => {
    for (;;) {
      const begun = performance.now()
      const answer = change(next++)
      if (answer === false) return
      const { status } = await answer
      if (status !== 200 && status !== 201) throw new Error(`${name}: ${status}`)
      delays.push(performance.now() - begun)
    }
  }
  await Promise.all(Array.from({ length: writers }, write))
  report(`${name}, ${writers} writers`, delays, (performance.now() - start) / 1000, process.cpuUsage(cpu))
}

const directory = await mkdtemp(join(tmpdir(), 'sddc-bench-'))
await initCluster(directory)
const server = await startServer({
  dataDirectory: directory,
  host: '127.0.0.1',
  port: 0,
  version: 'bench',
  log: line => console.error(line),
})
url = server.url
try {
  await sideBySide(
    `POST of the first ${apps} apps`,
    n => n < apps && call('POST', '/v2/apps', definition(n, 'a')),
  )
  await oneByOne(`GET /v2/apps of ${apps}`, () => call('GET', '/v2/apps'))
  await oneByOne(`GET /v2/apps/app-0 among ${apps}`, () => call('GET', '/v2/apps/app-0'))
  await oneByOne(`GET /v1/status of ${apps}`, () => call('GET', '/v1/status'))
  let until = performance.now() + durationMs
  await sideBySide(
    `PUT among ${apps}`,
    n => performance.now() < until && call('PUT', `/v2/apps/app-${n % apps}`, { cmd: `run ${n}` }),
  )
  until = performance.now() + durationMs
  await sideBySide(
    `POST among ${apps}`,
    n => performance.now() < until && call('POST', '/v2/apps', definition(apps + n, 'b')),
  )
  const desired = { format: 1, stack: 'x', apps: [], groups: [], volumes: [], outputs: {} }
  const request = { desired, mode: 'apply', deleteUnnamed: true, origin: 'bench', adopt: false }
  const first = performance.now()
  await call('POST', '/v1/plan', request)
  console.log(`the first plan, which loads the replica: ${(performance.now() - first).toFixed(0)} ms`)
  await oneByOne('an empty plan', () => call('POST', '/v1/plan', request))
} finally {
  client.destroy()
  await server.close()
  await rm(directory, { recursive: true, force: true })
}
