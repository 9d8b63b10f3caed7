// The one table of an app's fields, in the order in which they are printed. Effects: what only the control plane acts
// on changes in place; what a running task has in its hands (command, environment, ports, checks that its agent makes)
// restarts it. Defaults that depend on other fields are not here but in normalize/complete.ts.
import { container } from './container.ts'
import { boolean, field, integer, list, map, number, object, oneOf, text, union } from './field.ts'
import type { Field } from './field.ts'
import { check, healthChecks, readinessChecks } from './health.ts'
import {
  maxArgs,
  maxArgumentLength,
  maxCpus,
  maxEnvEntries,
  maxGpus,
  maxIdLength,
  maxInstances,
  maxListLength,
  maxMiB,
  maxNameLength,
  maxSeconds,
  maxUriLength,
} from './limits.ts'
import { modeFields } from './modes.ts'
import { labels, networks, portDefinitions } from './network.ts'
import { preferenceFields } from './placement.ts'

const mib = number(0, maxMiB)
const seconds = number(0, maxSeconds)
const name = text(maxNameLength)
const share = number(0, 1)
/** Ping rounds are 3 s apart: what is shorter could not be told from a message under way. */
const deadline = number(1, maxSeconds)

const identity: readonly Field[] = [
  field('id', 'id', text(maxIdLength), 'Path that names the app.', { effect: 'none' }),
  field(
    'cmd',
    'cmd',
    text(maxArgumentLength, { minLength: 1, emptyMessage: 'must not be an empty string' }),
    'Command line, run by a shell.',
  ),
  field('args', 'args', list(text(maxArgumentLength), maxArgs), 'Program and arguments, no shell.'),
]

const resources: readonly Field[] = [
  field('cpus', 'cpus', number(0, maxCpus), 'CPUs that one instance takes.', { default: 1 }),
  field('mem', 'mem', mib, 'Memory that one instance takes.', { default: 128, unit: 'MiB' }),
  field('disk', 'disk', mib, 'Disk space that one instance takes.', { default: 0, unit: 'MiB' }),
  field('gpus', 'gpus', integer(0, maxGpus), 'GPUs that one instance takes.', { default: 0 }),
  field('instances', 'instances', integer(0, maxInstances), 'How many copies run; 0 suspends the app.', {
    default: 1,
    effect: 'scale',
  }),
  field('user', 'user', name, 'User of the machine that runs the task.'),
  field(
    'executor',
    'executor',
    text(1024, { pattern: /^(?:\/\/cmd|\/?[^/]+(?:\/[^/]+)*|)$/ }),
    'Custom executor; empty or //cmd is the built-in one.',
    { default: '' },
  ),
  field(
    'executorResources',
    'executor_resources',
    object(
      field('cpus', 'cpus', number(0.1, maxCpus), 'CPUs.', { default: 0.1 }),
      field('mem', 'mem', number(32, maxMiB), 'Memory.', { default: 32, unit: 'MiB' }),
      field('disk', 'disk', number(10, maxMiB), 'Disk space.', { default: 10, unit: 'MiB' }),
    ),
    'What a custom executor takes on top.',
  ),
  field(
    'resourceLimits',
    'resource_limits',
    object(
      field('cpus', 'cpus', union(number(0, maxCpus), oneOf('unlimited')), 'Most CPUs, or "unlimited".'),
      field('mem', 'mem', union(mib, oneOf('unlimited')), 'Most memory, or "unlimited".', { unit: 'MiB' }),
    ),
    'How far a task may go beyond what it asks for.',
  ),
]

const surroundings: readonly Field[] = [
  field(
    'env',
    'env',
    map(
      union(
        text(maxArgumentLength),
        object(field('secret', 'secret', name, 'Name of the secret.', { required: true })),
      ),
      maxEnvEntries,
    ),
    'Environment of the task.',
    { default: {} },
  ),
  field('labels', 'labels', labels, 'Labels, for people, load balancers and selectors.', {
    default: {},
    effect: 'inPlace',
  }),
  field(
    'secrets',
    'secrets',
    map(
      object(
        field('source', 'source', text(1024, { minLength: 1 }), 'Where the secret is kept.', {
          required: true,
        }),
      ),
      maxListLength,
    ),
    'Secrets that the app uses.',
    { default: {} },
  ),
  field('dependencies', 'depends_on', list(text(maxIdLength), maxListLength), 'Apps and groups it needs.', {
    default: [],
    effect: 'inPlace',
  }),
  field(
    'acceptedResourceRoles',
    'accepted_resource_roles',
    list(name, maxListLength),
    'Roles whose resources may be used.',
  ),
  field('role', 'role', name, 'Role that the app belongs to.', { default: '*' }),
  field('tty', 'tty', boolean, 'Give the task a terminal.'),
  field(
    'fetch',
    'fetch',
    list(
      object(
        field('uri', 'uri', text(maxUriLength, { minLength: 1 }), 'Address to fetch.', { required: true }),
        field('extract', 'extract', boolean, 'Unpack archives.', { default: true }),
        field('executable', 'executable', boolean, 'Make the file executable.', { default: false }),
        field('cache', 'cache', boolean, "Use the agent's cache.", { default: false }),
        field('destPath', 'dest_path', text(4096), 'Name in the sandbox.'),
      ),
      maxListLength,
    ),
    'Files to fetch into the sandbox before the start.',
    { default: [] },
  ),
]

const running: readonly Field[] = [
  field('container', 'container', container, 'Container that the task runs in.'),
  field('networks', 'network', networks, 'Networks of the tasks.'),
  field('portDefinitions', 'port', portDefinitions, 'Ports on the machine (host network).'),
  field('requirePorts', 'require_ports', boolean, 'Use the service ports as host ports.', { default: false }),
  field(
    'constraints',
    'constraint',
    list({ kind: 'constraint' }, maxListLength),
    'Which agents may be taken.',
    {
      default: [],
    },
  ),
  ...preferenceFields,
  field('healthChecks', 'health_check', healthChecks, 'Checks that tell whether an instance is alive.', {
    default: [],
  }),
  field('readinessChecks', 'readiness_check', readinessChecks, 'Check that a deployment waits for.', {
    default: [],
  }),
  field('check', 'check', check, 'A check that only informs.'),
]

const rollout: readonly Field[] = [
  field(
    'upgradeStrategy',
    'upgrade_strategy',
    object(
      field('minimumHealthCapacity', 'minimum_health_capacity', share, 'Part that stays healthy, 0 to 1.'),
      field(
        'maximumOverCapacity',
        'maximum_over_capacity',
        share,
        'Part that may run on top meanwhile, 0 to 1.',
      ),
    ),
    'How instances are replaced.',
    { effect: 'inPlace' },
  ),
  field(
    'update',
    'update',
    object(
      field(
        'maxParallel',
        'max_parallel',
        integer(1, maxInstances),
        'New instances that are started and not healthy yet, at most.',
      ),
      field(
        'canary',
        'canary',
        integer(0, maxInstances),
        'New instances that run beside all old ones until somebody promotes the deployment.',
      ),
      field(
        'healthyDeadlineSeconds',
        'healthy_deadline',
        deadline,
        'A new instance that is not healthy so long after it was placed makes the deployment fail.',
        { unit: 'seconds' },
      ),
      field(
        'progressDeadlineSeconds',
        'progress_deadline',
        deadline,
        'A deployment fails when no new instance became healthy for so long.',
        { unit: 'seconds' },
      ),
      field('autoRollback', 'auto_rollback', boolean, 'A deployment that fails is rolled back.'),
      field(
        'pauseSeconds',
        'pause',
        seconds,
        'Wait between a batch of new instances that became healthy and the next batch.',
        { unit: 'seconds' },
      ),
    ),
    'How a deployment goes about replacing instances, and when it gives up.',
    { effect: 'inPlace' },
  ),
  field('backoffSeconds', 'backoff', seconds, 'Wait before a failed task is started again.', {
    default: 1,
    unit: 'seconds',
    effect: 'inPlace',
  }),
  field('backoffFactor', 'backoff_factor', number(1, 1000), 'The wait grows by this factor each time.', {
    default: 1.15,
    effect: 'inPlace',
  }),
  field('maxLaunchDelaySeconds', 'max_launch_delay', seconds, 'The wait grows no further than this.', {
    default: 300,
    unit: 'seconds',
    effect: 'inPlace',
  }),
  field(
    'killSelection',
    'kill_selection',
    oneOf('YOUNGEST_FIRST', 'OLDEST_FIRST'),
    'Which instances go first.',
    {
      default: 'YOUNGEST_FIRST',
      effect: 'inPlace',
    },
  ),
  field(
    'taskKillGracePeriodSeconds',
    'task_kill_grace_period',
    seconds,
    'Time between the request to end (SIGTERM) and the end by force (SIGKILL).',
    { unit: 'seconds', effect: 'inPlace' },
  ),
  field(
    'unreachableStrategy',
    'unreachable_strategy',
    union(
      oneOf('disabled'),
      object(
        field('inactiveAfterSeconds', 'inactive_after', seconds, 'When a replacement is started.', {
          default: 0,
          unit: 'seconds',
        }),
        field('expungeAfterSeconds', 'expunge_after', seconds, 'When the lost instance is forgotten.', {
          default: 0,
          unit: 'seconds',
        }),
      ),
    ),
    'What happens to instances whose agent is away.',
    { effect: 'inPlace' },
  ),
  field(
    'residency',
    'residency',
    object(
      field(
        'relaunchEscalationTimeoutSeconds',
        'relaunch_escalation_timeout',
        seconds,
        'Kept for clients that send it.',
        { default: 3600, unit: 'seconds' },
      ),
      field('taskLostBehavior', 'task_lost_behavior', name, 'Kept for clients that send it.', {
        default: 'WAIT_FOREVER',
      }),
    ),
    'Has no effect; shown for apps with persistent volumes.',
    { effect: 'none' },
  ),
]

/** Every field of an app. */
export const appFields: readonly Field[] = [
  ...identity,
  ...resources,
  ...surroundings,
  ...running,
  ...rollout,
  ...modeFields,
]
