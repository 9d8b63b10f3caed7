// A rolling update of a served app, watched by a client through all of it, also while the server is killed.
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { until } from '../support/wait.ts'
import { running, User } from './harness.ts'

// A small server that takes a moment to come up, so that a rollout has a middle to be killed in.
const served = (version: string): string => `
app "web" {
  cmd       = "exec '${process.execPath}' -e \\"setTimeout(() => require('http').createServer((_, r) => r.end('${version}')).listen(process.env.PORT0), 700)\\""
  cpus      = 0.1
  mem       = "64MiB"
  instances = 4
  port "http" {}
  health_check {
    protocol     = "HTTP"
    path         = "/"
    port         = "http"
    grace_period = "10s"
    interval     = "1s"
    timeout      = "1s"
  }
  upgrade_strategy {
    minimum_health_capacity = 0.5
    maximum_over_capacity   = 0
  }
}
`

/** Asks every known instance twice a second how many answer; keeps the lowest count. */
class Watcher {
  lowest = Infinity
  rounds = 0
  readonly #stop = new AbortController()
  readonly #done: Promise<void>

  constructor(addresses: () => Promise<readonly string[]>) {
    this.#done = this.#watch(addresses)
  }

  async end(): Promise<void> {
    this.#stop.abort()
    await this.#done
  }

  async #watch(addresses: () => Promise<readonly string[]>): Promise<void> {
    let known: readonly string[] = []
    while (!this.#stop.signal.aborted) {
      // The server may be away; the instances are asked all the same.
      known = await addresses().catch(() => known)
      const answers = await Promise.all(known.map(answersAt))
      this.lowest = Math.min(this.lowest, answers.filter(Boolean).length)
      this.rounds++
      await delay(500, undefined, { signal: this.#stop.signal }).catch(() => {})
    }
  }
}

async function answersAt(address: string): Promise<boolean> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(400) })
    return response.ok
  } catch {
    return false
  }
}

describe('a rolling update', () => {
  const user = new User()
  let watcher: Watcher | undefined
  afterAll(() => watcher?.end())

  const addresses = (url: string) => async (): Promise<string[]> => {
    const response = await fetch(`${url}/v2/apps/web/tasks`, { signal: AbortSignal.timeout(400) })
    const { tasks } = (await response.json()) as { tasks: { host: string; ports: number[] }[] }
    return tasks.filter(t => t.ports.length > 0).map(t => `http://${t.host}:${t.ports[0]}/`)
  }

  test('never shows a client fewer healthy instances than promised', async () => {
    user.write({ 'shop/main.hcl': served('one') })
    await user.up(3)
    await user.ok('apply', 'shop', '--auto-approve')
    watcher = new Watcher(addresses(user.url()))
    user.write({ 'shop/main.hcl': served('two') })
    const plan = await user.ok('plan', 'shop')
    expect(plan.stdout).toContain('forces rolling restart')
    await user.ok('apply', 'shop', '--auto-approve')
    await watcher.end()
    expect(watcher.rounds).toBeGreaterThan(2)
    expect(watcher.lowest).toBeGreaterThanOrEqual(2)
    expect(await served4(user)).toEqual(['two', 'two', 'two', 'two'])
  })

  test('goes on after the server was killed in its middle; the instances never noticed', async () => {
    const url = user.url()
    watcher = new Watcher(addresses(url))
    user.write({ 'shop/main.hcl': served('three') })
    const apply = user.begin(['apply', 'shop', '--auto-approve'])
    await until(
      async () => {
        const app = await user.app('/web')
        const current = running(app).filter(i => i.current).length
        return current > 0 && current < 4
      },
      { what: 'the middle of the rollout', everyMs: 50 },
    )
    const before = running(await user.app('/web')).map(i => i.pid)
    process.kill(user.local().server.pid, 'SIGKILL')
    await until(async () => !(await answersAt(`${url}/ping`)), { what: 'the server to be gone' })
    for (const pid of before) expect(() => process.kill(pid!, 0)).not.toThrow()
    await user.ok('up')
    const ended = await apply.ended
    expect({ code: ended.code, text: ended.stderr }).toMatchObject({ code: 0 })
    await watcher.end()
    expect(watcher.lowest).toBeGreaterThanOrEqual(2)
    expect(await served4(user)).toEqual(['three', 'three', 'three', 'three'])
    expect((await user.sddc('plan', 'shop', '--detailed-exitcode')).code).toBe(0)
  })
})

async function served4(user: User): Promise<string[]> {
  const app = await user.app('/web')
  return Promise.all(running(app).map(async i => (await fetch(`http://${i.host}:${i.ports[0]}/`)).text()))
}
