// The server is killed between any two commits of a rolling update, or in the middle of one, and started again: the
// deployment ends as planned, the promise to clients holds, nothing happens twice. SDDC_SEED=n repeats the choices of a
// run; what the commits are depends on the moment all the same.
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Random } from '../../src/base/index.ts'
import type { AppView, ClusterView, DeploymentView, Desired, Plan } from '../../src/model/index.ts'
import { app, wanted } from '../planner/builders.ts'
import { isAlive } from '../support/processes.ts'
import { rounds } from '../support/rounds.ts'
import { good, MortalCluster, type PlannedDeath, untilSaid } from './cluster.ts'
import type { HttpAnswer } from './http.ts'
import { moments, type Died } from './mortalStore.ts'
import { fewestRunning, loggingCommand, readTasks } from './taskLog.ts'

const seed = Number(process.env['SDDC_SEED'] ?? randomInt(2 ** 31))
const instances = 4
const promised = 2

const cluster = new MortalCluster()
const log = join(cluster.directory, 'tasks.log')
let version = 0
/** Commits of an undisturbed update: deaths are spread over so many. */
let commits = 0

beforeAll(async () => {
  console.log(`seed ${seed}`)
  await cluster.open(3)
  await update('first')
  const before = await revision()
  await update('undisturbed')
  commits = (await revision()) - before
})

afterAll(async () => {
  console.log(figures(cluster.died))
  await cluster.close()
})

describe(`a rolling update survives kill -9, seed ${seed}`, () => {
  const numbers = Array.from({ length: rounds({ usual: 8, prove: 200 }) }, (_, i) => i + 1)
  test.each(numbers)('round %i', async number => {
    const random = new Random(seed).fork(`round ${number}`)
    const died = cluster.died.length
    // What arrives together shares a commit, so an update may have fewer than the drawn one; then an earlier one is
    // taken.
    for (let within = commits; cluster.died.length === died; within = Math.ceil(within / 2)) {
      const [first, ...later] = Array.from({ length: random.integer(1, 3) }, () =>
        deathWithin(random, within),
      )
      cluster.deaths = later
      await cluster.orderDeath(first!)
      await update(`round-${number}-${within}`)
    }
  })
})

function deathWithin(random: Random, within: number): PlannedDeath {
  return {
    append: random.integer(1, within),
    moment: random.pick(moments),
    writingMs: random.integer(0, 2000) / 1000,
  }
}

// Plans, applies and awaits a new version of the app, and proves everything that must hold however often the server
// died meanwhile.
async function update(label: string): Promise<void> {
  const desired = desiredOf(label)
  const versions = await versionsStored()
  const tasksBefore = readTasks(log)
  const key = `apply-${++version}-${label}`
  const plan = await planned(desired)
  const apply = (): Promise<HttpAnswer> =>
    cluster.ask('POST', '/v1/apply', { plan, force: false, takeOver: false }, key)
  const reply = await apply()
  const { deployment } = good<{ deployment: string }>(reply)

  await untilSaid(cluster, `the end of ${label}`, async () => {
    const { state } = await cluster.get<DeploymentView>(`/v1/deployments/${deployment}`)
    expect(['running', 'done']).toContain(state)
    return state === 'done'
  })
  await cluster.orderLife()
  const view = await untilSaid(cluster, `${instances} instances of ${label}`, async () => {
    const found = await cluster.get<AppView>('/v1/apps?id=/sleeper')
    return found.instances.length === instances && found
  })
  for (const instance of view.instances) {
    expect(instance).toMatchObject({ goal: 'run', condition: 'Running', current: true })
  }

  // Nothing a second time: the same reply to the same key, one more version, one start for each instance.
  expect(await apply()).toEqual(reply)
  expect((await versionsStored()).filter(v => !versions.includes(v)).length).toBe(1)
  expect((await planned(desired)).changes.filter(c => c.action !== 'no-op')).toEqual([])
  await untilSaid(cluster, 'the tasks to write their starts', async () =>
    view.instances.every(i => readTasks(log).some(t => t.taskId === i.taskId)),
  )
  const tasks = readTasks(log)
  const started = tasks.slice(tasksBefore.length)
  expect(started.map(t => t.taskId).sort()).toEqual(view.instances.map(i => i.taskId).sort())
  expect(started.every(t => t.label === label)).toBe(true)
  expect(new Set(tasks.map(t => t.taskId)).size).toBe(tasks.length)

  // The tasks' own story: old ones stopped, new ones live, and there were always enough.
  expect(tasks.filter(t => t.stoppedAt === Infinity)).toEqual(started)
  expect(started.filter(t => isAlive(t.pid))).toEqual(started)
  if (tasks.length > instances) expect(fewestRunning(tasks, instances)).toBeGreaterThanOrEqual(promised)

  // An agent that had seen more than the store keeps would have raised the epoch.
  expect(await cluster.get<ClusterView>('/v1/cluster')).toMatchObject({ epoch: 1, damage: [] })
}

function desiredOf(label: string): Desired {
  const sleeper = app('/sleeper', {
    cmd: loggingCommand(log, label),
    instances,
    upgradeStrategy: { minimumHealthCapacity: promised / instances, maximumOverCapacity: 0 },
    // A busy machine must not make a kill out of a stop: a killed task writes nothing.
    taskKillGracePeriodSeconds: 60,
  })
  return {
    format: 1,
    stack: 'durable' as Plan['stack'],
    apps: [wanted(sleeper)],
    groups: [],
    volumes: [],
    outputs: {},
  }
}

async function planned(desired: Desired): Promise<Plan> {
  const request = { desired, mode: 'apply', deleteUnnamed: true, origin: 'test', adopt: false }
  const { plan } = good<{ plan: Plan | null }>(await cluster.ask('POST', '/v1/plan', request))
  return plan!
}

async function versionsStored(): Promise<readonly string[]> {
  const { status, text } = await cluster.ask('GET', '/v2/apps/sleeper/versions')
  return status === 404 ? [] : (JSON.parse(text) as { versions: string[] }).versions
}

async function revision(): Promise<number> {
  return (await cluster.get<ClusterView>('/v1/cluster')).revision
}

function figures(died: readonly Died[]): string {
  const counts = new Map<string, number>()
  for (const one of died) {
    const what = `${one.moment} ${kindOf(one)}`
    counts.set(what, (counts.get(what) ?? 0) + 1)
  }
  const lines = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, count]) => `  ${count} ${what}`)
  const fewest = fewestRunning(readTasks(log), instances)
  return [
    `an update is ${commits} commits; never fewer than ${fewest} tasks ran; ${died.length} kills:`,
    ...lines,
  ].join('\n')
}

// What a commit was about, told by the tables that only such commits change.
function kindOf({ tables }: Died): string {
  if (tables.includes('request')) return 'the request'
  if (tables.includes('deployment')) return 'the end of the deployment'
  if (tables.includes('allocation')) return tables.includes('agent') ? 'starts or stops' : 'reports'
  if (tables.includes('cluster')) return 'the start of the server'
  return tables.join('+')
}
