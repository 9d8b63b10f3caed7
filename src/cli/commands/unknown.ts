// `sddc unknown list | stop | done`: what agents run that no row names, and what a person decides about it.
import { CodedError } from '../../base/index.ts'
import { exit, type Context } from '../context.ts'
import { table } from '../print/table.ts'
import { requireTarget } from '../target.ts'

export async function unknownList(context: Context): Promise<number> {
  const { terminal } = context
  const view = await requireTarget(context).unknown()
  if (context.json) {
    terminal.out(JSON.stringify(view, null, 2))
    return exit.done
  }
  const lines = view.tasks.map(t => [t.taskId, t.agent, t.app ?? ''])
  terminal.out(lines.length === 0 ? 'Every task that runs is known.' : table(lines, '  '))
  if (view.adopts)
    terminal.out(
      'After a restore or a repair: such tasks are taken for instances that their apps lack. End that with: sddc unknown done',
    )
  return exit.done
}

export async function unknownStop(context: Context, tasks: readonly string[], all: boolean): Promise<number> {
  if (all === tasks.length > 0) {
    throw new CodedError('USAGE', 'Which tasks?', {
      advice: 'Name them, or give --all. See them with: sddc unknown list',
    })
  }
  await requireTarget(context).stopUnknown(all ? null : tasks)
  context.terminal.out('Their agents are told to stop them. See what is left with: sddc unknown list')
  return exit.done
}

export async function unknownDone(context: Context): Promise<number> {
  await requireTarget(context).endAdoption()
  context.terminal.out('Nothing is adopted any more. What still runs unknown goes on.')
  return exit.done
}
