// The ports of one task: which host port each definition got, and which port the task itself listens on.
import { murmur32 } from '../../base/index.ts'
import { isHostNetwork } from '../app.ts'
import type { App, PortProtocol } from '../app.ts'

export interface ResolvedPort {
  readonly name?: string
  /** Absent: reachable under the address of the container only. */
  readonly host?: number
  /** Absent on the host network. */
  readonly container?: number
  readonly protocol: PortProtocol
}

/** One entry per definition. `hostPorts` is in the order of hostPortsWanted. */
export function taskPorts(app: App, hostPorts: readonly number[]): readonly ResolvedPort[] {
  if (isHostNetwork(app)) {
    return (app.portDefinitions ?? []).map(({ name, protocol }, i) => ({
      ...(name !== undefined && { name }),
      ...(hostPorts[i] !== undefined && { host: hostPorts[i] }),
      protocol,
    }))
  }
  let next = 0
  return (app.container?.portMappings ?? []).map(({ name, protocol, containerPort, hostPort }, i) => {
    const host = hostPort === undefined ? undefined : hostPorts[next++]
    return {
      ...(name !== undefined && { name }),
      ...(host !== undefined && { host }),
      container: containerPort === 0 ? (host ?? ownPort(app.id, i)) : containerPort,
      protocol,
    }
  })
}

/** Ports below belong to the system; ports above are handed out by it for outgoing connections. */
const firstOwnPort = 1025
const lastOwnPort = 32_767

const encoder = new TextEncoder()

// No number was asked for, no host port gives one: any will do, the same each time.
function ownPort(app: string, index: number): number {
  return firstOwnPort + (murmur32(encoder.encode(app), index) % (lastOwnPort - firstOwnPort + 1))
}
