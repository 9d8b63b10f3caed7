// What somebody changed behind the stack's back, before the plan that sets it back.
import type { Change, FieldChange, Plan } from '../../model/index.ts'
import { fieldAt } from '../../model/index.ts'
import type { Line } from './blocks.ts'
import { printableLine } from './printable.ts'
import { quoted, valueText } from './value.ts'

export function driftLines({ changes }: Plan): Line[] {
  const lines = changes.flatMap(change =>
    change.drift ? [blank, ...changedLines(change, change.drift)] : [],
  )
  return lines.slice(1)
}

const blank: Line = { depth: 0, mark: '', text: '' }

function changedLines({ address, object, id }: Change, { fields, by }: NonNullable<Change['drift']>): Line[] {
  const who = by === undefined ? '' : ` by ${printableLine(by)}`
  const width = Math.max(...fields.map(f => nameOf(f).length))
  return [
    { depth: 0, mark: '', text: `# ${printableLine(address)} has changed${who}`, style: 'header' },
    { depth: 0, mark: '~', text: `${object} ${quoted(id.slice(id.lastIndexOf('/') + 1))} {` },
    ...fields.map(f => fieldLine(f, width)),
    { depth: 0, mark: '', text: '}' },
  ]
}

function fieldLine(field: FieldChange, width: number): Line {
  const { before, after, path, sensitive } = field
  const unit = fieldAt(path)?.unit
  const mark = before === undefined ? '+' : after === undefined ? '-' : '~'
  const old = before === undefined ? [] : [valueText(before, unit)]
  const value = sensitive
    ? '(sensitive value)'
    : [...old, after === undefined ? 'null' : valueText(after, unit)].join(' -> ')
  return { depth: 1, mark, text: `${nameOf(field).padEnd(width)} = ${value}` }
}

// A plain field by its name, anything deeper by its path.
function nameOf({ path }: FieldChange): string {
  const found = path.lastIndexOf('/') === 0 ? fieldAt(path) : undefined
  return printableLine(found?.hcl ?? path.slice(1))
}
