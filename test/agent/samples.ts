// Apps, rows and tasks for the agent's tests.
import { directoryName, sandboxDirectory, type TaskSpec } from '../../src/agent/core/index.ts'
import { contentHash, derivedUuid } from '../../src/base/index.ts'
import {
  noResources,
  taskIdOf,
  type App,
  type AppId,
  type AssignmentRow,
  type InstanceId,
  type SpecHash,
} from '../../src/model/index.ts'
import { sampleApp } from '../support/sampleapp.ts'

/** Without a command and ports: a test says what runs. */
export function testApp(fields: Partial<App>): App {
  const { cmd, portDefinitions, ...plain } = sampleApp()
  return { ...plain, id: '/test/app' as AppId, cpus: 0.1, mem: 32, ...fields }
}

export function testHash(app: App): SpecHash {
  return contentHash(app) as SpecHash
}

export function testInstance(name: string | number): InstanceId {
  return `test_app.instance-${derivedUuid('test', name)}` as InstanceId
}

export function testRow(fields: Partial<AssignmentRow> & Pick<AssignmentRow, 'gen'>): AssignmentRow {
  return {
    instance: testInstance(1),
    incarnation: 1,
    goal: 'run',
    cause: null,
    specHash: testHash(testApp({})),
    version: '2026-01-01T00:00:00.000Z',
    resources: noResources,
    ports: [],
    graceMs: 3000,
    ...fields,
  }
}

let count = 0

/** A process task with a key of its own. */
export function testTask(
  app: App,
  options: { env?: Record<string, string>; tasksDirectory: string },
): TaskSpec {
  const instance = testInstance(`${process.pid}-${++count}`)
  const taskId = taskIdOf(instance, 1)
  return {
    key: { instance, incarnation: 1 },
    taskId,
    specHash: testHash(app),
    app,
    driver: 'process',
    assignment: testRow({ gen: 1, instance, specHash: testHash(app) }),
    env: {
      MESOS_TASK_ID: taskId,
      MESOS_SANDBOX: sandboxDirectory(options.tasksDirectory, directoryName(taskId)),
      ...options.env,
    },
    ports: [],
  }
}
