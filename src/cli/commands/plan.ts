// `sddc plan`: what would change, shown before anything happens.
import { resolve } from 'node:path'
import { isEmpty } from '../../planner/index.ts'
import type { Client } from '../client.ts'
import {
  configurationOf,
  originOf,
  type ConfigurationOptions,
  type LoadedConfiguration,
} from '../configuration.ts'
import { exit, type Context } from '../context.ts'
import { writePlanFile } from '../planfile.ts'
import { planJson, printPlan } from '../print/index.ts'
import { printProblems } from '../problems.ts'
import { targetOrLocal } from '../target.ts'
import type { Plan } from '../types.ts'

export interface PlanOptions extends ConfigurationOptions {
  readonly out: string | undefined
  readonly detailedExitCode: boolean
  readonly destroy: boolean
  readonly adopt: boolean
}

export async function planCommand(context: Context, options: PlanOptions): Promise<number> {
  const made = await makePlan(context, options)
  if (made === undefined) return exit.error
  const { plan, loaded } = made
  showPlan(context, plan)
  if (options.out !== undefined) {
    const file = resolve(context.directory, options.out)
    writePlanFile(file, plan)
    if (!context.json)
      context.terminal.out(
        `\nSaved the plan to ${options.out}. Next: sddc apply ${options.out}${serverOption(context.server ?? loaded.server)}`,
      )
  } else if (!context.json && !isEmpty(plan)) {
    const target = options.target === undefined ? '' : ` ${options.target}`
    context.terminal.note(
      `\nWithout -out the cluster may move before you apply. Next: sddc ${options.destroy ? 'destroy' : 'apply'}${target}`,
    )
  }
  return options.detailedExitCode && !isEmpty(plan) ? exit.changes : exit.done
}

// A plan file does not name its server; the local cluster and SDDC_SERVER are found again without being named.
function serverOption(server: string | undefined): string {
  return server === undefined ? '' : ` --server ${server}`
}

/** Loads, finds the cluster, asks it for the plan. Undefined: not possible, and why is printed. */
export async function makePlan(
  context: Context,
  options: ConfigurationOptions & { readonly destroy: boolean; readonly adopt: boolean },
): Promise<{ plan: Plan; client: Client; loaded: LoadedConfiguration } | undefined> {
  const loaded = await configurationOf(context, options)
  if (loaded === undefined) return undefined
  const client = await targetOrLocal(
    { server: context.server, configured: loaded.server, directory: loaded.directory },
    context.terminal,
  )
  const { plan, diagnostics } = await client.plan({
    desired: JSON.parse(JSON.stringify(loaded.desired)),
    mode: options.destroy ? 'destroy' : 'apply',
    deleteUnnamed: loaded.deleteUnnamed,
    origin: originOf(loaded.directory),
    adopt: options.adopt,
  })
  printProblems(
    context,
    diagnostics.map(d => ({ ...d, subject: d.subject ?? loaded.places.get(d.address ?? '') })),
    file => loaded.sources.get(file),
  )
  return plan === null ? undefined : { plan, client, loaded }
}

export function showPlan({ terminal, json }: Context, plan: Plan): void {
  if (json) terminal.out(JSON.stringify(planJson(plan)))
  else terminal.out(printPlan(plan, { color: terminal.color, width: terminal.width }))
}
