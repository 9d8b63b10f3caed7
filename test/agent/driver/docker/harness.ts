// The Docker driver over a real engine and a temporary work directory, for the conformance suite and for its own tests.
import Docker from 'dockerode'
import {
  containerSandbox,
  sandboxDirectory,
  type Driver,
  type DriverEvent,
  type TaskPort,
  type TaskSpec,
} from '../../../../src/agent/core/index.ts'
import type { DockerDriver } from '../../../../src/agent/driver/docker/driver.ts'
import { dockerDriverFactory, type DockerOptions } from '../../../../src/agent/driver/docker/index.ts'
import type { AgentId, App } from '../../../../src/model/index.ts'
import { busyboxImage, importBusybox } from '../../../images/busybox.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import { until } from '../../../support/wait.ts'
import { testApp, testTask } from '../../samples.ts'
import type { Behaviour, DriverHarness } from '../conformance.ts'

export interface DockerHarness extends DriverHarness {
  readonly driver: DockerDriver
  readonly docker: Docker
  readonly workDirectory: string
  readonly lines: readonly string[]
  /** A task that runs this app from the busybox image. */
  run(app: DockerApp, ports?: readonly TaskPort[]): TaskSpec
  /** Starts it and waits until it runs or has ended. */
  started(task: TaskSpec): Promise<TaskSpec>
  eventsOf(task: TaskSpec): readonly DriverEvent[]
  ended(task: TaskSpec): Promise<Extract<DriverEvent, { kind: 'ended' }>>
  container(task: TaskSpec): Docker.Container
  sandboxOf(task: TaskSpec): string
}

export interface DockerApp extends Partial<App> {
  readonly docker?: Partial<NonNullable<NonNullable<App['container']>['docker']>>
}

const lines: Record<'run' | 'ignoreStop', string> = {
  run: `trap 'exit 0' TERM; sleep 1000 & wait`,
  ignoreStop: `trap '' TERM; while :; do sleep 0.1; done`,
}

export async function openDockerHarness(options: DockerOptions = {}): Promise<DockerHarness> {
  const docker = new Docker()
  await importBusybox(docker)
  const workDirectory = temporaryDirectory('docker')
  const tasksDirectory = `${workDirectory}/tasks`
  const events: DriverEvent[] = []
  const told: string[] = []
  const open = async (): Promise<DockerDriver> => {
    const driver: Driver = await dockerDriverFactory(options).create({
      workDirectory,
      tasksDirectory,
      agentId: 'agent-1' as AgentId,
      bootId: 'boot-1',
      listener: event => void events.push(event),
      log: line => void told.push(line),
    })
    return driver as DockerDriver
  }
  let driver = await open()
  const run: DockerHarness['run'] = ({ docker: image, ...app }, ports = []) => {
    const whole = testApp({
      networks: [{ mode: 'container/bridge' }],
      ...app,
      container: {
        type: 'DOCKER',
        volumes: [],
        ...app.container,
        docker: { image: busyboxImage, forcePullImage: false, privileged: false, parameters: [], ...image },
      },
    })
    return {
      ...testTask(whole, { tasksDirectory, env: { MESOS_SANDBOX: containerSandbox } }),
      driver: 'docker',
      ports,
    }
  }
  const eventsOf: DockerHarness['eventsOf'] = task => events.filter(e => e.key.instance === task.key.instance)
  const ours = { all: true, filters: { label: [`sddc.directory=${workDirectory}`] } }
  return {
    get driver() {
      return driver
    },
    docker,
    events,
    workDirectory,
    lines: told,
    run,
    eventsOf,
    task: behaviour => run({ cmd: lineOf(behaviour), ...(behaviour.kind === 'broken' ? broken : {}) }),
    started: async task => {
      driver.start(task)
      await until(() => eventsOf(task).some(e => e.kind !== 'starting'), {
        what: () => `the start of ${task.taskId}: ${told.join('; ')}`,
      })
      return task
    },
    ended: task =>
      until(() => eventsOf(task).find(e => e.kind === 'ended'), {
        what: () => `the end of ${task.taskId}: ${JSON.stringify(eventsOf(task))}`,
      }),
    container: task => docker.getContainer(`sddc-${task.taskId}`),
    sandboxOf: task => sandboxDirectory(tasksDirectory, task.taskId),
    until: async condition => {
      await until(condition, { what: () => JSON.stringify(events), timeoutMs: 30_000 })
    },
    restart: async whileAway => {
      await driver.close()
      await whileAway?.()
      driver = await open()
    },
    liveRuns: async task => {
      const label = [`sddc.instance=${task.key.instance}`]
      return (await docker.listContainers({ filters: { label } })).length
    },
    close: async () => {
      await driver.close()
      for (const { Id } of await docker.listContainers(ours)) {
        await docker.getContainer(Id).remove({ force: true, v: true })
      }
    },
  }
}

const broken = { docker: { image: 'sddc-test/no-such-image:1' } }

function lineOf(behaviour: Behaviour): string {
  if (behaviour.kind === 'exit') return `sleep 0.2; exit ${behaviour.code}`
  return behaviour.kind === 'broken' ? 'true' : lines[behaviour.kind]
}
