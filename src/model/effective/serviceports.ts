// Service ports: the numbers under which load balancers know an app (specification: service-port allocation). A port
// of 0 asks for one: first those that the app had before, then the lowest that no app uses. What was written stands
// in the submitted form, what was assigned only in the effective one.
import { isHostNetwork } from '../app.ts'
import type { App } from '../app.ts'

/** Marathon's --local_port_min and --local_port_max. */
export const firstServicePort = 10_000
export const lastServicePort = 20_000

/**
 * The effective form of `app`. `previous` is the effective form it replaces; `used` tells whether any app, before or
 * after the change, holds a port. No port below `from` is free; nor is one below `next` then, for the next app of a change.
 */
export function assignServicePorts(
  app: App,
  previous: App | undefined,
  used: (port: number) => boolean,
  from = firstServicePort,
): { readonly app: App; readonly next: number } | { readonly error: string } {
  const wanted = servicePorts(app)
  if (!wanted.includes(0)) return { app, next: from }
  const taken = new Set(wanted)
  const reused = (previous ? servicePorts(previous) : []).filter(port => inRange(port) && !taken.has(port))
  for (const port of reused) taken.add(port)
  let candidate = from
  const ports: number[] = []
  for (const port of wanted) {
    if (port !== 0) {
      ports.push(port)
      continue
    }
    let found = reused.shift()
    while (found === undefined && candidate <= lastServicePort) {
      if (!taken.has(candidate) && !used(candidate)) found = candidate
      candidate++
    }
    if (found === undefined)
      return {
        error: `all service ports from ${firstServicePort} to ${lastServicePort} are in use; name a port outside of them`,
      }
    ports.push(found)
  }
  return { app: withServicePorts(app, ports), next: candidate }
}

/** The service ports of an app in the order of its definitions; 0 where none is assigned. */
export function servicePorts(app: App): readonly number[] {
  if (isHostNetwork(app)) return (app.portDefinitions ?? []).map(d => d.port)
  return (app.container?.portMappings ?? []).map(m => m.servicePort)
}

function withServicePorts(app: App, ports: readonly number[]): App {
  if (isHostNetwork(app)) {
    const portDefinitions = (app.portDefinitions ?? []).map((d, i) => ({ ...d, port: ports[i]! }))
    return { ...app, portDefinitions }
  }
  const container = app.container!
  const portMappings = (container.portMappings ?? []).map((m, i) => ({ ...m, servicePort: ports[i]! }))
  return { ...app, container: { ...container, portMappings } }
}

function inRange(port: number): boolean {
  return port >= firstServicePort && port <= lastServicePort
}
