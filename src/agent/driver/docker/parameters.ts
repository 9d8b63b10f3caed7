// `container.docker.parameters` of an app: options of `docker run` as key and value. The engine's API knows no such
// options, so a table maps each onto the API's fields. What the table does not know is refused by name rather than
// dropped; what would break the agent's own bookkeeping is left out with a note.
// Source of the options: docs.docker.com, "docker container run"; of the fields: Engine API 1.41, ContainerCreate.
import type Docker from 'dockerode'
import { didYouMean, parseDurationMs } from '../../../base/index.ts'

export interface Draft extends Docker.ContainerCreateOptions {
  Env: string[]
  Labels: Record<string, string>
  HostConfig: Docker.HostConfig
}

export interface Parameter {
  readonly key: string
  readonly value: string
}

/** Changes the draft. Returns what people should know; throws ParameterError for what can't be done. */
export function applyParameters(draft: Draft, parameters: readonly Parameter[]): readonly string[] {
  const notes: string[] = []
  for (const { key, value } of parameters) {
    const name = own(shortForms, key) ?? key
    const ignored = own(ignoredOptions, name)
    const refused = own(refusedOptions, name)
    if (refused !== undefined) throw new ParameterError(`Docker parameter "${key}": ${refused}`)
    if (ignored !== undefined) {
      notes.push(`Docker parameter "${key}" is left out: ${ignored}`)
      continue
    }
    const apply = own(options, name)
    if (!apply) throw new ParameterError(`unknown Docker parameter "${key}".${near(name)}`)
    apply(draft, value, key)
  }
  return notes
}

/** What a table has, and not what every object has. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

export class ParameterError extends Error {
  override readonly name = 'ParameterError'
}

const shortForms: Readonly<Record<string, string>> = {
  d: 'detach',
  e: 'env',
  h: 'hostname',
  l: 'label',
  m: 'memory',
  net: 'network',
  'net-alias': 'network-alias',
  'dns-opt': 'dns-option',
  p: 'publish',
  u: 'user',
  v: 'volume',
  w: 'workdir',
}

const ignoredOptions: Readonly<Record<string, string>> = {
  detach: 'containers always run detached',
  name: 'the agent finds its containers by names of its own',
  restart: 'the server decides every restart',
  rm: 'the agent removes the container when its end was reported',
}

const refusedOptions: Readonly<Record<string, string>> = {
  cpus: 'use the fields "cpus" and "resourceLimits" of the app',
  'cpu-shares': 'use the field "cpus" of the app',
  memory: 'use the field "mem" of the app',
  'memory-swap': 'use the field "mem" of the app',
  network: 'use the field "networks" of the app',
  publish: 'use "portMappings" of the container',
}

type Apply = (draft: Draft, value: string, key: string) => void

const options: Readonly<Record<string, Apply>> = {
  'add-host': listOption('ExtraHosts'),
  'blkio-weight': numberOption('BlkioWeight'),
  'cap-add': listOption('CapAdd'),
  'cap-drop': listOption('CapDrop'),
  'cgroup-parent': textOption('CgroupParent'),
  'cpu-period': numberOption('CpuPeriod'),
  'cpu-quota': numberOption('CpuQuota'),
  'cpuset-cpus': textOption('CpusetCpus'),
  'cpuset-mems': textOption('CpusetMems'),
  device: (draft, value) => {
    const [host = value, container = host, permissions = 'rwm'] = value.split(':')
    const device = { PathOnHost: host, PathInContainer: container, CgroupPermissions: permissions }
    draft.HostConfig.Devices = [...listOf(draft.HostConfig.Devices), device]
  },
  dns: listOption('Dns'),
  'dns-option': listOption('DnsOptions'),
  'dns-search': listOption('DnsSearch'),
  domainname: (draft, value) => void (draft.Domainname = value),
  entrypoint: (draft, value) => void (draft.Entrypoint = value === '' ? [] : [value]),
  env: (draft, value, key) => {
    if (!/^[^=]+=/.test(value))
      throw new ParameterError(`Docker parameter "${key}" must be NAME=value: ${value}`)
    draft.Env.push(value)
  },
  'group-add': listOption('GroupAdd'),
  hostname: (draft, value) => void (draft.Hostname = value),
  init: switchOption('Init'),
  ipc: textOption('IpcMode'),
  label: (draft, value) => {
    const [name, text] = pair(value)
    draft.Labels[name] = text
  },
  'log-driver': (draft, value) => void (draft.HostConfig.LogConfig = { Type: value, Config: {} }),
  'log-opt': (draft, value) => {
    const [name, text] = pair(value)
    const log = draft.HostConfig.LogConfig ?? { Type: 'json-file', Config: {} }
    draft.HostConfig.LogConfig = { Type: log.Type, Config: { ...(log.Config as object), [name]: text } }
  },
  'mac-address': (draft, value) => void (draft.MacAddress = value),
  'memory-reservation': sizeOption('MemoryReservation'),
  'memory-swappiness': numberOption('MemorySwappiness'),
  'network-alias': (draft, value) => {
    const network = draft.HostConfig.NetworkMode ?? 'default'
    const endpoint = draft.NetworkingConfig?.EndpointsConfig?.[network] ?? {}
    const aliases = [...(endpoint.Aliases ?? []), value]
    draft.NetworkingConfig = { EndpointsConfig: { [network]: { ...endpoint, Aliases: aliases } } }
  },
  'oom-kill-disable': switchOption('OomKillDisable'),
  'oom-score-adj': numberOption('OomScoreAdj'),
  pid: textOption('PidMode'),
  'pids-limit': numberOption('PidsLimit'),
  privileged: switchOption('Privileged'),
  'read-only': switchOption('ReadonlyRootfs'),
  runtime: textOption('Runtime'),
  'security-opt': listOption('SecurityOpt'),
  'shm-size': sizeOption('ShmSize'),
  'stop-signal': (draft, value) => void (draft.StopSignal = value),
  'storage-opt': mapOption('StorageOpt'),
  sysctl: mapOption('Sysctls'),
  tmpfs: (draft, value) => {
    const [path = value, flags = ''] = value.split(/:(.*)/s)
    draft.HostConfig.Tmpfs = { ...draft.HostConfig.Tmpfs, [path]: flags }
  },
  tty: (draft, value, key) => void (draft.Tty = booleanOf(value, key)),
  ulimit: (draft, value, key) => {
    const found = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(value)
    if (!found) throw new ParameterError(`Docker parameter "${key}" must be name=soft[:hard]: ${value}`)
    const limit = { Name: found[1]!, Soft: Number(found[2]), Hard: Number(found[3] ?? found[2]) }
    draft.HostConfig.Ulimits = [...(draft.HostConfig.Ulimits ?? []), limit]
  },
  user: (draft, value) => void (draft.User = value),
  userns: textOption('UsernsMode'),
  uts: textOption('UTSMode'),
  'stop-timeout': (draft, value, key) => {
    const ms = /^\d+$/.test(value) ? Number(value) * 1000 : parseDurationMs(value)
    if (ms === undefined) throw new ParameterError(`Docker parameter "${key}" must be seconds: ${value}`)
    draft.StopTimeout = Math.ceil(ms / 1000)
  },
  volume: (draft, value) => {
    if (value.includes(':')) draft.HostConfig.Binds = [...(draft.HostConfig.Binds ?? []), value]
    else draft.Volumes = { ...draft.Volumes, [value]: {} }
  },
  'volume-driver': textOption('VolumeDriver'),
  'volumes-from': listOption('VolumesFrom'),
  workdir: (draft, value) => void (draft.WorkingDir = value),
}

type TextField =
  | 'CgroupParent'
  | 'CpusetCpus'
  | 'CpusetMems'
  | 'IpcMode'
  | 'PidMode'
  | 'Runtime'
  | 'UTSMode'
  | 'UsernsMode'
  | 'VolumeDriver'
type NumberField =
  | 'BlkioWeight'
  | 'CpuPeriod'
  | 'CpuQuota'
  | 'MemoryReservation'
  | 'MemorySwappiness'
  | 'OomScoreAdj'
  | 'PidsLimit'
  | 'ShmSize'
type SwitchField = 'Init' | 'OomKillDisable' | 'Privileged' | 'ReadonlyRootfs'
type ListField =
  | 'CapAdd'
  | 'CapDrop'
  | 'Dns'
  | 'DnsOptions'
  | 'DnsSearch'
  | 'ExtraHosts'
  | 'GroupAdd'
  | 'SecurityOpt'
  | 'VolumesFrom'

function textOption(field: TextField): Apply {
  return (draft, value) => void (draft.HostConfig[field] = value)
}

function numberOption(field: NumberField): Apply {
  return (draft, value, key) => {
    if (!/^-?\d+$/.test(value))
      throw new ParameterError(`Docker parameter "${key}" must be a number: ${value}`)
    draft.HostConfig[field] = Number(value)
  }
}

/** Bytes, or a number with one of the units b, k, m, g, as `docker run` reads them. */
function sizeOption(field: NumberField): Apply {
  return (draft, value, key) => {
    const found = /^(\d+)([bkmg]?)$/i.exec(value)
    if (!found) throw new ParameterError(`Docker parameter "${key}" must be a size like 64m: ${value}`)
    const unit = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[found[2]!.toLowerCase()]
    draft.HostConfig[field] = Number(found[1]) * (unit ?? 1)
  }
}

function switchOption(field: SwitchField): Apply {
  return (draft, value, key) => void (draft.HostConfig[field] = booleanOf(value, key))
}

function listOption(field: ListField): Apply {
  return (draft, value) => void (draft.HostConfig[field] = [...listOf(draft.HostConfig[field]), value])
}

function mapOption(field: 'StorageOpt' | 'Sysctls'): Apply {
  return (draft, value) => {
    const [name, text] = pair(value)
    draft.HostConfig[field] = { ...draft.HostConfig[field], [name]: text }
  }
}

function booleanOf(value: string, key: string): boolean {
  if (value === '' || value === 'true' || value === '1') return true
  if (value === 'false' || value === '0') return false
  throw new ParameterError(`Docker parameter "${key}" must be true or false: ${value}`)
}

/** `a=b` → a, b; without `=` the text is empty, as with `docker run --label a`. */
function pair(value: string): [name: string, text: string] {
  const cut = value.indexOf('=')
  return cut < 0 ? [value, ''] : [value.slice(0, cut), value.slice(cut + 1)]
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function near(name: string): string {
  return didYouMean(name, [...Object.keys(options), ...Object.keys(refusedOptions)])
}
