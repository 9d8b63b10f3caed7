// A cluster under random use and random trouble: requests, agents that lag, fall silent, come back changed or empty,
// commits that are lost, servers that start again from their rows in another order. All chance comes from one seed. After
// every step the invariants are checked, after every group all that the core keeps by difference is counted anew; in the
// end everything heals, and the cluster must come to rest as it is wanted.
import {
  by,
  Random,
  sameDigest,
  sameJson,
  type ClusterMs,
  type Json,
  type UtcMs,
} from '../../../src/base/index.ts'
import type {
  Actor,
  AgentChange,
  AgentId,
  AppId,
  AppRequest,
  ClusterId,
  Epoch,
  Operation,
  Reply,
  SessionId,
} from '../../../src/model/index.ts'
import {
  accept,
  createState,
  load,
  nextWake,
  obstaclesFor,
  rollback,
  rowsOf,
  seal,
  snapshotOf,
  step,
  tableNames,
  type Commit,
  type Input,
  type InstanceRow,
  type Output,
  type PlainRows,
  type Row,
  type State,
} from '../../../src/runtime/core/index.ts'
import { checkInvariants } from '../../../src/sim/index.ts'
import { renamingPlan } from '../../../src/sim/trial/renaming.ts'
import { ModelAgent } from './modelagent.ts'

const actor: Actor = { name: 'chaos@here', via: 'api' }
const pingMs = 3000
/** Steps of `continue` after one input: more than that is a core that spins. */
const maxContinues = 2000

export interface ChaosOptions {
  /** Rows that one step may change: small ones cut every action into pieces. */
  readonly stepRows?: number
  /** Instances whose rows are not made anew each time that somebody asks. */
  readonly cellsKept?: number
  /** Plans that give apps other names, or let go of them, are among the requests. */
  readonly renames?: boolean
  /** Apps have an `update`, people steer deployments, and changes wait for each other. */
  readonly updates?: boolean
}

export class Chaos {
  state: State
  now = 1000
  readonly agents: ModelAgent[]
  readonly #random: Random
  readonly #options: ChaosOptions
  readonly #problems: string[] = []
  /** What happened, for whoever looks for the cause. */
  readonly story: string[] = []
  #stored: { rows: Row[]; head: Pick<Commit, 'revision' | 'now' | 'utc'> }
  #older: { rows: Row[]; head: Pick<Commit, 'revision' | 'now' | 'utc'> } | undefined
  #nextRound = pingMs
  #wasSetBack = false
  #isHealing = false
  #round = 0
  #requests = 0
  #sessions = 0
  #apps = 0
  readonly #keys: { key: string; operation: Operation; reply: Reply }[] = []

  constructor(seed: number, options: ChaosOptions = {}) {
    this.#random = new Random(seed)
    this.#options = options
    this.state = this.#limited(createState({ clusterId: 'c1' as ClusterId }))
    this.#stored = { rows: [], head: { revision: 0 as never, now: 0 as ClusterMs, utc: 0 as UtcMs } }
    this.agents = Array.from(
      { length: this.#random.integer(2, 5) },
      (_, i) => new ModelAgent(`agent${i + 1}` as AgentId, this.#random.fork(`agent ${i}`), i % 2),
    )
    this.#group([{ kind: 'boot', epoch: 1 as Epoch, adopt: false }], 'store')
    for (const agent of this.agents) this.#connect(agent)
  }

  /** Random use and trouble, so many times. */
  run(moments: number): void {
    for (let i = 0; i < moments && this.#problems.length === 0; i++) this.#moment()
  }

  /** All trouble ends; the cluster must reach what is wanted. */
  heal(): void {
    this.story.push('heal')
    this.#isHealing = true
    this.#backInService()
    for (const agent of this.agents) {
      agent.healthy = true
      agent.silent = false
      agent.resetCapacity()
      this.#connect(agent)
    }
    for (let i = 0; i < 400 && this.#problems.length === 0; i++) {
      this.#letGoOn()
      this.#pass(1500)
      for (const agent of this.agents) agent.work(true)
      this.#exchange(1)
      if (i > 10 && this.#isAtRest()) return this.#finalCheck()
    }
    if (this.#problems.length === 0)
      this.#problems.push(`does not come to rest: ${this.#restless().join('; ')}`)
  }

  #letGoOn(): void {
    for (const deployment of [...this.state.runningDeployments].sort()) {
      for (const kind of ['resumeDeployment', 'promoteDeployment'] as const) {
        const operation: Operation = { kind, deployment }
        this.#group([{ kind: 'request', id: `r${++this.#requests}`, actor, operation }], 'store')
      }
    }
  }

  #backInService(): void {
    for (const agent of this.state.tables.agent.keys() as AgentId[]) {
      const operation: Operation = { kind: 'changeAgent', agent, change: { kind: 'uncordon' } }
      this.#group([{ kind: 'request', id: `r${++this.#requests}`, actor, operation }], 'store')
    }
  }

  /** Empty: all is well. Else what is wrong, and what led to it. */
  verdict(): string {
    if (this.#problems.length === 0) return ''
    return [...this.#problems.slice(0, 10), '', ...this.story.slice(-40)].join('\n')
  }

  #moment(): void {
    const r = this.#random
    const dice = r.integer(0, 99)
    if (dice < 22) this.#request()
    else if (dice < 55) {
      for (const agent of this.agents) agent.work(false)
      this.#exchange(0.7)
    } else if (dice < 80) this.#pass(r.integer(0, 4000))
    else if (dice < 84) {
      const agent = r.pick(this.agents)
      agent.silent = !agent.silent
      this.story.push(`${agent.id} silent ${agent.silent}`)
    } else if (dice < 88) {
      const agent = r.pick(this.agents)
      if (agent.session !== undefined) this.#disconnect(agent)
      else this.#connect(agent)
    } else if (dice < 90) {
      const agent = r.pick(this.agents)
      this.story.push(`${agent.id} reboots`)
      agent.reboot()
      this.#connect(agent)
    } else if (dice < 91) {
      const agent = r.pick(this.agents)
      this.story.push(`${agent.id} loses its disk`)
      agent.wipe()
      this.#connect(agent)
    } else if (dice < 93) {
      const agent = r.pick(this.agents)
      agent.changeCapacity()
      this.story.push(`${agent.id} offers ${agent.cpus} cpus`)
      this.#connect(agent)
    } else if (dice < 94) {
      const agent = r.pick(this.agents)
      agent.healthy = !agent.healthy
      this.story.push(`${agent.id} healthy ${agent.healthy}`)
    } else if (dice < 96) this.#restart(this.#stored, 'server starts again')
    else if (dice < 97) {
      if (this.#older === undefined) return
      this.#wasSetBack = true
      this.#restart(this.#older, 'server is set back')
    } else if (dice < 98) this.#older = this.#stored
    else if (dice < 99) for (const agent of this.agents) this.#connect(agent)
    else this.#pass(65_000)
  }

  #connect(agent: ModelAgent): void {
    const hello = agent.connect(`s${++this.#sessions}` as SessionId)
    this.story.push(`${this.now}: ${agent.id} connects, generation ${hello.appliedGen}`)
    this.#group([{ kind: 'agent', session: agent.session!, message: hello }])
  }

  #disconnect(agent: ModelAgent): void {
    const session = agent.session!
    this.story.push(`${this.now}: ${agent.id} disconnects`)
    agent.disconnect()
    this.#group([{ kind: 'agentClosed', session }])
  }

  // Messages travel: agents take what has come for them, the server what they say.
  #exchange(share: number): void {
    for (let i = 0; i < 4; i++) {
      const inputs: Input[] = []
      for (const agent of this.agents) {
        if (agent.silent || agent.session === undefined || !this.#random.chance(Math.max(0.05, share)))
          continue
        for (const message of agent.speak()) inputs.push({ kind: 'agent', session: agent.session, message })
      }
      if (inputs.length === 0) return
      this.#group(inputs)
    }
  }

  #pass(ms: number): void {
    const end = this.now + ms
    for (;;) {
      const wake = nextWake(this.state)
      const next = Math.min(wake ?? Infinity, this.#nextRound)
      if (next > end) break
      this.now = Math.max(this.now, next)
      if (next === this.#nextRound) {
        this.#nextRound += pingMs
        this.#group([{ kind: 'pingRound', round: ++this.#round, sentOnTime: true }])
        this.#exchange(0.95)
      } else this.#group([{ kind: 'tick' }])
    }
    this.now = end
  }

  #request(): void {
    const r = this.#random
    const before = plainRows(this.state)
    this.#settleFirst()
    const repeated = this.#keys.length > 0 && r.chance(0.05) ? r.pick(this.#keys) : undefined
    const operation = repeated?.operation ?? this.#operation()
    const key = repeated?.key ?? (r.chance(0.3) ? `key-${this.#requests}` : undefined)
    const id = `r${++this.#requests}`
    const rows = plainRows(this.state)
    const input: Input = { kind: 'request', id, actor, operation, ...(key === undefined ? {} : { key }) }
    const { outputs, stored } = this.#group([input])
    const reply = outputs.flatMap(o => o.replies).find(reply => reply.id === id)?.reply
    this.story.push(
      `${this.now}: ${JSON.stringify(operation)} -> ${reply === undefined ? 'none' : reply.ok ? `ok ${reply.deployment ?? ''}` : reply.message}${stored ? '' : ' (lost)'}`,
    )
    if (reply === undefined) return void this.#problems.push(`request ${id} got no reply`)
    if (!reply.ok && before !== undefined && !sameRows(rows, plainRows(this.state))) {
      this.#problems.push(`a refused request changed rows: ${JSON.stringify(operation)} ${reply.message}`)
    }
    if (!reply.ok && reply.code === 'INTERNAL') this.#problems.push(reply.message)
    if (repeated !== undefined) {
      const isKnown = this.state.tables.request.has(repeated.key)
      if (isKnown && stored && JSON.stringify(reply) !== JSON.stringify(repeated.reply)) {
        // Set back or rolled back servers may have forgotten; then the key is new.
        const kept = this.state.tables.request.get(repeated.key)!.reply
        if (JSON.stringify(kept) !== JSON.stringify(reply))
          this.#problems.push(`key ${repeated.key}: another reply`)
      }
    } else if (key !== undefined && stored && reply.ok) this.#keys.push({ key, operation, reply })
  }

  #settleFirst(): void {
    this.#group([{ kind: 'continue' }], 'store')
  }

  #operation(): Operation {
    const r = this.#random
    const dice = r.integer(0, 99)
    const force = r.chance(0.5)
    const ids = [...this.state.tables.app.keys()] as AppId[]
    if (this.#options.renames === true && ids.length > 0 && r.chance(0.25)) {
      const plan = renamingPlan(r, {
        id: r.pick(ids),
        snapshot: snapshotOf(this.state),
        to: `/app${r.integer(1, 6)}` as AppId,
        resized: () => r.integer(0, 6),
        forgets: 0.2,
        origin: 'chaos',
      })
      if (plan !== null) return { kind: 'applyPlan', plan, force: true, takeOver: force }
    }
    if (ids.length === 0 || (dice < 20 && ids.length < 5)) {
      const id = `/app${r.chance(0.7) ? r.integer(1, 4) : ++this.#apps + 10}`
      return { kind: 'changeApps', changes: [{ kind: 'create', body: { id, ...this.#body() } }], force }
    }
    if (this.#options.updates === true && r.chance(0.25)) return this.#order()
    if (r.chance(0.2)) return this.#agentOperation(ids)
    const id = r.pick(ids)
    if (dice < 65) {
      const changes: AppRequest[] = [this.#put(id)]
      if (ids.length > 1 && r.chance(0.3)) {
        const other = r.pick(ids.filter(i => i !== id))
        changes.push(r.chance(0.3) ? { kind: 'delete', id: other } : this.#put(other))
      }
      return { kind: 'changeApps', changes, force, ...this.#queue() }
    }
    if (dice < 72) return { kind: 'changeApps', changes: [{ kind: 'delete', id }], force }
    if (dice < 79) return { kind: 'changeApps', changes: [{ kind: 'restart', id }], force }
    if (dice < 90) {
      const running = [...this.state.runningDeployments].sort()
      const deployment = running.length === 0 ? ('none' as never) : r.pick(running)
      return { kind: 'cancelDeployment', deployment, force }
    }
    const instances = [...(this.state.apps.get(id)?.instances.keys() ?? [])]
      .sort()
      .filter(() => r.chance(0.4))
    return { kind: 'killInstances', instances, scale: r.chance(0.4), force }
  }

  #queue(): { queue?: true } {
    return this.#options.updates === true && this.#random.chance(0.5) ? { queue: true } : {}
  }

  // What a person tells a deployment.
  #order(): Operation {
    const r = this.#random
    const open = [...this.state.runningDeployments, ...this.state.progress.queued].sort()
    const deployment = open.length === 0 ? ('none' as never) : r.pick(open)
    const kind = r.pick([
      'promoteDeployment',
      'promoteDeployment',
      'pauseDeployment',
      'resumeDeployment',
    ] as const)
    return r.chance(0.1)
      ? { kind: 'cancelDeployment', deployment, force: r.chance(0.3) }
      : { kind, deployment }
  }

  #update(mode: string): Json {
    const r = this.#random
    const deadline = r.pick([20, 60, 200])
    return {
      ...(r.chance(0.5) ? { maxParallel: r.integer(1, 3) } : {}),
      ...(mode === 'service' && r.chance(0.4) ? { canary: r.integer(1, 2) } : {}),
      ...(r.chance(0.4) ? { healthyDeadlineSeconds: deadline } : {}),
      progressDeadlineSeconds: deadline + r.integer(0, 40),
      ...(r.chance(0.4) ? { autoRollback: true } : {}),
      ...(r.chance(0.4) ? { pauseSeconds: r.pick([0, 5, 20]) } : {}),
    }
  }

  #agentOperation(ids: readonly AppId[]): Operation {
    const r = this.#random
    if (r.chance(0.15)) return { kind: 'rebalance', apps: r.chance(0.5) ? null : [r.pick(ids)] }
    const agent = r.pick(this.agents).id
    const deadlineMs = r.pick([null, 0, 5000, 60_000])
    const change = r.pick<AgentChange>([
      { kind: 'cordon' },
      { kind: 'uncordon' },
      { kind: 'uncordon' },
      { kind: 'drain', deadlineMs, force: r.chance(0.4) },
      { kind: 'drain', deadlineMs: null, force: false },
      { kind: 'remove' },
    ])
    return { kind: 'changeAgent', agent, change }
  }

  #put(id: AppId): AppRequest {
    const r = this.#random
    const body: Record<string, Json> = {}
    const whole = this.#body()
    const names = Object.keys(whole)
    for (let i = r.integer(1, 3); i > 0; i--) {
      const name = r.pick(names)
      body[name] = whole[name]!
    }
    if (r.chance(0.4)) body['cmd'] = `sleep ${r.integer(1, 4)}`
    if (r.chance(0.4)) body['instances'] = r.integer(0, 6)
    if (r.chance(0.1)) body['cpus'] = -1
    if (r.chance(0.2)) body['labels'] = { n: String(r.integer(0, 3)) }
    return { kind: 'put', id, body, partial: true, create: true }
  }

  #body(): Record<string, Json> {
    const r = this.#random
    const capacities: readonly [number, number][] = [
      [1, 1],
      [1, 0],
      [0.5, 0],
      [0, 0],
      [0.5, 0.25],
      [0.8, 0.1],
    ]
    const [minimumHealthCapacity, maximumOverCapacity] = r.pick(capacities)
    const constraints = r.pick<Json>([
      [],
      [],
      [['rack', 'GROUP_BY']],
      [['hostname', 'MAX_PER', '3']],
      [['rack', 'GROUP_BY', '2']],
    ])
    const mode = r.pick(['service', 'service', 'service', 'daemon', 'batch'])
    return {
      mode,
      ...(mode === 'batch' ? { retries: r.integer(0, 3) } : {}),
      ...(mode === 'batch' && r.chance(0.5) ? { maxRunDurationSeconds: r.pick([5, 30, 100]) } : {}),
      cmd: `sleep ${r.integer(1, 4)}`,
      cpus: r.pick([0.1, 0.5, 1]),
      mem: r.pick([32, 64]),
      instances: mode === 'daemon' ? r.integer(0, 1) : r.integer(0, 6),
      upgradeStrategy: { minimumHealthCapacity, maximumOverCapacity },
      ...(this.#options.updates === true && r.chance(0.8) ? { update: this.#update(mode) } : {}),
      backoffSeconds: r.pick([0, 1, 5]),
      maxLaunchDelaySeconds: r.pick([10, 60]),
      killSelection: r.pick(['YOUNGEST_FIRST', 'OLDEST_FIRST']),
      constraints,
      dependencies: r.chance(0.2) ? [`/app${r.integer(1, 4)}`] : [],
      unreachableStrategy: r.pick<Json>([
        { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
        { inactiveAfterSeconds: 20, expungeAfterSeconds: 40 },
        'disabled',
      ]),
      healthChecks: Array.from({ length: r.pick([0, 0, 1, 2]) }, () => ({
        protocol: 'TCP',
        port: 80,
        gracePeriodSeconds: 0,
        maxConsecutiveFailures: r.integer(0, 3),
      })),
      portDefinitions: Array.from({ length: r.integer(0, 2) }, () => ({ port: 0 })),
    }
  }

  // Steps the inputs as the loop does, with one commit; what leaves, leaves when it is stored.
  #group(given: readonly Input[], fate?: 'store'): { outputs: Output[]; stored: boolean } {
    const outputs: Output[] = []
    const queue = [...given]
    const env = { now: this.now as ClusterMs, utc: (1_700_000_000_000 + this.now) as UtcMs }
    let continues = 0
    let before = plainRows(this.state)
    for (let input = queue.shift(); input !== undefined; input = queue.shift()) {
      const output = step(this.state, env, input)
      outputs.push(output)
      const after = plainRows(this.state)
      this.#note(checkInvariants({ before, after, now: this.now }))
      before = after
      if (output.more && !queue.some(i => i.kind === 'continue')) queue.push({ kind: 'continue' })
      if (input.kind === 'continue' && ++continues > maxContinues) {
        this.#problems.push('the core spins: it says more without an end')
        break
      }
    }
    const commit = seal(
      this.state,
      env,
      outputs.flatMap(o => o.events),
    )
    if (commit !== undefined && fate !== 'store' && !this.#isHealing && this.#random.chance(0.02)) {
      this.story.push(`${this.now}: a commit is lost`)
      rollback(this.state)
      if (!sameRowBytes(rowsOf(this.state), this.#stored.rows))
        this.#problems.push('a rollback left rows changed')
      for (const agent of this.agents) agent.disconnect()
      this.#group([{ kind: 'tick' }], 'store')
      return { outputs, stored: false }
    }
    if (commit !== undefined) {
      accept(this.state)
      const rows = rowsOf(this.state)
      this.#stored = { rows, head: commit }
      if (!sameDigest(this.state.digest, commit.digest)) this.#problems.push('the digest differs')
    }
    for (const { session, message } of outputs.flatMap(o => o.messages)) {
      const agent = this.agents.find(a => a.session === session)
      agent?.receive(message)
    }
    this.#recount()
    return { outputs, stored: true }
  }

  #restart(from: { rows: Row[]; head: Pick<Commit, 'revision' | 'now' | 'utc'> }, what: string): void {
    if (from.rows.length === 0) return
    this.story.push(`${this.now}: ${what}`)
    for (const agent of this.agents) agent.disconnect()
    this.state = this.#limited(load(this.#shuffled(from.rows), from.head))
    const other = this.#limited(load(this.#shuffled(from.rows), from.head))
    this.#stored = { rows: rowsOf(this.state), head: from.head }
    // Two that were loaded in different orders do and say the same.
    const env = { now: this.now as ClusterMs, utc: (1_700_000_000_000 + this.now) as UtcMs }
    const inputs: Input[] = [{ kind: 'boot', epoch: this.state.epoch, adopt: false }]
    for (const agent of this.agents) {
      if (!this.#random.chance(0.8)) continue
      const message = agent.connect(`s${++this.#sessions}` as SessionId)
      inputs.push({ kind: 'agent', session: agent.session!, message })
    }
    for (const input of inputs) {
      const here = step(other, env, input)
      const there = this.#group([input], 'store').outputs[0]
      seal(other, env, here.events)
      accept(other)
      if (!here.more && JSON.stringify(here) !== JSON.stringify(there)) {
        this.#problems.push(`loaded in another order, ${input.kind} has another output`)
      }
      if (here.more) break
    }
  }

  #shuffled(rows: readonly Row[]): Row[] {
    const random = this.#random.fork(`rows ${this.now}`)
    return rows
      .map(row => ({ row, at: this.#random.uint32() ^ random.uint32() }))
      .sort((a, b) => a.at - b.at)
      .map(({ row }) => row)
  }

  #limited(state: State): State {
    if (this.#options.stepRows !== undefined) state.stepRows = this.#options.stepRows
    if (this.#options.cellsKept !== undefined) state.units.keep(this.#options.cellsKept)
    return state
  }

  #note(broken: readonly string[]): void {
    for (const what of broken) this.#problems.push(`at ${this.now}: ${what}`)
  }

  // What is kept by difference equals what a fresh load counts; what is settled stays so when looked at again.
  #recount(): void {
    const { state } = this
    // Loading everything after every group would take nine tenths of the time.
    if (!this.#random.chance(0.3)) return
    const again = load(rowsOf(state), { revision: state.revision, now: state.now, utc: state.utc })
    const differs = (what: string, kept: unknown, counted: unknown): void => {
      const [a, b] = [JSON.stringify(kept), JSON.stringify(counted)]
      if (a !== b) this.#problems.push(`at ${this.now}: ${what} is kept as ${a} and counts as ${b}`)
    }
    differs('agents', agentTotals(state), agentTotals(again))
    differs('apps', appTotals(state), appTotals(again))
    differs('locks', sortedEntries(state.locks), sortedEntries(again.locks))
    differs('references', sortedEntries(state.specReferences), sortedEntries(again.specReferences))
    differs('versions', keysOf(state.versionsOf), keysOf(again.versionsOf))
    differs('specs', again.specGarbage.size, 0)
    if (state.dirtyApps.size > 0 || state.dirtyDeployments.size > 0) this.#problems.push('left dirty')
    const wake = nextWake(state)
    const lookedAt = rowsOf(again)
    const env = { now: this.now as ClusterMs, utc: state.env.utc }
    const output = step(again, env, { kind: 'tick' })
    if (wake === undefined || wake > this.now) {
      if (!sameRowBytes(lookedAt, rowsOf(again))) {
        this.#problems.push(
          `at ${this.now}: a new look at everything changes ${changedKeys(lookedAt, rowsOf(again))}`,
        )
      }
      if (output.more) this.#problems.push('a new look wants more')
      const fresh = nextWake(again)
      // While nothing is placed at all nobody waits for a time; the rounds of pings end it.
      const isHeld = state.launchQueue.size > 0
      if (!isHeld && fresh !== undefined && fresh > this.now && (wake === undefined || wake > fresh)) {
        this.#problems.push(`at ${this.now}: next wake is ${wake}, and must be ${fresh}`)
      }
    }
  }

  #isAtRest(): boolean {
    return this.#restless().length === 0
  }

  #restless(): string[] {
    const { state } = this
    const found = [...state.runningDeployments].sort().map(id => {
      const actions = [...state.tables.action.values()].filter(a => a.deployment === id)
      return `deployment ${id} runs: ${JSON.stringify(actions)}`
    })
    for (const app of state.tables.app.values()) {
      const instances = [...(state.apps.get(app.id)?.instances.values() ?? [])]
      const isDone = (i: InstanceRow): boolean =>
        app.mode === 'batch' && i.agent === null && i.reported !== null
      const isGood = (i: InstanceRow): boolean => app.mode !== 'batch' && i.reported === 'Running'
      const good = instances.filter(i => (isGood(i) || isDone(i)) && i.goal === 'run' && !i.unreachable)
      const wanted =
        app.mode === 'daemon' && app.instances > 0
          ? this.agents.length
          : (app.halted?.instances ?? app.instances)
      if (good.length !== wanted || instances.length !== wanted) {
        const reasons = JSON.stringify(obstaclesFor(state, app.id)?.reasons ?? [])
        found.push(`${app.id}: ${good.length} good of ${instances.length}, ${wanted} wanted ${reasons}`)
      }
    }
    for (const a of state.tables.allocation.values()) if (a.goal === 'stop') found.push(`${a.instance} stops`)
    for (const i of state.tables.instance.values()) {
      if (!state.tables.app.has(i.app)) found.push(`${i.id} is of no app`)
      if (i.health.some(h => !h.alive)) found.push(`${i.id} is unhealthy`)
    }
    for (const agent of this.agents) {
      const held = [...(state.allocationsOf.get(agent.id)?.keys() ?? [])].sort()
      // What a server that was set back does not know runs on, until a person decides.
      const living = agent.living().filter(key => !this.#wasSetBack || held.includes(key))
      if (JSON.stringify(held) !== JSON.stringify(living)) {
        found.push(`${agent.id} runs ${agent.living().join(' ')}, and should ${held.join(' ')}`)
      }
    }
    return found
  }

  #finalCheck(): void {
    const { state } = this
    const known = new Set(state.tables.app.keys())
    for (const table of ['backoff', 'failure', 'timing'] as const) {
      for (const row of state.tables[table].values()) {
        if (!known.has(row.app)) this.#problems.push(`${table} of ${row.app}, which is gone`)
      }
    }
  }
}

function plainRows(state: State): PlainRows {
  const lists = tableNames.map(name => {
    const table = state.tables[name]
    return [name, table.keys().map(key => ({ key, row: table.get(key)! }))]
  })
  return Object.fromEntries(lists) as PlainRows
}

function sameRows(a: PlainRows, b: PlainRows): boolean {
  return tableNames.every(name => {
    const [before, after] = [a[name], b[name]]
    return before.length === after.length && before.every((r, i) => isSame(r.row, after[i]!.row))
  })
}

// A row that was read back is another object.
function isSame(a: object, b: object): boolean {
  return a === b || sameJson(a, b)
}

function sameRowBytes(a: readonly Row[], b: readonly Row[]): boolean {
  return changedKeys(a, b) === ''
}

function changedKeys(a: readonly Row[], b: readonly Row[]): string {
  const before = new Map(a.map(r => [r.key, Buffer.from(r.value).toString('latin1')]))
  const after = new Map(b.map(r => [r.key, Buffer.from(r.value).toString('latin1')]))
  const keys = new Set([...before.keys(), ...after.keys()])
  return [...keys]
    .filter(key => before.get(key) !== after.get(key))
    .sort()
    .join(' ')
}

function agentTotals(state: State): unknown {
  return [...state.agents.candidates()].map(a => {
    const { cpuMilli, memKiB, diskKiB, gpus } = a.free
    return [a.id, a.hostname, cpuMilli, memKiB, diskKiB, gpus, a.portsHeld, a.ports.offered]
  })
}

function appTotals(state: State): unknown {
  return [...state.apps.keys()].sort().map(id => {
    const app = state.apps.get(id)!
    const sets = [app.scheduled, app.stopping, app.unreachable, app.failing].map(s => [s.size, ...s])
    const runs = [...app.runKeys()].sort().map(key => {
      const { live, unhealthy, healthy, stopping } = app.ofRun(key)
      return [key, live.size, [...live], unhealthy.size, [...unhealthy], healthy, stopping]
    })
    const totals = [app.size, app.live, app.running, app.healthy, sets.map(s => s.length), app.freeSlots(5)]
    return [id, totals, [...app.instances.keys()], sets, runs]
  })
}

function keysOf(map: ReadonlyMap<string, ReadonlySet<string>>): unknown {
  return [...map].map(([id, keys]) => [id, [...keys].sort()] as const).sort(([a], [b]) => (a < b ? -1 : 1))
}

function sortedEntries(map: ReadonlyMap<string, unknown>): unknown {
  return [...map].sort(by(([key]) => key))
}
