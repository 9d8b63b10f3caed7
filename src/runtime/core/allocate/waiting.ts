// Apps with instances that find no place. Those that ask for the same are one group: when an agent gets room, the needs
// of the groups are held against that agent, and of each that fits one app after another is tried, until one fails. So
// the end of a task costs nothing per app that waits when nobody fits.
import type { ClusterMs, UtcMs } from '../../../base/index.ts'
import {
  hostPortsWanted,
  type AgentId,
  type App,
  type AppId,
  type Resources,
  type SpecHash,
} from '../../../model/index.ts'
import type { AgentIndex } from './agents.ts'
import { fitsAgent, leastOf, someFits, type BatchRequest } from './batch.ts'
import { isCounting } from './placed.ts'
import type { Obstacles } from './reasons.ts'

export type Need = Pick<BatchRequest, 'app' | 'resources'>

export interface WaitingApp {
  readonly since: ClusterMs
  readonly sinceUtc: UtcMs
  readonly need: Need
  /** What those of its other configurations need. */
  readonly others?: readonly Need[]
  /** Of the instances that wait. */
  readonly spec: SpecHash
  readonly runKey: string
  /** The agent of the first of them, where each has one of its own. */
  readonly onlyAgent?: AgentId
}

interface Group {
  readonly need: Need
  readonly apps: Set<AppId>
  /** An agent got room: its apps are tried until one fails. */
  isHopeful: boolean
  /** What was told last, and of which version of the agents; of one that is alone, nothing is kept. */
  told?: { readonly version: number; readonly obstacles: Obstacles }
}

export class WaitingApps {
  /** With its groups, that of `need` first. */
  readonly #apps = new Map<AppId, WaitingApp & { readonly signatures: readonly string[] }>()
  readonly #groups = new Map<string, Group>()
  readonly #woken = new Set<AppId>()

  get size(): number {
    return this.#apps.size
  }

  has(app: AppId): boolean {
    return this.#apps.has(app)
  }

  get(app: AppId): WaitingApp | undefined {
    return this.#apps.get(app)
  }

  /** What keeps the app: worked out once for all of its group, until something changes on an agent. */
  obstaclesOf(app: AppId, version: number, explain: () => Obstacles): Obstacles | undefined {
    const waiting = this.#apps.get(app)
    if (waiting === undefined) return undefined
    const group = this.#groups.get(waiting.signatures[0]!)!
    if (isAlone(waiting.need.app)) return explain()
    if (group.told?.version !== version) group.told = { version, obstacles: explain() }
    return group.told.obstacles
  }

  /** The app was tried in vain: so would be the others of its group. */
  set(app: AppId, waiting: WaitingApp): void {
    this.#remove(app)
    const needs = [waiting.need, ...(waiting.others ?? [])]
    const signatures = needs.map(need => signatureOf(need.app, app))
    this.#apps.set(app, { ...waiting, signatures })
    for (const [i, signature] of signatures.entries()) {
      let group = this.#groups.get(signature)
      if (group === undefined) {
        group = { need: needs[i]!, apps: new Set(), isHopeful: false }
        this.#groups.set(signature, group)
      }
      group.isHopeful = false
      group.apps.add(app)
    }
  }

  /** It waits no more: the next of its group may have luck, too. */
  delete(app: AppId): void {
    for (const group of this.#remove(app)) {
      const next = group.isHopeful ? firstOf(group.apps) : undefined
      if (next !== undefined) this.#woken.add(next)
    }
  }

  clear(): void {
    this.#apps.clear()
    this.#groups.clear()
    this.#woken.clear()
  }

  /** These agents have got room. */
  wake(index: AgentIndex, gained: ReadonlySet<number>): void {
    if (gained.size === 0 || this.#groups.size === 0) return
    const most = mostOf(index, gained)
    for (const group of this.#groups.values()) {
      if (group.isHopeful || !isWithin(group.need.resources, most)) continue
      if (!mayHelp(index, gained, group.need)) continue
      group.isHopeful = true
      this.#woken.add(firstOf(group.apps)!)
    }
  }

  /** Apps that are to be tried again, in no order. */
  takeWoken(): readonly AppId[] {
    if (this.#woken.size === 0) return nobody
    const woken = [...this.#woken]
    this.#woken.clear()
    return woken
  }

  /** The groups that it leaves. */
  #remove(app: AppId): readonly Group[] {
    const waiting = this.#apps.get(app)
    if (waiting === undefined) return noGroups
    this.#apps.delete(app)
    const left: Group[] = []
    for (const signature of waiting.signatures) {
      const group = this.#groups.get(signature)
      if (group === undefined) continue
      group.apps.delete(app)
      if (group.apps.size === 0) this.#groups.delete(signature)
      left.push(group)
    }
    return left
  }
}

const nobody: readonly AppId[] = []
const noGroups: readonly Group[] = []

// Apps of one signature pass on the same agents.
function signatureOf(app: App, id: AppId): string {
  const { acceptedResourceRoles, role, constraints } = app
  return JSON.stringify([
    [app.cpus, app.mem, app.disk, app.gpus],
    constraints,
    isAlone(app) ? id : '',
    hostPortsWanted(app),
    app.container?.docker === undefined,
    acceptedResourceRoles === undefined ? '' : [acceptedResourceRoles, role],
  ])
}

// What its own instances decide, or agents that they are bound to, says nothing of others.
function isAlone({ constraints, mode }: App): boolean {
  return mode === 'daemon' || constraints.some(isCounting)
}

/** More agents than these are not looked at one by one: the order of room knows, too, whether there is one that fits. */
const fewAgents = 16

function mayHelp(index: AgentIndex, gained: ReadonlySet<number>, need: WaitingApp['need']): boolean {
  const least = leastOf(need.resources)
  if (gained.size > fewAgents) return someFits(index, need.app, least)
  for (const handle of gained) if (fitsAgent(index, index.at(handle), need.app, least)) return true
  return false
}

/** The most that is free of each resource on one of these agents. */
function mostOf(index: AgentIndex, handles: ReadonlySet<number>): Resources {
  const { columns } = index
  const most = { cpuMilli: 0, memKiB: 0, diskKiB: 0, gpus: 0 }
  for (const handle of handles) {
    most.cpuMilli = Math.max(most.cpuMilli, columns.cpuMilli[handle]!)
    most.memKiB = Math.max(most.memKiB, columns.memKiB[handle]!)
    most.diskKiB = Math.max(most.diskKiB, columns.diskKiB[handle]!)
    most.gpus = Math.max(most.gpus, columns.gpus[handle]!)
  }
  return most
}

function isWithin(resources: Resources, most: Resources): boolean {
  return (
    resources.cpuMilli <= most.cpuMilli &&
    resources.memKiB <= most.memKiB &&
    resources.diskKiB <= most.diskKiB &&
    resources.gpus <= most.gpus
  )
}

// By id, as a queue of all of them would go.
function firstOf(apps: ReadonlySet<AppId>): AppId | undefined {
  let first: AppId | undefined
  for (const app of apps) if (first === undefined || app < first) first = app
  return first
}
