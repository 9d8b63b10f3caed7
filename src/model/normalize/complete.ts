// From the fields that were given to the whole canonical app: the defaults that depend on other fields (networks,
// ports, upgrade strategy, health-check ports), in the order of the table. Completing a complete app changes nothing.
import { assert, type Diagnostic } from '../../base/index.ts'
import type {
  App,
  Container,
  HealthCheck,
  Network,
  PortDefinition,
  PortMapping,
  UpgradeStrategy,
  Volume,
} from '../app.ts'
import type { AppId } from '../ids.ts'
import { appFields } from '../schema/app.ts'
import type { LooseApp, LooseContainer, LooseVolume } from './legacy.ts'
import { resolvePath } from './path.ts'
import { problem } from './problem.ts'

export function completeApp(id: AppId, group: string, given: LooseApp, diagnostics: Diagnostic[]): App {
  const networks = completeNetworks(given.networks)
  const onHost = networks[0]!.mode === 'host'
  const container = completeContainer(given.container, networks[0]!.mode, diagnostics)
  const portDefinitions = completeDefinitions(given.portDefinitions, onHost)
  const ports = onHost ? portDefinitions : container?.portMappings
  const resident = container?.volumes.some(v => 'persistent' in v) ?? false
  const { args, executorResources, resourceLimits } = given
  const made: Partial<Record<string, unknown>> = {
    id,
    args: args && args.length > 0 ? args : undefined,
    executorResources: executorResources || undefined,
    resourceLimits: resourceLimits && Object.keys(resourceLimits).length > 0 ? resourceLimits : undefined,
    dependencies: completeDependencies(given.dependencies, group),
    container,
    networks,
    portDefinitions,
    healthChecks: (given.healthChecks ?? []).map(check => completeCheck(check, (ports?.length ?? 0) > 0)),
    upgradeStrategy: completeUpgrade(given, container, resident),
    unreachableStrategy:
      given.unreachableStrategy ??
      (resident ? 'disabled' : { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 }),
    residency:
      given.residency ??
      (resident ? { relaunchEscalationTimeoutSeconds: 3600, taskLostBehavior: 'WAIT_FOREVER' } : undefined),
  }
  return inTableOrder(made, given as Readonly<Record<string, unknown>>) as App
}

// Absent fields are left out rather than undefined: one value, one form.
function inTableOrder(
  made: Partial<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
): unknown {
  const values: unknown[] = []
  // A bit for each field that is there.
  let present = 0
  for (let i = 0; i < appFields.length; i++) {
    const { name, default: usual } = appFields[i]!
    const value = name in made ? made[name] : (given[name] ?? usual)
    if (value === undefined) continue
    present += 2 ** i
    values.push(value)
  }
  const { names, template } = shapeOf(present)
  const app = { ...template }
  for (let i = 0; i < names.length; i++) app[names[i]!] = values[i]
  return app
}

interface Shape {
  readonly names: readonly string[]
  readonly template: Record<string, unknown>
}

// A set of fields is a whole number that a double holds exactly.
assert(appFields.length <= 52, 'the fields of an app fit into the bits of a number')
const shapes = new Map<number, Shape>()

// An object that gets two dozen properties by computed names, one by one, becomes a hash table: large, and slow to read.
// A copy of one that was parsed stays compact. There are few sets of names in a configuration.
function shapeOf(present: number): Shape {
  const known = shapes.get(present)
  if (known !== undefined) return known
  const names = appFields.filter((_, i) => Math.floor(present / 2 ** i) % 2 === 1).map(f => f.name)
  const text = `{${names.map(name => `${JSON.stringify(name)}:null`).join()}}`
  const shape = { names, template: JSON.parse(text) as Record<string, unknown> }
  if (shapes.size < maxShapes) shapes.set(present, shape)
  return shape
}

const maxShapes = 1000

function completeNetworks(given: readonly Network[] | undefined): readonly Network[] {
  if (!given || given.length === 0) return [{ mode: 'host' }]
  return given.map(({ mode, name, labels }) => ({
    mode,
    ...(name !== undefined && { name }),
    ...(labels && Object.keys(labels).length > 0 && { labels }),
  }))
}

function completeContainer(
  given: LooseContainer | undefined,
  mode: Network['mode'],
  diagnostics: Diagnostic[],
): Container | undefined {
  if (!given)
    return mode === 'host' ? undefined : completeContainer({ type: 'MESOS', volumes: [] }, mode, diagnostics)
  const { type, docker, volumes, portMappings, linuxInfo } = given
  const mappings = completeMappings(portMappings, mode)
  return {
    type: type ?? (docker ? 'DOCKER' : 'MESOS'),
    ...(docker && { docker }),
    volumes: volumes.flatMap((volume, i) => completeVolume(volume, `/container/volumes(${i})`, diagnostics)),
    ...(mappings && { portMappings: mappings }),
    ...(linuxInfo && { linuxInfo }),
  }
}

function completeMappings(
  given: readonly PortMapping[] | undefined,
  mode: Network['mode'],
): readonly PortMapping[] | undefined {
  if (mode === 'host') return given && given.length > 0 ? given : undefined
  const mappings = given ?? [defaultMapping]
  if (mode !== 'container/bridge') return mappings
  return mappings.map(({ containerPort, hostPort, ...rest }) => ({
    containerPort,
    hostPort: hostPort ?? 0,
    ...rest,
  }))
}

const defaultMapping: PortMapping = {
  containerPort: 0,
  servicePort: 0,
  protocol: 'tcp',
  name: 'default',
  labels: {},
  networkNames: [],
}

function completeVolume(given: LooseVolume, path: string, diagnostics: Diagnostic[]): Volume[] {
  const { containerPath, hostPath, mode = 'RW', persistent, external, secret } = given
  const kinds = [hostPath, persistent, external, secret].filter(kind => kind !== undefined)
  if (kinds.length !== 1) {
    diagnostics.push(
      problem(
        path,
        'must have exactly one of hostPath, persistent, external and secret',
        `The volume for "${containerPath}" has ${kinds.length} of them, so it is not clear what is mounted there.`,
      ),
    )
    return []
  }
  if (hostPath !== undefined) return [{ containerPath, hostPath, mode }]
  if (external) return [{ containerPath, mode, external }]
  if (secret !== undefined) return [{ containerPath, secret }]
  const { size, type, ...rest } = persistent!
  const kind = type ?? (rest.profileName === undefined ? 'root' : 'mount')
  return [{ containerPath, mode, persistent: { size, type: kind, ...rest } }]
}

function completeDefinitions(
  given: readonly PortDefinition[] | undefined,
  onHost: boolean,
): readonly PortDefinition[] | undefined {
  if (onHost) return given ?? [{ port: 0, protocol: 'tcp', name: 'default', labels: {} }]
  return given && given.length > 0 ? given : undefined
}

function completeDependencies(given: readonly string[] | undefined, group: string): readonly string[] {
  return [...new Set((given ?? []).map(path => resolvePath(group, path)))]
}

// In the order of the table: portIndex after protocol, path and port.
function completeCheck(given: HealthCheck, hasPorts: boolean): HealthCheck {
  if (given.protocol === 'COMMAND' || given.port !== undefined || given.portIndex !== undefined || !hasPorts)
    return given
  const { protocol, path, ...rest } = given
  return { protocol, ...(path !== undefined && { path }), portIndex: 0, ...rest }
}

function completeUpgrade(
  given: LooseApp,
  container: Container | undefined,
  resident: boolean,
): UpgradeStrategy {
  const base = defaultUpgrade(given, container, resident)
  return {
    minimumHealthCapacity: given.upgradeStrategy?.minimumHealthCapacity ?? base.minimumHealthCapacity,
    maximumOverCapacity: given.upgradeStrategy?.maximumOverCapacity ?? base.maximumOverCapacity,
  }
}

function defaultUpgrade(
  given: LooseApp,
  container: Container | undefined,
  resident: boolean,
): UpgradeStrategy {
  if (given.labels?.[singleInstanceLabel] === 'true')
    return { minimumHealthCapacity: 0, maximumOverCapacity: 0 }
  const external = container?.volumes.some(v => 'external' in v) ?? false
  if (resident || external || given.mode === 'daemon')
    return { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 }
  return { minimumHealthCapacity: 1, maximumOverCapacity: 1 }
}

/** An app that says so never runs twice at a time. */
export const singleInstanceLabel = 'MARATHON_SINGLE_INSTANCE_APP'
