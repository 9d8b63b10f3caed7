// A cluster of real agents with real processes, and a server that dies when it is ordered to and is started again on
// the same directory and port. What is dead is first looked at: its store must prove whole, and stand where the kill
// left it.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { defaultPorts, processDriver, startAgent, type RunningAgent } from '../../src/agent/index.ts'
import type { AgentId } from '../../src/model/index.ts'
import { initCluster } from '../../src/runtime/index.ts'
import { LevelStore } from '../../src/runtime/store/level.ts'
import { freePort } from '../support/ports.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/wait.ts'
import { newServerChild, type ServerChild } from './child.ts'
import { ask, type HttpAnswer } from './http.ts'
import type { Death, Died } from './mortalStore.ts'

export type PlannedDeath = Omit<Death, 'record'>

/** Characters of the logs in a failure: the last ones say it. */
const maxLogLength = 4000

export class MortalCluster {
  readonly directory = temporaryDirectory('durable')
  /** Every death so far. */
  readonly died: Died[] = []
  /** Deaths still to come: one for each start of the server. */
  deaths: PlannedDeath[] = []
  readonly #data = join(this.directory, 'data')
  readonly #record = join(this.directory, 'died.json')
  readonly #agents: RunningAgent[] = []
  readonly #logged: string[] = []
  #port = 0
  #server: ServerChild | undefined
  /** Loaded already, so that a start again takes no time. */
  #spare: ServerChild | undefined

  async open(agents: number): Promise<void> {
    this.#port = await freePort()
    await initCluster(this.#data)
    await this.#serve()
    for (let i = 1; i <= agents; i++) {
      this.#agents.push(
        await startAgent({
          server: this.url,
          workDirectory: join(this.directory, `agent${i}`),
          agentId: `agent${i}` as AgentId,
          hostname: '127.0.0.1',
          address: '127.0.0.1',
          resources: {
            resources: { cpuMilli: 4000, memKiB: 4 << 20, diskKiB: 4 << 20, gpus: 0 },
            ports: [defaultPorts],
          },
          version: '0.0.0',
          log: line => void this.#logged.push(`agent${i}: ${line}`),
          drivers: [processDriver],
        }),
      )
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Asks until a server answers, which may be a later one. */
  async ask(method: string, path: string, body?: unknown, key?: string): Promise<HttpAnswer> {
    for (;;) {
      const server = await this.#living()
      try {
        return await ask({
          method,
          url: this.url + path,
          ...(body === undefined ? {} : { body }),
          ...(key === undefined ? {} : { key }),
        })
      } catch {
        await server.untilEnded()
      }
    }
  }

  /** The JSON of a good answer. */
  async get<T>(path: string): Promise<T> {
    return good<T>(await this.ask('GET', path))
  }

  /** The running server dies at this commit of the future. */
  async orderDeath(death: PlannedDeath): Promise<void> {
    await (await this.#living()).obeys({ kind: 'die', death: this.#recorded(death) })
  }

  /** From here on no server dies. */
  async orderLife(): Promise<void> {
    this.deaths = []
    while (!(await (await this.#living()).obeys({ kind: 'live' })));
  }

  /** Of the servers and agents, for the message of a failure. */
  log(): string {
    return [...this.#logged, this.#server?.logged() ?? ''].join('\n').slice(-maxLogLength)
  }

  /** Stops all tasks. */
  async close(): Promise<void> {
    await Promise.all([this.#server?.kill(), this.#spare?.kill()])
    await Promise.all(this.#agents.splice(0).map(agent => agent.close({ stopTasks: true })))
  }

  async #living(): Promise<ServerChild> {
    while (this.#server === undefined || this.#server.ending() !== undefined) {
      if (this.#server !== undefined) await this.#bury(this.#server)
      await this.#serve()
    }
    return this.#server
  }

  async #serve(): Promise<void> {
    const server = this.#spare ?? newServerChild()
    this.#spare = newServerChild()
    this.#server = server
    const death = this.deaths.shift()
    await server.obeys({
      kind: 'serve',
      dataDirectory: this.#data,
      port: this.#port,
      ...(death === undefined ? {} : { death: this.#recorded(death) }),
    })
  }

  async #bury(server: ServerChild): Promise<void> {
    this.#logged.push(server.logged())
    expect({ end: server.ending(), log: server.logged() }).toMatchObject({ end: { signal: 'SIGKILL' } })
    expect(existsSync(this.#record), 'it died by order').toBe(true)
    const died = JSON.parse(readFileSync(this.#record, 'utf8')) as Died
    rmSync(this.#record)
    this.died.push(died)
    const store = new LevelStore(this.#data)
    const { damage, head } = await store.open()
    await store.close()
    expect(damage).toEqual([])
    const possible = { before: [-1], during: [-1, 0], after: [0] }[died.moment]
    expect(possible.map(by => died.revision + by)).toContain(head)
  }

  #recorded(death: PlannedDeath): Death {
    return { ...death, record: this.#record }
  }
}

export function good<T>({ status, text }: HttpAnswer): T {
  if (status >= 300) throw new Error(`status ${status}: ${text}`)
  return JSON.parse(text) as T
}

/** Waits for what servers say, whichever of them lives. */
export function untilSaid<T>(
  cluster: MortalCluster,
  what: string,
  condition: () => Promise<T>,
): Promise<Exclude<T, false | undefined | null>> {
  return until(condition, { what: () => `${what}\n${cluster.log()}`, timeoutMs: 90_000, everyMs: 30 })
}
