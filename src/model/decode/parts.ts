// Decoders of what several messages and files have in common.
import type { Json } from '../../base/index.ts'
import type { App } from '../app.ts'
import type {
  AgentId,
  AppId,
  ClusterId,
  Epoch,
  GroupId,
  InstanceId,
  Revision,
  SessionId,
  SpecHash,
  StackName,
} from '../ids.ts'
import type { Exit, HealthResult } from '../instance.ts'
import { normalizeApp } from '../normalize/index.ts'
import type { TaskKey } from '../protocol.ts'
import type { Attribute, Capacity, PortRange, Resources } from '../resources.ts'
import { maxIdLength, maxListLength, maxNameLength } from '../schema/limits.ts'
import { amount, flag, integer, list, map, record, refuse, tagged, text } from './decoder.ts'
import type { Decoder } from './decoder.ts'

/** One line or a few, for people. */
export const message = text(10_000)
const name = text(maxNameLength, 1)

export const agentId = name as Decoder<AgentId>
export const clusterId = name as Decoder<ClusterId>
export const sessionId = name as Decoder<SessionId>
export const stackName = name as Decoder<StackName>
export const specHash = text(64, 1) as Decoder<SpecHash>
export const epoch = integer() as Decoder<Epoch>
export const revision = integer() as Decoder<Revision>
export const appId = path as Decoder<AppId>
export const groupId = path as Decoder<GroupId>
/** The app's id and a UUID. */
export const instanceId = text(maxIdLength + 50, 1) as Decoder<InstanceId>
export const address = text(maxIdLength + 100)

function path(value: unknown): string {
  const id = text(maxIdLength, 1)(value)
  return id.startsWith('/') ? id : refuse('must start with "/"')
}

export const taskKey: Decoder<TaskKey> = record({ instance: instanceId, incarnation: integer() })

export const port = integer(0, 65_535)

export const resources: Decoder<Resources> = record({
  cpuMilli: integer(),
  memKiB: integer(),
  diskKiB: integer(),
  gpus: integer(),
})

const range: Decoder<PortRange> = value => {
  const [first, last, ...more] = list(integer(), 2)(value)
  if (first === undefined || last === undefined || more.length > 0 || first > last)
    return refuse('must be [first, last]')
  return [first, last]
}

const portRange: Decoder<PortRange> = value => {
  const ports = range(value)
  return ports[1] <= 65_535 ? ports : refuse('must be ports up to 65535')
}

export const capacity: Decoder<Capacity> = record({
  resources,
  ports: list(portRange, maxListLength),
})

const kind = <K extends string>(): Decoder<K> => text(20) as Decoder<K>

const attribute: Decoder<Attribute> = tagged('kind', {
  text: record({ kind: kind<'text'>(), value: text(65_536) }),
  scalar: record({ kind: kind<'scalar'>(), value: amount() }),
  ranges: record({ kind: kind<'ranges'>(), value: list(range, maxListLength) }),
  set: record({ kind: kind<'set'>(), value: list(text(65_536), maxListLength) }),
})

export const attributes = map(attribute, maxListLength)

export const exit: Decoder<Exit> = record(
  { message },
  { code: integer(-1, 4_294_967_295), signal: text(20), outOfMemory: flag },
)

export const healthResult: Decoder<HealthResult> = record(
  { index: integer(0, 1000), alive: flag, consecutiveFailures: integer() },
  { cause: message },
)

/** A whole app in canonical form; its own rules are validateApp's. */
export const app: Decoder<App> = value => {
  const { app: read, diagnostics } = normalizeApp(value as Json)
  if (read) return read
  const first = diagnostics.find(d => d.severity === 'error')!
  return refuse(`${first.summary}: ${first.detail}`, first.path === '/' ? '' : first.path)
}

/** A kind that `tagged` has looked at already. */
export { kind as knownKind }
