// The process driver over a temporary directory, for the conformance suite and for its own tests.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  sandboxDirectory,
  type Driver,
  type DriverEvent,
  type TaskSpec,
} from '../../../src/agent/core/index.ts'
import { processDriver } from '../../../src/agent/driver/process/index.ts'
import { filesOf, layoutOf } from '../../../src/agent/driver/process/layout.ts'
import { membersOf, ProcessScanner } from '../../../src/agent/driver/process/processes.ts'
import { readPid } from '../../../src/agent/driver/process/records.ts'
import type { AgentId } from '../../../src/model/index.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until as untilMet } from '../../support/wait.ts'
import { testApp, testTask } from '../samples.ts'
import type { Behaviour, DriverHarness } from './conformance.ts'

export interface ProcessHarness extends DriverHarness {
  /** A task that runs this app. */
  run(app: Parameters<typeof testApp>[0], env?: Record<string, string>): TaskSpec
  sandboxOf(task: TaskSpec): string
}

const lines: Record<Exclude<Behaviour['kind'], 'exit' | 'broken'>, string> = {
  run: 'sleep 1000',
  ignoreStop: `trap '' TERM; while :; do sleep 0.1; done`,
}

export async function openProcessHarness(): Promise<ProcessHarness> {
  const work = temporaryDirectory('process')
  const tasksDirectory = join(work, 'tasks')
  const events: DriverEvent[] = []
  const tasks: TaskSpec[] = []
  const open = (): Promise<Driver> =>
    processDriver.create({
      workDirectory: work,
      tasksDirectory,
      agentId: 'agent-1' as AgentId,
      bootId: 'boot-1',
      listener: event => void events.push(event),
      log: () => {},
    })
  let driver = await open()
  const run = (app: Parameters<typeof testApp>[0], env: Record<string, string> = {}): TaskSpec => {
    const task = testTask(testApp(app), { env, tasksDirectory })
    tasks.push(task)
    return task
  }
  return {
    get driver() {
      return driver
    },
    events,
    run,
    sandboxOf: task => sandboxDirectory(tasksDirectory, task.taskId),
    task: behaviour => {
      if (behaviour.kind === 'exit') return run({ cmd: `sleep 0.2; exit ${behaviour.code}` })
      if (behaviour.kind === 'broken') return run({ args: ['/no/such/program'] })
      return run({ cmd: lines[behaviour.kind] })
    },
    until: condition => until(condition, () => JSON.stringify(events)),
    restart: async whileAway => {
      await driver.close()
      await whileAway?.()
      driver = await open()
    },
    liveRuns: async task => (await rootsOf(task.taskId, filesOf(layoutOf(work), task.taskId).pid)).length,
    close: async () => {
      for (const task of tasks) driver.stop(task.key, 0)
      await driver.close()
      for (const task of tasks) await endLeftovers(task.taskId)
      await rm(work, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Ends by force whatever is left of a task. */
export async function endLeftovers(taskId: string): Promise<void> {
  for (;;) {
    const left = membersOf(await new ProcessScanner().scan(), taskId, undefined)
    if (left.length === 0) return
    for (const { pid } of left) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It was quicker; the next look shows whether anything is left.
      }
    }
  }
}

/** Session leaders of the task: one per run. Right after its launch a task is known only by its record. */
async function rootsOf(taskId: string, pidRecord: string): Promise<number[]> {
  const members = membersOf(await new ProcessScanner().scan(), taskId, readPid(pidRecord))
  return members.filter(p => p.session === p.pid).map(p => p.pid)
}

/** Waits for a condition, and says what was seen when it does not come true. Generous: many tests share two CPUs. */
export async function until(condition: () => boolean | Promise<boolean>, seen: () => string): Promise<void> {
  await untilMet(condition, { what: () => `a condition; seen: ${seen()}`, timeoutMs: 45_000, everyMs: 10 })
}
