// What runs on the machines, against what agents and server have written down. Here it shows when a row says that room
// is free while a process still fills it.
import type { AgentId } from '../../model/index.ts'
import type { PlainRows } from '../../runtime/core/index.ts'
import type { Machine } from '../machine.ts'
import { agentOf } from './rows.ts'

const resourceNames = ['cpuMilli', 'memKiB', 'diskKiB', 'gpus'] as const

export interface MachineRules {
  /** The server forgot what it had ordered: what it does not know runs on, and may be in the way of what it orders. */
  readonly wasSetBack: boolean
}

export class MachineWatch {
  /** The most that each machine ever had: one that came back smaller may be full beyond it. */
  readonly #most = new Map<string, number>()
  /** Of one that a person took out of the cluster the server knows nothing more. */
  readonly #removed = new Set<AgentId>()

  /** After every step. */
  follow(before: PlainRows, after: PlainRows): void {
    if (before.agent === after.agent) return
    for (const { row } of before.agent) if (agentOf(after, row.id) === undefined) this.#removed.add(row.id)
    // Not every moment is looked at: what the server was told counts, too.
    for (const { row } of after.agent) {
      for (const name of resourceNames) this.#mostOf(row.id, name, row.capacity.resources[name])
    }
  }

  look(all: ReadonlyMap<AgentId, Machine>, rows: PlainRows, rules: MachineRules): string[] {
    const broken: string[] = []
    const held = new Set(rows.allocation.map(({ row }) => `${row.instance}/${row.incarnation}`))
    const homes = new Map<string, AgentId>()
    for (const [id, machine] of all) {
      const sums = { cpuMilli: 0, memKiB: 0, diskKiB: 0, gpus: 0 }
      const ports = new Map<number, string>()
      for (const text of machine.driver.living()) {
        const task = machine.state.tasks.get(text)
        if (task === undefined && machine.isRunning)
          broken.push(`machines: ${text} runs on ${id} without a record`)
        const other = homes.get(text)
        if (other !== undefined && !rules.wasSetBack)
          broken.push(`machines: ${text} runs on ${other} and on ${id}`)
        homes.set(text, id)
        // One that the agent itself counts as unknown to the server is told to people, who decide.
        const isKnown = task?.attached !== false && !this.#removed.has(id)
        if (!held.has(text) && !rules.wasSetBack && isKnown)
          broken.push(`machines: ${text} runs on ${id}, and the server holds no room for it`)
        if (task?.row === undefined) continue
        for (const name of resourceNames) sums[name] += task.row.resources[name]
        for (const port of task.row.ports) {
          const holder = ports.get(port)
          if (holder !== undefined && !rules.wasSetBack)
            broken.push(`machines: ${holder} and ${text} both listen on port ${port} of ${id}`)
          ports.set(port, text)
        }
      }
      for (const name of resourceNames) {
        const offered = machine.identity.capacity.resources[name]
        const most = this.#mostOf(id, name, offered)
        if (sums[name] > offered && offered === most && !rules.wasSetBack)
          broken.push(`machines: ${id} runs ${sums[name]} ${name} and has ${offered}`)
      }
    }
    return broken
  }

  #mostOf(id: AgentId, name: string, offered: number): number {
    const most = Math.max(offered, this.#most.get(`${id} ${name}`) ?? 0)
    this.#most.set(`${id} ${name}`, most)
    return most
  }
}
