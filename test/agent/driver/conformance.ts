// What every driver promises (src/agent/core/types.ts), as tests that run on the process driver, the Docker driver and
// the simulator's modelled driver. A task is asked for by what it shall do, since only real drivers run shell lines.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Driver, DriverEvent, TaskSpec } from '../../../src/agent/core/index.ts'

export type Behaviour =
  /** Ends by itself after a short while. */
  | { readonly kind: 'exit'; readonly code: number }
  /** Runs until it is told to stop, and then ends within its grace. */
  | { readonly kind: 'run' }
  /** Runs, and ends only by force. */
  | { readonly kind: 'ignoreStop' }
  /** Can't be started at all. */
  | { readonly kind: 'broken' }

export interface DriverHarness {
  /** The driver of the moment; another one after `restart`. */
  readonly driver: Driver
  /** All events so far, over restarts. */
  readonly events: readonly DriverEvent[]
  /** A task with a key of its own that behaves like this. */
  task(behaviour: Behaviour): TaskSpec
  /** Lets time pass until the condition holds; throws when it does not hold within a patience of the harness. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>
  /** The agent is restarted: the driver is closed and made anew over the same files, engine or model. */
  restart(whileAway?: () => Promise<void>): Promise<void>
  /** How many live runs of this task there are, by a look that does not go through the driver. */
  liveRuns(task: TaskSpec): Promise<number>
  /** Ends every task and the driver. */
  close(): Promise<void>
}

export interface ConformanceOptions {
  /** How many quick exits at once; engines are slower than processes. */
  readonly quickExits?: number
}

export function driverConformance(
  name: string,
  open: () => Promise<DriverHarness>,
  options: ConformanceOptions = {},
): void {
  describe(`${name}: what every driver promises`, () => {
    let harness: DriverHarness
    beforeEach(async () => {
      harness = await open()
    })
    afterEach(() => harness.close())

    const of = (task: TaskSpec): DriverEvent[] =>
      harness.events.filter(
        e => e.key.instance === task.key.instance && e.key.incarnation === task.key.incarnation,
      )
    const has = (task: TaskSpec, kind: DriverEvent['kind']): boolean => of(task).some(e => e.kind === kind)
    const endOf = (task: TaskSpec) => of(task).find(e => e.kind === 'ended')
    const run = async (task: TaskSpec): Promise<void> => {
      harness.driver.start(task)
      await harness.until(() => has(task, 'running') || has(task, 'ended'))
      expect(has(task, 'running')).toBe(true)
    }

    it('a task that succeeds: running, then Finished with code 0', async () => {
      const task = harness.task({ kind: 'exit', code: 0 })
      harness.driver.start(task)
      await harness.until(() => has(task, 'ended'))
      const kinds = of(task).map(e => e.kind)
      expect(kinds.filter(k => k !== 'starting')).toEqual(['running', 'ended'])
      expect(endOf(task)).toMatchObject({ condition: 'Finished', exit: { code: 0 } })
    })

    it('a task that fails: Failed with its code and words for people', async () => {
      const task = harness.task({ kind: 'exit', code: 3 })
      harness.driver.start(task)
      await harness.until(() => has(task, 'ended'))
      expect(endOf(task)).toMatchObject({ condition: 'Failed', exit: { code: 3 } })
      expect(endOf(task)).toHaveProperty('exit.message', expect.stringContaining('status 3'))
    })

    it('a task that can not be started: one end, with words for people, and no throw', async () => {
      const task = harness.task({ kind: 'broken' })
      harness.driver.start(task)
      await harness.until(() => has(task, 'ended'))
      const end = endOf(task)
      expect(end?.kind === 'ended' && ['Error', 'Failed'].includes(end.condition)).toBe(true)
      expect(end?.kind === 'ended' && end.exit.message).toBeTruthy()
    })

    it('stop ends a task, however often it is said', async () => {
      const task = harness.task({ kind: 'run' })
      await run(task)
      for (let i = 0; i < 3; i++) harness.driver.stop(task.key, 10_000)
      await harness.until(() => has(task, 'ended'))
      expect(of(task).filter(e => e.kind === 'ended')).toHaveLength(1)
      expect(await harness.liveRuns(task)).toBe(0)
    })

    it('a task that ignores the request to stop is ended by force after its grace', async () => {
      const task = harness.task({ kind: 'ignoreStop' })
      await run(task)
      harness.driver.stop(task.key, 300)
      await harness.until(() => has(task, 'ended'))
      expect(await harness.liveRuns(task)).toBe(0)
    })

    it('a stop right after the start leaves nothing running', async () => {
      const task = harness.task({ kind: 'run' })
      harness.driver.start(task)
      harness.driver.stop(task.key, 1000)
      await harness.until(() => has(task, 'ended'))
      expect(await harness.liveRuns(task)).toBe(0)
    })

    it('started twice, it runs once', async () => {
      const task = harness.task({ kind: 'run' })
      harness.driver.start(task)
      harness.driver.start(task)
      await harness.until(() => has(task, 'running'))
      expect(await harness.liveRuns(task)).toBe(1)
    })

    it('a task outlives the driver, is found, started again only in word, and stopped by the next one', async () => {
      const task = harness.task({ kind: 'run' })
      await run(task)
      await harness.restart()
      expect(await harness.driver.find()).toMatchObject([
        { key: task.key, driver: harness.driver.kind, state: 'running' },
      ])
      harness.driver.start(task)
      await harness.until(() => of(task).filter(e => e.kind === 'running').length >= 2)
      expect(await harness.liveRuns(task)).toBe(1)
      harness.driver.stop(task.key, 5000)
      await harness.until(() => has(task, 'ended'))
      expect(await harness.liveRuns(task)).toBe(0)
    })

    it('an end while no driver was there is found with its code', async () => {
      const task = harness.task({ kind: 'exit', code: 7 })
      harness.driver.start(task)
      await harness.until(() => has(task, 'running'))
      await harness.restart(() => harness.until(async () => (await harness.liveRuns(task)) === 0))
      if (has(task, 'ended')) return // it was quicker than the restart
      expect(await harness.driver.find()).toMatchObject([
        { key: task.key, state: 'ended', exit: { code: 7 } },
      ])
    })

    it('what was removed is not found again', async () => {
      const task = harness.task({ kind: 'exit', code: 0 })
      harness.driver.start(task)
      await harness.until(() => has(task, 'ended'))
      expect(await harness.driver.find()).toHaveLength(1)
      harness.driver.remove(task.key)
      harness.driver.remove(task.key)
      await harness.restart()
      expect(await harness.driver.find()).toEqual([])
    })

    it('unknown keys are no reason to throw', async () => {
      const { key } = harness.task({ kind: 'run' })
      harness.driver.stop(key, 0)
      harness.driver.remove(key)
      expect(await harness.driver.exec(key, ['true'], 1000)).toMatchObject({ kind: 'failed' })
    })

    it('many quick exits: every one is told, once, with its own code', async () => {
      const tasks = Array.from({ length: options.quickExits ?? 20 }, (_, i) =>
        harness.task({ kind: 'exit', code: i % 5 }),
      )
      for (const task of tasks) harness.driver.start(task)
      await harness.until(() => tasks.every(task => has(task, 'ended')))
      for (const [i, task] of tasks.entries()) {
        expect(of(task).filter(e => e.kind === 'ended')).toMatchObject([{ exit: { code: i % 5 } }])
      }
    })
  })
}
