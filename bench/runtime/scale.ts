// How the server's core behaves with very many instances: from the first request to every instance reported running and
// stored in LevelDB, the loop and store of the real server, agents that answer with the real messages. Sockets and the
// API are left out. One process per size, and one more that starts on what was stored. Started by scripts/benchscale.js:
//
//   run DIRECTORY AGENTS INSTANCES    makes a cluster there and fills it
//   start DIRECTORY                   opens, loads and boots it
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { assert } from '../../src/base/index.ts'
import {
  decodeAgentMessage,
  serverMessageText,
  type Actor,
  type AppRequest,
  type ClusterId,
  type ServerMessage,
  type SessionId,
} from '../../src/model/index.ts'
import type { State } from '../../src/runtime/core/index.ts'
import type { Core } from '../../src/runtime/loop/core.ts'
import { type AgentLinks, Loop } from '../../src/runtime/loop/loop.ts'
import { initStore, LevelStore } from '../../src/runtime/store/level.ts'
import { wholeCore } from '../../src/runtime/wholecore.ts'
import type { Batch, FleetOptions, FromFleet } from './fleet.ts'

const instancesPerApp = 10_000
const leastApps = 20
/** Each request is a deployment, and not too many run at a time. */
const appsPerRequest = 10
const actor: Actor = { name: 'bench@here', via: 'api' }
const pingIntervalMs = 3000

async function run(directory: string, agents: number, instances: number): Promise<void> {
  await initStore(directory, 'bench' as ClusterId)
  const times = new StepTimes()
  const links = new Links()
  const loop = await Loop.start({ ...options(directory), core: times.core, links })
  const fleet = new Fleet(loop, { agents, expected: instances })
  links.fleet = fleet
  await fleet.connected(agents)
  const heapBefore = heapBytes()
  times.clear()
  const apps = Math.max(leastApps, Math.ceil(instances / instancesPerApp))
  const begun = performance.now()
  const cpuBefore = threadSeconds()
  const changes = Array.from({ length: apps }, (_, i) =>
    create(i, Math.floor(instances / apps) + (i < instances % apps ? 1 : 0)),
  )
  for (let i = 0; i < apps; i += appsPerRequest) {
    const operation = {
      kind: 'changeApps',
      changes: changes.slice(i, i + appsPerRequest),
      force: true,
    } as const
    void loop.submit(operation, actor).then(reply => {
      if (!reply.ok) throw new Error(reply.message)
    })
  }
  await fleet.done
  const seconds = (performance.now() - begun) / 1000
  const threadS = threadSeconds() - cpuBefore
  const healthy = await loop.read(state => [...state.apps.values()].reduce((sum, app) => sum + app.live, 0))
  assert(healthy === instances, `${healthy} of ${instances} instances are there`)
  const revision = loop.head.revision
  const bytesPerInstance = (heapBytes() - heapBefore) / instances
  await fleet.close()
  await loop.close()
  print({
    agents,
    apps,
    instances,
    seconds,
    threadS,
    placementsPerS: instances / seconds,
    stepP50Ms: times.at(0.5),
    stepP99Ms: times.at(0.99),
    stepMaxMs: times.at(1),
    steps: times.count,
    commits: revision,
    rssMB: process.resourceUsage().maxRSS / 1024,
    bytesPerInstance,
  })
}

async function start(directory: string): Promise<void> {
  const begun = performance.now()
  const loop = await Loop.start({ ...options(directory), core: new StepTimes().core, links: new Links() })
  const startupS = (performance.now() - begun) / 1000
  assert(loop.head.damage.length === 0, 'the state is whole')
  await loop.close()
  print({ startupS, rssMB: process.resourceUsage().maxRSS / 1024 })
}

function options(directory: string) {
  return {
    store: new LevelStore(directory),
    pingIntervalMs,
    log: (line: string) => console.error(line),
    onFatal: (error: Error) => {
      throw error
    },
  }
}

function create(i: number, instances: number): AppRequest {
  const body = {
    id: `/team-${i % 20}/service-${i}`,
    cmd: 'exec /opt/service/bin/serve --port $PORT',
    cpus: 0.1,
    mem: 128,
    instances,
    env: { NAME: `service-${i}` },
    labels: { tier: 'bench' },
  }
  return { kind: 'create', body }
}

/** Measures each step of the core, in whole. */
class StepTimes {
  readonly #times: number[] = []
  readonly core: Core<State> = {
    ...wholeCore,
    step: (state, env, input) => {
      const begun = performance.now()
      const output = wholeCore.step(state, env, input)
      this.#times.push(performance.now() - begun)
      return output
    },
  }

  get count(): number {
    return this.#times.length
  }

  clear(): void {
    this.#times.length = 0
  }

  at(share: number): number {
    const sorted = Float64Array.from(this.#times).sort()
    return sorted[Math.floor((sorted.length - 1) * share)] ?? 0
  }
}

/** What the doors do with messages: JSON texts, here over a thread's port. */
class Links implements AgentLinks {
  fleet: Fleet | undefined

  send(session: SessionId, message: ServerMessage): void {
    this.fleet?.tell(session, serverMessageText(message))
  }

  dropAll(reason: string): void {
    throw new Error(`the server dropped its agents: ${reason}`)
  }
}

class Fleet {
  readonly done: Promise<void>
  readonly #loop: Loop<State>
  readonly #worker: Worker
  readonly #numbers = new Map<SessionId, number>()
  readonly #sessions: SessionId[]
  #batch: { agents: number[]; texts: string[] } = { agents: [], texts: [] }

  constructor(loop: Loop<State>, options: FleetOptions) {
    this.#loop = loop
    this.#sessions = Array.from({ length: options.agents }, (_, i) => `session-${i}` as SessionId)
    for (const [i, session] of this.#sessions.entries()) this.#numbers.set(session, i)
    this.#worker = new Worker(join(import.meta.dirname, 'fleet.js'), { workerData: options })
    this.done = new Promise((resolve, reject) => {
      this.#worker.on('error', reject)
      this.#worker.on('message', (message: FromFleet) => {
        if (message.kind === 'done') resolve()
        else this.#hear(message)
      })
    })
  }

  tell(session: SessionId, text: string): void {
    if (this.#batch.texts.length === 0) queueMicrotask(() => this.#flush())
    this.#batch.agents.push(this.#numbers.get(session)!)
    this.#batch.texts.push(text)
  }

  async connected(agents: number): Promise<void> {
    while ((await this.#loop.read(state => state.sessions.size)) < agents) {
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #flush(): void {
    this.#worker.postMessage(this.#batch satisfies Batch)
    this.#batch = { agents: [], texts: [] }
  }

  #hear(batch: Batch): void {
    for (const [i, text] of batch.texts.entries()) {
      const decoded = decodeAgentMessage(JSON.parse(text))
      if (!decoded.ok) throw new Error(`a message of an agent is not understood: ${decoded.error}`)
      this.#loop.agentSays(this.#sessions[batch.agents[i]!]!, decoded.value)
    }
  }
}

/** Of what lives, not of what may be collected. */
function heapBytes(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Seconds that this thread had a processor: of use on a machine that others use too. 0 where it can't be known. */
function threadSeconds(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e9
  } catch {
    return 0
  }
}

function print(figures: object): void {
  console.log(JSON.stringify(figures))
}

// Last, since classes must have been evaluated.
const [role, directory, ...numbers] = process.argv.slice(2)
assert(directory !== undefined, 'a directory is named')
if (role === 'start') await start(directory)
else await run(directory, Number(numbers[0]), Number(numbers[1]))
