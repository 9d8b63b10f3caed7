// Fields that are taken and shown, but do nothing yet: a warning each, so that nobody relies on them.
import { warningDiagnostic } from '../../base/index.ts'
import type { Diagnostic } from '../../base/index.ts'
import type { App } from '../app.ts'
import { isHostNetwork } from '../app.ts'
import { driverOf } from '../resources.ts'

export function withoutEffect(app: App): readonly Diagnostic[] {
  return table
    .filter(row => row.given(app))
    .map(row => warningDiagnostic(row.summary ?? 'has no effect yet', row.detail, { path: row.path }))
}

interface Row {
  readonly path: string
  readonly given: (app: App) => boolean
  readonly summary?: string
  readonly detail: string
}

const isProcess = (app: App): boolean => driverOf(app) === 'process'
const onlyWithImage = 'has no effect without an image'

const table: readonly Row[] = [
  {
    path: '/check',
    given: app => app.check !== undefined,
    detail: 'Nothing asks for it. Write a health check with maxConsecutiveFailures 0 to be told only.',
  },
  {
    path: '/executorResources',
    given: app => app.executorResources !== undefined,
    detail: 'The built-in executor takes nothing on top. Leave it out.',
  },
  {
    path: '/container/linuxInfo',
    given: app => app.container?.linuxInfo !== undefined,
    detail: 'For containers of type DOCKER the parameters "security-opt", "ipc" and "shm-size" do the same.',
  },
  {
    path: '/container/docker/credential',
    given: app => app.container?.docker?.credential !== undefined,
    detail: 'Images are pulled with the credentials that the engine of the agent has.',
  },
  {
    path: '/networks',
    given: app => isProcess(app) && !isHostNetwork(app),
    summary: onlyWithImage,
    detail: 'A plain process listens on the machine itself. Write portDefinitions, or name an image.',
  },
  {
    path: '/tty',
    given: app => isProcess(app) && app.tty === true,
    summary: onlyWithImage,
    detail: 'A plain process gets no terminal.',
  },
]
