// What only shows over time: an incarnation that changes its agent after its row has gone, a launch that comes too early
// after an end, more kills or given-up agents in a minute than the brake lets go. What was never stored has never been.
import type { AgentId, AppId, InstanceId } from '../../model/index.ts'
import type { PlainRows } from '../../runtime/core/index.ts'
import type { Checked } from './checked.ts'
import {
  actionsOf,
  agentOf,
  allocationOf,
  allocationsOn,
  appOf,
  instanceOf,
  instancesOf,
  specOf,
} from './rows.ts'

/** A window of the brake, and the share that it lets go in one. */
const brakeMs = 60_000
const brakeShare = 0.1

interface LetGo {
  /** An app whose instances are killed by health, or the agents. */
  readonly subject: string
  readonly at: number
  readonly among: number
}

interface Delay {
  readonly app: AppId
  readonly runKey: string
  readonly until: number
}

interface Memory {
  readonly homes: Map<string, AgentId>
  readonly delays: Map<InstanceId, Delay>
  letGo: LetGo[]
}

export class History {
  #memory: Memory = { homes: new Map(), delays: new Map(), letGo: [] }
  /** Undone when the group is not stored, latest first. */
  #undo: (() => void)[] = []

  look({ before, after, now, adopted }: Checked): string[] {
    const broken: string[] = []
    if (before.agent !== after.agent) this.#agents(before, after, now, broken)
    if (before.app !== after.app) this.#deleted(before, after)
    this.#resets(before, after)
    if (before.allocation === after.allocation) return broken
    for (const { key, row } of after.allocation) {
      const old = allocationOf(before, row.instance, row.incarnation)
      if (old === row) continue
      if (old === undefined) {
        this.#home(key, row.agent, broken)
        if (adopted?.has(row.instance) !== true) this.#launch(after, row.instance, now, broken)
      }
      if (old?.goal === 'run' && row.goal === 'stop' && row.cause === 'unhealthy') {
        const live = instancesOf(after, row.app).filter(i => i.goal === 'run').length
        this.#letGo({ subject: row.app, at: now, among: live }, 'kills by health', broken)
      }
    }
    for (const { row } of before.allocation) {
      if (allocationOf(after, row.instance, row.incarnation) === undefined && row.goal === 'run')
        this.#ended(before, after, row.instance, now)
    }
    // Also of what ended in the same step.
    this.#resets(before, after)
    return broken
  }

  stored(): void {
    this.#undo = []
  }

  lost(): void {
    for (const undo of this.#undo.reverse()) undo()
    this.#undo = []
  }

  /** The server was set back: what it knew since is nothing that it can keep to. */
  forget(rows: PlainRows): void {
    this.#memory = { homes: new Map(), delays: new Map(), letGo: [] }
    this.#undo = []
    for (const { key, row } of rows.allocation) this.#memory.homes.set(key, row.agent)
  }

  #home(key: string, agent: AgentId, broken: string[]): void {
    const { homes } = this.#memory
    const home = homes.get(key)
    if (home === agent) return
    if (home !== undefined) broken.push(`incarnations: ${key} was on ${home} and is on ${agent}`)
    homes.set(key, agent)
    this.#undo.push(() => (home === undefined ? homes.delete(key) : homes.set(key, home)))
  }

  // An end that nobody asked for: the same configuration is launched there only after its delay.
  #ended(before: PlainRows, after: PlainRows, id: InstanceId, now: number): void {
    const instance = instanceOf(before, id)
    const failure = after.failure.find(r => r.row.app === instance?.app)?.row
    if (instance === undefined || failure?.instance !== id || failure.incarnation !== instance.incarnation)
      return
    const spec = specOf(before, instance.spec)
    if (spec === undefined || failure.condition === 'Killed') return
    const delayMs = Math.min(spec.backoffSeconds, spec.maxLaunchDelaySeconds) * 1000
    const { delays } = this.#memory
    const known = delays.get(id)
    delays.set(id, {
      app: instance.app,
      runKey: instance.runKey,
      until: now + Math.floor(delayMs),
    })
    this.#undo.push(() => (known === undefined ? delays.delete(id) : delays.set(id, known)))
  }

  #launch(after: PlainRows, id: InstanceId, now: number, broken: string[]): void {
    const { delays } = this.#memory
    const delay = delays.get(id)
    const instance = instanceOf(after, id)
    if (delay === undefined || instance === undefined) return
    delays.delete(id)
    this.#undo.push(() => delays.set(id, delay))
    if (instance.runKey !== delay.runKey || instance.app !== delay.app || now >= delay.until) return
    broken.push(`backoff: ${id} was launched ${delay.until - now} ms before its time`)
  }

  // What a restart launches waits for nothing that was before, nor does anything of an app after a stop or a drain.
  #resets(before: PlainRows, after: PlainRows): void {
    for (const { row } of before.action === after.action ? [] : after.action) {
      const { app, action } = row
      const old = actionsOf(before, row.deployment).find(a => a.app === app)
      if (old?.action === action && old.begunAt === row.begunAt) continue
      const runKey = action === 'RestartApplication' ? appOf(after, app)?.runKey : undefined
      if (action === 'StopApplication') this.#forgetDelays(delay => delay.app === app)
      else if (runKey !== undefined) this.#forgetDelays(delay => delay.app === app && delay.runKey === runKey)
    }
    for (const { row } of before.agent === after.agent ? [] : after.agent) {
      if (row.drain === undefined || row.drain === agentOf(before, row.id)?.drain) continue
      const apps = new Set(allocationsOn(before, row.id).map(a => a.app))
      this.#forgetDelays(delay => apps.has(delay.app))
    }
  }

  #forgetDelays(isMeant: (delay: Delay) => boolean): void {
    const { delays } = this.#memory
    for (const [id, delay] of [...delays]) {
      if (!isMeant(delay)) continue
      delays.delete(id)
      this.#undo.push(() => delays.set(id, delay))
    }
  }

  #agents(before: PlainRows, after: PlainRows, now: number, broken: string[]): void {
    for (const { row } of after.agent) {
      const old = agentOf(before, row.id)
      if (old === undefined || old.unreachableSince !== null || row.unreachableSince === null) continue
      this.#letGo({ subject: 'agents', at: now, among: after.agent.length }, 'agents given up', broken)
    }
  }

  // Another app of the same name begins anew.
  #deleted(before: PlainRows, after: PlainRows): void {
    const memory = this.#memory
    const kept = memory.letGo
    if (kept.length === 0) return
    const gone = new Set<string>(before.app.map(a => a.row.id))
    for (const { row } of after.app) gone.delete(row.id)
    memory.letGo = kept.filter(one => !gone.has(one.subject))
    this.#undo.push(() => (memory.letGo = kept))
  }

  #letGo(one: LetGo, what: string, broken: string[]): void {
    const memory = this.#memory
    const kept = memory.letGo
    memory.letGo = [...kept.filter(old => old.at + brakeMs > one.at), one]
    this.#undo.push(() => (memory.letGo = kept))
    const recent = memory.letGo.filter(old => old.subject === one.subject)
    const allowed = Math.max(1, ...recent.map(old => Math.floor(old.among * brakeShare)))
    if (recent.length > allowed)
      broken.push(`brake: ${recent.length} ${what} of ${one.subject} in a minute, ${allowed} allowed`)
  }
}
