// One step in the making: collects what changed, and hands it out in the order that the contract fixes: records to
// store, then effects, then messages.
import type { ClusterMs } from '../../base/index.ts'
import type { AgentMessage, SpecHash, App } from '../../model/index.ts'
import { memoryKey, memoryRecord, specKey, taskRecord, taskRecordKey } from './record.ts'
import { setRow, type AgentState, type TaskState } from './state.ts'
import type { AgentOutput, Effect } from './types.ts'

export class Turn {
  readonly state: AgentState
  readonly now: ClusterMs
  readonly effects: Effect[] = []
  readonly messages: AgentMessage[] = []
  readonly #changedTasks = new Map<string, TaskState | null>()
  readonly #changedSpecs = new Map<SpecHash, App | null>()
  #memoryChanged = false

  constructor(state: AgentState, now: ClusterMs) {
    this.state = state
    this.now = now
  }

  memoryChanged(): void {
    this.#memoryChanged = true
  }

  taskChanged(task: TaskState): void {
    this.#changedTasks.set(task.text, task)
  }

  specChanged(hash: SpecHash, app: App | null): void {
    this.#changedSpecs.set(hash, app)
  }

  /** Takes the task out of the agent's memory; the driver throws away what is left of it. */
  drop(task: TaskState): void {
    setRow(this.state, task, undefined, task.rowEpoch, false)
    this.state.detached--
    this.state.tasks.delete(task.text)
    this.state.connection.outgoing.delete(task)
    this.#changedTasks.set(task.text, null)
    if (task.driver) this.effects.push({ kind: 'remove', key: task.key, driver: task.driver })
  }

  output(): AgentOutput {
    const records: { key: string; value: unknown }[] = []
    for (const [hash, app] of this.#changedSpecs) records.push({ key: specKey(hash), value: app })
    for (const [text, task] of this.#changedTasks) {
      records.push({ key: taskRecordKey(text), value: task && taskRecord(task) })
    }
    // The memory comes last: a generation counts as applied only together with its rows.
    if (this.#memoryChanged) records.push({ key: memoryKey, value: memoryRecord(this.state) })
    return { records, effects: this.effects, messages: this.messages }
  }
}
