// Every option of the authoring API is described where an editor shows it, in the words of the schema table: nothing is
// described twice. `UPDATE=1` writes the table's words into the sources.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { appFields, fieldAt, fieldsUnder } from '../../../src/model/index.ts'

const folder = resolve(import.meta.dirname, '../../../src/lang/ts')

/** The object of the table whose fields an interface has, by its JSON path. */
const files: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'app.ts': {
    InContainer: '',
    OfImage: '',
    Program: '',
    ShellCommand: '',
    AppFields: '',
    ExecutorResources: '/executorResources',
    ResourceLimits: '/resourceLimits',
    UpgradeStrategy: '/upgradeStrategy',
    Affinity: '/affinities(0)',
    Spread: '/spreads(0)',
    SpreadTarget: '/spreads(0)/targets(0)',
    UnreachableStrategy: '/unreachableStrategy',
    SecretOptions: '/secrets',
    PortOptions: '/portDefinitions(0)',
    ContainerOptions: '/container',
    EngineParameter: '/container/docker/parameters(0)',
    PullConfig: '/container/docker/pullConfig',
    LinuxInfo: '/container/linuxInfo',
    Seccomp: '/container/linuxInfo/seccomp',
    IpcInfo: '/container/linuxInfo/ipcInfo',
    PlainNetwork: '/networks(0)',
    ContainerNetwork: '/networks(0)',
    FetchOptions: '/fetch(0)',
    CheckOptions: '/check',
    CheckRequest: '/check/http',
    CheckCommand: '/check/exec',
  },
  'checks.ts': {
    CheckTiming: '/healthChecks(0)',
    CheckedPort: '/healthChecks(0)',
    HttpCheck: '/healthChecks(0)',
    TcpCheck: '/healthChecks(0)',
    CommandCheck: '/healthChecks(0)',
    ReadinessCheck: '/readinessChecks(0)',
  },
  'volume.ts': {
    HostMount: '/container/volumes(0)',
    VolumeMount: '/container/volumes(0)',
    PersistentMount: '/container/volumes(0)',
  },
}

/** Where the name, or the place, is another one than in the table. */
const elsewhere: Readonly<Record<string, string>> = {
  'InContainer.container': '/container',
  'OfImage.image': '/container/docker/image',
  'AppFields.image': '/container/docker/image',
  'AppFields.networks': '/networks',
  'AppFields.mounts': '/container/volumes',
  'AppFields.constraints': '/constraints',
  'AppFields.affinities': '/affinities',
  'AppFields.spreads': '/spreads',
  'Spread.targets': '/spreads(0)/targets',
  'AppFields.health': '/healthChecks',
  'AppFields.readiness': '/readinessChecks',
  'PortOptions.networkNames': '/container/portMappings(0)/networkNames',
  'ContainerOptions.image': '/container/docker/image',
  'ContainerOptions.forcePullImage': '/container/docker/forcePullImage',
  'ContainerOptions.privileged': '/container/docker/privileged',
  'ContainerOptions.parameters': '/container/docker/parameters',
  'ContainerOptions.pullConfig': '/container/docker/pullConfig',
  'CheckedPort.portNumber': '/healthChecks(0)/port',
  'HostMount.container': '/container/volumes(0)/containerPath',
  'HostMount.host': '/container/volumes(0)/hostPath',
  'VolumeMount.container': '/container/volumes(0)/containerPath',
  'PersistentMount.container': '/container/volumes(0)/containerPath',
  'PersistentMount.size': '/container/volumes(0)/persistent/size',
  'PersistentMount.type': '/container/volumes(0)/persistent/type',
}

/** What the configuration languages have and the table has not; described where it is declared. */
const own: ReadonlySet<string> = new Set([
  'AppFields.uris',
  'AppFields.network',
  'AppFields.ports',
  'AppFields.lifecycle',
  'PortOptions.container',
  'CheckOptions.port',
  'CheckedPort.port',
  'VolumeMount.volume',
])

describe.each(Object.entries(files))('options in %s', (file, interfaces) => {
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')

  it('are described in the words of the schema table', () => {
    const expected = described(text, interfaces)
    if (process.env['UPDATE'] === '1') writeFileSync(path, expected)
    else expect(text).toBe(expected)
  })

  it('are all described', () => {
    const bare = [...optionsOf(text, interfaces)].filter(option => option.comment === undefined)
    expect(bare.map(option => option.name)).toEqual([])
  })
})

interface Option {
  /** `AppFields.cpus`. */
  readonly name: string
  /** The index of its line. */
  readonly line: number
  readonly comment?: { readonly text: string; readonly lines: number }
  /** In the table; absent for our own. */
  readonly documentation?: string
}

function described(text: string, interfaces: Readonly<Record<string, string>>): string {
  const lines = text.split('\n')
  for (const { line, comment, documentation } of [...optionsOf(text, interfaces)].reverse()) {
    if (documentation === undefined) continue
    const above = comment?.lines ?? 0
    lines.splice(line - above, above, `  /** ${documentation} */`)
  }
  return lines.join('\n')
}

function* optionsOf(text: string, interfaces: Readonly<Record<string, string>>): Generator<Option> {
  const lines = text.split('\n')
  let owner: string | undefined
  for (const [line, content] of lines.entries()) {
    owner = content === '}' ? undefined : (/^(?:export )?interface (\w+)/.exec(content)?.[1] ?? owner)
    const option = /^ {2}readonly (\w+)\??: (?!never$)/.exec(content)?.[1]
    if (owner === undefined || option === undefined || !Object.hasOwn(interfaces, owner)) continue
    const name = `${owner}.${option}`
    const comment = commentAbove(lines, line)
    yield {
      name,
      line,
      ...(comment ? { comment } : {}),
      ...(own.has(name) ? {} : { documentation: documentationOf(name, option, interfaces[owner]!) }),
    }
  }
}

function commentAbove(lines: readonly string[], line: number): Option['comment'] {
  if (!lines[line - 1]?.trimEnd().endsWith('*/')) return undefined
  let first = line - 1
  while (!lines[first]!.trim().startsWith('/**')) first--
  return { text: lines.slice(first, line).join('\n'), lines: line - first }
}

function documentationOf(name: string, option: string, object: string): string {
  const other = elsewhere[name]
  const fields = object === '' ? appFields : fieldsUnder(fieldAt(object)!.type)
  const field = other === undefined ? fields.find(f => f.typescript === option) : fieldAt(other)
  expect(field, `${name} in the schema table`).toBeDefined()
  return field!.documentation
}
