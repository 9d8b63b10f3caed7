// The rules across the fields of one app, each with the text that Marathon's clients know. All are checked; nothing is
// thrown. The app is well-formed already (normalizeApp).
import { errorDiagnostic } from '../../base/index.ts'
import type { Diagnostic } from '../../base/index.ts'
import type { App } from '../app.ts'
import { singleInstanceLabel } from '../normalize/complete.ts'
import { checkConstraints } from './constraints.ts'
import { checkPreferences } from './preferences.ts'
import { checkContainer } from './container.ts'
import { checkModes } from './modes.ts'
import { featureOff } from './features.ts'
import { checkHealth } from './health.ts'
import { checkPath } from './id.ts'
import { checkNetworks, checkPorts, firstRepeated } from './network.ts'
import type { Report } from './report.ts'
import { withoutEffect } from './withouteffect.ts'

/** What is wrong with the app; paths as in Marathon, `/` is the whole app. */
export function validateApp(app: App): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const report: Report = (path, summary, detail) => found.push(errorDiagnostic(summary, detail, { path }))
  for (const rule of rules) rule(app, report)
  return [...found, ...withoutEffect(app)]
}

const rules: readonly ((app: App, report: Report) => void)[] = [
  (app, report) => checkPath(app.id, '/id', 'app', report),
  checkProcess,
  checkExecutor,
  checkResources,
  checkSecrets,
  checkRoles,
  checkFetch,
  checkContainer,
  checkNetworks,
  checkPorts,
  (app, report) => checkConstraints(app.constraints, '/constraints', report),
  checkPreferences,
  checkHealth,
  checkRollout,
  checkDependencies,
  checkModes,
]

function checkProcess(app: App, report: Report): void {
  const rule = "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'."
  if (app.cmd !== undefined && app.args !== undefined)
    report(
      '/',
      rule,
      'Both "cmd" and "args" are given: keep "cmd" for a shell line, "args" for a program and its arguments.',
    )
  if (app.cmd === undefined && app.args === undefined && !app.container?.docker)
    report('/', rule, 'Nothing says what to run: add "cmd", or a container with an image.')
}

// The built-in one has two spellings.
function checkExecutor({ executor }: App, report: Report): void {
  if (executor !== '' && executor !== '//cmd')
    report(
      '/executor',
      'custom executors are not offered in this version',
      'This version has the built-in one only. Leave "executor" out: "cmd" and "args" are run by it.',
    )
}

function checkResources(app: App, report: Report): void {
  if (app.gpus > 0) featureOff('gpu_resources', '/gpus', report)
  for (const name of ['cpus', 'mem'] as const) {
    const limit = app.resourceLimits?.[name]
    if (typeof limit === 'number' && limit < app[name])
      report(
        `/resourceLimits/${name}`,
        'must be greater than or equal to what is requested, or "unlimited"',
        `The app asks for ${app[name]}, the limit is ${limit}.`,
      )
  }
}

function checkSecrets(app: App, report: Report): void {
  if (Object.keys(app.secrets).length > 0) featureOff('secrets', '/secrets', report)
  for (const [name, value] of Object.entries(app.env)) {
    if (name.includes('=') || name.includes('\u0000'))
      report(`/env/${name}`, 'must not contain "="', 'The name ends at the first "=" for every program.')
    if (typeof value === 'string') continue
    featureOff('secrets', `/env/${name}`, report)
    if (!Object.hasOwn(app.secrets, value.secret))
      report(
        `/env/${name}/secret`,
        'references an undefined secret',
        `"${value.secret}" is not in "secrets".`,
      )
  }
}

function checkRoles(app: App, report: Report): void {
  const accepted = app.acceptedResourceRoles
  if (app.role === '') report('/role', 'must not be empty', 'Leave it out for "*".')
  if (!accepted) return
  if (accepted.length === 0)
    report('/acceptedResourceRoles', 'must not be empty', 'Leave it out to take any resources.')
  if (firstRepeated(accepted) !== undefined)
    report('/acceptedResourceRoles', 'must be unique', 'Name each role once.')
  const foreign = accepted.find(role => role !== '*' && role !== app.role)
  if (foreign !== undefined)
    report(
      '/acceptedResourceRoles',
      `acceptedResourceRoles can only contain * and ${app.role}`,
      `"${foreign}" is neither.`,
    )
}

// Characters that no URI holds (RFC 3986), and escapes that are none.
const notInUri = /[\s<>"{}|\\^`\u0000-\u001f\u007f]|%(?![0-9a-fA-F]{2})/

function checkFetch(app: App, report: Report): void {
  for (const [i, { uri, destPath }] of app.fetch.entries()) {
    if (notInUri.test(uri) || uri.startsWith(':'))
      report(
        `/fetch(${i})/uri`,
        'URI has invalid syntax.',
        'Write blanks and special characters as %20 and so on.',
      )
    if (destPath !== undefined && (destPath === '' || leavesSandbox(destPath)))
      report(
        `/fetch(${i})/destPath`,
        'must be a relative path within the sandbox',
        `"${destPath.slice(0, 60)}" would lead out of it.`,
      )
  }
}

function leavesSandbox(path: string): boolean {
  return path.startsWith('/') || path.split('/').includes('..')
}

function checkRollout(app: App, report: Report): void {
  const { unreachableStrategy: lost, upgradeStrategy: upgrade } = app
  if (typeof lost !== 'string' && lost.inactiveAfterSeconds > lost.expungeAfterSeconds)
    report(
      '/unreachableStrategy',
      'inactiveAfterSeconds must be less than or equal to expungeAfterSeconds',
      `A replacement after ${lost.inactiveAfterSeconds} s can't come later than forgetting after ${lost.expungeAfterSeconds} s.`,
    )
  checkUpdate(app, report)
  if (app.labels[singleInstanceLabel] !== 'true') return
  if (app.instances > 1)
    report(
      '/instances',
      'must be less than or equal to 1 for single instance apps',
      `The label ${singleInstanceLabel} says that the app never runs twice.`,
    )
  if (upgrade.minimumHealthCapacity !== 0 || upgrade.maximumOverCapacity !== 0)
    report(
      '/upgradeStrategy',
      'minimumHealthCapacity and maximumOverCapacity must be 0 for single instance apps',
      `The label ${singleInstanceLabel} says that the app never runs twice, so the old instance stops first.`,
    )
}

function checkUpdate(app: App, report: Report): void {
  const { update } = app
  if (update === undefined) return
  const { healthyDeadlineSeconds: healthy, progressDeadlineSeconds: progress } = update
  if (healthy !== undefined && progress !== undefined && healthy > progress)
    report(
      '/update',
      'healthyDeadlineSeconds must be less than or equal to progressDeadlineSeconds',
      `After ${progress} s without progress the deployment has failed already.`,
    )
  if (update.autoRollback === true && healthy === undefined && progress === undefined)
    report(
      '/update/autoRollback',
      'needs healthyDeadlineSeconds or progressDeadlineSeconds',
      'Without a deadline no deployment fails.',
    )
  if ((update.canary ?? 0) === 0) return
  if (app.residency !== undefined || app.labels[singleInstanceLabel] === 'true')
    report(
      '/update/canary',
      'must be 0 for resident and single instance apps',
      'A new instance could not run beside the old ones.',
    )
}

function checkDependencies(app: App, report: Report): void {
  for (const [i, target] of app.dependencies.entries())
    checkPath(target, `/dependencies(${i})`, 'group', report)
}
