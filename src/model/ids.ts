// The names of things. All ids are plain strings, branded so that one kind can't be passed for another.
import type { Brand } from '../base/index.ts'

/** Absolute path of an app or group: `/counters/forward/fc`. The root group is `/`. */
export type AppId = Brand<string, 'AppId'>
export type GroupId = Brand<string, 'GroupId'>
/** `counters_forward_fc.instance-<uuid>`: one running copy of an app, over all its restarts. */
export type InstanceId = Brand<string, 'InstanceId'>
/** `<instance id>._app.<incarnation>`: one run of an instance, as Marathon's API shows it. */
export type TaskId = Brand<string, 'TaskId'>
export type AgentId = Brand<string, 'AgentId'>
export type DeploymentId = Brand<string, 'DeploymentId'>
export type ClusterId = Brand<string, 'ClusterId'>
export type StackName = Brand<string, 'StackName'>
/** Content hash of an app's specification (see appSpecHash). */
export type SpecHash = Brand<string, 'SpecHash'>
/** Counts commits, gapless, from 1. */
export type Revision = Brand<number, 'Revision'>
/** Raised by restore and repair, so that what was promised before can be told from what is promised now. */
export type Epoch = Brand<number, 'Epoch'>
/** One connection of an agent; a new connection is a new session. */
export type SessionId = Brand<string, 'SessionId'>

/** `/a/b/c` → `a_b_c`, as in Marathon's task ids. */
export function underscored(app: AppId): string {
  return app.slice(1).replaceAll('/', '_')
}

export function taskIdOf(instance: InstanceId, incarnation: number): TaskId {
  return `${instance}._app.${incarnation}` as TaskId
}

/** The instance that a task id belongs to, or undefined when the text is not a task id of ours. */
export function instanceOfTask(task: string): { instance: InstanceId; incarnation: number } | undefined {
  const found = /^(.+\.instance-[0-9a-f-]{36})\._app\.(\d+)$/.exec(task)
  return found ? { instance: found[1] as InstanceId, incarnation: Number(found[2]) } : undefined
}

/** `/a/b` → `/a`; `/a` → `/`. */
export function parentGroup(id: AppId | GroupId): GroupId {
  const cut = id.lastIndexOf('/')
  return (cut <= 0 ? '/' : id.slice(0, cut)) as GroupId
}

/** `/a/b/c` → `/a/b`, `/a`: the groups around an app or group, the inner ones first; the root is left out. */
export function groupsAround(id: AppId | GroupId): readonly GroupId[] {
  const around: GroupId[] = []
  for (let group = parentGroup(id); group !== '/'; group = parentGroup(group)) around.push(group)
  return around
}

/** `/a/b/c` → `group.a.group.b.app.c`: how plans and messages name an app that no text gave an address. */
export function appAddress(id: AppId): string {
  const segments = id.slice(1).split('/')
  const label = segments.pop()!
  return [...segments.map(s => `group.${s}`), `app.${label}`].join('.')
}

/** `/a/b` → `group.a.group.b`. */
export function groupAddress(id: GroupId): string {
  return id
    .slice(1)
    .split('/')
    .map(s => `group.${s}`)
    .join('.')
}
