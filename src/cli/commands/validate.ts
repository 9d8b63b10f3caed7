// `sddc validate`: reads a configuration and says what is wrong with it, without any cluster.
import { hasErrors } from '../../base/index.ts'
import { loadFrom, type ConfigurationOptions } from '../configuration.ts'
import { exit, type Context } from '../context.ts'
import { diagnosticJson } from '../print/diagnostics.ts'
import { printProblems } from '../problems.ts'

export async function validateCommand(context: Context, options: ConfigurationOptions): Promise<number> {
  const { terminal } = context
  if (context.json) return validateJson(context, options)
  const { desired, missingVariables, ...loaded } = await loadFrom(context, options, withoutValues)
  if (loaded.output !== '') terminal.note(loaded.output.trimEnd())
  printProblems(context, loaded.diagnostics, file => loaded.sources.get(file))
  if (hasErrors(loaded.diagnostics)) return exit.error
  const without = missingVariables.length === 0 ? '' : ` (without values for: ${missingVariables.join(', ')})`
  const valid = `${terminal.paint.green('The configuration is valid')}${without}`
  if (desired === undefined) {
    terminal.out(`${valid}.`)
    return exit.done
  }
  const { apps, groups, volumes } = desired
  terminal.out(
    `${valid}: stack "${desired.stack}", ` +
      `${counted(apps.length, 'app')}, ${counted(groups.length, 'group')}, ${counted(volumes.length, 'volume')}.`,
  )
  if (options.strict === true && loaded.isModuleOffline === false) {
    const why = 'it needs "unshare" of util-linux, and a kernel that lets this user make namespaces'
    terminal.note(`The module ran with the network of this machine: it can not be cut here (${why}).`)
  }
  return exit.done
}

/** Values may be known only where it is applied; everything else is checked all the same. */
const withoutValues = { unknownVariables: 'allowed' } as const

async function validateJson(context: Context, options: ConfigurationOptions): Promise<number> {
  const loaded = await loadFrom(context, options, withoutValues)
  const { diagnostics } = loaded
  const valid = !hasErrors(diagnostics)
  context.terminal.out(
    JSON.stringify(
      {
        format_version: '1.0',
        valid,
        error_count: diagnostics.filter(d => d.severity === 'error').length,
        warning_count: diagnostics.filter(d => d.severity === 'warning').length,
        diagnostics: diagnostics.map(d => diagnosticJson(d, file => loaded.sources.get(file))),
      },
      null,
      2,
    ),
  )
  return valid ? exit.done : exit.error
}

function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
