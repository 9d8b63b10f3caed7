// The modelled driver keeps the same promises as the real ones, in virtual time: otherwise it would drift from them, and
// simulations would prove nothing.
import type { Driver, DriverEvent, TaskSpec } from '../../src/agent/core/index.ts'
import type { ClusterMs } from '../../src/base/index.ts'
import { ModelDriver } from '../../src/sim/driver.ts'
import { Timeline } from '../../src/sim/timeline.ts'
import { driverConformance, type Behaviour, type DriverHarness } from '../agent/driver/conformance.ts'
import { testApp, testTask } from '../agent/samples.ts'

driverConformance('modelled driver', () => Promise.resolve(openModelHarness()), { quickExits: 200 })

/** No program there: a shell says so with this status. */
const notFound = 127
const startMs = 50
const stopMs = 100
/** Whatever a task does in these tests is over long before. */
const patienceMs = 60_000

function openModelHarness(): DriverHarness {
  const timeline = new Timeline(0 as ClusterMs)
  const events: DriverEvent[] = []
  const behaviours = new Map<TaskSpec['key']['instance'], Behaviour>()
  const behaviourOf = (key: TaskSpec['key']): Behaviour => behaviours.get(key.instance) ?? { kind: 'run' }
  let agentIsThere = true
  const model = new ModelDriver(
    timeline,
    {
      startMs: () => startMs,
      stopMs: () => stopMs,
      endsBy: ({ key }) => {
        const behaviour = behaviourOf(key)
        if (behaviour.kind === 'broken') return { afterMs: 0, code: notFound }
        return behaviour.kind === 'exit' ? { afterMs: 200, code: behaviour.code } : undefined
      },
      check: () => undefined,
    },
    event => {
      if (agentIsThere) events.push(event)
    },
  )
  const driver: Driver = {
    kind: 'process',
    find: () => Promise.resolve(model.find()),
    start: task => model.carryOut({ kind: 'start', task }),
    stop: (key, graceMs) => model.carryOut({ kind: 'stop', key, driver: 'process', graceMs }),
    remove: key => model.carryOut({ kind: 'remove', key, driver: 'process' }),
    exec: () => Promise.resolve({ kind: 'failed', message: 'nothing runs in a model' }),
    close: () => Promise.resolve(),
  }
  return {
    driver,
    events,
    task: behaviour => {
      const task = testTask(testApp({}), { tasksDirectory: '/tasks' })
      behaviours.set(task.key.instance, behaviour)
      return task
    },
    until: async condition => {
      while (!(await condition())) {
        if (timeline.now > patienceMs || !timeline.step()) {
          throw new Error(`it never came: ${JSON.stringify(events)}`)
        }
      }
    },
    restart: async whileAway => {
      agentIsThere = false
      await whileAway?.()
      agentIsThere = true
    },
    liveRuns: ({ key }) =>
      Promise.resolve(model.living().filter(text => text === `${key.instance}/${key.incarnation}`).length),
    close: () => Promise.resolve(),
  }
}
