// Rules for the container and its volumes.
import type { App, Container, Volume } from '../app.ts'
import { checkConstraints } from './constraints.ts'
import { featureOff } from './features.ts'
import type { Report } from './report.ts'

export function checkContainer(app: App, report: Report): void {
  const { container } = app
  if (!container) return
  const { docker, type, linuxInfo } = container
  if (type === 'DOCKER' && !docker)
    report('/container/docker', 'not defined', 'A container of type DOCKER needs "docker" with an "image".')
  if (docker && docker.image.trim() === '')
    report('/container/docker/image', 'must not be empty', 'Name the image, for example "nginx:1.27".')
  if (type === 'MESOS' && docker?.privileged)
    report(
      '/container/docker/privileged',
      'is only supported by the Docker containerizer',
      'Write type DOCKER.',
    )
  if (type === 'MESOS' && docker && docker.parameters.length > 0)
    report(
      '/container/docker/parameters',
      'is only supported by the Docker containerizer',
      'Write type DOCKER.',
    )
  if (docker?.pullConfig) featureOff('secrets', '/container/docker/pullConfig', report)
  if (type === 'DOCKER' && linuxInfo)
    report('/container/linuxInfo', 'is only supported by the Mesos containerizer', 'Write type MESOS.')
  if (linuxInfo?.seccomp?.profileName !== undefined && linuxInfo.seccomp.unconfined === true)
    report('/container/linuxInfo/seccomp', 'must have only one of profileName and unconfined', 'Keep one.')
  for (const [i, volume] of container.volumes.entries())
    checkVolume(volume, `/container/volumes(${i})`, report)
  checkMountPoints(container, report)
}

function checkVolume(volume: Volume, path: string, report: Report): void {
  if (volume.containerPath === '')
    report(`${path}/containerPath`, 'must not be empty', 'Say where the volume is mounted in the container.')
  if ('secret' in volume) {
    featureOff('secrets', path, report)
  } else if ('hostPath' in volume) {
    if (volume.hostPath === '')
      report(`${path}/hostPath`, 'must not be empty', 'Name the file or directory of the machine.')
  } else if ('external' in volume) {
    featureOff('external_volumes', `${path}/external`, report)
  } else {
    checkPersistent(volume, path, report)
  }
}

function checkPersistent(
  volume: Extract<Volume, { persistent: object }>,
  path: string,
  report: Report,
): void {
  const { size, type, maxSize, constraints, profileName } = volume.persistent
  if (/[/]/.test(volume.containerPath) || volume.containerPath === '.' || volume.containerPath === '..')
    report(
      `${path}/containerPath`,
      'must not contain "/" and must not be "." or ".."',
      'A persistent volume is mounted in the sandbox: write one name, for example "data".',
    )
  if (volume.mode !== 'RW') report(`${path}/mode`, 'must be RW', 'A persistent volume is always written to.')
  if (size <= 0) report(`${path}/persistent/size`, 'must be greater than 0', 'Say how much space is kept.')
  if (maxSize !== undefined && type !== 'mount')
    report(
      `${path}/persistent/maxSize`,
      'is only allowed for mount disks',
      'Leave it out, or write type mount.',
    )
  if (maxSize !== undefined && maxSize <= size)
    report(`${path}/persistent/maxSize`, 'must be greater than size', `It is ${maxSize}, size is ${size}.`)
  if (type === 'root' && constraints.length > 0)
    report(`${path}/persistent/constraints`, 'must not be set for root disks', 'Write type path or mount.')
  if (type === 'root' && profileName !== undefined)
    report(`${path}/persistent/profileName`, 'must not be set for root disks', 'Write type path or mount.')
  for (const [i, [field, operator]] of constraints.entries()) {
    if (field !== 'path' || (operator !== 'LIKE' && operator !== 'UNLIKE'))
      report(
        `${path}/persistent/constraints(${i})`,
        'only LIKE and UNLIKE on "path" are supported',
        'Disks are told apart by their path only.',
      )
  }
  checkConstraints(constraints, `${path}/persistent/constraints`, report)
}

function checkMountPoints(container: Container, report: Report): void {
  const seen = new Set<string>()
  for (const [i, { containerPath }] of container.volumes.entries()) {
    if (seen.has(containerPath))
      report(
        `/container/volumes(${i})/containerPath`,
        'must be unique',
        `Another volume is mounted at "${containerPath}" already.`,
      )
    seen.add(containerPath)
  }
}

/** Rules for apps whose instances keep volumes. */
export function checkResident(app: App, report: Report): void {
  if (!app.container?.volumes.some(v => 'persistent' in v)) return
  if (app.upgradeStrategy.maximumOverCapacity !== 0)
    report(
      '/upgradeStrategy/maximumOverCapacity',
      'must be 0 for apps with persistent volumes',
      'An instance on top would need a volume of its own that nobody uses afterwards.',
    )
  if (app.unreachableStrategy !== 'disabled')
    report(
      '/unreachableStrategy',
      'must be "disabled" for apps with persistent volumes',
      'A replacement would start without the data that the lost instance keeps.',
    )
}
