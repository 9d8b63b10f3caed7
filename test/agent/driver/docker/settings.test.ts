// What the engine is asked for, without an engine: tables of app fields and parameters against the engine's fields.
import { describe, expect, test } from 'vitest'
import type { TaskPort } from '../../../../src/agent/core/index.ts'
import { containerSettings } from '../../../../src/agent/driver/docker/settings.ts'
import type { AgentId, App } from '../../../../src/model/index.ts'
import { testApp, testTask } from '../../samples.ts'

const place = {
  owner: { agentId: 'agent-1' as AgentId, workDirectory: '/var/lib/sddc/agent' },
  sandbox: '/var/lib/sddc/agent/tasks/t',
  portAddress: '127.0.0.1',
}

interface Given {
  readonly app?: Partial<App>
  readonly container?: Partial<NonNullable<App['container']>>
  readonly parameters?: readonly (readonly [key: string, value: string])[]
  readonly ports?: readonly TaskPort[]
}

const mebibyte = 1024 ** 2

const asked: readonly { name: string; given: Given; expected: object; notes?: RegExp }[] = [
  {
    name: 'cmd: the shell in place of the entry point',
    given: { app: { cmd: 'echo $A' } },
    expected: { Entrypoint: ['/bin/sh', '-c'], Cmd: ['echo $A'] },
  },
  {
    name: 'args: after the entry point',
    given: { app: { args: ['-x', 'a b'] } },
    expected: { Cmd: ['-x', 'a b'] },
  },
  {
    name: 'shares, and memory without swap',
    given: { app: { cpus: 0.5, mem: 64 } },
    expected: { HostConfig: { CpuShares: 512, Memory: 64 * mebibyte, MemorySwap: 64 * mebibyte } },
  },
  {
    name: 'the fewest shares there are',
    given: { app: { cpus: 0.001 } },
    expected: { HostConfig: { CpuShares: 2 } },
  },
  {
    name: 'a limit of CPUs is a quota, also above what the host has',
    given: { app: { cpus: 1, resourceLimits: { cpus: 100 } } },
    expected: { HostConfig: { CpuShares: 1024, CpuPeriod: 100_000, CpuQuota: 10_000_000 } },
  },
  {
    name: 'a limit of memory above what is reserved',
    given: { app: { mem: 32, resourceLimits: { mem: 128 } } },
    expected: { HostConfig: { Memory: 128 * mebibyte, MemorySwap: 128 * mebibyte } },
  },
  {
    name: 'unlimited memory',
    given: { app: { mem: 32, resourceLimits: { mem: 'unlimited' } } },
    expected: { HostConfig: { MemoryReservation: 32 * mebibyte } },
  },
  {
    name: 'less memory than the engine takes is raised and told',
    given: { app: { mem: 4 } },
    expected: { HostConfig: { Memory: 6 * mebibyte } },
    notes: /raised from 4 MiB to 6 MiB/,
  },
  {
    name: 'the host network',
    given: { app: { networks: [{ mode: 'host' }] } },
    expected: { HostConfig: { NetworkMode: 'host', PortBindings: {} } },
  },
  {
    name: 'a named network',
    given: { app: { networks: [{ mode: 'container', name: 'n' }] } },
    expected: { HostConfig: { NetworkMode: 'n' } },
  },
  {
    name: 'ports of both protocols, on the address; without host port only exposed',
    given: {
      ports: [
        { host: 31_000, container: 80, protocol: 'udp,tcp' },
        { container: 90, protocol: 'tcp' },
      ],
    },
    expected: {
      ExposedPorts: { '80/udp': {}, '80/tcp': {}, '90/tcp': {} },
      HostConfig: {
        PortBindings: {
          '80/udp': [{ HostIp: '127.0.0.1', HostPort: '31000' }],
          '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '31000' }],
        },
      },
    },
  },
  {
    name: 'volumes of the host; a relative container path stands in the sandbox',
    given: {
      container: {
        volumes: [
          { hostPath: '/a', containerPath: '/b', mode: 'RO' },
          { hostPath: '/c', containerPath: 'd', mode: 'RW' },
        ],
      },
    },
    expected: {
      HostConfig: {
        Binds: ['/var/lib/sddc/agent/tasks/t:/mnt/mesos/sandbox', '/a:/b:ro', '/c:/mnt/mesos/sandbox/d:rw'],
      },
    },
  },
  {
    name: 'logs do not grow without end',
    given: {},
    expected: {
      HostConfig: { LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } } },
    },
  },
  {
    name: 'parameters that add up',
    given: {
      parameters: [
        ['cap-add', 'NET_ADMIN'],
        ['cap-add', 'SYS_TIME'],
        ['e', 'A=1=2'],
        ['volume', '/x:/y:ro'],
        ['add-host', 'db:10.0.0.1'],
        ['sysctl', 'net.core.somaxconn=1024'],
        ['ulimit', 'nofile=1024:2048'],
      ],
    },
    expected: {
      Env: expect.arrayContaining(['A=1=2']),
      HostConfig: {
        CapAdd: ['NET_ADMIN', 'SYS_TIME'],
        Binds: expect.arrayContaining(['/x:/y:ro']),
        ExtraHosts: ['db:10.0.0.1'],
        Sysctls: { 'net.core.somaxconn': '1024' },
        Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 2048 }],
      },
    },
  },
  {
    name: 'parameters that set',
    given: {
      parameters: [
        ['hostname', 'h'],
        ['shm-size', '64m'],
        ['read-only', ''],
        ['init', 'true'],
        ['privileged', 'false'],
        ['device', '/dev/fuse'],
        ['tmpfs', '/run:size=64m,exec'],
        ['log-opt', 'max-size=1m'],
      ],
    },
    expected: {
      Hostname: 'h',
      HostConfig: {
        ShmSize: 64 * mebibyte,
        ReadonlyRootfs: true,
        Init: true,
        Privileged: false,
        Devices: [{ PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rwm' }],
        Tmpfs: { '/run': 'size=64m,exec' },
        LogConfig: { Config: { 'max-size': '1m', 'max-file': '2' } },
      },
    },
  },
  {
    name: 'no parameter takes a container out of sight',
    given: {
      parameters: [
        ['label', 'sddc.agent=other'],
        ['label', 'team=a'],
      ],
    },
    expected: { Labels: { 'sddc.agent': 'agent-1', 'sddc.incarnation': '1', team: 'a' } },
  },
  {
    name: 'name and restart are left out, and told',
    given: {
      parameters: [
        ['name', 'mine'],
        ['restart', 'always'],
      ],
    },
    expected: {
      name: expect.stringMatching(/^sddc-test_app\.instance-/),
      HostConfig: { RestartPolicy: { Name: 'no' } },
    },
    notes: /"name" is left out.*\n.*"restart" is left out/,
  },
]

const refused: readonly { name: string; given: Given; reason: RegExp }[] = [
  {
    name: 'an unknown parameter',
    given: { parameters: [['hostnam', 'x']] },
    reason: /unknown .*"hostnam"\. Did you mean "hostname"/,
  },
  {
    name: 'a name of every object',
    given: { parameters: [['constructor', 'x']] },
    reason: /unknown .*"constructor"/,
  },
  {
    name: 'what an app field is for',
    given: { parameters: [['publish', '80:80']] },
    reason: /"publish": use "portMappings"/,
  },
  {
    name: 'no number',
    given: { parameters: [['pids-limit', 'many']] },
    reason: /"pids-limit" must be a number: many/,
  },
  { name: 'no size', given: { parameters: [['shm-size', '1x']] }, reason: /must be a size/ },
  { name: 'no switch', given: { parameters: [['init', 'maybe']] }, reason: /must be true or false/ },
  {
    name: 'a variable without value',
    given: { parameters: [['env', 'HOME']] },
    reason: /must be NAME=value/,
  },
  {
    name: 'a colon in a path',
    given: { container: { volumes: [{ hostPath: '/a:b', containerPath: '/c', mode: 'RW' }] } },
    reason: /colon/,
  },
  {
    name: 'a relative host path',
    given: { container: { volumes: [{ hostPath: 'a', containerPath: '/c', mode: 'RW' }] } },
    reason: /must be absolute/,
  },
  {
    name: 'a secret volume',
    given: { container: { volumes: [{ containerPath: '/c', secret: 's' }] } },
    reason: /no secrets yet/,
  },
]

describe('container settings', () => {
  test.each(asked)('$name', ({ given, expected, notes }) => {
    const settings = settingsOf(given)
    expect(settings).toMatchObject({ kind: 'ok', options: expected })
    const told = settings.kind === 'ok' ? settings.notes.join('\n') : ''
    if (notes) expect(told).toMatch(notes)
    else expect(told).toBe('')
  })

  test.each(refused)('refused: $name', ({ given, reason }) => {
    expect(settingsOf(given)).toEqual({ kind: 'refused', reason: expect.stringMatching(reason) })
  })

  test('without cmd and args the image says what runs', () => {
    const settings = settingsOf({})
    expect(settings.kind === 'ok' && Object.keys(settings.options)).not.toContain('Cmd')
    expect(settings.kind === 'ok' && Object.keys(settings.options)).not.toContain('Entrypoint')
  })
})

function settingsOf({ app = {}, container = {}, parameters = [], ports = [] }: Given) {
  const docker = {
    image: 'busybox',
    forcePullImage: false,
    privileged: false,
    parameters: parameters.map(([key, value]) => ({ key, value })),
  }
  const whole = testApp({
    networks: [{ mode: 'container/bridge' }],
    ...app,
    container: { type: 'DOCKER', volumes: [], ...container, docker },
  })
  return containerSettings(
    { ...testTask(whole, { tasksDirectory: '/tasks' }), driver: 'docker', ports },
    place,
  )
}
