// The agent's core, one situation a test: what goes in, and in few words what comes out.
import { beforeEach, describe, expect, it } from 'vitest'
import type { ClusterMs } from '../../../src/base/index.ts'
import {
  allRecords,
  createAgentState,
  decodeRecords,
  nextWake,
  noMemory,
  step,
  type AgentInput,
  type AgentState,
  type Effect,
} from '../../../src/agent/core/index.ts'
import {
  setHash,
  type AgentMessage,
  type App,
  type AssignmentRow,
  type ClusterId,
  type Epoch,
  type HealthCheck,
  type Revision,
  type ServerMessage,
  type SessionId,
  type TaskKey,
} from '../../../src/model/index.ts'
import { testApp, testHash, testInstance, testRow } from '../samples.ts'
import { identity } from './world.ts'

const app = testApp({ cmd: 'sleep 1000' })
const hash = testHash(app)
const key = (name: number, incarnation = 1): TaskKey => ({ instance: testInstance(name), incarnation })
const row = (name: number, fields: Partial<AssignmentRow> & { gen: number }): AssignmentRow =>
  testRow({ instance: testInstance(name), specHash: hash, ...fields })

let now: number
let state: AgentState

const welcome = (fields: Partial<Extract<ServerMessage, { kind: 'welcome' }>> = {}): AgentInput => ({
  kind: 'server',
  message: {
    kind: 'welcome',
    protocolVersion: 1,
    clusterId: 'cluster-1' as ClusterId,
    epoch: 1 as Epoch,
    revision: 10 as Revision,
    agentId: identity.agentId,
    pingIntervalMs: 1000,
    ...fields,
  },
})
const specs = (...apps: App[]): AgentInput => ({
  kind: 'server',
  message: { kind: 'specs', specs: apps.map(a => ({ hash: testHash(a), app: a })) },
})
const assign = (
  fromGen: number,
  toGen: number,
  rows: AssignmentRow[],
  fields: { forget?: TaskKey[]; part?: number; parts?: number; epoch?: number } = {},
): AgentInput => ({
  kind: 'server',
  message: {
    kind: 'assign',
    epoch: (fields.epoch ?? 1) as Epoch,
    fromGen,
    toGen,
    part: fields.part ?? 0,
    parts: fields.parts ?? 1,
    rows,
    forget: fields.forget ?? [],
    revision: 10 as Revision,
  },
})
const ack = (seq: number): AgentInput => ({ kind: 'server', message: { kind: 'ack', seq } })
const ping: AgentInput = { kind: 'server', message: { kind: 'ping', round: 7, revision: 11 as Revision } }
const connected: AgentInput = { kind: 'connected', session: 's' as SessionId }
const running = (name: number): AgentInput => ({
  kind: 'driver',
  event: { kind: 'running', key: key(name), pid: 42 },
})
const exited = (name: number, code: number): AgentInput => ({
  kind: 'driver',
  event: {
    kind: 'ended',
    key: key(name),
    condition: code === 0 ? 'Finished' : 'Failed',
    exit: { code, message: `Command exited with status ${code}` },
  },
})
const checked = (ok: boolean, fields: { ignored?: boolean; readiness?: true } = {}): AgentInput => ({
  kind: 'driver',
  event: { kind: 'checked', key: key(1), index: 0, ok, ...(ok ? {} : { cause: 'refused' }), ...fields },
})
const tick: AgentInput = { kind: 'tick' }

/** Effects and messages in few words. */
function give(...inputs: AgentInput[]): string[] {
  const said: string[] = []
  for (const input of inputs) {
    const { effects, messages } = step(state, { now: now as ClusterMs }, input)
    said.push(...effects.map(effectText), ...messages.flatMap(messageText))
  }
  return said
}

function effectText(effect: Effect): string {
  const on = effect.kind === 'start' ? effect.task.key : effect.key
  const name = nameOf(on)
  if (effect.kind === 'stop') {
    return `stop ${name}${effect.signal ? ` with ${effect.signal}` : ''} within ${effect.graceMs}`
  }
  if (effect.kind === 'check') return `check ${name} ${effect.readiness ? 'readiness' : effect.index}`
  return `${effect.kind} ${name}`
}

function messageText(message: AgentMessage): string[] {
  if (message.kind !== 'report') return [message.kind]
  const rows = message.rows.map(r => {
    const health = r.health?.map(h => `${h.alive ? 'alive' : 'dead'}${h.consecutiveFailures}`).join() ?? ''
    const more = [health, r.ready === undefined ? '' : r.ready ? 'ready' : 'unready'].filter(t => t !== '')
    return [`#${message.seq}`, nameOf(r), `${r.statusSeq}:${r.condition}`, ...more].join(' ')
  })
  return message.unknown.length > 0 || rows.length === 0
    ? [...rows, `#${message.seq} unknown: ${message.unknown.map(nameOf).join(', ')}`]
    : rows
}

function nameOf({ instance, incarnation }: TaskKey): string {
  const found = Array.from({ length: 9 }, (_, i) => i).find(i => testInstance(i) === instance)
  return incarnation === 1 ? `t${found}` : `t${found}.${incarnation}`
}

/** The agent dies and a new one reads the records. */
function restart(found: Extract<AgentInput, { kind: 'boot' }>['found']): string[] {
  const records = JSON.parse(JSON.stringify(allRecords(state))) as { key: string; value: unknown }[]
  state = createAgentState(identity, decodeRecords(records).memory ?? noMemory, records)
  return give({ kind: 'boot', found })
}

function joined(): void {
  give({ kind: 'boot', found: [] }, connected, welcome())
}

beforeEach(() => {
  now = 1000
  state = createAgentState(identity, noMemory, [])
})

describe('starting', () => {
  it('says hello with what it knows, and nothing else before the welcome', () => {
    expect(give(connected)).toEqual(['hello'])
    expect(give(specs(app), assign(0, 1, [row(1, { gen: 1 })]))).toEqual([])
  })

  it('says hello again when it is pinged unwelcomed: the welcome got lost', () => {
    expect(give(connected, ping, ping)).toEqual(['hello', 'hello', 'hello'])
    expect(give(welcome(), ping)).toEqual(['pong'])
  })

  it('starts an assigned task once and tells each step', () => {
    joined()
    expect(give(specs(app), assign(0, 1, [row(1, { gen: 1 })]))).toEqual(['start t1', '#1 t1 1:Staging'])
    expect(give(assign(0, 1, [row(1, { gen: 1 })]), assign(1, 2, [row(1, { gen: 2 })]))).toEqual([])
    expect(give(ack(1), running(1))).toEqual(['#2 t1 2:Running'])
    expect(give(ack(2), exited(1, 1))).toEqual(['#3 t1 3:Failed'])
  })

  it('asks for a spec that was lost, once in a while, and starts when it comes', () => {
    joined()
    expect(give(assign(0, 1, [row(1, { gen: 1 })]))).toEqual(['needFull'])
    expect(give(tick)).toEqual([])
    now += 2000
    expect(give(tick)).toEqual(['needFull'])
    expect(give(specs(app))).toEqual(['start t1', '#1 t1 1:Staging'])
    now += 2000
    expect(give(tick)).toEqual([])
  })

  it('refuses what it has no driver for', () => {
    joined()
    const image = testApp({
      container: {
        type: 'DOCKER',
        docker: { image: 'busybox', forcePullImage: false, privileged: false, parameters: [] },
        volumes: [],
      },
    })
    const wanted = row(1, { gen: 1, specHash: testHash(image) })
    expect(give(specs(image), assign(0, 1, [wanted]))).toEqual(['#1 t1 1:Error'])
  })
})

describe('authority', () => {
  beforeEach(() => {
    joined()
    give(specs(app), assign(0, 5, [row(1, { gen: 5 })]), ack(1), running(1), ack(2))
  })

  it.each([
    { name: 'an older generation of a row', input: assign(5, 6, [row(1, { gen: 4, goal: 'stop' })]) },
    { name: 'a difference that is known already', input: assign(3, 5, [row(1, { gen: 9, goal: 'stop' })]) },
    { name: 'a whole that is older than what is known', input: assign(0, 4, []) },
    { name: 'an older epoch', input: assign(5, 6, [row(1, { gen: 6, goal: 'stop' })], { epoch: 0 }) },
  ])('$name is ignored', ({ input }) => {
    expect(give(input)).toEqual([])
  })

  it('a hole in the generations is mended by asking', () => {
    expect(give(assign(7, 8, [row(2, { gen: 8 })]))).toEqual(['needFull'])
  })

  it('another cluster and an older epoch have no say at all', () => {
    for (const foreign of [{ clusterId: 'cluster-2' as ClusterId }, { epoch: 0 as Epoch }]) {
      expect(give({ kind: 'disconnected' }, connected, welcome(foreign))).toEqual(['hello'])
      expect(give(assign(0, 99, []), assign(0, 100, [row(1, { gen: 99, goal: 'stop' })]), ping)).toEqual([])
      expect(state.connection.phase).toBe('ignored')
    }
    expect(state.tasks.size).toBe(1)
  })

  it('a later epoch begins its generations anew and hears the newest status of every task again', () => {
    expect(give({ kind: 'disconnected' }, connected, welcome({ epoch: 2 as Epoch }))).toEqual([
      'hello',
      '#3 t1 2:Running',
    ])
    expect(give(assign(0, 1, [row(1, { gen: 1, goal: 'stop', cause: 'scale' })], { epoch: 2 }))).toEqual([
      'stop t1 within 3000',
    ])
  })

  it('absence stops nothing: what a whole does not name goes on and is reported as unknown', () => {
    expect(give(assign(0, 6, []))).toEqual(['#3 unknown: t1'])
    expect(give(ack(3), assign(6, 7, [row(1, { gen: 7 })]))).toEqual(['#4 t1 2:Running'])
  })

  it('parts count when all are there, in any order', () => {
    const rows = [row(1, { gen: 5 }), row(2, { gen: 6 }), row(3, { gen: 7 })]
    const part = (n: number) => assign(0, 7, [rows[n]!], { part: n, parts: 3 })
    expect(give(part(2), part(0), part(0))).toEqual([])
    expect(give(part(1))).toEqual(['start t2', 'start t3', '#3 t2 1:Staging', '#3 t3 1:Staging'])
  })

  it('the pong carries the digest of the rows known and not forgotten', () => {
    const pong = () => step(state, { now: now as ClusterMs }, ping).messages.at(-1)
    expect(pong()).toEqual({
      kind: 'pong',
      round: 7,
      appliedGen: 5,
      setHash: setHash([row(1, { gen: 5 })]),
    })
    give(assign(5, 6, [row(1, { gen: 6, goal: 'stop' })]))
    expect(pong()).toMatchObject({ setHash: setHash([row(1, { gen: 6, goal: 'stop' })]) })
    give(exited(1, 0), assign(6, 7, [], { forget: [key(1)] }))
    expect(pong()).toMatchObject({ appliedGen: 7, setHash: setHash([]) })
  })
})

describe('stopping', () => {
  beforeEach(() => {
    joined()
    give(specs(app), assign(0, 1, [row(1, { gen: 1 })]), ack(1), running(1), ack(2))
  })
  const stopRow = assign(1, 2, [row(1, { gen: 2, goal: 'stop', cause: 'scale', graceMs: 700 })])

  it('orders it, tells it, repeats it until it has ended, and calls the end Killed', () => {
    expect(give(stopRow)).toEqual(['stop t1 within 700', '#3 t1 3:Killing'])
    now += 700 + 5000
    expect(give(ack(3), tick)).toEqual(['stop t1 within 700'])
    expect(give(exited(1, 0))).toEqual(['#4 t1 4:Killed'])
    now += 60_000
    expect(give(ack(4), tick)).toEqual([])
  })

  it('a stop of what never started is answered at once', () => {
    expect(give(assign(1, 2, [row(2, { gen: 2, goal: 'stop', cause: 'scale' })]))).toEqual(['#3 t2 1:Killed'])
  })

  it('an end is told until it is acknowledged, and kept until it is to be forgotten', () => {
    give(exited(1, 7))
    expect(give({ kind: 'disconnected' }, connected, welcome())).toEqual(['hello', '#4 t1 3:Failed'])
    expect(give({ kind: 'disconnected' }, connected, welcome())).toEqual(['hello', '#5 t1 3:Failed'])
    expect(give(ack(5), { kind: 'disconnected' }, connected, welcome())).toEqual(['hello'])
    expect(give(stopRow)).toEqual(['#6 t1 3:Failed'])
    expect(give(ack(6), assign(2, 3, [], { forget: [key(1)] }))).toEqual(['remove t1'])
    expect(state.tasks.size).toBe(0)
  })

  it('to forget what still runs makes it unknown, not dead', () => {
    expect(give(assign(1, 2, [], { forget: [key(1)] }))).toEqual(['#3 unknown: t1'])
  })

  it('a report without an answer is sent again', () => {
    expect(give(exited(1, 1))).toEqual(['#3 t1 3:Failed'])
    now += 10_000
    expect(give(tick)).toEqual(['#4 t1 3:Failed'])
  })

  it('the end of the local cluster stops everything as if killed', () => {
    expect(give({ kind: 'disconnected' }, { kind: 'stopAll' })).toEqual(['stop t1 within 3000'])
    expect(give(exited(1, 0), connected, welcome())).toEqual(['hello', '#3 t1 3:Killing', '#3 t1 4:Killed'])
  })
})

describe('what is done before a stop', () => {
  const careful = testApp({
    preStop: { command: { value: './leave' }, timeoutSeconds: 10, waitSeconds: 5 },
    killSignal: 'SIGQUIT',
  })
  const wanted = row(1, { gen: 1, specHash: testHash(careful) })
  const stopIt = assign(1, 2, [{ ...wanted, gen: 2, goal: 'stop', cause: 'scale', graceMs: 700 }])
  const prepared: AgentInput = { kind: 'driver', event: { kind: 'preStopped', key: key(1) } }

  beforeEach(() => {
    joined()
    give(specs(careful), assign(0, 1, [wanted]), ack(1), running(1), ack(2))
  })

  it('the command runs once, the wait follows, then comes the signal', () => {
    expect(give(stopIt)).toEqual(['preStop t1', '#3 t1 3:Killing'])
    const again = assign(2, 3, [{ ...wanted, gen: 3, goal: 'stop', cause: 'scale', graceMs: 700 }])
    expect(give(ack(3), again, tick)).toEqual([])
    expect(give(prepared, tick)).toEqual([])
    expect(nextWake(state)).toBe(now + 5000)
    now += 5000
    expect(give(tick)).toEqual(['stop t1 with SIGQUIT within 700'])
    now += 5700
    expect(give(tick)).toEqual(['stop t1 with SIGQUIT within 700'])
  })

  it('a command that does not come back is waited for no longer than it may take', () => {
    give(stopIt, ack(3))
    now += 10_000
    expect(give(tick)).toEqual([])
    now += 4999
    expect(give(tick)).toEqual([])
    now += 1
    expect(give(tick, prepared)).toEqual(['stop t1 with SIGQUIT within 700'])
  })

  it('a task that ends meanwhile is not asked again', () => {
    give(stopIt, ack(3))
    expect(give(exited(1, 0))).toEqual(['#4 t1 4:Killed'])
    now += 60_000
    expect(give(ack(4), prepared, tick)).toEqual([])
  })

  it('an agent that starts again in the middle does not run the command twice, and goes on', () => {
    give(stopIt, ack(3))
    now += 4000
    expect(restart([{ key: key(1), driver: 'process', state: 'running', pid: 42 }])).toEqual([])
    expect(nextWake(state)).toBe(now + 6000)
    now += 6000
    expect(give(tick)).toEqual([])
    now += 5000
    expect(give(tick)).toEqual(['stop t1 with SIGQUIT within 700'])
  })

  it('what does not run yet is not prepared', () => {
    const other = row(2, { gen: 3, specHash: testHash(careful) })
    give(assign(1, 3, [other]), ack(3))
    expect(give(assign(3, 4, [{ ...other, gen: 4, goal: 'stop', cause: 'scale' }]))).toEqual([
      'stop t2 with SIGQUIT within 3000',
      '#4 t2 2:Killing',
    ])
  })
})

describe('a restart of the agent', () => {
  beforeEach(() => {
    joined()
    give(specs(app), assign(0, 1, [row(1, { gen: 1 })]))
  })

  it('what was starting and is found is adopted, and not started again', () => {
    expect(restart([{ key: key(1), driver: 'process', state: 'running', pid: 42 }])).toEqual([])
    expect(give(connected, welcome())).toEqual(['hello', '#1 t1 1:Staging', '#1 t1 2:Running'])
  })

  it('what was starting and is not found is lost, and not started again', () => {
    expect(restart([])).toEqual([])
    expect(give(connected, welcome())).toEqual(['hello', '#1 t1 1:Staging', '#1 t1 2:Failed'])
    expect(state.tasks.values().next().value?.last?.exit?.message).toBe('lost while the agent was away')
  })

  it('what ended meanwhile is told with its exit', () => {
    give(running(1))
    const exit = { code: 0, message: 'Command exited with status 0' }
    expect(restart([{ key: key(1), driver: 'process', state: 'ended', exit }])).toEqual([])
    expect(give(connected, welcome()).at(-1)).toBe('#1 t1 3:Finished')
  })

  it('a driver that did not answer loses nothing', () => {
    give(running(1))
    const records = allRecords(state)
    state = createAgentState(identity, decodeRecords(records).memory ?? noMemory, records)
    expect(give({ kind: 'boot', found: [], drivers: [] })).toEqual([])
    expect([...state.tasks.values()].map(t => t.phase)).toEqual(['running'])
  })

  it('a stop goes on', () => {
    give(running(1), assign(1, 2, [row(1, { gen: 2, goal: 'stop', cause: 'scale' })]))
    expect(restart([{ key: key(1), driver: 'process', state: 'running' }])).toEqual(['stop t1 within 3000'])
  })

  it('what is found without a record is kept, reported, and taken over when the server asks for it', () => {
    state = createAgentState(identity, noMemory, [])
    expect(give({ kind: 'boot', found: [{ key: key(1), driver: 'process', state: 'running' }] })).toEqual([])
    expect(give(connected, welcome())).toEqual(['hello', '#1 t1 1000001:Running', '#1 unknown: t1'])
    expect(give(ack(1), specs(app), assign(0, 1, [row(1, { gen: 1 })]))).toEqual(['#2 t1 1000001:Running'])
  })
})

describe('health', () => {
  const check: HealthCheck = {
    protocol: 'HTTP',
    path: '/',
    portIndex: 0,
    gracePeriodSeconds: 30,
    intervalSeconds: 10,
    timeoutSeconds: 5,
    maxConsecutiveFailures: 3,
    delaySeconds: 15,
    ignoreHttp1xx: false,
    ipProtocol: 'IPv4',
  }
  const runWith = (fields: Partial<App>): void => {
    const checkedApp = testApp({ cmd: 'serve', ...fields })
    joined()
    give(specs(checkedApp), assign(0, 1, [row(1, { gen: 1, specHash: testHash(checkedApp) })]), ack(1))
    give(running(1), ack(2))
  }
  /** Lets the next check come due and answers it. */
  const result = (ok: boolean, fields: Parameters<typeof checked>[1] = {}): string[] => {
    now = nextWake(state)!
    expect(give(tick)).toEqual(['check t1 0'])
    const said = give(checked(ok, fields))
    for (const text of said) give(ack(Number(/^#(\d+)/.exec(text)?.[1])))
    return said
  }

  it.each([
    { name: 'HTTP with a long interval: after 5 s', change: {}, firstMs: 5000 },
    { name: 'HTTP with a short interval: after that', change: { intervalSeconds: 2 }, firstMs: 2000 },
    {
      name: 'a command: after its delay',
      change: { protocol: 'COMMAND', command: { value: 'true' } },
      firstMs: 15_000,
    },
    {
      name: 'MESOS_HTTP: after its delay',
      change: { protocol: 'MESOS_HTTP', delaySeconds: 1 },
      firstMs: 1000,
    },
  ] as const)('the first check: $name', ({ change, firstMs }) => {
    runWith({ healthChecks: [{ ...check, ...change }] })
    expect(nextWake(state)).toBe(now + firstMs)
  })

  it('failures in the grace period do not count; after a first success every one does, also within it', () => {
    runWith({ healthChecks: [check] })
    expect(result(false)).toEqual([])
    expect(result(true)).toEqual(['#3 t1 3:Running alive0'])
    expect(result(true)).toEqual([])
    expect(now - 1000).toBe(25_000)
    expect(result(false)).toEqual(['#4 t1 4:Running dead1'])
    expect(result(false)).toEqual(['#5 t1 5:Running dead2'])
    expect(result(false, { ignored: true })).toEqual([])
    expect(result(true)).toEqual(['#6 t1 6:Running alive0'])
  })

  it('failures after the grace period count without a success; the kill is not the agent’s', () => {
    runWith({ healthChecks: [{ ...check, gracePeriodSeconds: 0 }] })
    const said = [1, 2, 3, 4, 5].map(() => result(false).join())
    expect(said).toEqual([1, 2, 3, 4, 5].map(n => `#${n + 2} t1 ${n + 2}:Running dead${n}`))
  })

  it('one check at a time: a slow one is not overtaken by the next', () => {
    runWith({ healthChecks: [check] })
    now += 5000
    expect(give(tick)).toEqual(['check t1 0'])
    now += 60_000
    expect(give(tick)).toEqual([])
    expect(give(checked(true), tick)).toContain('check t1 0')
  })

  it('while the server is away, results that were never sent melt into one; counts survive a restart', () => {
    runWith({ healthChecks: [{ ...check, gracePeriodSeconds: 0 }] })
    give({ kind: 'disconnected' })
    for (let i = 0; i < 5; i++) result(false)
    expect(give(connected, welcome())).toEqual(['hello', '#3 t1 3:Running dead5'])
    restart([{ key: key(1), driver: 'process', state: 'running' }])
    result(false)
    expect(give(connected, welcome()).at(-1)).toBe('#1 t1 4:Running dead6')
  })

  it('no check once a stop has come', () => {
    runWith({ healthChecks: [check] })
    give(
      assign(1, 2, [row(1, { gen: 2, goal: 'stop', cause: 'scale', specHash: [...state.specs.keys()][0]! })]),
    )
    expect(nextWake(state)).toBe(now + 3000 + 5000)
  })

  it('readiness is asked for from the start, until it is there', () => {
    const readiness = {
      name: 'r',
      protocol: 'HTTP',
      path: '/',
      portName: 'http',
      intervalSeconds: 1,
      timeoutSeconds: 1,
      httpStatusCodesForReady: [200],
      preserveLastResponse: false,
    } as const
    const readyApp = testApp({ cmd: 'serve', readinessChecks: [readiness] })
    joined()
    give(specs(readyApp), assign(0, 1, [row(1, { gen: 1, specHash: testHash(readyApp) })]), ack(1))
    expect(give(running(1))).toEqual(['check t1 readiness', '#2 t1 2:Running unready'])
    give(ack(2))
    expect(give(checked(false, { readiness: true }))).toEqual([])
    now += 1000
    expect(give(tick, checked(true, { readiness: true }))).toEqual([
      'check t1 readiness',
      '#3 t1 3:Running ready',
    ])
    expect(give(ack(3))).toEqual([])
    expect(nextWake(state)).toBeUndefined()
  })
})

describe('many', () => {
  it('1,200 tasks are reported in messages of at most 500 rows', () => {
    joined()
    give(specs(app))
    const rows = Array.from({ length: 1200 }, (_, i) => row(100 + i, { gen: i + 1 }))
    const { effects, messages } = step(state, { now: now as ClusterMs }, assign(0, 1200, rows))
    expect(effects).toHaveLength(1200)
    expect(messages.map(m => m.kind === 'report' && m.rows.length)).toEqual([500, 500, 200])
  })
})
