// Short numbers for what millions of rows have in common: the name of an agent, what all instances of one configuration
// share, what all tasks of it hold. Each is a row of its own in the table `alias`; rows of instances name its number.
// Numbers are given when a commit is sealed, the lowest that is free, so they follow from the rows alone; an alias goes
// with the last row that names it, in the same commit.
import type { AgentId, Resources, SpecHash } from '../../model/index.ts'
import { uuidLength } from './instanceid.ts'
import type { AgentAlias, AliasRow, AllocationRow, InstanceRow, RunAlias, TaskAlias } from './rows.ts'

export interface Numbered<A extends AliasRow = AliasRow> {
  readonly alias: A
  /** Rows that name it, stored; and what the commit that is being sealed changes in that. */
  uses: number
  pending: number
  isPending: boolean
}

export class Aliases {
  readonly #numbered: (Numbered | undefined)[] = []
  readonly #agents = new Map<AgentId, Numbered<AgentAlias>>()
  readonly #runs = new Map<SpecHash, Numbered<RunAlias>[]>()
  readonly #tasks = new Map<SpecHash, Numbered<TaskAlias>[]>()
  /** No number below is free. */
  #lowest = 0
  #pending: Numbered[] = []
  /** Taken away by the commit that is being sealed. */
  readonly #leaving = new Map<number, Numbered>()
  // Rows come in runs: the next one mostly names what the last one did.
  #lastRun: Numbered<RunAlias> | undefined
  #lastTask: Numbered<TaskAlias> | undefined

  /** The table's rows come and go through here. */
  change(old: AliasRow | undefined, row: AliasRow | undefined): void {
    const known = old && this.#numbered[old.number]
    if (known !== undefined) this.#remove(known)
    if (row === undefined) return
    const before = this.#leaving.get(row.number)
    this.#add(before?.alias === row ? before : { alias: row, uses: 0, pending: 0, isPending: false })
  }

  byNumber(number: number): Numbered | undefined {
    return this.#numbered[number]
  }

  /** The number that a new alias gets. */
  free(): number {
    while (this.#numbered[this.#lowest] !== undefined) this.#lowest++
    return this.#lowest
  }

  agent(agent: AgentId): Numbered<AgentAlias> | undefined {
    return this.#agents.get(agent)
  }

  /** `hasCount`: its id has the usual form. */
  run(row: InstanceRow, hasCount: boolean): Numbered<RunAlias> | undefined {
    if (this.#lastRun !== undefined && isRunOf(this.#lastRun.alias, row, hasCount)) return this.#lastRun
    const among = this.#runs.get(row.spec)
    this.#lastRun = among?.find(({ alias }) => isRunOf(alias, row, hasCount))
    return this.#lastRun
  }

  task(row: AllocationRow): Numbered<TaskAlias> | undefined {
    if (this.#lastTask !== undefined && isTaskOf(this.#lastTask.alias, row)) return this.#lastTask
    const among = this.#tasks.get(row.spec)
    this.#lastTask = among?.find(({ alias }) => isTaskOf(alias, row))
    return this.#lastTask
  }

  /** A row that names it comes (1) or goes (-1) with the commit that is being sealed. */
  refer(numbered: Numbered, by: 1 | -1): void {
    numbered.pending += by
    if (numbered.isPending) return
    numbered.isPending = true
    this.#pending.push(numbered)
  }

  /** Numbers that no row names any more once the commit is stored. */
  unused(): number[] {
    return this.#pending.filter(n => n.uses + n.pending === 0).map(n => n.alias.number)
  }

  /** The commit is stored, or taken back. */
  settle(isStored: boolean): void {
    for (const numbered of this.#pending) {
      if (isStored) numbered.uses += numbered.pending
      numbered.pending = 0
      numbered.isPending = false
    }
    this.#pending = []
    this.#leaving.clear()
  }

  /** All rows were read: what none of them names goes with the next commit. */
  loaded(): void {
    this.settle(true)
    for (const numbered of this.#numbered) {
      if (numbered === undefined || numbered.uses > 0) continue
      numbered.isPending = true
      this.#pending.push(numbered)
    }
  }

  #add(numbered: Numbered): void {
    const { alias } = numbered
    this.#numbered[alias.number] = numbered
    if (alias.kind === 'agent') this.#agents.set(alias.agent, numbered as Numbered<AgentAlias>)
    else if (alias.kind === 'run') addTo(this.#runs, alias.spec, numbered as Numbered<RunAlias>)
    else addTo(this.#tasks, alias.spec, numbered as Numbered<TaskAlias>)
  }

  #remove(numbered: Numbered): void {
    const { alias } = numbered
    const { number } = alias
    this.#numbered[number] = undefined
    this.#leaving.set(number, numbered)
    this.#lowest = Math.min(this.#lowest, number)
    this.#lastRun = undefined
    this.#lastTask = undefined
    if (alias.kind === 'agent') this.#agents.delete(alias.agent)
    else if (alias.kind === 'run') takeFrom(this.#runs, alias.spec, numbered as Numbered<RunAlias>)
    else takeFrom(this.#tasks, alias.spec, numbered as Numbered<TaskAlias>)
  }
}

function addTo<T>(lists: Map<SpecHash, T[]>, spec: SpecHash, entry: T): void {
  const list = lists.get(spec)
  if (list === undefined) lists.set(spec, [entry])
  else list.push(entry)
}

function takeFrom<T>(lists: Map<SpecHash, T[]>, spec: SpecHash, entry: T): void {
  const left = (lists.get(spec) ?? []).filter(e => e !== entry)
  if (left.length === 0) lists.delete(spec)
  else lists.set(spec, left)
}

export function runAliasOf(row: InstanceRow, hasCount: boolean, number: number): RunAlias {
  return {
    kind: 'run',
    number,
    start: hasCount ? row.id.slice(0, -uuidLength) : '',
    app: row.app,
    spec: row.spec,
    runKey: row.runKey,
    version: row.version,
  }
}

export function taskAliasOf(row: AllocationRow, number: number): TaskAlias {
  return {
    kind: 'task',
    number,
    app: row.app,
    spec: row.spec,
    version: row.version,
    resources: row.resources,
    graceMs: row.graceMs,
  }
}

function isRunOf(alias: RunAlias, row: InstanceRow, hasCount: boolean): boolean {
  return (
    alias.spec === row.spec &&
    alias.app === row.app &&
    alias.version === row.version &&
    alias.runKey === row.runKey &&
    (hasCount
      ? row.id.length === alias.start.length + uuidLength && row.id.startsWith(alias.start)
      : alias.start === '')
  )
}

function isTaskOf(alias: TaskAlias, row: AllocationRow): boolean {
  return (
    alias.spec === row.spec &&
    alias.app === row.app &&
    alias.version === row.version &&
    alias.graceMs === row.graceMs &&
    sameResources(alias.resources, row.resources)
  )
}

export function sameResources(a: Resources, b: Resources): boolean {
  return (
    a === b ||
    (a.cpuMilli === b.cpuMilli && a.memKiB === b.memKiB && a.diskKiB === b.diskKiB && a.gpus === b.gpus)
  )
}
