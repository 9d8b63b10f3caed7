// `sddc show`: a saved plan, or the live state of the cluster.
import { resolve } from 'node:path'
import { CodedError } from '../../base/index.ts'
import { exit, type Context } from '../context.ts'
import { readPlanFile } from '../planfile.ts'
import { requireTarget } from '../target.ts'
import { showPlan } from './plan.ts'
import { table } from '../print/table.ts'

export async function showCommand(context: Context, file: string | undefined): Promise<number> {
  const { terminal } = context
  if (file !== undefined) {
    if (context.stack !== undefined) {
      throw new CodedError('USAGE', 'A saved plan is of one stack; --stack is for the apps in the cluster')
    }
    const plan = readPlanFile(resolve(context.directory, file))
    if (context.json) terminal.out(JSON.stringify(plan, null, 2))
    else showPlan(context, plan)
    return exit.done
  }
  const snapshot = await requireTarget(context).snapshot()
  const apps = snapshot.apps.filter(a => context.stack === undefined || a.stack === context.stack)
  if (context.json) terminal.out(JSON.stringify({ ...snapshot, apps }, null, 2))
  else if (apps.length === 0) terminal.out('The state is empty.')
  else {
    terminal.out(
      table([
        ['ADDRESS', 'ID', 'STACK', 'INSTANCES', 'HEALTHY', 'VERSION'].map(h => terminal.paint.dim(h)),
        ...apps.map(a => [
          a.address,
          a.id,
          a.stack ?? '-',
          `${a.running}/${a.effective.instances}`,
          String(a.healthy),
          a.version,
        ]),
      ]),
    )
  }
  return exit.done
}
