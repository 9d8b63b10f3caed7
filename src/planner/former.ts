// Changes of what has moved tell what it was called. One that changes nothing else is a move and no more.
import { by } from '../base/index.ts'
import type { App, AppId, Change, FieldChange } from '../model/index.ts'
import type { NewNames } from './names.ts'

export function withFormerName<C extends Change>(change: C, { former, imported }: NewNames): C {
  const key = `${change.object}:${change.id}`
  const name = former.get(key)
  if (name === undefined) return change
  const from = imported.has(key) ? ({ ...name, imported: true } as const) : name
  const isRenamed = from.id !== change.id
  const reasons = [change.reason, isRenamed ? untouched(change, from.id) : undefined].filter(
    r => r !== undefined,
  )
  return {
    ...change,
    ...(change.action === 'no-op' ? { action: 'move' } : {}),
    from,
    ...(isRenamed ? { fields: [...change.fields, newId(change, from.id)].sort(by(f => f.path)) } : {}),
    ...(isRenamed && change.object === 'app' ? { before: formerApp(change.before, from.id) } : {}),
    ...(reasons.length > 0 ? { reason: reasons.join('; ') } : {}),
  }
}

function newId({ id }: Change, before: string): FieldChange {
  return { path: '/id', before, after: id, effect: 'none', sensitive: false }
}

function formerApp(app: App | null, id: string): App | null {
  return app && { ...app, id: id as AppId }
}

function untouched(change: Change, id: string): string | undefined {
  if (change.object !== 'app' || change.before === null || change.before.instances === 0) return undefined
  if (change.action === 'restart') return undefined
  return `what runs goes on untouched, with MARATHON_APP_ID=${id} until it starts anew`
}
