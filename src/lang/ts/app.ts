// Apps. The types say what can stand together: a command line or arguments, not both; one network in one way.
import type { HealthCheck, ReadinessCheck } from './checks.ts'
import type { Constraint } from './constraints.ts'
import type { Described } from './described.ts'
import type { LifecycleOptions } from './lifecycle.ts'
import { callSite } from './site.ts'
import { referenceTo } from './text.ts'
import type { Secret, Sensitive, Text } from './text.ts'
import type { Duration, Size } from './units.ts'
import type { Mount } from './volume.ts'

export interface App extends Described<'app'> {
  readonly options: AppOptions
}

export type AppOptions = Process & AppFields

/** What runs: a command line by a shell, a program with arguments, or what the image starts by itself. */
type Process =
  | { readonly cmd?: never; readonly args?: never; readonly container: ContainerOptions }
  | { readonly cmd?: never; readonly args?: never; readonly image: string }
  | { readonly args: readonly Text[]; readonly cmd?: never }
  | { readonly cmd: Text; readonly args?: never }

interface AppFields {
  readonly image?: string
  readonly container?: ContainerOptions
  readonly cpus?: number
  readonly mem?: Size
  readonly disk?: Size
  readonly gpus?: number
  readonly instances?: number
  readonly user?: string
  readonly executor?: string
  readonly executorResources?: { readonly cpus?: number; readonly mem?: Size; readonly disk?: Size }
  readonly resourceLimits?: { readonly cpus?: number | 'unlimited'; readonly mem?: Size | 'unlimited' }
  readonly env?: Readonly<Record<string, EnvValue>>
  readonly labels?: Readonly<Record<string, Text>>
  readonly secrets?: Readonly<Record<string, { readonly source: string }>>
  /** Apps and groups, or their ids. */
  readonly dependsOn?: readonly (Described | string)[]
  readonly role?: string
  readonly acceptedResourceRoles?: readonly string[]
  readonly tty?: boolean
  readonly fetch?: readonly FetchOptions[]
  readonly uris?: readonly string[]
  readonly network?: 'host' | 'bridge' | `container:${string}`
  readonly networks?: readonly NetworkOptions[]
  readonly ports?: readonly PortOptions[]
  readonly requirePorts?: boolean
  readonly mounts?: readonly Mount[]
  readonly constraints?: readonly Constraint[]
  readonly health?: HealthCheck | readonly HealthCheck[]
  readonly readiness?: ReadinessCheck
  readonly check?: CheckOptions
  readonly upgradeStrategy?: {
    /** 0 to 1: the part that stays healthy. */
    readonly minimumHealthCapacity: number
    /** 0 to 1: the part that may run on top meanwhile. */
    readonly maximumOverCapacity: number
  }
  readonly lifecycle?: LifecycleOptions<Exclude<keyof AppFields, 'lifecycle'> | 'cmd' | 'args'>
  readonly backoff?: Duration
  readonly backoffFactor?: number
  readonly maxLaunchDelay?: Duration
  readonly killSelection?: 'YOUNGEST_FIRST' | 'OLDEST_FIRST'
  readonly taskKillGracePeriod?: Duration
  readonly unreachableStrategy?:
    'disabled' | { readonly inactiveAfter: Duration; readonly expungeAfter: Duration }
}

export type EnvValue = Text | number | boolean | Sensitive<Text> | Secret | { readonly secret: string }

export interface PortOptions {
  readonly name?: string
  /** Port inside the container; not on the host network. */
  readonly container?: number
  /** Fixed port on the machine; 0 or absent takes any. */
  readonly host?: number
  readonly service?: number
  readonly protocol?: 'tcp' | 'udp' | 'udp,tcp'
  readonly labels?: Readonly<Record<string, string>>
  readonly networkNames?: readonly string[]
}

export interface ContainerOptions {
  readonly type?: 'DOCKER' | 'MESOS'
  readonly image?: string
  readonly forcePullImage?: boolean
  readonly privileged?: boolean
  readonly parameters?: readonly { readonly key: string; readonly value: string }[]
  readonly pullConfig?: { readonly secret: string }
  readonly linuxInfo?: {
    readonly seccomp?: { readonly profileName?: string; readonly unconfined?: boolean }
    readonly ipcInfo?: { readonly mode: 'PRIVATE' | 'SHARE_PARENT'; readonly shmSize?: Size }
  }
}

export type NetworkOptions =
  | { readonly mode: 'host' | 'bridge' }
  | { readonly mode: 'container'; readonly name: string; readonly labels?: Readonly<Record<string, string>> }

export interface FetchOptions {
  readonly uri: string
  readonly extract?: boolean
  readonly executable?: boolean
  readonly cache?: boolean
  readonly destPath?: string
}

export interface CheckOptions {
  readonly http?: { readonly path?: string; readonly scheme?: string }
  readonly tcp?: Readonly<Record<string, never>>
  readonly exec?: { readonly command: string | readonly string[] }
  readonly port?: string | number
  readonly interval?: Duration
  readonly timeout?: Duration
  readonly delay?: Duration
}

/** One program, in as many copies as `instances` says. */
export function app(name: string, options: AppOptions): App {
  const made = { kind: 'app' as const, name, options, site: callSite(app) }
  return Object.assign(made, { id: referenceTo(made) })
}
