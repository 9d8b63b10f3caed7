// Rules for the mode of an app and for what is done before a stop.
import type { App } from '../app.ts'
import type { Report } from './report.ts'

export function checkModes(app: App, report: Report): void {
  const { mode = 'service' } = app
  if (mode === 'daemon' && app.instances > 1)
    report(
      '/instances',
      'is not the number of copies of a daemon',
      'A daemon has one instance on every matching agent. Leave "instances" out; 0 suspends the app.',
    )
  for (const name of ['retries', 'maxRunDurationSeconds'] as const) {
    if (app[name] !== undefined && mode !== 'batch')
      report(`/${name}`, 'is only allowed for the mode batch', 'Leave it out, or write mode "batch".')
  }
  if (mode === 'batch' && app.readinessChecks.length > 0)
    report('/readinessChecks', 'is not allowed for the mode batch', 'What runs once is never waited for.')
  if (mode === 'batch' && app.update !== undefined)
    report('/update', 'is not allowed for the mode batch', 'There is no rolling update of what runs once.')
  if (mode === 'daemon') {
    for (const name of ['canary', 'pauseSeconds'] as const) {
      if ((app.update?.[name] ?? 0) > 0)
        report(
          `/update/${name}`,
          'is not allowed for the mode daemon',
          'It has one instance on each agent: none runs beside the old ones, and there are no batches.',
        )
    }
  }
  if (mode !== 'service' && app.container?.volumes.some(v => 'persistent' in v) === true)
    report('/container/volumes', `is not allowed for the mode ${mode}`, 'Use a host volume.')
  checkPreStop(app, report)
}

function checkPreStop({ preStop }: App, report: Report): void {
  if (!preStop) return
  const { command } = preStop
  if (!command) {
    if (preStop.waitSeconds === 0)
      report('/preStop', 'says nothing', 'Give it a "command", a "waitSeconds", or both.')
    return
  }
  const hasValue = 'value' in command
  const hasArguments = 'argv' in command
  if (hasValue === hasArguments)
    report('/preStop/command', 'must have exactly one of value and argv', 'Write "value" for a shell line.')
  else if (hasArguments && command.argv.length === 0)
    report('/preStop/command/argv', 'must not be empty', 'Name the program to run.')
}
