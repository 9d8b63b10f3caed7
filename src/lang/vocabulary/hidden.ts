// What is told about a resource must not quote what its author marked as sensitive. Most messages are written by the
// model, which knows no marks; so the quotes are taken out of the finished texts, here, for all of them.
import type { Diagnostic, Json } from '../../base/index.ts'
import type { SurfaceBody, SurfaceResource, SurfaceValue } from '../surface.ts'

/** The diagnostics about one resource, without its sensitive values. */
export function hideSensitive(
  diagnostics: readonly Diagnostic[],
  resource: SurfaceResource,
): readonly Diagnostic[] {
  if (diagnostics.length === 0) return diagnostics
  const texts = [...new Set(sensitiveTexts(resource.body))].sort((a, b) => b.length - a.length)
  if (texts.length === 0) return diagnostics
  const patterns = texts.map(patternOf)
  return diagnostics.map(d => {
    const detail = patterns.reduce((text, pattern) => text.replace(pattern, shown), d.detail)
    // A near word would tell most of the value.
    return detail === d.detail ? d : { ...d, detail: detail.replace(/ Did you mean "[^"]*"\?/, '') }
  })
}

const shown = '(sensitive value)'

/** Shorter ones are words and numbers of any message: they are hidden only where they are quoted, or begin the text. */
const leastBare = 4

/** Messages cut long values; what begins like one is one. */
const mostCompared = 30

// Some messages write words in capitals.
function patternOf(text: string): RegExp {
  const isLong = text.length > mostCompared
  const start = isLong ? text.slice(0, mostCompared) : text
  const quoted = `"${escaped(JSON.stringify(start).slice(1, -1))}${isLong ? '[^"…]*…?"?' : '"'}`
  const bare = `${escaped(start)}${isLong ? '\\S*' : '(?!\\w)'}`
  const where = text.length < leastBare ? `^${bare}(?!\\.)` : `(?<!\\w)${bare}`
  return new RegExp(`${quoted}|${where}`, 'gi')
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function sensitiveTexts(body: SurfaceBody): string[] {
  return [
    ...Object.values(body.attributes).flatMap(textsOf),
    ...body.blocks.flatMap(block => sensitiveTexts(block.body)),
  ]
}

function textsOf({ value, sensitive }: SurfaceValue): string[] {
  return (sensitive ?? []).flatMap(pointer => scalarsOf(partAt(value, pointer)))
}

function partAt(value: Json, pointer: string): Json | undefined {
  const steps = pointer.split('/').slice(1)
  return steps.reduce<Json | undefined>((at, step) => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    return typeof at === 'object' && at !== null && Object.hasOwn(at, name)
      ? (at as Readonly<Record<string, Json>>)[name]
      : undefined
  }, value)
}

function scalarsOf(value: Json | undefined): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  if (typeof value === 'number') return [String(value)]
  if (typeof value !== 'object' || value === null) return []
  return [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(scalarsOf)]
}
