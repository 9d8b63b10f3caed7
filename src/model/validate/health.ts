// Rules for health and readiness checks.
import type { App, HealthCheck } from '../app.ts'
import { isHostNetwork } from '../app.ts'
import type { Report } from './report.ts'

export function checkHealth(app: App, report: Report): void {
  const ports = portsOf(app)
  for (const [i, check] of app.healthChecks.entries())
    checkOne(app, check, ports.length, `/healthChecks(${i})`, report)
  if (app.healthChecks.filter(c => c.protocol.startsWith('MESOS_')).length > 1)
    report(
      '/healthChecks',
      'at most one health check of a MESOS_ protocol is allowed',
      'Keep one, or use HTTP, HTTPS, TCP or COMMAND for the others.',
    )
  checkReadiness(app, ports, report)
  if (app.check) {
    const kinds = [app.check.http, app.check.tcp, app.check.exec].filter(kind => kind !== undefined)
    if (kinds.length !== 1)
      report('/check', 'must have exactly one of http, tcp and exec', `It has ${kinds.length} of them.`)
    if (app.container?.type === 'DOCKER')
      report('/check', 'is not supported by the Docker containerizer', 'Use a health check.')
  }
}

function checkOne(app: App, check: HealthCheck, ports: number, path: string, report: Report): void {
  const { protocol, port, portIndex, command } = check
  if (protocol === 'COMMAND') {
    if (!command) report(`${path}/command`, 'error.path.missing', 'A COMMAND check needs a "command".')
    if (port !== undefined || portIndex !== undefined)
      report(
        path,
        'must not have a port or portIndex for COMMAND',
        'The command knows $PORT0 and the others.',
      )
  } else {
    if (command)
      report(
        `${path}/command`,
        'is only allowed for the protocol COMMAND',
        'Write protocol COMMAND, or leave it out.',
      )
    if (port !== undefined && portIndex !== undefined)
      report(path, 'must have only one of port and portIndex', 'Keep "portIndex".')
    if (port === undefined && (portIndex === undefined || portIndex >= ports))
      report(
        `${path}/portIndex`,
        'Health check port indices must address an element of the ports array or container port mappings.',
        ports === 0
          ? 'The app has no ports; define one, or give the check a "port".'
          : `The app has ${ports} port${ports === 1 ? '' : 's'}, counted from 0.`,
      )
  }
  if (command) checkCommand(command, path, report)
  if (check.path !== undefined && !check.path.startsWith('/'))
    report(`${path}/path`, 'must start with "/"', `Write "/${check.path.slice(0, 60)}".`)
  const six =
    ['MESOS_HTTP', 'MESOS_HTTPS', 'MESOS_TCP'].includes(protocol) && app.container?.type === 'DOCKER'
  if (check.ipProtocol === 'IPv6' && !six)
    report(
      `${path}/ipProtocol`,
      'IPv6 is only supported for MESOS_HTTP, MESOS_HTTPS and MESOS_TCP with Docker',
      'Write IPv4, or leave it out.',
    )
}

function checkCommand(command: NonNullable<HealthCheck['command']>, path: string, report: Report): void {
  const hasValue = 'value' in command
  const hasArguments = 'argv' in command
  if (hasValue === hasArguments)
    report(`${path}/command`, 'must have exactly one of value and argv', 'Write "value" for a shell line.')
  else if (hasArguments && command.argv.length === 0)
    report(`${path}/command/argv`, 'must not be empty', 'Name the program to run.')
}

function checkReadiness(app: App, ports: readonly { readonly name?: string }[], report: Report): void {
  for (const [i, check] of app.readinessChecks.entries()) {
    const path = `/readinessChecks(${i})`
    if (!ports.some(p => p.name === check.portName))
      report(
        `${path}/portName`,
        `No port definition reference for portName ${check.portName}`,
        'Give one of the ports that name, or name one that is there.',
      )
    if (check.timeoutSeconds >= check.intervalSeconds)
      report(
        `${path}/timeoutSeconds`,
        'must be less than intervalSeconds',
        `It is ${check.timeoutSeconds}, the interval ${check.intervalSeconds}.`,
      )
    if (check.httpStatusCodesForReady.length === 0)
      report(`${path}/httpStatusCodesForReady`, 'must not be empty', 'Name the statuses that mean ready.')
  }
}

function portsOf(app: App): readonly { readonly name?: string }[] {
  return (isHostNetwork(app) ? app.portDefinitions : app.container?.portMappings) ?? []
}
