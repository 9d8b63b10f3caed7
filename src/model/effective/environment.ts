// The environment that every task is promised (specification: environment given to each task). Later entries override
// earlier ones, and the app's own override all. Values that are secrets are left out: they are no business of ours.
import { compareStrings } from '../../base/index.ts'
import { isHostNetwork } from '../app.ts'
import type { App } from '../app.ts'
import { taskPorts } from './taskports.ts'

export interface TaskIdentity {
  readonly app: App
  readonly taskId: string
  /** ISO time of the app's version. */
  readonly version: string
  /** A name or address of the agent that can be dialled. */
  readonly host: string
  /** Host ports, in the order of hostPortsWanted. */
  readonly ports: readonly number[]
  /** The sandbox as the task sees it. */
  readonly sandbox: string
}

export function taskEnvironment(task: TaskIdentity): Record<string, string> {
  const { app } = task
  return {
    MESOS_SANDBOX: task.sandbox,
    MESOS_DIRECTORY: task.sandbox,
    MESOS_TASK_ID: task.taskId,
    MARATHON_APP_ID: app.id,
    MARATHON_APP_VERSION: task.version,
    ...(app.container?.docker && { MARATHON_APP_DOCKER_IMAGE: app.container.docker.image }),
    MARATHON_APP_RESOURCE_CPUS: decimal(app.cpus),
    MARATHON_APP_RESOURCE_MEM: decimal(app.mem),
    MARATHON_APP_RESOURCE_DISK: decimal(app.disk),
    MARATHON_APP_RESOURCE_GPUS: String(app.gpus),
    MARATHON_APP_ENFORCE_GROUP_ROLE: 'FALSE',
    ...labelVariables(app),
    HOST: task.host,
    ...portVariables(app, task.ports),
    ...Object.fromEntries(Object.entries(app.env).filter(isPlain)),
  }
}

function isPlain(entry: readonly [string, unknown]): entry is readonly [string, string] {
  return typeof entry[1] === 'string'
}

/** `1.0`, `0.25`, `128.0`. */
function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value)
}

/** What a label's variable may take: longer ones are left out. */
const maxVariableLength = 512
const labelPrefix = 'MARATHON_APP_LABEL_'

function labelVariables(app: App): Record<string, string> {
  const fitting = Object.entries(app.labels)
    .filter(
      ([key, value]) =>
        key.length < maxVariableLength - labelPrefix.length && value.length < maxVariableLength,
    )
    .sort(([a], [b]) => compareStrings(a, b))
    .map(([key, value]) => [variableName(key), value] as const)
  const names = [...new Set(fitting.map(([name]) => name))]
  return {
    MARATHON_APP_LABELS: names.join(' '),
    ...Object.fromEntries(fitting.map(([name, value]) => [`${labelPrefix}${name}`, value])),
  }
}

function portVariables(app: App, hostPorts: readonly number[]): Record<string, string> {
  const requested = isHostNetwork(app)
    ? (app.portDefinitions ?? []).map(d => d.port)
    : (app.container?.portMappings ?? []).map(m => m.containerPort)
  const numbers: number[] = []
  const variables: [string, string][] = []
  for (const [i, port] of taskPorts(app, hostPorts).entries()) {
    const effective = port.host ?? port.container
    if (effective === undefined) continue
    numbers.push(effective)
    const text = String(effective)
    variables.push([`PORT${i}`, text], [`PORT_${requested[i] === 0 ? effective : requested[i]!}`, text])
    if (port.name !== undefined) variables.push([`PORT_${variableName(port.name)}`, text])
  }
  if (numbers.length === 0) return {}
  return { ...Object.fromEntries(variables), PORT: String(numbers[0]), PORTS: numbers.join(',') }
}

function variableName(text: string): string {
  return text.replace(/[^A-Za-z0-9_]+/g, '_').toUpperCase()
}
