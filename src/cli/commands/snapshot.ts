// `sddc server snapshot save | restore | inspect` and `sddc server repair`: a state as a file, and out of it again.
import { resolve } from 'node:path'
import { formatMiB, isoTime, type UtcMs } from '../../base/index.ts'
import {
  inspectSnapshot,
  repairDirectory,
  restoreSnapshot,
  saveSnapshotOf,
  storeSnapshot,
  type SnapshotFacts,
} from '../../runtime/index.ts'
import { exit, type Context } from '../context.ts'
import { table } from '../print/table.ts'
import { requireTarget } from '../target.ts'

/** Of a running server, or with `data` of a directory that no server uses. */
export async function snapshotSave(
  context: Context,
  options: { readonly file: string | undefined; readonly data: string | undefined },
): Promise<number> {
  const path = resolve(context.directory, options.file ?? `sddc-${stamp()}.snapshot`)
  if (options.data === undefined) await storeSnapshot(path, await requireTarget(context).stateFile())
  else await saveSnapshotOf(resolve(context.directory, options.data), path)
  // Read back: what is kept for a bad day must be whole.
  const facts = await inspectSnapshot(path)
  if (context.json) context.terminal.out(JSON.stringify(factsJson(path, facts), null, 2))
  else
    context.terminal.out(
      `Saved revision ${facts.revision} of cluster ${facts.clusterId} to ${path} (${formatMiB(mib(facts.bytes))}).\nIt holds secrets as they are: keep it where others can't read it.`,
    )
  return exit.done
}

export async function snapshotInspect(context: Context, file: string): Promise<number> {
  const path = resolve(context.directory, file)
  const facts = await inspectSnapshot(path)
  if (context.json) {
    context.terminal.out(JSON.stringify(factsJson(path, facts), null, 2))
    return exit.done
  }
  const { paint } = context.terminal
  const rows = [
    ['cluster', facts.clusterId],
    ['revision', String(facts.revision)],
    ['epoch', String(facts.epoch)],
    ['taken', isoTime(facts.madeUtc as UtcMs)],
    ['format', String(facts.format)],
    ['size', `${formatMiB(mib(facts.bytes))}, ${formatMiB(mib(facts.rowBytes))} of rows`],
  ]
  const counts = Object.entries(facts.tables).map(([name, count]) => [name, String(count)])
  context.terminal.out(
    `${paint.bold(path)} is whole.\n${table(rows, '  ')}\n\n${paint.bold('Rows')}\n${table(counts, '  ')}`,
  )
  return exit.done
}

export async function snapshotRestore(
  context: Context,
  options: { readonly file: string; readonly data: string },
): Promise<number> {
  const directory = resolve(context.directory, options.data)
  const restored = await restoreSnapshot(directory, resolve(context.directory, options.file))
  if (context.json) context.terminal.out(JSON.stringify(restored, null, 2))
  else {
    const kept =
      restored.before === undefined ? '' : `\nWhat was there is kept in ${directory}/${restored.before}.`
    context.terminal.out(
      `Restored revision ${restored.revision} in ${directory}, epoch ${restored.epoch}.${kept}\n${nextSteps(options.data)}`,
    )
  }
  return exit.done
}

export async function repair(
  context: Context,
  options: { readonly data: string; readonly from: string | undefined },
): Promise<number> {
  const directory = resolve(context.directory, options.data)
  const from = options.from === undefined ? undefined : resolve(context.directory, options.from)
  const repaired = await repairDirectory(directory, from)
  if (context.json) {
    context.terminal.out(JSON.stringify(repaired, null, 2))
    return exit.done
  }
  const lines = [
    repaired.isProved ? 'Nothing is lost.' : 'Something may be lost: look at what the report says.',
    ...repaired.report.map(line => `  ${line}`),
    `The state in ${directory} is now revision ${repaired.revision}, epoch ${repaired.epoch}.`,
    ...(repaired.before === undefined ? [] : [`What was there is kept in ${directory}/${repaired.before}.`]),
    nextSteps(options.data),
  ]
  context.terminal.out(lines.join('\n'))
  return exit.done
}

function nextSteps(data: string): string {
  return `Next: sddc server --data ${data}. Tasks that agents run beyond this state are kept; see them with: sddc unknown list`
}

function factsJson(path: string, facts: SnapshotFacts): object {
  return { path, ...facts }
}

function mib(bytes: number): number {
  return Math.max(1, Math.round(bytes / 1024 ** 2))
}

function stamp(): string {
  return isoTime(Date.now() as UtcMs).replace(/[-:]|\.\d+/g, '')
}
