// Rules for networks and ports.
import type { App, Network, PortDefinition, PortMapping } from '../app.ts'
import { isHostNetwork } from '../app.ts'
import type { Report } from './report.ts'

export function checkNetworks(app: App, report: Report): void {
  const { networks, container } = app
  for (const [i, network] of networks.entries()) checkNetwork(network, `/networks(${i})`, report)
  const modes = new Set(networks.map(n => n.mode))
  if (modes.size > 1 || (!modes.has('container') && networks.length > 1))
    report(
      '/networks',
      'must have exactly one host network, or exactly one bridge network, or one or more container networks',
      `${networks.map(n => n.mode).join(' and ')} can't be combined.`,
    )
  const names = networks.flatMap(n => (n.name === undefined ? [] : [n.name]))
  if (new Set(names).size < names.length)
    report('/networks', 'network names must be unique', 'Name each container network once.')
  if (container?.type === 'DOCKER' && networks.filter(n => n.mode === 'container').length > 1)
    report(
      '/networks',
      'may only specify a single container network when using the Docker containerizer',
      'Keep one of the networks.',
    )
}

function checkNetwork(network: Network, path: string, report: Report): void {
  if (network.mode === 'container' && (network.name === undefined || network.name === ''))
    report(
      path,
      'Network name must be specified when container network is selected.',
      'Add "name", or choose the mode container/bridge.',
    )
  if (network.mode !== 'container' && network.name !== undefined)
    report(path, `${network.mode} networks must not have a name`, 'Leave "name" out.')
  if (network.mode === 'host' && network.labels)
    report(path, 'host networks must not have labels', 'Leave "labels" out.')
}

export function checkPorts(app: App, report: Report): void {
  const definitions = app.portDefinitions ?? []
  const mappings = app.container?.portMappings ?? []
  if (isHostNetwork(app)) {
    if (mappings.length > 0)
      report(
        '/container/portMappings',
        'portMappings are not allowed with host-networking',
        'The task listens on the machine itself: write the ports in portDefinitions, or choose container/bridge.',
      )
  } else if (definitions.length > 0) {
    report(
      '/portDefinitions',
      'portDefinitions are only allowed with host-networking',
      'Write the ports in container.portMappings.',
    )
  }
  checkNames(definitions, '/portDefinitions', report)
  checkNames(mappings, '/container/portMappings', report)
  checkDefinitions(definitions, report)
  checkMappings(app, mappings, report)
}

const portName = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i

function checkNames(ports: readonly { readonly name?: string }[], path: string, report: Report): void {
  for (const [i, { name }] of ports.entries()) {
    if (name !== undefined && (!portName.test(name) || name.length > 63))
      report(
        `${path}(${i})/name`,
        `must fully match regular expression '${portName.source}'`,
        `"${name.slice(0, 60)}" is not a name for a port: letters, digits and inner hyphens are taken, at most 63.`,
      )
  }
  const names = ports.flatMap(p => (p.name === undefined ? [] : [p.name]))
  const twice = firstRepeated(names)
  if (twice !== undefined) report(path, 'Port names must be unique.', `"${twice}" names two ports.`)
}

function checkDefinitions(definitions: readonly PortDefinition[], report: Report): void {
  const twice = firstRepeated(definitions.map(d => d.port).filter(port => port !== 0))
  if (twice !== undefined)
    report(
      '/portDefinitions',
      'Ports must be unique.',
      `${twice} stands there twice; write 0 to be given one.`,
    )
  const fixed = definitions.filter(d => d.hostPort !== undefined && d.hostPort !== 0)
  const host = firstRepeated(fixed.flatMap(d => transports(d).map(t => `${d.hostPort}/${t}`)))
  if (host !== undefined)
    report('/portDefinitions', 'Host ports must be unique.', `${host} can be taken only once on a machine.`)
}

function checkMappings(app: App, mappings: readonly PortMapping[], report: Report): void {
  const networks = app.networks.filter(n => n.mode === 'container')
  const fixed = mappings.filter(m => m.hostPort !== undefined && m.hostPort !== 0)
  const host = firstRepeated(fixed.flatMap(m => transports(m).map(t => `${m.hostPort}/${t}`)))
  if (host !== undefined)
    report(
      '/container/portMappings',
      'Host ports must be unique.',
      `${host} can be taken only once on a machine.`,
    )
  const service = firstRepeated(mappings.map(m => m.servicePort).filter(port => port !== 0))
  if (service !== undefined)
    report(
      '/container/portMappings',
      'Ports must be unique.',
      `The service port ${service} stands there twice.`,
    )
  for (const [i, mapping] of mappings.entries()) {
    const unknown = mapping.networkNames.find(name => !networks.some(n => n.name === name))
    if (unknown !== undefined)
      report(
        `/container/portMappings(${i})/networkNames`,
        `networkNames must name networks of the app`,
        `"${unknown.slice(0, 60)}" is not in "networks".`,
      )
    if (networks.length > 1 && mapping.hostPort !== undefined && mapping.networkNames.length !== 1)
      report(
        `/container/portMappings(${i})`,
        'must name exactly one network when several container networks are used with a hostPort',
        'Add "networkNames" with the one network that the port belongs to.',
      )
  }
}

function transports(port: { readonly protocol: string }): readonly string[] {
  return port.protocol.split(',')
}

export function firstRepeated<T>(values: readonly T[]): T | undefined {
  const seen = new Set<T>()
  for (const value of values) {
    if (seen.has(value)) return value
    seen.add(value)
  }
  return undefined
}
