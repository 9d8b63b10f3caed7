// From a task to what the engine is asked to create. Pure: everything that can be refused without the engine is refused
// here, by name; everything that had to be changed is told in a note.
import type Docker from 'dockerode'
import { isHostNetwork, type App, type Volume } from '../../../model/index.ts'
import { containerSandbox, type TaskSpec } from '../../core/index.ts'
import { containerName, taskLabels, type Owner } from './names.ts'
import { applyParameters, ParameterError, type Draft } from './parameters.ts'

export interface PlaceOnHost {
  readonly owner: Owner
  /** The task's sandbox on the host. */
  readonly sandbox: string
  /** The address that published ports are bound to. */
  readonly portAddress: string
}

export type Settings =
  | {
      readonly kind: 'ok'
      readonly options: Docker.ContainerCreateOptions
      readonly notes: readonly string[]
    }
  | { readonly kind: 'refused'; readonly reason: string }

export function containerSettings(task: TaskSpec, place: PlaceOnHost): Settings {
  const { app } = task
  const notes: string[] = []
  try {
    const draft: Draft = {
      name: containerName(task.key),
      Image: app.container?.docker?.image ?? '',
      ...command(app),
      Env: Object.entries(task.env).map(([name, value]) => `${name}=${value}`),
      Labels: { ...app.labels },
      ...(app.user === undefined ? {} : { User: app.user }),
      ...(app.tty === true ? { Tty: true } : {}),
      ...(app.killSignal === undefined ? {} : { StopSignal: app.killSignal }),
      ExposedPorts: {},
      HostConfig: {
        NetworkMode: networkMode(app),
        PortBindings: {},
        Binds: [`${place.sandbox}:${containerSandbox}`, ...(app.container?.volumes ?? []).map(bind)],
        ...cpu(app),
        ...memory(app, notes),
        Privileged: app.container?.docker?.privileged ?? false,
        LogConfig: { Type: 'json-file', Config: { 'max-size': maxLogFile, 'max-file': maxLogFiles } },
        // The server decides every restart.
        RestartPolicy: { Name: 'no' },
      },
    }
    publish(draft, task, place.portAddress)
    notes.push(...applyParameters(draft, app.container?.docker?.parameters ?? []))
    // Last, so that nothing can take a container out of the agent's sight.
    Object.assign(draft.Labels, taskLabels(place.owner, task.key))
    return { kind: 'ok', options: draft, notes }
  } catch (error) {
    if (error instanceof ParameterError || error instanceof Refusal) {
      return { kind: 'refused', reason: error.message }
    }
    throw error
  }
}

class Refusal extends Error {}

/** What one container may fill of the disk with its output: two files of this size, the older one is dropped. */
const maxLogFile = '10m'
const maxLogFiles = '2'

// `cmd` takes the place of the image's entry point, `args` follow it.
function command(app: App): Pick<Docker.ContainerCreateOptions, 'Entrypoint' | 'Cmd'> {
  if (app.cmd !== undefined) return { Entrypoint: ['/bin/sh', '-c'], Cmd: [app.cmd] }
  if (app.args !== undefined && app.args.length > 0) return { Cmd: [...app.args] }
  return {}
}

function networkMode(app: App): string {
  if (isHostNetwork(app)) return 'host'
  const network = app.networks[0]
  return network?.mode === 'container' ? (network.name ?? 'bridge') : 'bridge'
}

/** As the engine and Mesos count: 1 CPU is 1024 shares, and the kernel takes no fewer than 2. */
const sharesPerCpu = 1024
const minShares = 2
/** Microseconds. The kernel takes no quota under 1 ms. */
const quotaPeriod = 100_000
const minQuota = 1000

// Shares by default; a quota only where the app asks for a limit. (NanoCpus would be refused above the host's CPUs.)
function cpu(app: App): Pick<Docker.HostConfig, 'CpuShares' | 'CpuPeriod' | 'CpuQuota'> {
  const limit = app.resourceLimits?.cpus
  return {
    CpuShares: Math.max(minShares, Math.round(app.cpus * sharesPerCpu)),
    ...(typeof limit === 'number'
      ? { CpuPeriod: quotaPeriod, CpuQuota: Math.max(minQuota, Math.round(limit * quotaPeriod)) }
      : {}),
  }
}

/** The engine refuses less. */
const minMemoryMiB = 6

// Without MemorySwap the engine allows the same amount again as swap, and the limit would be half a limit.
function memory(
  app: App,
  notes: string[],
): Pick<Docker.HostConfig, 'Memory' | 'MemorySwap' | 'MemoryReservation'> {
  const limit = app.resourceLimits?.mem ?? app.mem
  const mebibyte = 1024 ** 2
  if (limit === 'unlimited') {
    return { MemoryReservation: Math.max(minMemoryMiB, Math.ceil(app.mem)) * mebibyte }
  }
  if (limit < minMemoryMiB) {
    notes.push(`memory limit raised from ${limit} MiB to ${minMemoryMiB} MiB, the least that Docker takes`)
  }
  const bytes = Math.ceil(Math.max(minMemoryMiB, limit) * mebibyte)
  return { Memory: bytes, MemorySwap: bytes }
}

function bind(volume: Volume): string {
  if (!('hostPath' in volume)) throw new Refusal(`volume ${volume.containerPath}: ${unsupported(volume)}`)
  const { hostPath, mode } = volume
  const containerPath = volume.containerPath.startsWith('/')
    ? volume.containerPath
    : `${containerSandbox}/${volume.containerPath}`
  if (hostPath.includes(':') || containerPath.includes(':')) {
    throw new Refusal(`volume ${containerPath}: a path with a colon can't be mounted`)
  }
  if (!hostPath.startsWith('/')) {
    throw new Refusal(`volume ${containerPath}: the host path must be absolute: ${hostPath}`)
  }
  return `${hostPath}:${containerPath}:${mode === 'RO' ? 'ro' : 'rw'}`
}

function unsupported(volume: Exclude<Volume, { hostPath: string }>): string {
  if ('persistent' in volume) return 'the Docker driver has no persistent volumes yet'
  if ('external' in volume) return 'the Docker driver has no external volumes yet'
  return 'the Docker driver has no secrets yet'
}

// Host ports were chosen by the server; here they are only bound. On the host network there is nothing to bind.
function publish(draft: Draft, task: TaskSpec, address: string): void {
  if (isHostNetwork(task.app)) return
  const exposed: Record<string, Record<string, never>> = {}
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {}
  for (const { host, container, protocol } of task.ports) {
    if (container === undefined) continue
    for (const one of protocol.split(',')) {
      const name = `${container}/${one}`
      exposed[name] = {}
      if (host !== undefined) (bindings[name] ??= []).push({ HostIp: address, HostPort: String(host) })
    }
  }
  draft.ExposedPorts = exposed
  draft.HostConfig.PortBindings = bindings
}
