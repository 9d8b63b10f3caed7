// Rules for the names of apps and groups.
import { maxIdLength } from '../schema/limits.ts'
import type { Report } from './report.ts'

const label = '([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])'
/** As Marathon writes it in its message. */
const idSegmentPattern = `^(${label}\\.)*${label}|(\\.|\\.\\.)$`

// The same language without nested choices: linear on every input.
const idSegment = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/

const reservedWords = ['restart', 'tasks', 'versions', '.', '..']

/** Rules for an absolute path. The root is no app, but may be a group. */
export function checkPath(id: string, path: string, kind: 'app' | 'group', report: Report): void {
  if (id === '/') {
    if (kind === 'app') report(path, 'must not be root', 'Give the app a name, for example "/web".')
    return
  }
  const segments = id.slice(1).split('/')
  const bad = segments.find(segment => !idSegment.test(segment))
  if (!id.startsWith('/') || bad !== undefined)
    report(
      path,
      `must fully match regular expression '${idSegmentPattern}'`,
      `"${(bad ?? id).slice(0, 60)}" is not a name: lower-case letters, digits, inner hyphens and dots are taken.`,
    )
  if (id.length > maxIdLength)
    report(path, 'error.maxLength', `A path has at most ${maxIdLength} characters.`)
  if (kind === 'app' && reservedWords.includes(segments.at(-1)!))
    report(
      path,
      'must not end with any of the following reserved keywords: restart, tasks, versions, ., ..',
      'These words have a meaning in addresses of the API; choose another name.',
    )
}
