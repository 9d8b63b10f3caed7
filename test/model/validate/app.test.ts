// The rules across fields, each with its path and text.
import { expect, test } from 'vitest'
import { validateApp } from '../../../src/model/index.ts'
import type { Json } from '../../../src/base/index.ts'
import { appOf } from '../samples.ts'

const idRule =
  "must fully match regular expression '^(([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])\\.)*([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])|(\\.|\\.\\.)$'"
const processRule = "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'."
const reserved = 'must not end with any of the following reserved keywords: restart, tasks, versions, ., ..'
const indexRule =
  'Health check port indices must address an element of the ports array or container port mappings.'
const feature = (name: string): string =>
  `Feature ${name} is not enabled. Enable with --enable_features ${name})`
const docker = { docker: { image: 'i' } }
const bridge = { networks: [{ mode: 'container/bridge' }], cmd: null }

const good: readonly [string, Json][] = [
  ['a command', {}],
  ['arguments', { cmd: null, args: ['a'] }],
  ['an image alone', { cmd: null, container: docker }],
  ['an image and a command', { container: docker }],
  ['names with dots and hyphens', { id: '/a-b/c.d/e1.f-2' }],
  ['one label', { id: '/a' }],
  ['a dependency that is not there', { dependencies: ['/nowhere', '../x'] }],
  [
    'all constraints',
    {
      constraints: [
        ['a', 'UNIQUE'],
        ['a', 'CLUSTER'],
        ['a', 'CLUSTER', 'b'],
        ['a', 'GROUP_BY'],
        ['a', 'GROUP_BY', '3'],
        ['a', 'LIKE', 'x[0-9]+|y'],
        ['a', 'UNLIKE', '.*'],
        ['a', 'MAX_PER', '2'],
        ['a', 'IS', 'b/c_d.e-1'],
        ['a', 'IS', ''],
      ],
    },
  ],
  [
    'several container networks',
    { container: { type: 'MESOS', ...docker }, networks: [{ name: 'a' }, { name: 'b' }] },
  ],
  [
    'ports on a bridge',
    {
      ...bridge,
      container: {
        ...docker,
        portMappings: [
          { containerPort: 80, name: 'a' },
          { containerPort: 81, name: 'b' },
        ],
      },
    },
  ],
  [
    'the same port for both transports',
    { portDefinitions: [{ hostPort: 31000 }, { hostPort: 31000, protocol: 'udp' }] },
  ],
  ['any ports, twice', { ports: [0, 0] }],
  ['a check of the second port', { ports: [0, 0], healthChecks: [{ portIndex: 1 }] }],
  ['a check of a number', { ports: [], healthChecks: [{ port: 80 }] }],
  ['a command as a check', { ports: [], healthChecks: [{ protocol: 'COMMAND', command: { value: 'a' } }] }],
  ['a readiness check', { portDefinitions: [{ name: 'http-api' }], readinessChecks: [{}] }],
  ['one instance at most', { labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' } }],
  ['the built-in executor by name', { executor: '//cmd' }],
  [
    'a directory of the machine in the sandbox of a process',
    { container: { type: 'MESOS', volumes: [{ containerPath: 'data/in', hostPath: '/srv' }] } },
  ],
  [
    'directories of the machine in a container',
    {
      container: {
        ...docker,
        volumes: [
          { containerPath: '/in', hostPath: '/srv/in', mode: 'RO' },
          { containerPath: 'out', hostPath: '/srv/out' },
        ],
      },
    },
  ],
  ['limits', { resourceLimits: { cpus: 2, mem: 'unlimited' } }],
  ['roles', { role: 'r', acceptedResourceRoles: ['*', 'r'] }],
  [
    'addresses',
    {
      fetch: [
        { uri: 'http://a/b%20c?d=e#f' },
        { uri: '/plain/path' },
        { uri: 'hdfs://x/y', destPath: 'a/b' },
      ],
    },
  ],
  [
    'IPv6 where it is supported',
    { ...bridge, container: docker, healthChecks: [{ protocol: 'MESOS_TCP', ipProtocol: 'IPv6' }] },
  ],
]

test.each(good)('%s is allowed', (_name, given) => {
  expect(validateApp(appOf({ id: '/web', cmd: 'x', ...(given as object) }))).toEqual([])
})

const bad: readonly [string, Json, string, string][] = [
  ['upper case in an id', { id: '/Web' }, '/id', idRule],
  ['an underscore in an id', { id: '/a_b/c' }, '/id', idRule],
  ['a hyphen at the end', { id: '/a-' }, '/id', idRule],
  ['a dot at the end', { id: '/a.' }, '/id', idRule],
  ['the root', { id: '/' }, '/id', 'must not be root'],
  ['a reserved word', { id: '/a/restart' }, '/id', reserved],
  ['another reserved word', { id: '/tasks' }, '/id', reserved],
  ['cmd and args', { args: ['a'] }, '/', processRule],
  ['nothing to run', { cmd: null }, '/', processRule],
  ['a container without image', { cmd: null, container: { type: 'MESOS' } }, '/', processRule],
  ['GPUs', { gpus: 1 }, '/gpus', feature('gpu_resources')],
  [
    'a limit below what is asked for',
    { mem: 64, resourceLimits: { mem: 32 } },
    '/resourceLimits/mem',
    'must be greater than or equal to what is requested, or "unlimited"',
  ],
  ['secrets', { secrets: { a: { source: 'b' } } }, '/secrets', feature('secrets')],
  ['a name with =', { env: { 'A=B': 'c' } }, '/env/A=B', 'must not contain "="'],
  ['an empty role', { role: '' }, '/role', 'must not be empty'],
  ['no roles', { acceptedResourceRoles: [] }, '/acceptedResourceRoles', 'must not be empty'],
  ['a role twice', { acceptedResourceRoles: ['*', '*'] }, '/acceptedResourceRoles', 'must be unique'],
  [
    'a foreign role',
    { acceptedResourceRoles: ['b'] },
    '/acceptedResourceRoles',
    'acceptedResourceRoles can only contain * and *',
  ],
  ['a blank in an address', { fetch: [{ uri: 'http://a/b c' }] }, '/fetch(0)/uri', 'URI has invalid syntax.'],
  ['a broken escape', { fetch: [{ uri: 'http://a/%zz' }] }, '/fetch(0)/uri', 'URI has invalid syntax.'],
  [
    'a way out of the sandbox',
    { fetch: [{ uri: 'a', destPath: '../b' }] },
    '/fetch(0)/destPath',
    'must be a relative path within the sandbox',
  ],
  ['Docker without docker', { container: { type: 'DOCKER' } }, '/container/docker', 'not defined'],
  ['no image', { container: { docker: {} } }, '/container/docker/image', 'must not be empty'],
  [
    'privileged without Docker',
    { container: { type: 'MESOS', docker: { image: 'i', privileged: true } } },
    '/container/docker/privileged',
    'is only supported by the Docker containerizer',
  ],
  [
    'parameters without Docker',
    { container: { type: 'MESOS', docker: { image: 'i', parameters: [{ key: 'a', value: 'b' }] } } },
    '/container/docker/parameters',
    'is only supported by the Docker containerizer',
  ],
  [
    'pull secrets',
    { container: { type: 'MESOS', docker: { image: 'i', pullConfig: { secret: 's' } } } },
    '/container/docker/pullConfig',
    feature('secrets'),
  ],
  [
    'Linux isolation with Docker',
    { container: { ...docker, linuxInfo: {} } },
    '/container/linuxInfo',
    'is only supported by the Mesos containerizer',
  ],
  [
    'an empty host path',
    { container: { ...docker, volumes: [{ containerPath: '/a', hostPath: '' }] } },
    '/container/volumes(0)/hostPath',
    'must not be empty',
  ],
  [
    'an empty container path',
    { container: { ...docker, volumes: [{ containerPath: '', hostPath: '/a' }] } },
    '/container/volumes(0)/containerPath',
    'must not be empty',
  ],
  [
    'two volumes in one place',
    {
      container: {
        ...docker,
        volumes: [
          { containerPath: '/a', hostPath: '/b' },
          { containerPath: '/a', hostPath: '/c' },
        ],
      },
    },
    '/container/volumes(1)/containerPath',
    'must be unique',
  ],
  [
    'a volume of a provider',
    {
      container: { ...docker, volumes: [{ containerPath: '/a', external: { name: 'n', provider: 'dvdi' } }] },
    },
    '/container/volumes(0)/external',
    feature('external_volumes'),
  ],
  [
    'a secret as a file',
    { container: { ...docker, volumes: [{ containerPath: '/a', secret: 's' }] } },
    '/container/volumes(0)',
    feature('secrets'),
  ],
  [
    'a persistent volume',
    { container: { ...docker, volumes: [{ containerPath: 'a', persistent: { size: 1 } }] } },
    '/container/volumes(0)/persistent',
    'persistent volumes are not offered in this version',
  ],
  [
    'a way out of the sandbox by a volume',
    { container: { ...docker, volumes: [{ containerPath: 'a/../../b', hostPath: '/a' }] } },
    '/container/volumes(0)/containerPath',
    'must not contain ".."',
  ],
  [
    'a relative host path',
    { container: { ...docker, volumes: [{ containerPath: '/a', hostPath: 'data' }] } },
    '/container/volumes(0)/hostPath',
    'must be an absolute path',
  ],
  [
    'a colon in a path of a container',
    { container: { ...docker, volumes: [{ containerPath: '/a', hostPath: '/a:b' }] } },
    '/container/volumes(0)/hostPath',
    'must not contain ":"',
  ],
  [
    'an absolute place for a volume of a process',
    { container: { volumes: [{ containerPath: '/data', hostPath: '/srv' }] } },
    '/container/volumes(0)/containerPath',
    'must be a relative path for an app without an image',
  ],
  [
    'a read-only volume of a process',
    { container: { volumes: [{ containerPath: 'data', hostPath: '/srv', mode: 'RO' }] } },
    '/container/volumes(0)/mode',
    'must be RW for an app without an image',
  ],
  [
    'an executor',
    { executor: '/opt/executor' },
    '/executor',
    'custom executors are not offered in this version',
  ],
  [
    'two kinds of network',
    { networks: [{ mode: 'host' }, { mode: 'container/bridge' }] },
    '/networks',
    'must have exactly one host network, or exactly one bridge network, or one or more container networks',
  ],
  [
    'the host twice',
    { networks: [{ mode: 'host' }, { mode: 'host' }] },
    '/networks',
    'must have exactly one host network, or exactly one bridge network, or one or more container networks',
  ],
  [
    'a network without name',
    { networks: [{}] },
    '/networks(0)',
    'Network name must be specified when container network is selected.',
  ],
  [
    'a name for the host',
    { networks: [{ mode: 'host', name: 'a' }] },
    '/networks(0)',
    'host networks must not have a name',
  ],
  [
    'labels for the host',
    { networks: [{ mode: 'host', labels: { a: 'b' } }] },
    '/networks(0)',
    'host networks must not have labels',
  ],
  [
    'a network twice',
    { networks: [{ name: 'a' }, { name: 'a' }] },
    '/networks',
    'network names must be unique',
  ],
  [
    'Docker on two networks',
    { container: { ...docker, portMappings: [] }, networks: [{ name: 'a' }, { name: 'b' }] },
    '/networks',
    'may only specify a single container network when using the Docker containerizer',
  ],
  [
    'mappings on the host',
    { container: { ...docker, portMappings: [{}] } },
    '/container/portMappings',
    'portMappings are not allowed with host-networking',
  ],
  [
    'definitions on a bridge',
    { ...bridge, container: docker, portDefinitions: [{}] },
    '/portDefinitions',
    'portDefinitions are only allowed with host-networking',
  ],
  [
    'a port name twice',
    { portDefinitions: [{ name: 'a' }, { name: 'a' }] },
    '/portDefinitions',
    'Port names must be unique.',
  ],
  ['a port twice', { ports: [1, 1] }, '/portDefinitions', 'Ports must be unique.'],
  [
    'a host port twice',
    { portDefinitions: [{ hostPort: 1 }, { hostPort: 1 }] },
    '/portDefinitions',
    'Host ports must be unique.',
  ],
  [
    'a service port twice',
    { ...bridge, container: { ...docker, portMappings: [{ servicePort: 1 }, { servicePort: 1 }] } },
    '/container/portMappings',
    'Ports must be unique.',
  ],
  [
    'a mapped host port twice',
    {
      ...bridge,
      container: { ...docker, portMappings: [{ hostPort: 1, protocol: 'udp,tcp' }, { hostPort: 1 }] },
    },
    '/container/portMappings',
    'Host ports must be unique.',
  ],
  [
    'a port on a foreign network',
    { container: { portMappings: [{ networkNames: ['b'] }] }, networks: [{ name: 'a' }] },
    '/container/portMappings(0)/networkNames',
    'networkNames must name networks of the app',
  ],
  [
    'a host port on one of two networks',
    { container: { portMappings: [{ hostPort: 0 }] }, networks: [{ name: 'a' }, { name: 'b' }] },
    '/container/portMappings(0)',
    'must name exactly one network when several container networks are used with a hostPort',
  ],
  [
    'UNIQUE with a value',
    { constraints: [['a', 'UNIQUE', 'b']] },
    '/constraints(0)',
    'UNIQUE does not accept a value',
  ],
  [
    'GROUP_BY a word',
    { constraints: [['a', 'GROUP_BY', 'b']] },
    '/constraints(0)',
    'GROUP BY must define an integer value or else no value at all',
  ],
  [
    'MAX_PER nothing',
    { constraints: [['a', 'MAX_PER']] },
    '/constraints(0)',
    'MAX_PER requires an integer value',
  ],
  [
    'LIKE nothing',
    { constraints: [['a', 'LIKE']] },
    '/constraints(0)',
    'LIKE and UNLIKE require a non-empty, regular expression value',
  ],
  [
    'UNLIKE an empty text',
    { constraints: [['a', 'UNLIKE', '']] },
    '/constraints(0)',
    'LIKE and UNLIKE require a non-empty, regular expression value',
  ],
  [
    'a broken pattern',
    {
      constraints: [
        ['a', 'UNIQUE'],
        ['a', 'LIKE', '(('],
      ],
    },
    '/constraints(1)',
    "'((' is not a valid regular expression",
  ],
  [
    'a pattern that looks ahead',
    { constraints: [['a', 'LIKE', '(?=b)']] },
    '/constraints(0)',
    "'(?=b)' is not a valid regular expression",
  ],
  [
    'IS with a blank',
    { constraints: [['a', 'IS', 'b c']] },
    '/constraints(0)',
    "IS value must match '^[a-zA-Z0-9_/.-]*$'",
  ],
  ['a port that is not there', { healthChecks: [{ portIndex: 1 }] }, '/healthChecks(0)/portIndex', indexRule],
  ['a check without ports', { ports: [], healthChecks: [{}] }, '/healthChecks(0)/portIndex', indexRule],
  [
    'two ways to a port',
    { healthChecks: [{ port: 1, portIndex: 0 }] },
    '/healthChecks(0)',
    'must have only one of port and portIndex',
  ],
  [
    'a command without command',
    { healthChecks: [{ protocol: 'COMMAND' }] },
    '/healthChecks(0)/command',
    'error.path.missing',
  ],
  [
    'a command over HTTP',
    { healthChecks: [{ command: { value: 'a' } }] },
    '/healthChecks(0)/command',
    'is only allowed for the protocol COMMAND',
  ],
  [
    'a command twice',
    { healthChecks: [{ protocol: 'COMMAND', command: { value: 'a', argv: ['b'] } }] },
    '/healthChecks(0)/command',
    'must have exactly one of value and argv',
  ],
  [
    'an empty command',
    { healthChecks: [{ protocol: 'COMMAND', command: {} }] },
    '/healthChecks(0)/command',
    'must have exactly one of value and argv',
  ],
  [
    'a command with a port',
    { healthChecks: [{ protocol: 'COMMAND', command: { value: 'a' }, portIndex: 0 }] },
    '/healthChecks(0)',
    'must not have a port or portIndex for COMMAND',
  ],
  [
    'a path without slash',
    { healthChecks: [{ path: 'health' }] },
    '/healthChecks(0)/path',
    'must start with "/"',
  ],
  [
    'IPv6 elsewhere',
    { healthChecks: [{ ipProtocol: 'IPv6' }] },
    '/healthChecks(0)/ipProtocol',
    'IPv6 is only supported for MESOS_HTTP, MESOS_HTTPS and MESOS_TCP with Docker',
  ],
  [
    'two checks by the agent',
    { healthChecks: [{ protocol: 'MESOS_TCP' }, { protocol: 'MESOS_HTTP' }] },
    '/healthChecks',
    'at most one health check of a MESOS_ protocol is allowed',
  ],
  [
    'readiness of no port',
    { readinessChecks: [{}] },
    '/readinessChecks(0)/portName',
    'No port definition reference for portName http-api',
  ],
  [
    'readiness that takes too long',
    { readinessChecks: [{ portName: 'default', timeoutSeconds: 30 }] },
    '/readinessChecks(0)/timeoutSeconds',
    'must be less than intervalSeconds',
  ],
  [
    'readiness never',
    { readinessChecks: [{ portName: 'default', httpStatusCodesForReady: [] }] },
    '/readinessChecks(0)/httpStatusCodesForReady',
    'must not be empty',
  ],
  [
    'a check of two kinds',
    { check: { tcp: {}, http: {} } },
    '/check',
    'must have exactly one of http, tcp and exec',
  ],
  [
    'forgotten before replaced',
    { unreachableStrategy: { inactiveAfterSeconds: 2, expungeAfterSeconds: 1 } },
    '/unreachableStrategy',
    'inactiveAfterSeconds must be less than or equal to expungeAfterSeconds',
  ],
  [
    'health later than progress',
    { update: { healthyDeadlineSeconds: 60, progressDeadlineSeconds: 30 } },
    '/update',
    'healthyDeadlineSeconds must be less than or equal to progressDeadlineSeconds',
  ],
  [
    'a rollback that nothing calls for',
    { update: { autoRollback: true } },
    '/update/autoRollback',
    'needs healthyDeadlineSeconds or progressDeadlineSeconds',
  ],
  [
    'a canary of a single one',
    {
      labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' },
      upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
      update: { canary: 1 },
    },
    '/update/canary',
    'must be 0 for resident and single instance apps',
  ],
  [
    'two of a single one',
    { instances: 2, labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' } },
    '/instances',
    'must be less than or equal to 1 for single instance apps',
  ],
  [
    'a single one that overlaps',
    { labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' }, upgradeStrategy: { maximumOverCapacity: 1 } },
    '/upgradeStrategy',
    'minimumHealthCapacity and maximumOverCapacity must be 0 for single instance apps',
  ],
  ['a dependency that is no path', { dependencies: ['/A'] }, '/dependencies(0)', idRule],
]

test.each(bad)('%s is refused', (_name, given, path, summary) => {
  const found = validateApp(appOf({ id: '/web', cmd: 'x', ...(given as object) }))
  const errors = found.filter(d => d.severity === 'error')
  expect(errors.map(d => [d.path, d.summary])).toEqual([[path, summary]])
  expect(errors[0]!.detail).toMatch(/[^ ][.?]$/)
})

const idle: readonly [string, Json, string][] = [
  ['a general check', { check: { tcp: {} } }, '/check'],
  ['resources of an executor', { executorResources: { cpus: 1 } }, '/executorResources'],
  ['isolation', { container: { type: 'MESOS', ...docker, linuxInfo: {} } }, '/container/linuxInfo'],
  [
    'credentials for an image',
    { container: { docker: { image: 'i', credential: { principal: 'p' } } } },
    '/container/docker/credential',
  ],
  ['a network of its own for a process', { networks: [{ mode: 'container/bridge' }] }, '/networks'],
  ['a terminal for a process', { tty: true }, '/tty'],
]

test.each(idle)('%s is told to have no effect', (_name, given, path) => {
  const found = validateApp(appOf({ id: '/web', cmd: 'x', ...(given as object) }))
  expect(found.map(d => [d.severity, d.path])).toEqual([['warning', path]])
  expect(found[0]!.summary).toMatch(/^has no effect/)
  expect(found[0]!.detail).toMatch(/[^ ]\.$/)
})

test('all rules are told at once', () => {
  const found = validateApp(appOf({ id: '/A', cmd: 'x', args: ['y'], gpus: 1, constraints: [['a', 'LIKE']] }))
  expect(found.map(d => d.path)).toEqual(['/id', '/', '/gpus', '/constraints(0)'])
})

test('an undefined secret is told beside the missing feature', () => {
  const found = validateApp(appOf({ id: '/a', cmd: 'x', env: { T: { secret: 's' } } }))
  expect(found.map(d => d.path)).toEqual(['/env/T', '/env/T/secret'])
  expect(found[1]!.summary).toBe('references an undefined secret')
})

test('no pattern takes long', () => {
  const nested = appOf({ id: '/a', cmd: 'x', constraints: [['a', 'LIKE', '(((((a*)*)*)*)*)*b']] })
  expect(validateApp(nested)).toEqual([])
  const long = appOf({ id: `/${'a-'.repeat(240)}`, cmd: 'x' })
  expect(validateApp(long)).toHaveLength(1)
})

const modes: readonly [string, Json, readonly string[]][] = [
  ['a daemon', { mode: 'daemon' }, []],
  ['a daemon that is suspended', { mode: 'daemon', instances: 0 }, []],
  ['a daemon of two', { mode: 'daemon', instances: 2 }, ['/instances']],
  ['retries of a service', { retries: 2 }, ['/retries']],
  ['a longest run of a daemon', { mode: 'daemon', maxRunDurationSeconds: 5 }, ['/maxRunDurationSeconds']],
  ['a batch app', { mode: 'batch', instances: 9, retries: 0, maxRunDurationSeconds: 5 }, []],
  ['an update of a batch app', { mode: 'batch', update: { maxParallel: 1 } }, ['/update']],
  ['a daemon with a bound', { mode: 'daemon', update: { maxParallel: 1 } }, []],
  ['canaries of a daemon', { mode: 'daemon', update: { canary: 1 } }, ['/update/canary']],
  ['a wait before a stop', { preStop: { waitSeconds: 5 } }, []],
  ['a preparation of nothing', { preStop: {} }, ['/preStop']],
  ['a command of two kinds', { preStop: { command: { value: 'a', argv: ['a'] } } }, ['/preStop/command']],
  ['a command without a program', { preStop: { command: { argv: [] } } }, ['/preStop/command/argv']],
]

test.each(modes)('%s', (_name, given, paths) => {
  const found = validateApp(appOf({ id: '/web', cmd: 'x', ...(given as object) }))
  expect(found.map(d => d.path)).toEqual(paths)
})
