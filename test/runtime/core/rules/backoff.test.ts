// How long the next launch waits, seen on a whole core.
import type { AppId } from '../../../../src/model/index.ts'
import { launchDelayOf } from '../../../../src/runtime/core/launchdelays.ts'
import { Cluster, type FakeAgent } from '../cluster.ts'
import { ruleTests } from './rulefile.ts'

const id = '/a' as AppId

ruleTests(import.meta.url, (text, given) => {
  const settings = given[0]!.split(', ').map(part => part.split(' '))
  const story = new Story({
    ...Object.fromEntries(settings.map(([name, value]) => [name, Number(value)])),
    // Without answers to its checks an app is never healthy, and its deployments would not end.
    ...(text.includes('H') ? { healthChecks: [{ protocol: 'TCP' }] } : {}),
  })
  const delays: number[] = []
  for (const event of text.split(' ')) {
    const delay = story.after(event)
    if (delay !== undefined) delays.push(delay)
  }
  return delays.join(' ')
})

class Story {
  readonly #cluster = new Cluster()
  readonly #settings: object
  #commands = 0
  #instances = 1

  constructor(settings: object) {
    this.#settings = settings
    this.#cluster.agent('agent1')
    this.#post()
  }

  /** How long it took until all instances ran again; undefined where the event starts nothing. */
  after(event: string): number | undefined {
    const cluster = this.#cluster
    const first = cluster.running()[0]!
    const { agent, key } = first
    switch (event[0]) {
      case 'F':
        cluster.report(agent, key, { condition: 'Failed', exit: { code: 1, message: 'failed' } })
        break
      case 'Z':
        cluster.report(agent, key, { condition: 'Finished', exit: { code: 0, message: 'done' } })
        break
      case 'K':
        cluster.request({
          kind: 'killInstances',
          instances: [first.row.instance],
          scale: false,
          force: false,
        })
        break
      case 'H':
        this.#sicken(agent, key)
        break
      case 'L':
        cluster.agent('agent2')
        cluster.disconnect(agent)
        for (let i = 0; !this.#isBack(); i++) if (i < 10) cluster.rounds(1)
        return 0
      case 's':
        cluster.pass(Number(event.slice(1)) * 1000)
        return undefined
      case 'R':
        cluster.change({ kind: 'restart', id })
        break
      case 'N':
        this.#put({ cmd: `sleep ${++this.#commands}` })
        break
      case 'S':
        this.#put({ instances: 0 })
        this.#put({ instances: 1 })
        break
      case 'D':
        cluster.change({ kind: 'delete', id })
        this.#post()
        break
      case '+':
        this.#put({ instances: ++this.#instances })
        break
      default:
        throw new Error(`no such event: ${event}`)
    }
    return this.#untilBack()
  }

  #post(): void {
    const body = { id, cmd: 'sleep 0', cpus: 0.1, mem: 10 }
    const reply = this.#cluster.change({ kind: 'create', body: { ...body, ...this.#settings } })
    if (!reply.ok) throw new Error(reply.message)
  }

  #put(body: Record<string, string | number>): void {
    const reply = this.#cluster.change({ kind: 'put', id, body, partial: true, create: false }, true)
    if (!reply.ok) throw new Error(reply.message)
  }

  #sicken(agent: FakeAgent, key: string): void {
    for (const consecutiveFailures of [1, 2, 3, 4]) {
      const health = [{ index: 0, alive: false, consecutiveFailures, cause: 'refused' }]
      this.#cluster.report(agent, key, { condition: 'Running', health })
    }
  }

  #isBack(): boolean {
    return this.#cluster.running().filter(t => t.agent.session !== null).length === this.#instances
  }

  #launchTime(): number | undefined {
    const { state } = this.#cluster
    return launchDelayOf(state, id, state.tables.app.get(id)!.runKey)?.until
  }

  // Exactly at its time, not a millisecond before.
  #untilBack(): number {
    const begun = this.#cluster.now
    if (this.#isBack()) return 0
    const until = this.#launchTime() ?? begun
    this.#cluster.pass(until - begun - 1)
    if (this.#isBack()) throw new Error('launched before its time')
    this.#cluster.pass(1)
    if (!this.#isBack()) throw new Error('not launched at its time')
    return until - begun
  }
}
