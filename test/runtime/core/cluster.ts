// A cluster in miniature for tests of the core: agents that obey at once, as plain data. What an agent really does is the
// business of the agent's own core; here it only answers, so that a test reads as a story of requests and reports.
import type { ClusterMs, UtcMs } from '../../../src/base/index.ts'
import { setHash } from '../../../src/model/index.ts'
import type {
  Actor,
  AgentId,
  AgentMessage,
  AppRequest,
  AssignmentRow,
  ClusterId,
  DriverKind,
  Epoch,
  Operation,
  PortRange,
  Reply,
  ReportRow,
  Revision,
  ServerMessage,
  SessionId,
} from '../../../src/model/index.ts'
import {
  accept,
  createState,
  load,
  nextWake,
  replay,
  rowsOf,
  seal,
  step,
  type Commit,
  type Input,
  type Output,
  type State,
} from '../../../src/runtime/core/index.ts'

const actor: Actor = { name: 'tester@here', via: 'api' }

interface Task {
  row: AssignmentRow
  statusSeq: number
  ended: boolean
}

export interface FakeAgent {
  readonly id: AgentId
  readonly tasks: Map<string, Task>
  appliedGen: number
  session: SessionId | null
  /** Answers by itself: starts and stops what it is told. */
  obedient: boolean
}

export interface AgentOptions {
  readonly cpus?: number
  readonly mem?: number
  readonly rack?: string
  readonly drivers?: readonly DriverKind[]
  readonly ports?: readonly PortRange[]
}

/** The answer to a request that must be accepted. */
export function good(reply: Reply): Extract<Reply, { ok: true }> {
  if (!reply.ok) throw new Error(`${reply.code}: ${reply.message} ${JSON.stringify(reply.details)}`)
  return reply
}

export function requestFor(operation: Operation): Input {
  return { kind: 'request', id: 'alone', actor, operation }
}

export class Cluster {
  state: State
  now = 1000
  commits: Commit[] = []
  replies: Reply[] = []
  /** Agents that were asked to tell their statuses again. */
  asked: 'repeat'[] = []
  readonly agents = new Map<AgentId, FakeAgent>()
  /** Sees every step while its changes are still open. */
  afterStep: () => void = () => {}
  #sessions = 0
  #requests = 0

  constructor() {
    this.state = createState({ clusterId: 'c1' as ClusterId })
    this.input({ kind: 'boot', epoch: 1 as Epoch, adopt: false })
  }

  agent(name: string, options: AgentOptions = {}): FakeAgent {
    const agent: FakeAgent = {
      id: name as AgentId,
      tasks: new Map(),
      appliedGen: 0,
      session: null,
      obedient: true,
    }
    this.agents.set(agent.id, agent)
    this.connect(agent, options)
    return agent
  }

  connect(agent: FakeAgent, options: AgentOptions & { bootId?: string } = {}): void {
    agent.session = `s${++this.#sessions}` as SessionId
    this.input({
      kind: 'agent',
      session: agent.session,
      message: {
        kind: 'hello',
        protocolVersions: [1],
        ...(agent.appliedGen > 0 ? { clusterId: 'c1' as ClusterId } : {}),
        agentId: agent.id,
        session: agent.session,
        bootId: options.bootId ?? 'b1',
        seenEpoch: 1 as Epoch,
        seenRevision: 0 as Revision,
        appliedGen: agent.appliedGen,
        setHash: setHash([...agent.tasks.values()].map(t => t.row)),
        hostname: agent.id,
        capacity: {
          resources: {
            cpuMilli: (options.cpus ?? 4) * 1000,
            memKiB: (options.mem ?? 4096) * 1024,
            diskKiB: 1024 * 1024,
            gpus: 0,
          },
          ports: options.ports ?? [[31000, 32000]],
        },
        attributes: options.rack === undefined ? {} : { rack: { kind: 'text', value: options.rack } },
        drivers: options.drivers ?? ['process'],
        version: 'test',
      },
    })
  }

  disconnect(agent: FakeAgent): void {
    const session = agent.session!
    agent.session = null
    this.input({ kind: 'agentClosed', session })
  }

  /** Steps the input and all the answers of the agents, until nobody has more to say. */
  input(input: Input): void {
    const queue: Input[] = [input]
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const env = { now: this.now as ClusterMs, utc: (1_700_000_000_000 + this.now) as UtcMs }
      const output = step(this.state, env, next)
      this.afterStep()
      const commit = seal(this.state, env, output.events)
      if (commit !== undefined) {
        this.commits.push(commit)
        accept(this.state)
      }
      for (const { reply } of output.replies) this.replies.push(reply)
      for (const { session, message } of output.messages) {
        for (const answer of this.#answer(session, message)) {
          queue.push({ kind: 'agent', session, message: answer })
        }
      }
      if (output.more) queue.push({ kind: 'continue' })
    }
  }

  request(operation: Operation, key?: string): Reply {
    this.input({
      kind: 'request',
      id: `r${++this.#requests}`,
      ...(key === undefined ? {} : { key }),
      actor,
      operation,
    })
    return this.replies.at(-1)!
  }

  change(change: AppRequest, force = false): Reply {
    return this.request({ kind: 'changeApps', changes: [change], force })
  }

  /** Time passes, with every wake-up on the way. */
  pass(ms: number): void {
    const end = this.now + ms
    for (let wake = nextWake(this.state); wake !== undefined && wake <= end; wake = nextWake(this.state)) {
      this.now = Math.max(this.now, wake)
      this.input({ kind: 'tick' })
    }
    this.now = end
    this.input({ kind: 'tick' })
  }

  rounds(count: number): void {
    for (let i = 0; i < count; i++) {
      this.now += 3000
      this.input({ kind: 'pingRound', round: i, sentOnTime: true })
    }
  }

  report(agent: FakeAgent, key: string, row: Pick<ReportRow, 'condition' | 'health' | 'exit'>): void {
    const task = agent.tasks.get(key)!
    const message: AgentMessage = {
      kind: 'report',
      seq: 1,
      unknown: [],
      rows: [
        {
          instance: task.row.instance,
          incarnation: task.row.incarnation,
          statusSeq: ++task.statusSeq,
          agoMs: 0,
          ...row,
        },
      ],
    }
    if (row.condition === 'Finished' || row.condition === 'Failed' || row.condition === 'Killed')
      task.ended = true
    this.input({ kind: 'agent', session: agent.session!, message })
  }

  /** All tasks that run, as `agent:instance/incarnation`. */
  running(): { agent: FakeAgent; key: string; row: AssignmentRow }[] {
    return [...this.agents.values()].flatMap(agent =>
      [...agent.tasks.entries()].filter(([, t]) => !t.ended).map(([key, t]) => ({ agent, key, row: t.row })),
    )
  }

  /** Gives a replica all commits from the given one on. */
  replayOn(replica: State, from: number): void {
    for (const commit of this.commits.slice(from)) replay(replica, commit)
  }

  /** One step and no more, without a commit; of another state, if told, as if it were this one. */
  stepOnly(input: Input, state = this.state): Output {
    const env = { now: this.now as ClusterMs, utc: (1_700_000_000_000 + this.now) as UtcMs }
    return step(state, env, input)
  }

  /** The state as a restart would find it. */
  reload(): State {
    return load(rowsOf(this.state), {
      revision: this.state.revision,
      now: this.state.now,
      utc: this.state.utc,
    })
  }

  #answer(session: SessionId, message: ServerMessage): AgentMessage[] {
    const agent = [...this.agents.values()].find(a => a.session === session)
    if (agent === undefined) return []
    if (message.kind === 'welcome' && message.repeat === true) this.asked.push('repeat')
    if (message.kind === 'ping') {
      return [
        {
          kind: 'pong',
          round: message.round,
          appliedGen: agent.appliedGen,
          setHash: setHash([...agent.tasks.values()].map(t => t.row)),
        },
      ]
    }
    if (message.kind !== 'assign') return []
    for (const { instance, incarnation } of message.forget) agent.tasks.delete(`${instance}/${incarnation}`)
    const rows: ReportRow[] = []
    for (const row of message.rows) rows.push(...this.#obey(agent, row))
    agent.appliedGen = message.toGen
    return rows.length === 0 ? [] : [{ kind: 'report', seq: 1, rows, unknown: [] }]
  }

  #obey(agent: FakeAgent, row: AssignmentRow): ReportRow[] {
    const key = `${row.instance}/${row.incarnation}`
    const task = agent.tasks.get(key) ?? { row, statusSeq: 0, ended: false }
    task.row = row
    agent.tasks.set(key, task)
    const base = { instance: row.instance, incarnation: row.incarnation, agoMs: 0 }
    if (!agent.obedient || task.ended) return []
    if (row.goal === 'stop') {
      task.ended = true
      return [{ ...base, statusSeq: ++task.statusSeq, condition: 'Killed' }]
    }
    return task.statusSeq > 0 ? [] : [{ ...base, statusSeq: ++task.statusSeq, condition: 'Running' }]
  }
}
