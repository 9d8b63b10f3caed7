// The canonical app: Marathon's own app definition in its 1.5+ form, extended. HCL, TypeScript and JSON are three
// spellings of it; the API returns it; the store keeps it. Every field with its default, limits, spellings and the
// effect of a change stands in schema.ts, which is the one description; these are its types.
import type { AppId } from './ids.ts'

export interface App {
  readonly id: AppId
  /** Run by a shell. At most one of `cmd` and `args`. */
  readonly cmd?: string
  readonly args?: readonly string[]
  readonly cpus: number
  /** MiB. */
  readonly mem: number
  /** MiB. */
  readonly disk: number
  readonly gpus: number
  readonly instances: number
  readonly user?: string
  readonly executor: string
  readonly executorResources?: { readonly cpus: number; readonly mem: number; readonly disk: number }
  readonly resourceLimits?: { readonly cpus?: number | 'unlimited'; readonly mem?: number | 'unlimited' }
  readonly env: Readonly<Record<string, EnvValue>>
  readonly labels: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, { readonly source: string }>>
  /** Ids of apps or groups, absolute. */
  readonly dependencies: readonly string[]
  readonly acceptedResourceRoles?: readonly string[]
  readonly role: string
  readonly tty?: boolean
  readonly fetch: readonly Fetch[]
  readonly container?: Container
  readonly networks: readonly Network[]
  /** Host networking only. */
  readonly portDefinitions?: readonly PortDefinition[]
  readonly requirePorts: boolean
  readonly constraints: readonly Constraint[]
  /** Ours: what is preferred among the agents that may be taken. */
  readonly affinities?: readonly Affinity[]
  readonly spreads?: readonly Spread[]
  readonly healthChecks: readonly HealthCheck[]
  readonly readinessChecks: readonly ReadinessCheck[]
  readonly check?: Check
  readonly upgradeStrategy: UpgradeStrategy
  /** Ours: how a deployment goes about it, and when it gives up. */
  readonly update?: Update
  readonly backoffSeconds: number
  readonly backoffFactor: number
  readonly maxLaunchDelaySeconds: number
  readonly killSelection: 'YOUNGEST_FIRST' | 'OLDEST_FIRST'
  readonly taskKillGracePeriodSeconds?: number
  readonly unreachableStrategy: UnreachableStrategy
  /** Absent: service. */
  readonly mode?: AppMode
  /** Batch only: how often a failed instance is started again. Absent: `usualRetries`. */
  readonly retries?: number
  /** Batch only: one run that takes longer is stopped, and has failed. */
  readonly maxRunDurationSeconds?: number
  readonly preStop?: PreStop
  /** What asks a task to end. Absent: SIGTERM, or what its image says. */
  readonly killSignal?: KillSignal
  readonly residency?: {
    readonly relaunchEscalationTimeoutSeconds: number
    readonly taskLostBehavior: string
  }
}

export const appModes = ['service', 'daemon', 'batch'] as const
/** service: so many copies for ever. daemon: one on every matching agent. batch: so many copies, each runs once. */
export type AppMode = (typeof appModes)[number]

/** How often a failed batch instance is started again, unless the app says otherwise. */
export const usualRetries = 3

/** What the agent does with a running task that is to stop, before it is asked to end. */
export interface PreStop {
  /** Run beside the task, as a COMMAND check is. */
  readonly command?: { readonly value: string } | { readonly argv: readonly string[] }
  /** The command is ended by force after that. */
  readonly timeoutSeconds: number
  /** Waited after the command; the instance serves no more. */
  readonly waitSeconds: number
}

/** Signals that a task can be asked to end with. */
export const killSignals = [
  'SIGTERM',
  'SIGINT',
  'SIGQUIT',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
] as const
export type KillSignal = (typeof killSignals)[number]

export type EnvValue = string | { readonly secret: string }

export interface Fetch {
  readonly uri: string
  readonly extract: boolean
  readonly executable: boolean
  readonly cache: boolean
  readonly destPath?: string
}

export interface Container {
  readonly type: 'DOCKER' | 'MESOS'
  readonly docker?: {
    readonly image: string
    readonly forcePullImage: boolean
    readonly privileged: boolean
    readonly parameters: readonly { readonly key: string; readonly value: string }[]
    readonly pullConfig?: { readonly secret: string }
    readonly credential?: { readonly principal: string; readonly secret?: string }
  }
  readonly volumes: readonly Volume[]
  readonly portMappings?: readonly PortMapping[]
  readonly linuxInfo?: {
    readonly seccomp?: { readonly profileName?: string; readonly unconfined?: boolean }
    readonly ipcInfo?: { readonly mode: 'PRIVATE' | 'SHARE_PARENT'; readonly shmSize?: number }
  }
}

export type VolumeMode = 'RO' | 'RW'

export type Volume = HostVolume | PersistentVolume | ExternalVolume | SecretVolume

export interface HostVolume {
  readonly containerPath: string
  readonly hostPath: string
  readonly mode: VolumeMode
}

export interface PersistentVolume {
  readonly containerPath: string
  readonly mode: VolumeMode
  readonly persistent: {
    /** MiB. */
    readonly size: number
    readonly type: 'root' | 'path' | 'mount'
    readonly maxSize?: number
    readonly constraints: readonly Constraint[]
    readonly profileName?: string
  }
}

export interface ExternalVolume {
  readonly containerPath: string
  readonly mode: VolumeMode
  readonly external: {
    readonly name: string
    readonly provider: string
    /** GiB. */
    readonly size?: number
    readonly options: Readonly<Record<string, string>>
    readonly shared: boolean
  }
}

export interface SecretVolume {
  readonly containerPath: string
  readonly secret: string
}

export interface PortMapping {
  /** 0: the same number as the host port. */
  readonly containerPort: number
  /** 0: chosen at launch; absent (container networks only): no host port. */
  readonly hostPort?: number
  /** 0: assigned by the server. */
  readonly servicePort: number
  readonly protocol: PortProtocol
  readonly name?: string
  readonly labels: Readonly<Record<string, string>>
  readonly networkNames: readonly string[]
}

export interface PortDefinition {
  /** The service port; 0: assigned by the server. With `requirePorts` also the host port. */
  readonly port: number
  readonly protocol: PortProtocol
  readonly name?: string
  readonly labels: Readonly<Record<string, string>>
  /** Ours: a fixed host port for this entry alone. */
  readonly hostPort?: number
}

export type PortProtocol = 'tcp' | 'udp' | 'udp,tcp'

export interface Network {
  readonly mode: 'host' | 'container/bridge' | 'container'
  readonly name?: string
  readonly labels?: Readonly<Record<string, string>>
}

/** `[field, operator, value?]`; the operator in upper case. */
export type Constraint = readonly [field: string, operator: ConstraintOperator, value?: string]

/** Agents of which this holds are preferred; with a negative weight, avoided. */
export interface Affinity {
  readonly field: string
  readonly operator: AffinityOperator
  readonly value: string
  /** -100 to 100. */
  readonly weight: number
}

export const affinityOperators = ['LIKE', 'UNLIKE', 'IS'] as const
export type AffinityOperator = (typeof affinityOperators)[number]

/** Instances are spread over the values of a field. */
export interface Spread {
  readonly field: string
  /** 1 to 100. */
  readonly weight: number
  /** Absent: evenly. The values that are not named share what is left. */
  readonly targets?: readonly { readonly value: string; readonly percent: number }[]
}

export const constraintOperators = [
  'UNIQUE',
  'CLUSTER',
  'GROUP_BY',
  'LIKE',
  'UNLIKE',
  'MAX_PER',
  'IS',
] as const
export type ConstraintOperator = (typeof constraintOperators)[number]

export const healthProtocols = [
  'HTTP',
  'HTTPS',
  'TCP',
  'COMMAND',
  'MESOS_HTTP',
  'MESOS_HTTPS',
  'MESOS_TCP',
] as const
export type HealthProtocol = (typeof healthProtocols)[number]

export interface HealthCheck {
  readonly protocol: HealthProtocol
  /** HTTP family only. */
  readonly path?: string
  readonly port?: number
  readonly portIndex?: number
  readonly gracePeriodSeconds: number
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  /** 0: never kill. The kill comes on failure number max + 1 in a row. */
  readonly maxConsecutiveFailures: number
  readonly delaySeconds: number
  readonly ignoreHttp1xx: boolean
  readonly ipProtocol: 'IPv4' | 'IPv6'
  /** COMMAND only. */
  readonly command?: { readonly value: string } | { readonly argv: readonly string[] }
}

export interface ReadinessCheck {
  readonly name: string
  readonly protocol: 'HTTP' | 'HTTPS'
  readonly path: string
  readonly portName: string
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly httpStatusCodesForReady: readonly number[]
  readonly preserveLastResponse: boolean
}

export interface Check {
  readonly http?: { readonly path?: string; readonly scheme?: string }
  readonly tcp?: Readonly<Record<string, never>>
  readonly exec?: { readonly command: { readonly shell: string } | { readonly argv: readonly string[] } }
  readonly portIndex?: number
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly delaySeconds: number
}

export interface UpgradeStrategy {
  /** 0 to 1. */
  readonly minimumHealthCapacity: number
  /** 0 to 1. */
  readonly maximumOverCapacity: number
}

export interface Update {
  /** New instances that are not healthy yet, at once. */
  readonly maxParallel?: number
  /** New instances that run beside all old ones until a person promotes them. */
  readonly canary?: number
  /** From the place of a new instance to its health. */
  readonly healthyDeadlineSeconds?: number
  /** From one new instance that became healthy to the next. */
  readonly progressDeadlineSeconds?: number
  /** A deployment that fails is undone. */
  readonly autoRollback?: boolean
  /** Between a batch that became healthy and the next. */
  readonly pauseSeconds?: number
}

export type UnreachableStrategy =
  'disabled' | { readonly inactiveAfterSeconds: number; readonly expungeAfterSeconds: number }

export function isHostNetwork(app: App): boolean {
  return app.networks[0]?.mode === 'host'
}

/** One entry per host port wanted, in the order of `task.ports`: 0 means any port. */
export function hostPortsWanted(app: App): readonly { port: number; protocol: PortProtocol }[] {
  if (isHostNetwork(app)) {
    return (app.portDefinitions ?? []).map(d => ({
      port: d.hostPort ?? (app.requirePorts ? d.port : 0),
      protocol: d.protocol,
    }))
  }
  return (app.container?.portMappings ?? [])
    .filter(m => m.hostPort !== undefined)
    .map(m => ({ port: m.hostPort!, protocol: m.protocol }))
}
