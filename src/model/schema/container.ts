// Fields of the container and its volumes.
import { boolean, field, list, map, number, object, oneOf, text } from './field.ts'
import {
  maxArgumentLength,
  maxLabelLength,
  maxLabels,
  maxListLength,
  maxMiB,
  maxNameLength,
} from './limits.ts'
import { portMappings } from './network.ts'

const path = text(4096)
const name = text(maxNameLength)
const constraints = list({ kind: 'constraint' }, maxListLength)

const docker = object(
  field('image', 'image', text(1024), 'Image to run.', { default: '' }),
  field('forcePullImage', 'force_pull_image', boolean, 'Pull the image before each start.', {
    default: false,
  }),
  field('privileged', 'privileged', boolean, 'Give the container all rights on the machine.', {
    default: false,
  }),
  field(
    'parameters',
    'parameters',
    list(
      object(
        field('key', 'key', name, 'Name of the option.', { required: true }),
        field('value', 'value', text(maxArgumentLength), 'Value of the option.', { required: true }),
      ),
      maxListLength,
    ),
    'Options handed to the container engine as they are.',
    { default: [] },
  ),
  field(
    'pullConfig',
    'pull_config',
    object(field('secret', 'secret', name, 'Name of the secret.', { required: true })),
    'Secret with the credentials of the image registry.',
  ),
  field(
    'credential',
    'credential',
    object(
      field('principal', 'principal', name, 'User name.', { required: true }),
      field('secret', 'secret', name, 'Password.'),
    ),
    'Credentials of the image registry (deprecated).',
  ),
)

const persistent = object(
  field('size', 'size', number(0, maxMiB), 'Size of the volume.', { required: true, unit: 'MiB' }),
  field('type', 'type', oneOf('root', 'path', 'mount'), 'Kind of disk.'),
  field('maxSize', 'max_size', number(0, maxMiB), 'Largest disk that may be taken (mount disks).', {
    unit: 'MiB',
  }),
  field('constraints', 'constraint', constraints, 'Which disks may be taken.', { default: [] }),
  field('profileName', 'profile_name', name, 'Storage profile that the disk must have.'),
)

const external = object(
  field('name', 'name', name, 'Name of the volume at its provider.', { required: true }),
  field('provider', 'provider', name, 'Who provides the volume.', { required: true }),
  field('size', 'size', number(0, maxMiB), 'Size in GiB.'),
  field('options', 'options', map(text(maxLabelLength), maxLabels), 'Options of the provider.', {
    default: {},
  }),
  field('shared', 'shared', boolean, 'Several instances may use it at once.', { default: false }),
)

const volume = object(
  field('containerPath', 'container_path', path, 'Path inside the container.', { required: true }),
  field('hostPath', 'host_path', path, 'Path on the machine.'),
  field('mode', 'mode', oneOf('RO', 'RW'), 'Read-only or read-write.'),
  field('persistent', 'persistent', persistent, 'A volume that stays with the instance.'),
  field('external', 'external', external, 'A volume of a storage provider.'),
  field('secret', 'secret', name, 'A secret shown as a file.'),
)

const linuxInfo = object(
  field(
    'seccomp',
    'seccomp',
    object(
      field('profileName', 'profile_name', name, 'Name of the profile.'),
      field('unconfined', 'unconfined', boolean, 'No filter of system calls.'),
    ),
    'Filter of system calls.',
  ),
  field(
    'ipcInfo',
    'ipc_info',
    object(
      field('mode', 'mode', oneOf('PRIVATE', 'SHARE_PARENT'), 'Own or shared IPC namespace.', {
        required: true,
      }),
      field('shmSize', 'shm_size', number(0, maxMiB), 'Size of shared memory.', { unit: 'MiB' }),
    ),
    'IPC namespace and shared memory.',
  ),
)

export const container = object(
  field('type', 'type', oneOf('DOCKER', 'MESOS'), 'Who runs the container.'),
  field('docker', 'docker', docker, 'Image and options.'),
  field('volumes', 'volume', list(volume, maxListLength), 'Volumes of the container.', { default: [] }),
  field('portMappings', 'port', portMappings, 'Ports of the container (bridge and container networks).'),
  field('linuxInfo', 'linux_info', linuxInfo, 'Linux isolation.'),
)
