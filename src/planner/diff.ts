// What differs between two definitions of an app, field by field, and what each difference does to running instances.
// Both come in submitted form. The effect of a field is never decided here: it stands in the schema table, so that the
// plan's notes and the decision itself can't disagree.
//
// Granularity: maps by key (`/env/PORT`), lists of objects by position (`/healthChecks(0)/path`), an object that only
// one side has as a whole, and lists of plain values (arguments, constraints, dependencies) as a whole.
import { compareStrings, sameJson } from '../base/index.ts'
import type { Json } from '../base/index.ts'
import { effectOf, firstServicePort, lastServicePort } from '../model/index.ts'
import type { App, FieldChange } from '../model/index.ts'

/**
 * The differences, sorted by path. With `before` or `after` null every field of the other side is one.
 *
 * A service port of 0 in `after` equals one in `before` that the server may have assigned: it keeps it. A number in
 * `after` where `before` has 0 is a difference, unless `assigned` (the effective form of `before`) shows that the
 * server assigned exactly that number.
 */
export function diffApp(
  before: App | null,
  after: App | null,
  sensitivePaths: readonly string[],
  assigned: App | null = null,
): FieldChange[] {
  if (before === after) return []
  const found: FieldChange[] = []
  const report = (path: string, a: unknown, b: unknown): void => {
    found.push({
      path,
      ...(a === undefined ? {} : { before: a as Json }),
      ...(b === undefined ? {} : { after: b as Json }),
      effect: effectOf(path, after ?? before ?? undefined),
      sensitive: touchesSensitive(path, sensitivePaths),
    })
  }
  compareRecords('', record(before), record(after), record(assigned), report)
  return found.sort((x, y) => compareStrings(x.path, y.path))
}

/** Whether a value at `path` is, contains or lies inside one of the sensitive values. */
export function touchesSensitive(path: string, sensitivePaths: readonly string[]): boolean {
  return sensitivePaths.some(sensitive => pathsOverlap(path, sensitive))
}

/** Whether two JSON paths mean the same value, or one a part of the other's. */
export function pathsOverlap(a: string, b: string): boolean {
  return isWithin(a, b) || isWithin(b, a)
}

/** Whether a JSON path means `outer` itself or a part of it; '' is everything. */
export function isWithin(inner: string, outer: string): boolean {
  if (!inner.startsWith(outer)) return false
  return inner === outer || outer === '' || inner[outer.length] === '/' || inner[outer.length] === '('
}

type Report = (path: string, before: unknown, after: unknown) => void
type PlainRecord = Readonly<Record<string, unknown>>

function record(app: App | null): PlainRecord {
  return app === null ? {} : { ...app }
}

function compareRecords(
  path: string,
  before: PlainRecord,
  after: PlainRecord,
  assigned: PlainRecord,
  report: Report,
): void {
  for (const key of Object.keys(before)) {
    compareValues(`${path}/${key}`, before[key], own(after, key), own(assigned, key), report)
  }
  for (const key of Object.keys(after)) {
    if (own(before, key) === undefined && after[key] !== undefined) {
      compareValues(`${path}/${key}`, undefined, after[key], own(assigned, key), report)
    }
  }
}

function compareValues(
  path: string,
  before: unknown,
  after: unknown,
  assigned: unknown,
  report: Report,
): void {
  if (before === after) return
  if (isRecord(before) && isRecord(after)) {
    compareRecords(path, before, after, isRecord(assigned) ? assigned : {}, report)
  } else if (isRecordList(before) && isRecordList(after)) {
    const known = isRecordList(assigned) ? assigned : []
    for (let i = 0; i < Math.max(before.length, after.length); i++) {
      compareValues(`${path}(${i})`, before[i], after[i], known[i], report)
    }
  } else if (servicePortPath.test(path) && satisfiesPort(before, after, assigned)) {
    return
  } else if (!sameJson(before, after)) {
    report(path, before, after)
  }
}

const servicePortPath = /^\/(portDefinitions\(\d+\)\/port|container\/portMappings\(\d+\)\/servicePort)$/

function satisfiesPort(before: unknown, after: unknown, assigned: unknown): boolean {
  if (typeof before !== 'number') return false
  const mayBeAssigned = before >= firstServicePort && before <= lastServicePort
  return after === 0 ? mayBeAssigned : before === 0 && after === assigned
}

function own(from: PlainRecord, key: string): unknown {
  return Object.hasOwn(from, key) ? from[key] : undefined
}

function isRecord(value: unknown): value is PlainRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// An empty list counts, so that the first element added is an element, not a new list.
function isRecordList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.every(isRecord)
}
