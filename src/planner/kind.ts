// Which kind of change a difference makes. The effects of its fields decide, first match wins:
//   no app before / none after          create / delete
//   nothing differs                     no-op
//   some field restarts, target > 0     restart (it also covers a simultaneous change of the number of instances)
//   some field restarts, target 0       scale: what runs only stops (Marathon); update where nothing ran either
//   the number of instances differs     scale (fields that are changed in place ride along)
//   anything else                       update, in place
import type { App, ChangeAction, FieldChange } from '../model/index.ts'

export function changeActionOf(
  before: App | null,
  after: App | null,
  fields: readonly FieldChange[],
): ChangeAction {
  if (before === null) return after === null ? 'no-op' : 'create'
  if (after === null) return 'delete'
  if (fields.length === 0) return 'no-op'
  if (fields.some(f => f.effect === 'restart') && after.instances > 0) return 'restart'
  return before.instances === after.instances ? 'update' : 'scale'
}
