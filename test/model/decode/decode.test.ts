// The door: what is right comes through unchanged, every wrong type is refused with its place.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  appSpecHash,
  decodeAgentMessage,
  decodeApplyRequest,
  decodeDesired,
  decodePlan,
  decodePlanRequest,
  agentMessageText,
  decodeServerMessage,
  maxRowsPerMessage,
  serverMessageText,
  type AgentMessage,
  type ServerMessage,
} from '../../../src/model/index.ts'
import type { Json, Result } from '../../../src/base/index.ts'
import { fullApp, hostApp } from '../samples.ts'

const hello = {
  kind: 'hello',
  protocolVersions: [1],
  clusterId: 'c',
  agentId: 'agent1',
  session: 's',
  bootId: 'b',
  seenEpoch: 1,
  seenRevision: 5,
  appliedGen: 3,
  setHash: 'h',
  hostname: '127.0.0.2',
  capacity: { resources: { cpuMilli: 4000, memKiB: 4096, diskKiB: 1, gpus: 0 }, ports: [[31_000, 32_000]] },
  attributes: {
    rack: { kind: 'scalar', value: 1 },
    disk: { kind: 'text', value: 'hdd' },
    r: { kind: 'ranges', value: [[1, 2]] },
    s: { kind: 'set', value: ['a'] },
  },
  drivers: ['process', 'docker'],
  version: '0.1.0',
}
const reportRow = {
  instance: 'a.instance-1',
  incarnation: 2,
  statusSeq: 1,
  condition: 'Failed',
  agoMs: 12.5,
  exit: { message: 'ended', code: 1, signal: 'SIGTERM', outOfMemory: true },
  health: [{ index: 0, alive: false, consecutiveFailures: 3, cause: 'refused' }],
  ready: true,
  ipAddresses: ['10.0.0.1'],
  pid: 77,
}
const report = { kind: 'report', seq: 1, rows: [reportRow], unknown: [{ instance: 'i', incarnation: 1 }] }
const assignRow = {
  instance: 'a.instance-1',
  incarnation: 1,
  gen: 1,
  goal: 'stop',
  cause: 'scale',
  specHash: 'h',
  version: 'v',
  resources: { cpuMilli: 1, memKiB: 1, diskKiB: 1, gpus: 0 },
  ports: [31_000],
  graceMs: 3000,
}
const assign = {
  kind: 'assign',
  epoch: 1,
  fromGen: 0,
  toGen: 1,
  part: 1,
  parts: 1,
  rows: [assignRow, { ...assignRow, goal: 'run', cause: null }],
  forget: [{ instance: 'i', incarnation: 1 }],
  revision: 4,
}
const reportWire = JSON.parse(agentMessageText(report as unknown as AgentMessage)) as {
  readonly rows: readonly unknown[]
}
const assignWire = JSON.parse(serverMessageText(assign as unknown as ServerMessage)) as {
  readonly shared: readonly object[]
}
const desired = {
  format: 1,
  stack: 'shop',
  apps: [
    {
      address: 'app.web',
      app: hostApp,
      sensitivePaths: ['/env/A'],
      lifecycle: { ignoreChanges: ['/instances', ''], preventDestroy: true, destroy: false },
    },
  ],
  groups: [
    { address: 'group.g', id: '/g', dependencies: ['/a'], lifecycle: { ignoreChanges: ['/dependencies'] } },
  ],
  volumes: [
    { address: 'volume.d', name: 'd', size: 10, shared: false, lifecycle: { destroy: true } },
    { address: 'volume.e', name: 'e', size: 10, shared: false },
  ],
  outputs: { url: { value: { a: [1, null] }, sensitive: false, description: 'x' } },
}
const field = { path: '/mem', before: 1, after: null, effect: 'restart', sensitive: false }
const plan = {
  format: 1,
  clusterId: 'c',
  stack: 's',
  origin: 'o',
  mode: 'apply',
  desiredBase: { 'app:/web': 0 },
  placementBase: 3,
  changes: [
    {
      object: 'app',
      address: 'app.web',
      action: 'restart',
      fields: [field],
      id: '/shop/web',
      before: null,
      after: fullApp,
      disruption: { restarts: 1, atATime: 1 },
      sensitivePaths: [],
      reason: 'r',
      lifecycle: { preventDestroy: true },
      drift: { fields: [field], by: 'x' },
    },
    { object: 'group', address: 'group.g', action: 'create', fields: [], id: '/g', dependencies: [] },
    { object: 'volume', address: 'v', action: 'forget', fields: [], id: 'v', after: null },
  ],
  steps: [{ actions: [{ action: 'StartApplication', app: '/shop/web' }] }],
  placements: [{ app: '/shop/web', slot: 0, agent: 'agent1' }],
  outputs: { o: { value: 1, sensitive: false } },
  outputChanges: [{ name: 'o', action: 'create', after: 1, sensitive: false }],
  forecast: {
    inputsHash: 'h',
    verdict: 'waits',
    unplaced: [{ app: '/a', wanted: 2, placed: 1, reasons: [{ filter: 'cpus', agents: 1, message: 'm' }] }],
    profiles: [{ name: 'p50', durationMs: 5, lowestHealthy: { '/a': 1 } }],
  },
  warnings: [
    {
      severity: 'warning',
      summary: 's',
      detail: 'd',
      path: '/x',
      subject: {
        file: 'f',
        start: { line: 1, column: 1, byte: 0 },
        end: { line: 1, column: 2, byte: 1 },
      },
    },
  ],
  ignored: [{ address: 'app.web', fields: [field] }],
}

type Decode = (json: unknown) => Result<unknown, string>
// What comes out, and where it travels in another form, that.
const samples: readonly [string, Decode, object, object?][] = [
  ['hello', decodeAgentMessage, hello],
  ['report', decodeAgentMessage, report, reportWire],
  ['pong', decodeAgentMessage, { kind: 'pong', round: 1, appliedGen: 2, setHash: 'h' }],
  ['needFull', decodeAgentMessage, { kind: 'needFull' }],
  [
    'welcome',
    decodeServerMessage,
    {
      kind: 'welcome',
      protocolVersion: 1,
      clusterId: 'c',
      epoch: 1,
      revision: 1,
      agentId: 'a',
      pingIntervalMs: 1000,
    },
  ],
  ['assign', decodeServerMessage, assign, assignWire],
  ['specs', decodeServerMessage, { kind: 'specs', specs: [{ hash: appSpecHash(fullApp), app: fullApp }] }],
  ['ack', decodeServerMessage, { kind: 'ack', seq: 1 }],
  ['ping', decodeServerMessage, { kind: 'ping', round: 1, revision: 1 }],
  ['refuse', decodeServerMessage, { kind: 'refuse', reason: 'r', code: 'cluster' }],
  ['desired', decodeDesired, desired],
  ['plan', decodePlan, plan],
  ['a plan without forecast', decodePlan, { ...plan, forecast: null }],
  [
    'plan request',
    decodePlanRequest,
    { desired, mode: 'apply', deleteUnnamed: true, origin: 'o', adopt: true },
  ],
  ['apply request', decodeApplyRequest, { plan, force: false, takeOver: false }],
]

describe.each(samples)('%s', (_name, decode, sample, travelling = sample) => {
  const plain = JSON.parse(JSON.stringify(sample)) as Json
  const wire = JSON.parse(JSON.stringify(travelling)) as Json

  test('comes through unchanged', () => {
    expect(decode(wire)).toEqual({ ok: true, value: plain })
  })

  test('loses unknown fields', () => {
    expect(decode({ ...travelling, added: 1 })).toEqual({ ok: true, value: plain })
  })

  test('is refused with any field of a wrong type', () => {
    const wrongTypes = [{ wrong: { type: true } }, [[[]]]]
    const accepted = pathsOf(wire)
      .filter(path => !opaque.test(path.join('/')))
      .filter(path => wrongTypes.some(wrong => decode(replaced(wire, path, wrong)).ok))
    expect(accepted).toEqual([])
  })
})

// Any JSON is right there; or the value belongs to an app, which is normalised; or nothing in an object is required.
const opaque =
  /^(desired|plan)(\/|$)|\/(before|after)(\/|$)|^(apps|specs)\/\d+\/app(\/|$)|^outputs\/\w+\/value(\/|$)|\/lifecycle$|^rows\/\d+\/6$/

test.each<[string, Decode, unknown, string]>([
  ['no object', decodeAgentMessage, 5, '/: must be an object, not a number'],
  ['nothing', decodeAgentMessage, null, '/: must be an object, not null'],
  [
    'a kind nobody knows',
    decodeAgentMessage,
    { kind: 'x' },
    '/kind: must be "hello" or "report" or "pong" or "needFull", not "x"',
  ],
  [
    'a name of the language as kind',
    decodeAgentMessage,
    { kind: 'constructor' },
    '/kind: must be "hello" or "report" or "pong" or "needFull", not "constructor"',
  ],
  [
    'deep inside',
    decodeAgentMessage,
    { ...reportWire, rows: [reportWire.rows[0], [0, 'b', 1, 1, 'Running', 'x']] },
    '/rows(1)(5): must be a number, not a string',
  ],
  ['a fraction', decodeAgentMessage, { ...reportWire, seq: 1.5 }, '/seq: must be a whole number'],
  ['below zero', decodeAgentMessage, { ...reportWire, seq: -1 }, '/seq: must be from 0 to 9007199254740991'],
  [
    'absent',
    decodeAgentMessage,
    { kind: 'pong', round: 1, appliedGen: 1 },
    '/setHash: must be a string, not absent',
  ],
  [
    'too many rows',
    decodeAgentMessage,
    { ...reportWire, rows: Array(maxRowsPerMessage + 1).fill(reportWire.rows[0]) },
    '/rows: must have at most 500 entries',
  ],
  [
    'no rows',
    decodeAgentMessage,
    { kind: 'report', seq: 1, starts: [], unknown: [] },
    '/rows: must be a list, not absent',
  ],
  [
    'a row that names what is not there',
    decodeServerMessage,
    { ...assignWire, rows: [[2, 'b', 1, 1]] },
    '/rows(0)(0): names no shared part',
  ],
  [
    'a row with too little',
    decodeServerMessage,
    { ...assignWire, rows: [[0, 'b', 1]] },
    '/rows(0): must have from 4 to 1004 entries',
  ],
  [
    'a row that is none',
    decodeServerMessage,
    { ...assignWire, rows: [{}] },
    '/rows(0): must be a list, not an object',
  ],
  [
    'an instance without a name',
    decodeServerMessage,
    { ...assignWire, shared: [{ ...assignWire.shared[0], start: '' }], rows: [[0, '', 1, 1]] },
    '/rows(0)(1): must not be empty',
  ],
  [
    'a port too high',
    decodeServerMessage,
    { ...assignWire, rows: [[0, 'b', 1, 1, 5, 70_000]] },
    '/rows(0)(5): must be from 0 to 65535',
  ],
  [
    'protection that is none',
    decodeDesired,
    { ...desired, groups: [{ ...desired.groups[0], lifecycle: { preventDestroy: false } }] },
    '/groups(0)/lifecycle/preventDestroy: must be true, or absent',
  ],
  [
    'too much to ignore',
    decodeDesired,
    {
      ...desired,
      groups: [{ ...desired.groups[0], lifecycle: { ignoreChanges: Array(1001).fill('/x') } }],
    },
    '/groups(0)/lifecycle/ignoreChanges: must have at most 1000 entries',
  ],
  [
    'too long',
    decodeAgentMessage,
    { ...hello, hostname: 'x'.repeat(256) },
    '/hostname: must have at most 255 characters',
  ],
  ['empty', decodeAgentMessage, { ...hello, agentId: '' }, '/agentId: must not be empty'],
  [
    'a range upside down',
    decodeAgentMessage,
    { ...hello, capacity: { ...hello.capacity, ports: [[2, 1]] } },
    '/capacity/ports(0): must be [first, last]',
  ],
  [
    'ports too high',
    decodeAgentMessage,
    { ...hello, capacity: { ...hello.capacity, ports: [[1, 70_000]] } },
    '/capacity/ports(0): must be ports up to 65535',
  ],
  [
    'an attribute of no kind',
    decodeAgentMessage,
    { ...hello, attributes: { a: { kind: 'x' } } },
    '/attributes/a/kind: must be "text" or "scalar" or "ranges" or "set", not "x"',
  ],
  [
    'a broken app',
    decodeServerMessage,
    { kind: 'specs', specs: [{ hash: 'h', app: { ...hostApp, cpus: 'x' } }] },
    '/specs(0)/app/cpus: error.expected.jsnumber: Must be a number, not the string "x".',
  ],
  ['another format', decodeDesired, { ...desired, format: 2 }, '/format: must be 1, not 2'],
  ['another format of a plan', decodePlan, { ...plan, format: '1' }, '/format: must be 1, not "1"'],
  [
    'a relative id',
    decodeDesired,
    { ...desired, groups: [{ address: 'g', id: 'g', dependencies: [] }] },
    '/groups(0)/id: must start with "/"',
  ],
  [
    'JSON too deep',
    decodeApplyRequest,
    { plan: nested(100), force: false, takeOver: false },
    '/plan: must not be nested deeper than 64',
  ],
])('%s', (_name, decode, value, error) => {
  expect(decode(value)).toEqual({ ok: false, error })
})

test('a client that does not know adopt does not want it', () => {
  const request = { desired: {}, mode: 'apply', deleteUnnamed: true, origin: 'o' }
  expect(decodePlanRequest(request)).toEqual({ ok: true, value: { ...request, adopt: false } })
})

test('anything is answered, nothing is thrown', () => {
  const decoders = [
    decodeAgentMessage,
    decodeServerMessage,
    decodeDesired,
    decodePlan,
    decodePlanRequest,
    decodeApplyRequest,
  ]
  fc.assert(
    fc.property(fc.anything(), fc.constantFrom(...decoders), (value, decode) => {
      expect(decode(value).ok).toBe(false)
    }),
    { numRuns: 500 },
  )
})

type Path = readonly (string | number)[]

function pathsOf(value: Json, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const entries: readonly (readonly [string | number, Json])[] = Array.isArray(value)
    ? [...(value as readonly Json[]).entries()]
    : Object.entries(value as { readonly [key: string]: Json })
  return [path, ...entries.flatMap(([key, part]) => pathsOf(part, [...path, key]))]
}

function replaced(value: Json, [key, ...rest]: Path, by: Json): Json {
  if (key === undefined) return by
  if (Array.isArray(value))
    return (value as readonly Json[]).map((v, i) => (i === key ? replaced(v, rest, by) : v))
  const record = value as { readonly [key: string]: Json }
  return { ...record, [key]: replaced(record[key]!, rest, by) }
}

function nested(depth: number): Json {
  let value: Json = 0
  for (let i = 0; i < depth; i++) value = [value]
  return value
}

test('rows of messages name once what they share, and keep their order', () => {
  const uuid = '0123abcd-0123-8123-a123-0123456789ab'
  const rows = Array.from({ length: 100 }, (_, i) => ({
    ...assignRow,
    goal: i % 2 === 0 ? ('run' as const) : ('stop' as const),
    cause: i % 2 === 0 ? null : ('scale' as const),
    instance: `team_web.instance-${uuid.slice(0, -2)}${i < 10 ? `0${i}` : i}`,
    gen: i,
  }))
  const text = serverMessageText({ ...assign, rows } as unknown as ServerMessage)
  expect(decodeServerMessage(JSON.parse(text))).toEqual({ ok: true, value: { ...assign, rows } })
  expect(text.length / rows.length).toBeLessThan(70)
  const reports = rows.map((row, i) => ({
    instance: row.instance,
    incarnation: 1,
    statusSeq: i + 1,
    condition: i % 2 === 0 ? 'Starting' : 'Running',
    agoMs: i / 2,
    ...(i % 2 === 0 ? {} : { pid: i }),
  }))
  const said = agentMessageText({ ...report, rows: reports } as unknown as AgentMessage)
  expect(decodeAgentMessage(JSON.parse(said))).toEqual({ ok: true, value: { ...report, rows: reports } })
  expect(said.length / rows.length).toBeLessThan(80)
})
