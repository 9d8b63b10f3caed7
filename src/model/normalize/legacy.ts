// The older spellings that are still taken (specification: legacy input): their fields, and their translation into
// the canonical ones. Conflicts between old and new are mistakes, unless both say the same.
import type { Diagnostic } from '../../base/index.ts'
import type {
  App,
  Container,
  Fetch,
  Network,
  PortDefinition,
  PortMapping,
  PortProtocol,
  UpgradeStrategy,
} from '../app.ts'
import { appFields } from '../schema/app.ts'
import { field, integer, list, map, object, oneOf, text } from '../schema/field.ts'
import type { Field } from '../schema/field.ts'
import { fieldsUnder } from '../schema/lookup.ts'
import {
  maxLabelLength,
  maxLabels,
  maxListLength,
  maxNameLength,
  maxPorts,
  maxUriLength,
} from '../schema/limits.ts'
import { portMappings } from '../schema/network.ts'
import { problem } from './problem.ts'

/** What reading by `inputFields` gives: an app of which everything may be absent, with the older fields beside. */
export interface LooseApp extends Partial<Omit<App, 'id' | 'container' | 'upgradeStrategy'>> {
  readonly id?: string
  readonly container?: LooseContainer
  readonly upgradeStrategy?: Partial<UpgradeStrategy>
  readonly uris?: readonly string[]
  readonly ports?: readonly number[]
  readonly ipAddress?: IpAddress
}

export interface LooseContainer extends Omit<Container, 'type' | 'docker' | 'volumes'> {
  readonly type?: Container['type']
  readonly docker?: LooseDocker
  readonly volumes: readonly LooseVolume[]
}

type LooseDocker = NonNullable<Container['docker']> & {
  readonly network?: 'HOST' | 'BRIDGE' | 'USER' | 'NONE'
  readonly portMappings?: readonly PortMapping[]
}

export interface LooseVolume {
  readonly containerPath: string
  readonly hostPath?: string
  readonly mode?: 'RO' | 'RW'
  readonly persistent?: {
    readonly size: number
    readonly type?: 'root' | 'path' | 'mount'
    readonly maxSize?: number
    readonly constraints: App['constraints']
    readonly profileName?: string
  }
  readonly external?: {
    readonly name: string
    readonly provider: string
    readonly size?: number
    readonly options: Readonly<Record<string, string>>
    readonly shared: boolean
  }
  readonly secret?: string
}

interface IpAddress {
  readonly networkName?: string
  readonly labels: Readonly<Record<string, string>>
  readonly discovery?: {
    readonly ports: readonly {
      readonly number: number
      readonly name?: string
      readonly protocol: PortProtocol
      readonly labels: Readonly<Record<string, string>>
    }[]
  }
}

const name = text(maxNameLength)
const labels = map(text(maxLabelLength), maxLabels)

const olderFields: readonly Field[] = [
  field('uris', 'uris', list(text(maxUriLength), maxListLength), 'Older form of fetch.'),
  field('ports', 'ports', list(integer(0, 65_535), maxPorts), 'Older form of portDefinitions.'),
  field(
    'ipAddress',
    'ip_address',
    object(
      field('networkName', 'network_name', name, 'Name of the network.'),
      field('labels', 'labels', labels, 'Labels of the network.', { default: {} }),
      field('groups', 'groups', list(name, maxListLength), 'Not used any more.'),
      field(
        'discovery',
        'discovery',
        object(
          field(
            'ports',
            'ports',
            list(
              object(
                field('number', 'number', integer(0, 65_535), 'Port number.', { required: true }),
                field('name', 'name', name, 'Port name.'),
                field('protocol', 'protocol', oneOf('tcp', 'udp', 'udp,tcp'), 'Protocol.', {
                  default: 'tcp',
                }),
                field('labels', 'labels', labels, 'Labels.', { default: {} }),
              ),
              maxPorts,
            ),
            'Ports that the container listens on.',
            { default: [] },
          ),
        ),
        'Ports that the container listens on.',
      ),
    ),
    'Older form of networks and portMappings.',
  ),
]

const olderDockerFields: readonly Field[] = [
  field('network', 'network', oneOf('HOST', 'BRIDGE', 'USER', 'NONE'), 'Older form of networks.'),
  field('portMappings', 'port', portMappings, 'Older place of portMappings.'),
]

/** All fields that an app may be submitted with. */
export const inputFields: readonly Field[] = [...appFields.map(withOlderDockerFields), ...olderFields]

function withOlderDockerFields(found: Field): Field {
  if (found.name !== 'container') return found
  const fields = fieldsUnder(found.type).map(inner =>
    inner.name === 'docker'
      ? { ...inner, type: object(...fieldsUnder(inner.type), ...olderDockerFields) }
      : inner,
  )
  return { ...found, type: object(...fields) }
}

/** The same app without older fields. */
export function translateLegacy(input: LooseApp, diagnostics: Diagnostic[]): LooseApp {
  if (isCurrent(input)) return input
  const { uris, ports, ipAddress, container, ...rest } = input
  const networks = translatedNetworks(input, diagnostics)
  const mappings = translatedMappings(input, diagnostics)
  const fetch = translatedUris(input, diagnostics)
  const portDefinitions = translatedPorts(input, networks, mappings, diagnostics)
  return {
    ...rest,
    ...(fetch && { fetch }),
    ...(networks && { networks }),
    ...(portDefinitions && { portDefinitions }),
    ...(container && { container: withMappings(container, mappings) }),
    ...(!container && mappings && { container: { type: 'MESOS', volumes: [], portMappings: mappings } }),
  }
}

/** Nothing older is in it, so that nothing has to be translated. */
function isCurrent({ uris, ports, ipAddress, container }: LooseApp): boolean {
  if (uris !== undefined || ports !== undefined || ipAddress !== undefined) return false
  if (container?.docker === undefined) return true
  const { network, portMappings } = container.docker
  return container.type !== undefined && network === undefined && portMappings === undefined
}

function withMappings(
  container: LooseContainer,
  mappings: readonly PortMapping[] | undefined,
): LooseContainer {
  const { docker, portMappings: _replaced, ...rest } = container
  const plain = docker && withoutOlderFields(docker)
  return {
    ...rest,
    ...(docker && rest.type === undefined && { type: 'DOCKER' }),
    ...(plain && { docker: plain }),
    ...(mappings && { portMappings: mappings }),
  }
}

function withoutOlderFields(docker: LooseDocker): LooseDocker {
  const { network: _network, portMappings: _portMappings, ...plain } = docker
  return plain
}

const archive = /\.(tar|tar\.gz|tar\.bz2|tar\.xz|gz|tgz|tbz2|txz|zip)$/

function translatedUris(input: LooseApp, diagnostics: Diagnostic[]): readonly Fetch[] | undefined {
  const { uris, fetch } = input
  if (!uris || (uris.length === 0 && fetch)) return fetch
  if (fetch && fetch.length > 0) {
    // Servers up to 1.4 showed both, and their clients send back what they were shown.
    if (
      !sameItems(
        uris,
        fetch.map(f => f.uri),
      )
    )
      diagnostics.push(
        problem('/uris', 'may not be set in conjunction with fetch', 'Name each address once, in "fetch".'),
      )
    return fetch
  }
  return uris.map(uri => ({ uri, extract: archive.test(pathOf(uri)), executable: false, cache: false }))
}

function pathOf(uri: string): string {
  return uri.replace(/[?#].*$/s, '')
}

const networkOfDocker = {
  HOST: { mode: 'host' },
  BRIDGE: { mode: 'container/bridge' },
  USER: { mode: 'container' },
} as const

function translatedNetworks(input: LooseApp, diagnostics: Diagnostic[]): readonly Network[] | undefined {
  const { networks, ipAddress } = input
  const older = input.container?.docker?.network
  if (older !== undefined && networks && networks.length > 0) {
    diagnostics.push(
      problem(
        '/container/docker/network',
        'must not specify both container.docker.network and networks',
        'Keep "networks" and leave "container.docker.network" out.',
      ),
    )
    return networks
  }
  if (older === 'NONE') {
    diagnostics.push(
      problem(
        '/container/docker/network',
        'container.docker.network NONE is not supported',
        'Choose HOST, BRIDGE or USER.',
      ),
    )
    return networks
  }
  if (ipAddress) {
    if (older === 'HOST' || older === 'BRIDGE' || (networks && networks.length > 0))
      diagnostics.push(
        problem(
          '/ipAddress',
          'must not specify both ipAddress and another network',
          'Write the network in "networks" and leave "ipAddress" out.',
        ),
      )
    const { networkName, labels: given } = ipAddress
    return [
      {
        mode: 'container',
        ...(networkName !== undefined && { name: networkName }),
        ...(Object.keys(given).length > 0 && { labels: given }),
      },
    ]
  }
  return older === undefined ? networks : [networkOfDocker[older]]
}

function translatedMappings(input: LooseApp, diagnostics: Diagnostic[]): readonly PortMapping[] | undefined {
  const current = input.container?.portMappings
  const older = input.container?.docker?.portMappings
  if (older && older.length > 0) {
    if (current && current.length > 0)
      diagnostics.push(
        problem(
          '/container/docker/portMappings',
          'must not specify both container.portMappings and container.docker.portMappings',
          'Keep "container.portMappings".',
        ),
      )
    return older
  }
  if (current) return current
  const discovered = input.ipAddress?.discovery?.ports
  if (discovered && discovered.length > 0) {
    return discovered.map(port => ({
      containerPort: port.number,
      servicePort: 0,
      protocol: port.protocol,
      ...(port.name !== undefined && { name: port.name }),
      labels: port.labels,
      networkNames: [],
    }))
  }
  return older
}

function translatedPorts(
  input: LooseApp,
  networks: readonly Network[] | undefined,
  mappings: readonly PortMapping[] | undefined,
  diagnostics: Diagnostic[],
): readonly PortDefinition[] | undefined {
  const { ports, portDefinitions } = input
  if (!ports) return portDefinitions
  if (portDefinitions) {
    if (
      !sameItems(
        ports,
        portDefinitions.map(d => d.port),
      )
    )
      diagnostics.push(
        problem('/', 'cannot specify both ports and port definitions', 'Keep "portDefinitions".'),
      )
    return portDefinitions
  }
  if (ports.length > 0 && input.ipAddress) {
    diagnostics.push(problem('/', 'cannot specify both an IP address and port', 'Leave "ports" out.'))
    return undefined
  }
  const onHost = !networks || networks.length === 0 || networks[0]!.mode === 'host'
  // Servers up to 1.4 repeated the service ports of a container in `ports`.
  if (
    !onHost &&
    (ports.length === 0 ||
      sameItems(
        ports,
        (mappings ?? []).map(m => m.servicePort),
      ))
  )
    return undefined
  return ports.map(port => ({ port, protocol: 'tcp', labels: {} }))
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i])
}
