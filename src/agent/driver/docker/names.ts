// How a container of ours is known again: by its name, which one start of one instance can have only once, and by its
// labels. Both survive a restart of the agent and of the engine. What lacks the labels is foreign and never touched.
import { taskIdOf, type AgentId, type InstanceId, type TaskKey } from '../../../model/index.ts'
import { directoryName } from '../../core/index.ts'

export interface Owner {
  readonly agentId: AgentId
  /** The agent's work directory: agents of two local clusters on one machine may have the same id. */
  readonly workDirectory: string
  /** For people and for cleaning up a whole cluster; not needed to find a task again. */
  readonly cluster?: string
}

export function containerName(key: TaskKey): string {
  return `sddc-${directoryName(taskIdOf(key.instance, key.incarnation))}`
}

export function ownerLabels(owner: Owner): Readonly<Record<string, string>> {
  return {
    'sddc.agent': owner.agentId,
    'sddc.directory': owner.workDirectory,
    ...(owner.cluster === undefined ? {} : { 'sddc.cluster': owner.cluster }),
  }
}

export function taskLabels(owner: Owner, key: TaskKey): Readonly<Record<string, string>> {
  return {
    ...ownerLabels(owner),
    'sddc.instance': key.instance,
    'sddc.incarnation': String(key.incarnation),
    // What tools made for Mesos look for.
    MESOS_TASK_ID: taskIdOf(key.instance, key.incarnation),
  }
}

/** The task of a container, or undefined when it is not one of this owner's. */
export function keyOfLabels(owner: Owner, labels: Readonly<Record<string, string>>): TaskKey | undefined {
  const { agentId, workDirectory } = owner
  if (labels['sddc.agent'] !== agentId || labels['sddc.directory'] !== workDirectory) return undefined
  const instance = labels['sddc.instance']
  const incarnation = Number(labels['sddc.incarnation'])
  if (!instance || !Number.isSafeInteger(incarnation)) return undefined
  return { instance: instance as InstanceId, incarnation }
}

export function sameKey(a: TaskKey, b: TaskKey): boolean {
  return a.instance === b.instance && a.incarnation === b.incarnation
}
