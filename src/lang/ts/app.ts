// Apps. The types say what can stand together: a command line or arguments, not both; one network in one way.
import type { HealthCheck, ReadinessCheck } from './checks.ts'
import type { Constraint } from './constraints.ts'
import type { Described, Keyed } from './described.ts'
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

/** What runs: what a container or an image starts by itself, a program with arguments, or a command line. */
type Process = InContainer | OfImage | Program | ShellCommand

interface InContainer {
  readonly cmd?: never
  readonly args?: never
  /** Container that the task runs in. */
  readonly container: ContainerOptions
}

interface OfImage {
  readonly cmd?: never
  readonly args?: never
  /** Image to run. */
  readonly image: string
}

interface Program {
  /** Program and arguments, no shell. */
  readonly args: readonly Text[]
  readonly cmd?: never
}

interface ShellCommand {
  /** Command line, run by a shell. */
  readonly cmd: Text
  readonly args?: never
}

interface AppFields extends Keyed {
  /** Image to run. */
  readonly image?: string
  /** Container that the task runs in. */
  readonly container?: ContainerOptions
  /** CPUs that one instance takes. */
  readonly cpus?: number
  /** Memory that one instance takes. */
  readonly mem?: Size
  /** Disk space that one instance takes. */
  readonly disk?: Size
  /** GPUs that one instance takes. */
  readonly gpus?: number
  /** How many copies run; 0 suspends the app. */
  readonly instances?: number
  /** User of the machine that runs the task. */
  readonly user?: string
  /** Custom executor; empty or //cmd is the built-in one. */
  readonly executor?: string
  /** What a custom executor takes on top. */
  readonly executorResources?: ExecutorResources
  /** How far a task may go beyond what it asks for. */
  readonly resourceLimits?: ResourceLimits
  /** Environment of the task. */
  readonly env?: Readonly<Record<string, EnvValue>>
  /** Labels, for people, load balancers and selectors. */
  readonly labels?: Readonly<Record<string, Text>>
  /** Secrets that the app uses. */
  readonly secrets?: Readonly<Record<string, SecretOptions>>
  /** Apps and groups it needs. */
  readonly dependsOn?: readonly (Described | string)[]
  /** Role that the app belongs to. */
  readonly role?: string
  /** Roles whose resources may be used. */
  readonly acceptedResourceRoles?: readonly string[]
  /** Give the task a terminal. */
  readonly tty?: boolean
  /** Files to fetch into the sandbox before the start. */
  readonly fetch?: readonly FetchOptions[]
  /** Addresses to fetch, where nothing else is to be said: the short form of `fetch`. */
  readonly uris?: readonly string[]
  /** The network, where its kind says all: the short form of `networks`. */
  readonly network?: 'host' | 'bridge' | `container:${string}`
  /** Networks of the tasks. */
  readonly networks?: readonly NetworkOptions[]
  /** Ports of the tasks, in every kind of network. */
  readonly ports?: readonly PortOptions[]
  /** Use the service ports as host ports. */
  readonly requirePorts?: boolean
  /** Volumes of the container. */
  readonly mounts?: readonly Mount[]
  /** Which agents may be taken. */
  readonly constraints?: readonly Constraint[]
  /** Which agents are preferred among those that may be taken. */
  readonly affinities?: readonly Affinity[]
  /** Over the values of which fields instances are spread, as far as there is room. */
  readonly spreads?: readonly Spread[]
  /** Checks that tell whether an instance is alive. */
  readonly health?: HealthCheck | readonly HealthCheck[]
  /** Check that a deployment waits for. */
  readonly readiness?: ReadinessCheck
  /** A check that only informs. */
  readonly check?: CheckOptions
  /** How instances are replaced. */
  readonly upgradeStrategy?: UpgradeStrategy
  /** How a deployment goes about replacing instances, and when it gives up. */
  readonly update?: Update
  /** Wait before a failed task is started again. */
  readonly backoff?: Duration
  /** The wait grows by this factor each time. */
  readonly backoffFactor?: number
  /** The wait grows no further than this. */
  readonly maxLaunchDelay?: Duration
  /** Which instances go first. */
  readonly killSelection?: 'YOUNGEST_FIRST' | 'OLDEST_FIRST'
  /** Time between the request to end (SIGTERM) and the end by force (SIGKILL). */
  readonly taskKillGracePeriod?: Duration
  /** What happens to instances whose agent is away. */
  readonly unreachableStrategy?: 'disabled' | UnreachableStrategy
  /** service: copies for ever (as without it); daemon: one on every matching agent; batch: copies that run once. */
  readonly mode?: 'service' | 'daemon' | 'batch'
  /** Batch only: how often an instance that failed is started again; 3 if nothing is said. */
  readonly retries?: number
  /** Batch only: a run that takes longer is stopped, and has failed. */
  readonly maxRunDuration?: Duration
  /** What is done with a running task before it is asked to end; meanwhile it serves no more. */
  readonly preStop?: PreStop
  /** Signal that asks a task to end; SIGTERM, or what its image says, if nothing is said. */
  readonly killSignal?: 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGHUP' | 'SIGUSR1' | 'SIGUSR2' | 'SIGWINCH'
  /** How the app may change and end. */
  readonly lifecycle?: LifecycleOptions<Exclude<keyof AppFields, 'lifecycle' | 'key'> | 'cmd' | 'args'>
}

export interface ExecutorResources {
  /** CPUs. */
  readonly cpus?: number
  /** Memory. */
  readonly mem?: Size
  /** Disk space. */
  readonly disk?: Size
}

export interface ResourceLimits {
  /** Most CPUs, or "unlimited". */
  readonly cpus?: number | 'unlimited'
  /** Most memory, or "unlimited". */
  readonly mem?: Size | 'unlimited'
}

export interface UpgradeStrategy {
  /** Part that stays healthy, 0 to 1. */
  readonly minimumHealthCapacity: number
  /** Part that may run on top meanwhile, 0 to 1. */
  readonly maximumOverCapacity: number
}

export interface Update {
  /** New instances that are started and not healthy yet, at most. */
  readonly maxParallel?: number
  /** New instances that run beside all old ones until somebody promotes the deployment. */
  readonly canary?: number
  /** A new instance that is not healthy so long after it was placed makes the deployment fail. */
  readonly healthyDeadline?: Duration
  /** A deployment fails when no new instance became healthy for so long. */
  readonly progressDeadline?: Duration
  /** A deployment that fails is rolled back. */
  readonly autoRollback?: boolean
  /** Wait between a batch of new instances that became healthy and the next batch. */
  readonly pause?: Duration
}

export interface Affinity {
  /** hostname, or an attribute of the agents. */
  readonly field: string
  /** What is preferred of it. */
  readonly operator?: 'LIKE' | 'UNLIKE' | 'IS'
  /** What the operator compares with. */
  readonly value: string
  /** How much it counts; below 0 such agents are avoided. */
  readonly weight?: number
}

export interface Spread {
  /** hostname, or an attribute of the agents. */
  readonly field: string
  /** How much it counts beside affinities and other spreads. */
  readonly weight?: number
  /** Shares of values; the others share what is left. Without any: evenly. */
  readonly targets?: readonly SpreadTarget[]
}

export interface SpreadTarget {
  /** A value of the field. */
  readonly value: string
  /** Its share of the instances. */
  readonly percent: number
}

export interface UnreachableStrategy {
  /** When a replacement is started. */
  readonly inactiveAfter: Duration
  /** When the lost instance is forgotten. */
  readonly expungeAfter: Duration
}

export interface PreStop {
  /** What is run first, beside the task. */
  readonly command?: string | readonly string[]
  /** The command may take so long. */
  readonly timeout?: Duration
  /** Wait after the command. */
  readonly wait?: Duration
}

export interface SecretOptions {
  /** Where the secret is kept. */
  readonly source: string
}

export type EnvValue = Text | number | boolean | Sensitive<Text> | Secret | { readonly secret: string }

export interface PortOptions {
  /** Name of the port, unique in the app. */
  readonly name?: string
  /** Port inside the container; not on the host network. */
  readonly container?: number
  /** Fixed port on the machine; 0 or absent takes any. */
  readonly host?: number
  /** Service port; 0 lets the server assign one. */
  readonly service?: number
  /** Transport protocol of the port. */
  readonly protocol?: 'tcp' | 'udp' | 'udp,tcp'
  /** Labels of the port, for load balancers and discovery. */
  readonly labels?: Readonly<Record<string, string>>
  /** Container networks that the port belongs to. */
  readonly networkNames?: readonly string[]
}

export interface ContainerOptions {
  /** Who runs the container. */
  readonly type?: 'DOCKER' | 'MESOS'
  /** Image to run. */
  readonly image?: string
  /** Pull the image before each start. */
  readonly forcePullImage?: boolean
  /** Give the container all rights on the machine. */
  readonly privileged?: boolean
  /** Options handed to the container engine as they are. */
  readonly parameters?: readonly EngineParameter[]
  /** Secret with the credentials of the image registry. */
  readonly pullConfig?: PullConfig
  /** Linux isolation. */
  readonly linuxInfo?: LinuxInfo
}

export interface EngineParameter {
  /** Name of the option. */
  readonly key: string
  /** Value of the option. */
  readonly value: string
}

export interface PullConfig {
  /** Name of the secret. */
  readonly secret: string
}

export interface LinuxInfo {
  /** Filter of system calls. */
  readonly seccomp?: Seccomp
  /** IPC namespace and shared memory. */
  readonly ipcInfo?: IpcInfo
}

export interface Seccomp {
  /** Name of the profile. */
  readonly profileName?: string
  /** No filter of system calls. */
  readonly unconfined?: boolean
}

export interface IpcInfo {
  /** Own or shared IPC namespace. */
  readonly mode: 'PRIVATE' | 'SHARE_PARENT'
  /** Size of shared memory. */
  readonly shmSize?: Size
}

export type NetworkOptions = PlainNetwork | ContainerNetwork

export interface PlainNetwork {
  /** How tasks reach the network. */
  readonly mode: 'host' | 'bridge'
}

export interface ContainerNetwork {
  /** How tasks reach the network. */
  readonly mode: 'container'
  /** Name of the container network. */
  readonly name: string
  /** Labels of the network membership. */
  readonly labels?: Readonly<Record<string, string>>
}

export interface FetchOptions {
  /** Address to fetch. */
  readonly uri: string
  /** Unpack archives. */
  readonly extract?: boolean
  /** Make the file executable. */
  readonly executable?: boolean
  /** Use the agent's cache. */
  readonly cache?: boolean
  /** Name in the sandbox. */
  readonly destPath?: string
}

export interface CheckOptions {
  /** Ask over HTTP. */
  readonly http?: CheckRequest
  /** Open a connection. */
  readonly tcp?: Readonly<Record<string, never>>
  /** Run a command. */
  readonly exec?: CheckCommand
  /** The name of one of the app's ports, or its position from 0. */
  readonly port?: string | number
  /** Time between two checks. */
  readonly interval?: Duration
  /** A check that takes longer has failed. */
  readonly timeout?: Duration
  /** Wait before the first check. */
  readonly delay?: Duration
}

export interface CheckRequest {
  /** Path of the request. */
  readonly path?: string
  /** http or https. */
  readonly scheme?: string
}

export interface CheckCommand {
  /** What to run. */
  readonly command: string | readonly string[]
}

/** One program, in as many copies as `instances` says. */
export function app(name: string, options: AppOptions): App {
  const made = { kind: 'app' as const, name, options, site: callSite(app) }
  return Object.assign(made, { id: referenceTo(made) })
}
