// A plan for programs: the plan itself, less what must not be shown.
import type { Json } from '../../base/index.ts'
import type { AppChange, Change, FieldChange, Plan } from '../../model/index.ts'

const hidden = '(sensitive value)'

/** Sensitive values are replaced by a text. Not a plan file: that one keeps them, or it could not be applied. */
export function planJson(plan: Plan): Json {
  const shown: Plan = {
    ...plan,
    changes: plan.changes.map(redactChange),
    ...(plan.ignored && {
      ignored: plan.ignored.map(i => ({ ...i, fields: i.fields.map(redactField) })),
    }),
    outputs: Object.fromEntries(
      Object.entries(plan.outputs).map(([name, o]) => [name, o.sensitive ? { ...o, value: hidden } : o]),
    ),
    outputChanges: plan.outputChanges.map(o => (o.sensitive ? redactValues(o) : o)),
  }
  return JSON.parse(JSON.stringify(shown)) as Json
}

function redactChange(change: Change): Change {
  const fields = change.fields.map(redactField)
  const drift = change.drift && { ...change.drift, fields: change.drift.fields.map(redactField) }
  const shown = { fields, ...(drift ? { drift } : {}) }
  if (change.object !== 'app') return { ...change, ...shown }
  const paths = [...change.sensitivePaths, ...sensitiveFields(change)]
  return {
    ...change,
    ...shown,
    before: change.before && redactAll(change.before, paths),
    after: change.after && redactAll(change.after, paths),
  }
}

function sensitiveFields({ fields, drift }: AppChange): string[] {
  return [...fields, ...(drift?.fields ?? [])].filter(f => f.sensitive).map(f => f.path)
}

function redactField(field: FieldChange): FieldChange {
  return field.sensitive ? redactValues(field) : field
}

function redactValues<T extends { readonly before?: Json; readonly after?: Json }>(of: T): T {
  return {
    ...of,
    ...(of.before === undefined ? {} : { before: hidden }),
    ...(of.after === undefined ? {} : { after: hidden }),
  }
}

function redactAll<T extends object>(value: T, paths: readonly string[]): T {
  const copy = structuredClone(value)
  for (const path of paths) redact(copy as Record<string, unknown>, path)
  return copy
}

// Keys may hold slashes, so the key decides where a segment ends, not the slash.
function redact(value: Record<string, unknown> | unknown[], path: string): void {
  const isArray = Array.isArray(value)
  for (const [key, each] of Object.entries(value)) {
    const segment = isArray ? `(${key})` : `/${key}`
    if (!path.startsWith(segment)) continue
    const rest = path.slice(segment.length)
    if (rest === '') (value as Record<string, unknown>)[key] = hidden
    else if (typeof each === 'object' && each !== null) redact(each as Record<string, unknown>, rest)
  }
}
