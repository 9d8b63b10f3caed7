// Rules for the container and its volumes.
import type { App, Container, HostVolume, Volume } from '../app.ts'
import { driverOf } from '../resources.ts'
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
    checkVolume(app, volume, `/container/volumes(${i})`, report)
  checkMountPoints(container, report)
}

function checkVolume(app: App, volume: Volume, path: string, report: Report): void {
  if (volume.containerPath === '')
    report(`${path}/containerPath`, 'must not be empty', 'Say where the volume is mounted in the container.')
  else if (volume.containerPath.split('/').includes('..'))
    report(`${path}/containerPath`, 'must not contain ".."', 'Write the path that is meant.')
  if ('secret' in volume) featureOff('secrets', path, report)
  else if ('external' in volume) featureOff('external_volumes', `${path}/external`, report)
  else if ('hostPath' in volume) checkHostVolume(app, volume, path, report)
  else
    report(
      `${path}/persistent`,
      'persistent volumes are not offered in this version',
      'This version has no persistent volumes. Mount a directory of the machine ("hostPath", in HCL "host"), with a constraint on "hostname" that keeps the app there.',
    )
}

function checkHostVolume(app: App, volume: HostVolume, path: string, report: Report): void {
  const { hostPath, containerPath, mode } = volume
  if (hostPath === '')
    report(`${path}/hostPath`, 'must not be empty', 'Name the file or directory of the machine.')
  else if (!hostPath.startsWith('/'))
    report(`${path}/hostPath`, 'must be an absolute path', 'It names a file or directory of the machine.')
  if (driverOf(app) === 'docker') {
    for (const name of ['hostPath', 'containerPath'] as const)
      if (volume[name].includes(':'))
        report(
          `${path}/${name}`,
          'must not contain ":"',
          'The container engine takes it for the end of the path.',
        )
    return
  }
  // A plain process sees the machine's own files: there is no other root to mount something in.
  if (containerPath.startsWith('/'))
    report(
      `${path}/containerPath`,
      'must be a relative path for an app without an image',
      `A plain process sees the files of the machine as they are: use "${hostPath.slice(0, 60)}" itself, write a relative path to find it in the sandbox, or name an image.`,
    )
  if (mode === 'RO')
    report(
      `${path}/mode`,
      'must be RW for an app without an image',
      'Nothing keeps a plain process from writing. Write RW, or name an image.',
    )
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
