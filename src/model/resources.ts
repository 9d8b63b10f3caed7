// What machines offer and tasks take. Integers only, rounded up at the door, so that sums by difference stay exact.
import type { App } from './app.ts'

export interface Resources {
  /** Thousandths of a CPU. */
  readonly cpuMilli: number
  readonly memKiB: number
  readonly diskKiB: number
  readonly gpus: number
}

export const noResources: Resources = { cpuMilli: 0, memKiB: 0, diskKiB: 0, gpus: 0 }

/** What one instance of an app takes. */
export function resourcesOf(app: Pick<App, 'cpus' | 'mem' | 'disk' | 'gpus'>): Resources {
  return {
    cpuMilli: roundUp(app.cpus * 1000),
    memKiB: roundUp(app.mem * 1024),
    diskKiB: roundUp(app.disk * 1024),
    gpus: app.gpus,
  }
}

// 0.1 * 1000 is 100.00000000000001 for some values; a millionth is not a reason to take one more.
function roundUp(value: number): number {
  return Math.ceil(value - 1e-6)
}

/** Inclusive port range. */
export type PortRange = readonly [first: number, last: number]

/** An agent's attribute, in the four value types of Mesos. */
export type Attribute =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'ranges'; readonly value: readonly PortRange[] }
  | { readonly kind: 'set'; readonly value: readonly string[] }

export interface Capacity {
  readonly resources: Resources
  readonly ports: readonly PortRange[]
}

/** How an agent can run tasks. */
export const driverKinds = ['process', 'docker'] as const
export type DriverKind = (typeof driverKinds)[number]

/** The driver that an app needs: what names an image runs in a container, everything else is a process. */
export function driverOf(app: Pick<App, 'container'>): DriverKind {
  return app.container?.docker === undefined ? 'process' : 'docker'
}
