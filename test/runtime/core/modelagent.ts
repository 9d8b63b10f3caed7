// An agent as the protocol allows it to be: it applies what is told by epoch and generation, keeps statuses until they
// are acknowledged and ends until they are forgotten, and takes its time. What it keeps across a restart is its map of
// tasks; a wiped one has nothing.
import type { Random } from '../../../src/base/index.ts'
import {
  setHash,
  statusHash,
  type AgentId,
  type AgentMessage,
  type AssignmentRow,
  type ClusterId,
  type Epoch,
  type Hello,
  type ReportRow,
  type Revision,
  type ServerMessage,
  type SessionId,
  type StatusHashRow,
} from '../../../src/model/index.ts'

interface Task {
  row: AssignmentRow
  epoch: Epoch
  attached: boolean
  statusSeq: number
  condition: ReportRow['condition']
  failures: number
  checks: number
  pending: ReportRow[]
  last: ReportRow | undefined
}

const terminal: ReadonlySet<string> = new Set(['Finished', 'Failed', 'Killed', 'Error'])

export class ModelAgent {
  readonly id: AgentId
  session: SessionId | undefined
  /** Says nothing and hears nothing; the connection stands. */
  silent = false
  /** Health checks of its tasks succeed. */
  healthy = true
  cpus = 16
  readonly #random: Random
  readonly #rack: string
  readonly #tasks = new Map<string, Task>()
  #clusterId: ClusterId | undefined
  #epoch = 1 as Epoch
  #seenRevision = 0 as Revision
  #appliedGen = 0
  #boots = 1
  #welcomed = false
  #inbox: ServerMessage[] = []
  #outbox: AgentMessage[] = []
  #checksOf = new Map<string, number>()
  /** Specifications of what runs once. */
  readonly #batches = new Set<string>()
  #parts: { toGen: number; rows: AssignmentRow[]; got: number } | undefined
  #seq = 0
  #sent = new Map<number, Map<string, number>>()

  constructor(id: AgentId, random: Random, rack: number) {
    this.id = id
    this.#random = random
    this.#rack = `r${rack}`
  }

  connect(session: SessionId): Hello {
    this.disconnect()
    this.session = session
    return {
      kind: 'hello',
      protocolVersions: [1],
      ...(this.#clusterId === undefined ? {} : { clusterId: this.#clusterId }),
      agentId: this.id,
      session,
      bootId: `boot-${this.#boots}`,
      seenEpoch: this.#epoch,
      seenRevision: this.#seenRevision,
      appliedGen: this.#appliedGen,
      setHash: this.#setHash(),
      statusHash: statusHash([...this.#tasks.values()].filter(isAttached).map(acknowledged)),
      hostname: this.id,
      capacity: {
        resources: { cpuMilli: this.cpus * 1000, memKiB: 16 * 1024 * 1024, diskKiB: 1024 * 1024, gpus: 0 },
        ports: [[31000, 31999]],
      },
      attributes: { rack: { kind: 'text', value: this.#rack } },
      drivers: ['process'],
      version: 'model',
    }
  }

  disconnect(): void {
    this.session = undefined
    this.#welcomed = false
    this.#inbox = []
    this.#outbox = []
    this.#parts = undefined
    this.#sent.clear()
  }

  receive(message: ServerMessage): void {
    this.#inbox.push(message)
  }

  /** All processes are gone; the records are not. */
  reboot(): void {
    this.#boots++
    this.disconnect()
    for (const task of this.#tasks.values()) if (!terminal.has(task.condition)) this.#status(task, 'Failed')
  }

  /** Processes and records are gone. */
  wipe(): void {
    this.#boots++
    this.disconnect()
    this.#tasks.clear()
    this.#epoch = 1 as Epoch
    this.#appliedGen = 0
    this.#seenRevision = 0 as Revision
    this.#clusterId = undefined
  }

  changeCapacity(): void {
    this.cpus = this.#random.pick([1, 2, 16, 16])
  }

  resetCapacity(): void {
    this.cpus = 16
  }

  /** Tasks that have not ended, sorted. */
  living(): string[] {
    return [...this.#tasks]
      .filter(([, t]) => !terminal.has(t.condition))
      .map(([key]) => key)
      .sort()
  }

  /** Lets tasks move: start, answer checks, end. `well`: nothing fails, nothing is slow. */
  work(well: boolean): void {
    for (const task of this.#tasks.values()) {
      if (terminal.has(task.condition)) continue
      if (!well && this.#random.chance(0.4)) continue
      if (task.row.goal === 'stop') {
        if (!well && this.#random.chance(0.3)) continue
        this.#status(task, !well && this.#random.chance(0.2) ? 'Failed' : 'Killed')
      } else if (task.condition === 'Staging') this.#status(task, 'Running')
      else if (this.#batches.has(task.row.specHash) && this.#random.chance(well ? 0.5 : 0.1)) {
        this.#status(task, this.#random.chance(0.7) ? 'Finished' : 'Failed')
      } else if (!well && this.#random.chance(0.04)) {
        this.#status(task, this.#random.pick(['Finished', 'Failed', 'Error'] as const))
      } else this.#check(task, well)
    }
  }

  /** Takes what has come, and gives what there is to say. */
  speak(): AgentMessage[] {
    for (const message of this.#inbox.splice(0)) this.#take(message)
    if (this.#welcomed) this.#report()
    return this.#outbox.splice(0)
  }

  #check(task: Task, well: boolean): void {
    const checks = this.#checksOf.get(task.row.specHash) ?? 0
    if (checks === 0) return
    const alive = well || (this.healthy && this.#random.chance(0.9))
    if (alive && task.failures === 0 && task.checks === checks) return
    task.failures = alive ? 0 : task.failures + 1
    task.checks = checks
    this.#status(task, 'Running', [
      { index: 0, alive, consecutiveFailures: task.failures, ...(alive ? {} : { cause: 'refused' }) },
      ...(checks > 1 ? [{ index: 1, alive: true, consecutiveFailures: 0 }] : []),
    ])
  }

  #status(task: Task, condition: ReportRow['condition'], health?: ReportRow['health']): void {
    task.condition = condition
    task.last = {
      instance: task.row.instance,
      incarnation: task.row.incarnation,
      statusSeq: ++task.statusSeq,
      condition,
      agoMs: 0,
      ...(health === undefined ? {} : { health }),
      ...(terminal.has(condition) ? { exit: { code: 1, message: 'ended' } } : {}),
    }
    task.pending.push(task.last)
  }

  #take(message: ServerMessage): void {
    switch (message.kind) {
      case 'welcome':
        if (message.epoch < this.#epoch) return
        this.#clusterId = message.clusterId
        this.#welcomed = true
        if (message.epoch > this.#epoch) this.#raise(message.epoch, message.revision)
        if (message.repeat === true) this.#repeatStatuses()
        return
      case 'assign':
        return this.#assign(message)
      case 'specs':
        for (const { hash, app } of message.specs) {
          this.#checksOf.set(hash, app.healthChecks.length)
          if (app.mode === 'batch') this.#batches.add(hash)
        }
        return
      case 'ping':
        if (message.revision > this.#seenRevision) this.#seenRevision = message.revision
        if (!this.#welcomed) return
        this.#report()
        this.#outbox.push({
          kind: 'pong',
          round: message.round,
          appliedGen: this.#appliedGen,
          setHash: this.#setHash(),
        })
        return
      case 'ack': {
        const upTo = this.#sent.get(message.seq)
        this.#sent.delete(message.seq)
        for (const [key, seq] of upTo ?? []) {
          const task = this.#tasks.get(key)
          if (task === undefined) continue
          task.pending = task.pending.filter(s => s.statusSeq > seq)
          if (task.pending.length === 0 && terminal.has(task.condition) && !task.attached)
            this.#tasks.delete(key)
        }
        return
      }
      case 'refuse':
        this.#welcomed = false
    }
  }

  #raise(epoch: Epoch, revision: Revision): void {
    this.#epoch = epoch
    this.#seenRevision = revision
    this.#appliedGen = 0
    this.#parts = undefined
    this.#repeatStatuses()
  }

  #repeatStatuses(): void {
    for (const task of this.#tasks.values()) if (task.pending.length === 0) task.pending = [task.last!]
  }

  #assign(message: Extract<ServerMessage, { kind: 'assign' }>): void {
    if (!this.#welcomed || message.epoch < this.#epoch) return
    if (message.epoch > this.#epoch) this.#raise(message.epoch, message.revision)
    if (message.revision > this.#seenRevision) this.#seenRevision = message.revision
    const full = message.fromGen === 0
    if (full ? message.toGen < this.#appliedGen : message.toGen <= this.#appliedGen) {
      if (message.toGen < this.#appliedGen || message.forget.length === 0) return
    }
    if (!full && message.fromGen !== this.#appliedGen && message.toGen !== this.#appliedGen) {
      this.#outbox.push({ kind: 'needFull' })
      return
    }
    let { rows } = message as { rows: readonly AssignmentRow[] }
    if (message.parts > 1) {
      if (this.#parts?.toGen !== message.toGen) this.#parts = { toGen: message.toGen, rows: [], got: 0 }
      this.#parts.rows.push(...rows)
      if (++this.#parts.got < message.parts) return
      rows = this.#parts.rows
      this.#parts = undefined
    }
    if (full) this.#detachAbsent(rows)
    for (const row of rows) this.#apply(row, message.epoch)
    for (const { instance, incarnation } of message.forget) {
      const key = `${instance}/${incarnation}`
      const task = this.#tasks.get(key)
      if (task !== undefined && terminal.has(task.condition)) this.#tasks.delete(key)
    }
    this.#appliedGen = message.toGen
  }

  #detachAbsent(rows: readonly AssignmentRow[]): void {
    const present = new Set(rows.map(r => `${r.instance}/${r.incarnation}`))
    for (const [key, task] of [...this.#tasks]) {
      if (present.has(key)) continue
      if (terminal.has(task.condition) && task.pending.length === 0) this.#tasks.delete(key)
      else task.attached = false
    }
  }

  #apply(row: AssignmentRow, epoch: Epoch): void {
    const key = `${row.instance}/${row.incarnation}`
    const task = this.#tasks.get(key)
    if (task === undefined) {
      const made: Task = {
        row,
        epoch,
        attached: true,
        statusSeq: 0,
        condition: 'Staging',
        failures: 0,
        checks: 0,
        pending: [],
        last: undefined,
      }
      this.#tasks.set(key, made)
      this.#status(made, 'Staging')
      return
    }
    if (task.epoch === epoch && row.gen <= task.row.gen) {
      if (row.gen === task.row.gen) task.attached = true
      return
    }
    task.row = row
    task.epoch = epoch
    task.attached = true
  }

  #report(): void {
    const rows: ReportRow[] = []
    const upTo = new Map<string, number>()
    const inFlight = new Set([...this.#sent.values()].flatMap(m => [...m.keys()]))
    for (const [key, task] of this.#tasks) {
      if (task.pending.length === 0 || inFlight.has(key)) continue
      rows.push(...task.pending)
      upTo.set(key, task.statusSeq)
    }
    if (rows.length === 0) return
    this.#sent.set(++this.#seq, upTo)
    const unknown = [...this.#tasks.values()]
      .filter(t => !t.attached && !terminal.has(t.condition))
      .map(t => ({ instance: t.row.instance, incarnation: t.row.incarnation }))
    this.#outbox.push({ kind: 'report', seq: this.#seq, rows, unknown })
  }

  #setHash(): string {
    return setHash([...this.#tasks.values()].filter(t => t.attached).map(t => t.row))
  }
}

function isAttached(task: Task): boolean {
  return task.attached && !terminal.has(task.condition)
}

function acknowledged({ row, pending, statusSeq }: Task): StatusHashRow {
  const [oldest] = pending
  return { ...row, statusSeq: oldest === undefined ? statusSeq : oldest.statusSeq - 1 }
}
