// Paths. App ids are greedy (`/v2/apps/a/b/tasks/t1` is task t1 of app /a/b), which no router of the shelf does, and
// those that try collapse slashes unevenly. So we cut paths ourselves: empty segments count as none.
import type { AppId } from '../../model/index.ts'

/** The decoded segments of a path, or undefined when an escape in it is broken. */
export function segmentsOf(pathname: string): readonly string[] | undefined {
  try {
    return pathname
      .split('/')
      .filter(s => s !== '')
      .map(decodeURIComponent)
  } catch {
    return undefined
  }
}

/** What stands behind `/v2/apps`. */
export type AppPath =
  | { readonly kind: 'all' }
  | { readonly kind: 'app'; readonly id: AppId }
  /** `{group}/*`; the prefix ends in a slash. */
  | { readonly kind: 'group'; readonly prefix: string }
  | { readonly kind: 'restart'; readonly id: AppId }
  | { readonly kind: 'tasks'; readonly id: AppId }
  | { readonly kind: 'groupTasks'; readonly prefix: string }
  | { readonly kind: 'task'; readonly id: AppId; readonly task: string }
  | { readonly kind: 'versions'; readonly id: AppId }
  | { readonly kind: 'version'; readonly id: AppId; readonly version: string }

/** Reads the segments after `/v2/apps`. `restart`, `tasks` and `versions` are reserved words in ids for this. */
export function appPath(rest: readonly string[]): AppPath {
  const last = rest.at(-1)
  const beforeLast = rest.at(-2)
  if (last === undefined) return { kind: 'all' }
  if (last === '*') return { kind: 'group', prefix: prefixOf(rest.slice(0, -1)) }
  if (last === 'tasks' && beforeLast === '*')
    return { kind: 'groupTasks', prefix: prefixOf(rest.slice(0, -2)) }
  if (rest.length > 1 && (last === 'restart' || last === 'tasks' || last === 'versions'))
    return { kind: last, id: idOf(rest.slice(0, -1)) }
  if (rest.length > 2 && beforeLast === 'tasks')
    return { kind: 'task', id: idOf(rest.slice(0, -2)), task: last }
  if (rest.length > 2 && beforeLast === 'versions')
    return { kind: 'version', id: idOf(rest.slice(0, -2)), version: last }
  return { kind: 'app', id: idOf(rest) }
}

// Clients that escape the whole id send its slashes as %2F: they count as slashes all the same.
function idOf(segments: readonly string[]): AppId {
  return `/${segments.join('/')}`.replace(/\/+/g, '/') as AppId
}

function prefixOf(segments: readonly string[]): string {
  return segments.length === 0 ? '/' : `/${segments.join('/')}/`
}
