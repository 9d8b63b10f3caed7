// How far a deployment is, as lines of text; knows nothing of time, polling and terminals.
import type { ChalkInstance } from 'chalk'
import { graphemes, widthOf } from '../print/cells.ts'
import { table } from '../print/table.ts'
import type { AppProgress, DeploymentView } from '../types.ts'

export interface Room {
  readonly columns: number
  readonly rows: number
}

/** Lines about what a person can do; the apps' own lines matter more. */
const standingShown = 3

/** All apps of the deployment, cut to what the window holds, so that moving the cursor back over them is exact. */
export function liveLines(
  view: DeploymentView,
  elapsedMs: number,
  paint: ChalkInstance,
  { columns, rows }: Room,
): string[] {
  const step = Math.min(view.currentStep, view.steps.length)
  const place = view.state === 'queued' ? 'In the queue' : `Step ${step} of ${view.steps.length}`
  const head = `${place}, ${durationText(elapsedMs)}`
  const told = standing(view)
    .slice(0, standingShown)
    .map(line => paint.yellow(clip(line, columns)))
  // One line for the head, one for the cursor below.
  const room = Math.max(rows - 2 - told.length, 1)
  const open = view.progress.filter(p => p.state !== 'done')
  const shown = view.progress.length <= room ? view.progress : open.slice(0, room - 1)
  const hidden = view.progress.length - shown.length
  const body = table(
    shown.map(p => [markOf(p), p.app, stateText(p), ...(p.waitingFor ? [`waits for ${p.waitingFor}`] : [])]),
    '  ',
  )
  const lines = [...(body === '' ? [] : body.split('\n')), ...(hidden === 0 ? [] : [`  and ${hidden} more`])]
  return [
    paint.dim(clip(head, columns)),
    ...told,
    ...lines.map((line, i) => paintLine(clip(line, columns), shown[i], paint)),
  ]
}

/** One line for each app whose state has changed since `last`, which is brought up to date. */
export function changedLines(view: DeploymentView, last: Map<string, string>): string[] {
  const lines: string[] = []
  for (const line of standing(view)) {
    if (last.get(line) === line) continue
    last.set(line, line)
    lines.push(line)
  }
  for (const p of view.progress) {
    const text = `${stateText(p)}${p.waitingFor === undefined ? '' : `, waits for ${p.waitingFor}`}`
    if (p.state === 'pending' || last.get(p.app) === text) continue
    last.set(p.app, text)
    lines.push(`${p.app}: ${text}`)
  }
  return lines
}

/** What only a person or another deployment can change, with the command that does. */
function standing({ id, waits }: DeploymentView): string[] {
  return waits.flatMap(({ kind, message, app }) => {
    switch (kind) {
      case 'promotion':
        return [`${app}: waits for ${message}. Next: sddc deployment promote ${id}`]
      case 'resume':
        return [`Waits for ${message}. Next: sddc deployment resume ${id}`]
      case 'lock':
      case 'turn':
        return [`Waits for ${message}`]
      default:
        return []
    }
  })
}

const marks: Readonly<Record<AppProgress['state'], string>> = {
  pending: '·',
  running: '~',
  done: '✓',
  failed: '✗',
  unfinished: '✗',
}

function markOf(p: AppProgress): string {
  return marks[p.state]
}

// Painted after the cut, by the whole line: a cut through an escape code would leave the terminal coloured.
function paintLine(line: string, p: AppProgress | undefined, paint: ChalkInstance): string {
  if (p === undefined || p.state === 'pending') return paint.dim(line)
  if (p.state === 'done') return line.replace('✓', paint.green('✓'))
  if (p.state === 'failed' || p.state === 'unfinished') return line.replace('✗', paint.red('✗'))
  return p.waitingFor === undefined ? line.replace('~', paint.yellow('~')) : paint.yellow(line)
}

const verbs: Readonly<Record<AppProgress['action'], string>> = {
  StartApplication: 'Creating',
  ScaleApplication: 'Scaling',
  RestartApplication: 'Rolling restart',
  StopApplication: 'Stopping',
}

function stateText(p: AppProgress): string {
  if (p.state === 'pending') return 'waits for its turn'
  if (p.action === 'StopApplication')
    return p.state === 'done' ? 'stopped' : `Stopping, ${p.old + p.new} left`
  const counts = [
    ...(p.old > 0 ? [`old ${p.old}`] : []),
    `new ${p.new} of ${p.target}`,
    `healthy ${p.healthy}`,
  ]
  return `${p.state === 'running' ? verbs[p.action] : p.state}, ${counts.join(', ')}`
}

/** `12s`, `3m05s`. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return seconds < 60
    ? `${seconds}s`
    : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`
}

function clip(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line
  let text = ''
  let cells = 0
  for (const grapheme of graphemes(line)) {
    cells += widthOf(grapheme)
    if (cells > columns - 1) break
    text += grapheme
  }
  return `${text}…`
}
