// The engine goes away and comes back: what happened meanwhile is told, once, and nothing runs twice.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dockerDriverFactory } from '../../../../src/agent/driver/docker/index.ts'
import type { AgentId } from '../../../../src/model/index.ts'
import { describeWith } from '../../../support/requires.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import { until } from '../../../support/wait.ts'
import { cuttableEngine, type CuttableEngine } from './cuttable.ts'
import { openDockerHarness, type DockerHarness } from './harness.ts'

const forever = `trap 'exit 0' TERM; sleep 1000 & wait`

describe('no engine', () => {
  test('the driver is refused with a code, the address and advice', async () => {
    const workDirectory = temporaryDirectory('none')
    const dockerHost = `unix://${workDirectory}/docker.sock`
    const context = {
      workDirectory,
      tasksDirectory: `${workDirectory}/tasks`,
      agentId: 'agent-1' as AgentId,
      bootId: 'boot-1',
      listener: () => {},
      log: () => {},
    }
    await expect(dockerDriverFactory({ dockerHost }).create(context)).rejects.toMatchObject({
      code: 'DOCKER_UNAVAILABLE',
      message: expect.stringContaining(dockerHost),
      advice: expect.stringContaining('DOCKER_HOST'),
    })
  })
})

describeWith(['docker', 'busybox'], 'an engine that goes away', () => {
  let engine: CuttableEngine
  let harness: DockerHarness
  beforeEach(async () => {
    engine = await cuttableEngine()
    harness = await openDockerHarness({ dockerHost: engine.dockerHost })
  })
  afterEach(async () => {
    await harness.close()
    await engine.cut()
  })

  test('an end meanwhile is told when it is back', async () => {
    const task = await harness.started(harness.run({ cmd: forever }))
    await engine.cut()
    await harness.container(task).kill({ signal: 'SIGKILL' })
    await until(async () => (await harness.liveRuns(task)) === 0, { what: 'the container to end' })
    expect(harness.eventsOf(task).filter(e => e.kind === 'ended')).toEqual([])
    await engine.mend()
    expect(await harness.ended(task)).toMatchObject({ condition: 'Failed', exit: { code: 137 } })
  })

  test('a task that ran on is not told twice, and a stop said meanwhile is carried out', async () => {
    const task = await harness.started(harness.run({ cmd: forever }))
    await engine.cut()
    harness.driver.stop(task.key, 5000)
    await until(() => harness.lines.some(line => line.includes('does not answer')), {
      what: 'the loss to be told',
    })
    expect(await harness.liveRuns(task)).toBe(1)
    await engine.mend()
    expect(await harness.ended(task)).toMatchObject({ condition: 'Killed', exit: { code: 0 } })
    expect(harness.eventsOf(task).map(e => e.kind)).toEqual(['starting', 'running', 'ended'])
  })

  test.each(['/containers/create', '/start'])(
    'the answer to %s is lost: one container, adopted',
    async request => {
      engine.loseAnswerTo(request)
      const task = harness.run({ cmd: forever })
      harness.driver.start(task)
      await until(() => harness.lines.some(line => line.includes('went away during the start')), {
        what: 'the loss to be told',
      })
      await engine.mend()
      await until(() => harness.eventsOf(task).some(e => e.kind === 'running'), { what: 'the task to run' })
      expect(await harness.liveRuns(task)).toBe(1)
      expect(harness.eventsOf(task).map(e => e.kind)).toEqual(['starting', 'running'])
    },
  )

  test('a start while it is away is an Error at once', async () => {
    await engine.cut()
    const task = await harness.started(harness.run({ cmd: forever }))
    expect(await harness.ended(task)).toMatchObject({
      condition: 'Error',
      exit: { message: expect.stringContaining('does not answer') },
    })
    await engine.mend()
  })
})
