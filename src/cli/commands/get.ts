// `sddc get`: fetches the modules that a configuration calls and writes which commits they are into its lock file.
import { resolve } from 'node:path'
import { hasErrors } from '../../base/index.ts'
import { getModules } from '../../lang/load/getmodules.ts'
import type { GotModule } from '../../lang/load/modules.ts'
import { environment } from '../configuration.ts'
import { exit, type Context } from '../context.ts'
import { printableLine } from '../print/printable.ts'
import { printProblems } from '../problems.ts'

export interface GetOptions {
  readonly target: string | undefined
  readonly upgrade: boolean
}

export async function getCommand(context: Context, { target, upgrade }: GetOptions): Promise<number> {
  const { terminal, json } = context
  const { modules, diagnostics, sources } = await getModules(resolve(context.directory, target ?? '.'), {
    env: environment(),
    upgrade,
  })
  printProblems(context, diagnostics, file => sources.get(file))
  for (const { key, commit, before } of modules) {
    if (json) terminal.out(JSON.stringify({ type: 'module', source: key, commit, before: before ?? null }))
    else terminal.out(printableLine(`${key}: ${toldAs({ commit, before })}`))
  }
  if (hasErrors(diagnostics)) return exit.error
  if (!json && modules.length === 0) terminal.out('No modules from elsewhere are called here.')
  return exit.done
}

function toldAs({ commit, before }: Pick<GotModule, 'commit' | 'before'>): string {
  const short = commit.slice(0, shownDigits)
  if (before === undefined) return `${short} (new)`
  return before === commit ? `${short} (unchanged)` : `${before.slice(0, shownDigits)} -> ${short}`
}

const shownDigits = 12
