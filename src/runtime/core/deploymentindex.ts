// What is known of deployments and their actions without going through them: which wait in the queue, which have ended,
// and how many actions of each run or have failed. Follows the two tables row by row.
import { Heap } from '../../base/index.ts'
import type { AppId, DeploymentId } from '../../model/index.ts'
import type { ActionRow, DeploymentRow } from './rows.ts'

interface Ended {
  readonly id: DeploymentId
  readonly ordinal: number
}

export class DeploymentIndex {
  readonly queued = new Set<DeploymentId>()
  readonly ended = new Set<DeploymentId>()
  /** Oldest first; those that are gone, or run again after a rollback, are passed over. */
  readonly #oldest = new Heap<Ended>((a, b) => a.ordinal < b.ordinal)
  readonly #running = new Map<DeploymentId, number>()
  readonly #failed = new Map<DeploymentId, Set<AppId>>()
  /**
   * Volatile: how many actions of its present step a deployment has begun. It only saves a look at those before; rows
   * decide.
   */
  readonly begun = new Map<DeploymentId, { readonly step: number; readonly actions: number }>()

  addDeployment({ id, ordinal, state }: DeploymentRow): void {
    if (state === 'queued') this.queued.add(id)
    else if (state !== 'running') {
      this.ended.add(id)
      this.#oldest.push({ id, ordinal })
    }
  }

  removeDeployment({ id }: DeploymentRow): void {
    this.queued.delete(id)
    this.ended.delete(id)
  }

  addAction(row: ActionRow): void {
    if (row.state === 'running') this.#count(row.deployment, 1)
    if (row.state !== 'failed') return
    const failed = this.#failed.get(row.deployment)
    if (failed === undefined) this.#failed.set(row.deployment, new Set([row.app]))
    else failed.add(row.app)
  }

  removeAction(row: ActionRow): void {
    if (row.state === 'running') this.#count(row.deployment, -1)
    if (row.state !== 'failed') return
    const failed = this.#failed.get(row.deployment)
    failed?.delete(row.app)
    if (failed?.size === 0) this.#failed.delete(row.deployment)
  }

  runningActions(id: DeploymentId): number {
    return this.#running.get(id) ?? 0
  }

  /** Those whose action failed, by id. */
  failedApps(id: DeploymentId): AppId[] {
    return [...(this.#failed.get(id) ?? [])].sort()
  }

  oldestEnded(): DeploymentId | undefined {
    for (let found = this.#oldest.peek(); found !== undefined; found = this.#oldest.peek()) {
      if (this.ended.has(found.id)) return found.id
      this.#oldest.pop()
    }
    return undefined
  }

  #count(id: DeploymentId, by: 1 | -1): void {
    const count = this.runningActions(id) + by
    if (count === 0) this.#running.delete(id)
    else this.#running.set(id, count)
  }
}
