// A plan that destroys one app and creates another that differs in nothing but its name is most likely a rename that
// nobody told: it says how to tell it.
import { contentHash, warningDiagnostic } from '../base/index.ts'
import type { Diagnostic } from '../base/index.ts'
import type { App, AppChange, Change } from '../model/index.ts'

/** Pairs that are written out; whoever renames more sees from these how to go on. */
const mostShown = 10

export function renameWarnings(changes: readonly Change[]): Diagnostic[] {
  const pairs = pairsIn(changes)
  if (pairs.length === 0) return []
  const moves = [...new Set(pairs.map(([from, to]) => moveOf(from.address, to.address)))]
  const more = moves.length > mostShown ? [`and ${moves.length - mostShown} more`] : []
  const what =
    pairs.length === 1
      ? `${pairs[0]![0].address} is destroyed, and ${pairs[0]![1].address}, which is created, differs from it in nothing but its name.`
      : `${pairs.length} apps are destroyed, and as many that are created differ from them in nothing but their names.`
  return [
    warningDiagnostic(
      'This looks like a rename',
      `${what} To keep what runs, write ${moves.length === 1 ? 'a moved block' : 'moved blocks'}: ${[...moves.slice(0, mostShown), ...more].join('; ')}.`,
      { address: pairs[0]![1].address },
    ),
  ]
}

/** A destroyed app and a created one of the same content: the only two, or two with the same label. */
function pairsIn(changes: readonly Change[]): [AppChange, AppChange][] {
  const gone = byContent(changes, c => (c.action === 'delete' ? c.before : null))
  if (gone.size === 0) return []
  const made = byContent(changes, c => (c.action === 'create' ? c.after : null))
  return [...gone].flatMap(([content, olds]): [AppChange, AppChange][] => {
    const news = made.get(content) ?? []
    if (olds.length === 1 && news.length === 1) return [[olds[0]!, news[0]!]]
    return olds.flatMap((old): [AppChange, AppChange][] => {
      const hasLabel = (c: AppChange): boolean => lastStep(c.address) === lastStep(old.address)
      const found = news.filter(hasLabel)
      return found.length === 1 && olds.filter(hasLabel).length === 1 ? [[old, found[0]!]] : []
    })
  })
}

function byContent(
  changes: readonly Change[],
  content: (change: AppChange) => App | null,
): Map<string, AppChange[]> {
  const found = new Map<string, AppChange[]>()
  for (const change of changes) {
    const app = change.object === 'app' ? content(change) : null
    if (change.object !== 'app' || app === null) continue
    const key = contentOf(app)
    found.set(key, [...(found.get(key) ?? []), change])
  }
  return found
}

// What it depends on may have got another name at the same time.
function contentOf(app: App): string {
  return contentHash({ ...app, id: '', dependencies: [], instances: 0 })
}

function lastStep(address: string): string {
  return address.slice(address.lastIndexOf('.app.') + 1)
}

/** Of the groups around, when that is all that has changed: one move then stands for all that is in them. */
function moveOf(from: string, to: string): string {
  const groups = /^(.*\.)?group\.[^.[\]]+$/
  let [a, b] = [from, to]
  for (;;) {
    const [shorterA, shorterB] = [withoutLast(a), withoutLast(b)]
    if (shorterA === undefined || a.slice(shorterA.length) !== b.slice(shorterB?.length ?? 0)) break
    if (shorterB === undefined || shorterA === shorterB || !groups.test(shorterA) || !groups.test(shorterB))
      break
    ;[a, b] = [shorterA, shorterB]
  }
  return `from = ${a}, to = ${b}`
}

/** `group.a.app.web` → `group.a`; undefined when nothing is around it. */
function withoutLast(address: string): string | undefined {
  return /^(.+)\.(?:app|group)\.[^.[\]]+$/.exec(address)?.[1]
}
