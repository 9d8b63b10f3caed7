// `sddc rebalance`: the moves that make placement even again, shown and, unless only planned, ordered.
import { findApp } from '../appname.ts'
import { exit, type Context } from '../context.ts'
import { table } from '../print/table.ts'
import { requireTarget } from '../target.ts'
import type { MoveView } from '../types.ts'

export interface RebalanceOptions {
  readonly apps: readonly string[]
  readonly plan: boolean
}

export async function rebalanceCommand(context: Context, options: RebalanceOptions): Promise<number> {
  const { terminal, json } = context
  const client = requireTarget(context)
  const known = options.apps.length === 0 ? [] : (await client.status()).apps
  const apps = options.apps.map(name => findApp(known, name).id as string)
  const { moves, appsLeft } = await client.moves(apps)
  if (json) terminal.out(JSON.stringify({ moves, appsLeft }, null, 2))
  else terminal.out(moves.length === 0 ? 'Nothing to move.' : movesText(moves))
  if (appsLeft > 0) terminal.note(leftText(appsLeft))
  if (options.plan || moves.length === 0) return exit.done
  await client.rebalance(apps)
  terminal.note('Ordered: one after the other, as far as each app’s strategy says. Watch: sddc status')
  return exit.done
}

function leftText(apps: number): string {
  const which = apps === 1 ? '1 app was not looked at' : `${apps} apps were not looked at`
  return `${which}: one request has its bounds. Name them (sddc rebalance APP), or repeat it when these moves are made.`
}

function movesText(moves: readonly MoveView[]): string {
  return table(
    moves.map(m => [m.app, String(m.slot), m.from, '→', m.to, m.reason]),
    '  ',
  )
}
