// The lines below "Changes to Outputs:".
import type { OutputChange, Plan } from '../../model/index.ts'
import type { Line } from './blocks.ts'
import { printableLine } from './printable.ts'
import { valueText } from './value.ts'

const marks = { create: '+', update: '~', delete: '-' } as const

export function outputLines({ outputChanges }: Plan): Line[] {
  const width = Math.max(0, ...outputChanges.map(o => o.name.length))
  return outputChanges.map(change => ({
    depth: 0,
    mark: marks[change.action],
    text: `${printableLine(change.name).padEnd(width)} = ${valuesOf(change)}`,
  }))
}

function valuesOf({ action, before, after, sensitive }: OutputChange): string {
  if (sensitive) return '(sensitive value)'
  const next = after === undefined ? 'null' : valueText(after)
  return action === 'create' ? next : `${valueText(before ?? null)} -> ${next}`
}
