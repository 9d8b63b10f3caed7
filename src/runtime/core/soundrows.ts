// The rows of a damaged state that can stand without those that are lost: each can be decoded, and everything that it
// names is there. Nothing that is left makes the core stop a task because a row is missing: an instance goes together
// with what it needs, and its task, which no row names then, is kept by its agent.
import type { ClusterMs } from '../../base/index.ts'
import { hostPortsWanted, type AppId, type ClusterId, type Epoch } from '../../model/index.ts'
import { clusterRow, clusterRowKey } from './clusterrow.ts'
import { encodeRows, readRows, type PlainRows } from './plainrows.ts'
import {
  allocationKey,
  tableNames,
  type AllocationRow,
  type AppContent,
  type AppRow,
  type DeploymentRow,
  type InstanceRow,
  type Rows,
  type TableName,
} from './rows.ts'
import type { Row } from './types.ts'

export interface SoundRows {
  /** By key; the cluster's own, where it was lost, at the end. */
  readonly rows: readonly Row[]
  /** Keys of those left out, and why. */
  readonly dropped: readonly { readonly key: string; readonly why: string }[]
}

export function soundRows(rows: readonly Row[], clusterId: ClusterId): SoundRows {
  const sifter = new Sifter(rows)
  sifter.sift()
  const kept = sifter.kept()
  // Who it is stands elsewhere, too.
  if (!kept.some(row => row.key === clusterRowKey))
    kept.push(clusterRow(clusterId, 1 as Epoch, 0 as ClusterMs))
  return { rows: kept, dropped: [...sifter.dropped].map(([key, why]) => ({ key, why })) }
}

type Tables = { readonly [T in TableName]: Map<string, Rows[T]> }

class Sifter {
  readonly dropped = new Map<string, string>()
  readonly #tables = Object.fromEntries(tableNames.map(name => [name, new Map()])) as unknown as Tables

  constructor(rows: readonly Row[]) {
    const read = readRows(rows, (key, why) => this.dropped.set(key, why))
    for (const name of tableNames) {
      const table = this.#tables[name] as Map<string, Rows[TableName]>
      for (const { key, row } of read[name]) table.set(key, row)
    }
  }

  /** What was not dropped, by key. */
  kept(): Row[] {
    const lists = tableNames.map(name => [name, [...this.#tables[name]].map(([key, row]) => ({ key, row }))])
    return encodeRows(Object.fromEntries(lists) as PlainRows)
  }

  sift(): void {
    const { app, version, root, staged, deployment, action } = this.#tables
    this.#each('app', app, row => this.#missingSpec(specsOfApp(row)))
    this.#each('version', version, row => this.#missingSpec([row.spec]))
    this.#each('root', root, row =>
      this.#missingSpec(Object.values(row.apps).flatMap(a => (a === null ? [] : [a.spec]))),
    )
    this.#each('staged', staged, row => this.#missingSpec([row.spec]))
    this.#each('deployment', deployment, row => this.#brokenDeployment(row))
    this.#dropDeploymentTwins()
    this.#each('action', action, row =>
      deployment.has(row.deployment) ? undefined : 'its deployment is lost',
    )
    this.#siftInstances()
  }

  #each<T extends TableName>(
    table: T,
    rows: Map<string, Rows[T]>,
    fault: (row: Rows[T]) => string | undefined,
  ): void {
    for (const [key, row] of rows) {
      const why = fault(row)
      if (why !== undefined) this.#drop(table, key, why)
    }
  }

  #drop(table: TableName, key: string, why: string): void {
    this.#tables[table].delete(key)
    this.dropped.set(`${table}/${key}`, why)
  }

  #missingSpec(specs: readonly string[]): string | undefined {
    const missing = specs.find(hash => !this.#tables.spec.has(hash))
    return missing === undefined ? undefined : `specification ${missing.slice(0, 12)} is lost`
  }

  // One that runs needs the apps that it moves; one that has ended is only history.
  #brokenDeployment(row: DeploymentRow): string | undefined {
    for (const { original, target } of Object.values(row.apps)) {
      const missing = this.#missingSpec([original, target].flatMap(a => (a === null ? [] : specsOfApp(a))))
      if (missing !== undefined) return missing
    }
    if (row.state !== 'running') return undefined
    const lost = Object.entries(row.apps).find(([id, a]) => a.target !== null && !this.#tables.app.has(id))
    return lost === undefined ? undefined : `app ${lost[0]} is lost`
  }

  // Two that run and hold one app: the older one had ended, and came back with older rows.
  #dropDeploymentTwins(): void {
    const held = new Set<AppId>()
    const older = new Set<DeploymentRow>()
    const running = [...this.#tables.deployment.values()].filter(row => row.state === 'running')
    for (const row of running.sort((a, b) => b.ordinal - a.ordinal || (a.id < b.id ? -1 : 1))) {
      const apps = row.steps.flatMap(s => s.actions.map(a => a.app))
      if (apps.some(app => held.has(app))) older.add(row)
      else for (const app of apps) held.add(app)
    }
    this.#each('deployment', this.#tables.deployment, row =>
      older.has(row) ? 'a newer deployment holds its apps' : undefined,
    )
  }

  #siftInstances(): void {
    const { instance, allocation, attempt, move } = this.#tables
    this.#each('instance', instance, row => this.#brokenInstance(row))
    this.#dropTwins()
    this.#dropPortTwins()
    this.#each('allocation', allocation, row => this.#brokenAllocation(row))
    // What held a place that is lost now can't be told from one that waits: it goes, and its task is kept.
    this.#each('instance', instance, row =>
      row.agent === null || this.#allocationOf(row)?.agent === row.agent
        ? undefined
        : 'its allocation is lost',
    )
    this.#each('allocation', allocation, row => this.#brokenAllocation(row))
    const isLost = ({ instance: id }: { instance: InstanceRow['id'] }): string | undefined =>
      instance.has(id) ? undefined : 'its instance is lost'
    this.#each('attempt', attempt, isLost)
    this.#each('move', move, isLost)
  }

  #brokenInstance(row: InstanceRow): string | undefined {
    if (row.goal === 'run' && !this.#tables.app.has(row.app)) return `app ${row.app} is lost`
    return this.#missingSpec([row.spec])
  }

  #brokenAllocation(row: AllocationRow): string | undefined {
    if (!this.#tables.agent.has(row.agent)) return `agent ${row.agent} is lost`
    // An agent that was told already ends the task, whether a row names it or not.
    const missing = this.#missingSpec([row.spec])
    if (row.goal === 'stop' || missing !== undefined) return missing
    return this.#tables.instance.has(row.instance) ? undefined : 'its instance is lost'
  }

  #allocationOf(row: InstanceRow): AllocationRow | undefined {
    return this.#tables.allocation.get(allocationKey(row.id, row.incarnation))
  }

  // Two instances in one slot: the older one was deleted, and came back with older rows.
  #dropTwins(): void {
    const newest = new Map<string, InstanceRow>()
    for (const row of this.#tables.instance.values()) {
      if (row.goal !== 'run') continue
      const place = slotKey(row.app, row.slot)
      const other = newest.get(place)
      if (other === undefined || isNewer(row, other)) newest.set(place, row)
    }
    this.#each('instance', this.#tables.instance, row =>
      row.goal !== 'run' || newest.get(slotKey(row.app, row.slot)) === row
        ? undefined
        : 'a newer instance has its slot',
    )
  }

  // Two tasks with one port of an agent: the older one had ended, and came back with older rows.
  #dropPortTwins(): void {
    const newest = new Map<string, AllocationRow>()
    const twins = new Set<AllocationRow>()
    for (const row of this.#tables.allocation.values()) {
      const app = this.#tables.spec.get(row.spec)?.app
      const wanted = app === undefined ? [] : hostPortsWanted(app)
      for (const [i, port] of row.ports.entries()) {
        for (const protocol of (wanted[i]?.protocol ?? 'udp,tcp').split(',')) {
          const place = `${row.agent} ${port}/${protocol}`
          const other = newest.get(place)
          const isLater = other === undefined || isLaterTold(row, other)
          if (isLater) newest.set(place, row)
          if (other !== undefined && other !== row) twins.add(isLater ? other : row)
        }
      }
    }
    this.#each('allocation', this.#tables.allocation, row =>
      twins.has(row) ? 'a newer task has its host port' : undefined,
    )
  }
}

function specsOfApp(row: AppContent & Partial<Pick<AppRow, 'applied'>>): string[] {
  return [row.submitted, row.effective, ...(row.applied ? [row.applied.spec] : [])]
}

function slotKey(app: AppId, slot: number): string {
  return `${app} ${slot}`
}

// The agent's generations count what it was told.
function isLaterTold(a: AllocationRow, b: AllocationRow): boolean {
  return a.gen !== b.gen ? a.gen > b.gen : a.instance > b.instance
}

function isNewer(a: InstanceRow, b: InstanceRow): boolean {
  return a.createdAt !== b.createdAt ? a.createdAt > b.createdAt : a.id > b.id
}
