// An app as Marathon's API prints it (specification: output serialisation rules): what is empty is left out where
// Marathon leaves it out, and always there where its clients count on it. Without what only the runtime knows.
import type { Json } from '../../base/index.ts'
import type { App, Container, PortDefinition } from '../app.ts'

export function marathonApp(effective: App): { readonly [key: string]: Json | undefined } {
  const { container, networks, portDefinitions, ...rest } = effective
  const fields: Readonly<Record<string, unknown>> = {
    ...rest,
    ...(container && { container: marathonContainer(container) }),
    networks: networks.map(({ labels, ...network }) => ({ ...network, ...(notEmpty(labels) && { labels }) })),
    ...(portDefinitions && { portDefinitions: portDefinitions.map(marathonDefinition) }),
  }
  const printed = Object.entries(fields).filter(
    ([name, value]) => !omittedWhenEmpty.has(name) || notEmpty(value),
  )
  return Object.fromEntries(printed) as { readonly [key: string]: Json }
}

const omittedWhenEmpty: ReadonlySet<string> = new Set([
  'args',
  'constraints',
  'dependencies',
  'env',
  'fetch',
  'healthChecks',
  'readinessChecks',
  'secrets',
])

function marathonContainer(container: Container): unknown {
  return {
    ...container,
    volumes: container.volumes.map(volume => {
      if (!('persistent' in volume) || volume.persistent.constraints.length > 0) return volume
      const { constraints: _empty, ...persistent } = volume.persistent
      return { ...volume, persistent }
    }),
    ...(container.portMappings && {
      portMappings: container.portMappings.map(({ networkNames, ...mapping }) => ({
        ...mapping,
        ...(networkNames.length > 0 && { networkNames }),
      })),
    }),
  }
}

function marathonDefinition({ labels, ...definition }: PortDefinition): unknown {
  return { ...definition, ...(notEmpty(labels) && { labels }) }
}

function notEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}
