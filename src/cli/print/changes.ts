// The lines of one change: what will happen and why, as a comment, then the block.
import type { AppChange, Change, ChangeAction, FieldEffect } from '../../model/index.ts'
import { bodyLines } from './blocks.ts'
import type { Comparison, Line } from './blocks.ts'
import { appBody, plainBody } from './body.ts'
import type { Entry } from './body.ts'
import { printableLine } from './printable.ts'
import { quoted } from './value.ts'

export type ChangeKind = Exclude<ChangeAction, 'no-op'>

// In the order of the legend.
const symbols: Readonly<Record<ChangeKind, Line['mark']>> = {
  adopt: '=',
  move: '>',
  create: '+',
  update: '~',
  scale: '~',
  restart: '~',
  delete: '-',
  forget: '.',
}

export function symbolOf(action: ChangeAction): Line['mark'] {
  return action === 'no-op' ? '' : symbols[action]
}

/** The kinds that occur, in the order of the legend. */
export function changeKinds(changes: readonly Change[]): ChangeKind[] {
  const present = new Set<ChangeAction>(changes.map(c => (restartsNothing(c) ? 'update' : c.action)))
  return (Object.keys(symbols) as ChangeKind[]).filter(kind => present.has(kind))
}

// Nothing runs yet that could be restarted.
function restartsNothing(change: Change): boolean {
  return change.object === 'app' && change.action === 'restart' && change.disruption.restarts === 0
}

/** `ignored`: what the object's lifecycle leaves as it is, in words. */
export function changeLines(change: Change, ignored?: string): Line[] {
  const comment = (text: string): Line => ({ depth: 0, mark: '', text: `# ${text}`, style: 'header' })
  const comments = [
    ...fatesOf(change).map(comment),
    ...(change.reason === undefined ? [] : [comment(`(${printableLine(change.reason)})`)]),
    ...(ignored === undefined ? [] : [comment(`(${ignored})`)]),
  ]
  // What is forgotten stays as it is: nothing to show.
  if (change.action === 'forget') return comments
  const { before, after } = bodiesOf(change)
  const body = bodyLines(before, after, comparisonOf(change), 1)
  const label = change.id.slice(change.id.lastIndexOf('/') + 1)
  return [
    ...comments,
    { depth: 0, mark: symbolOf(change.action), text: `${change.object} ${quoted(label)} {` },
    ...body,
    { depth: 0, mark: '', text: '}' },
  ]
}

function fatesOf(change: Change): string[] {
  const { address, from, action } = change
  const now = printableLine(address)
  const fate = `${now} ${fateOf(change)}`
  if (from === undefined) return [fate]
  if (from.imported === true) {
    const told = `${now} will be imported from ${printableLine(quoted(from.id))}`
    return action === 'adopt' ? [told] : [told, fate]
  }
  const told = `${printableLine(from.address)} has moved to ${now}`
  return action === 'move' ? [told] : from.address === address ? [fate] : [told, fate]
}

function fateOf(change: Change): string {
  switch (change.action) {
    case 'create':
      return 'will be created'
    case 'delete':
      return 'will be destroyed'
    case 'forget':
      return 'will be forgotten'
    case 'adopt':
      return 'will be adopted'
    case 'scale':
    case 'restart':
      return change.object === 'app' ? disturbanceOf(change) : 'will be updated in-place'
    default:
      return 'will be updated in-place'
  }
}

function disturbanceOf({ action, before, after, disruption }: AppChange): string {
  const [from, to] = [before?.instances ?? 0, after?.instances ?? 0]
  const scaled = from === to ? '' : ` and scaled from ${from} to ${to}`
  if (action === 'scale') {
    return to === 0
      ? `will be suspended (scaled from ${from} to 0)`
      : `will be scaled from ${from} to ${to} (no restart)`
  }
  if (disruption.restarts === 0) return `will be updated${scaled}`
  const { restarts, atATime } = disruption
  const instances = `${restarts} instance${restarts === 1 ? '' : 's'}`
  const most = restarts === 1 ? '' : `, at most ${atATime} at a time`
  return `will be updated by rolling restart (${instances}${most})${scaled}`
}

function comparisonOf(change: Change): Comparison {
  return {
    fields: change.fields,
    sensitivePaths: change.object === 'app' ? change.sensitivePaths : [],
    note: effect => noteOf(change, effect),
  }
}

function noteOf(change: Change, effect: FieldEffect): string | undefined {
  if (effect === 'restart' && change.action === 'restart' && !restartsNothing(change))
    return 'forces rolling restart'
  return effect === 'scale' && change.action === 'scale' ? 'scales without restart' : undefined
}

function bodiesOf(change: Change): { before: readonly Entry[] | null; after: readonly Entry[] | null } {
  switch (change.object) {
    case 'app':
      return { before: change.before && appBody(change.before), after: change.after && appBody(change.after) }
    case 'group': {
      const body = plainBody({ id: change.id, depends_on: change.dependencies })
      const field = change.fields.find(f => f.path === '/dependencies')
      const id = change.from?.id ?? change.id
      const old = plainBody({ id, depends_on: field?.before ?? change.dependencies })
      return {
        before: change.action === 'create' ? null : old,
        after: change.action === 'delete' ? null : body,
      }
    }
    case 'volume': {
      const after = change.after
      const old = after && {
        ...after,
        ...Object.fromEntries(change.fields.map(f => [f.path.slice(1), f.before])),
        name: change.from?.id ?? change.id,
      }
      return {
        before: change.action === 'create' ? null : old === null ? [] : volumeBody(old),
        after: after && volumeBody(after),
      }
    }
  }
}

function volumeBody({
  name,
  size,
  shared,
}: {
  readonly name: string
  readonly size: number
  readonly shared: boolean
}): Entry[] {
  return plainBody({ id: name, size, ...(shared ? { shared } : {}) }, { size: 'MiB' })
}
