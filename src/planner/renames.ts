// A plan that destroys one app and creates another that differs in nothing but its name is most likely a rename that
// nobody told: it says how to tell it.
import { by, contentHash, warningDiagnostic } from '../base/index.ts'
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
      `${what} To keep what runs write: ${[...moves.slice(0, mostShown), ...more].join(', ')}.`,
      { address: pairs[0]![1].address },
    ),
  ]
}

/** Each destroyed app with a created one of the same content; of several alike, one that keeps its label first. */
function pairsIn(changes: readonly Change[]): [AppChange, AppChange][] {
  const gone = new Map<string, AppChange[]>()
  for (const change of changes) {
    if (change.object !== 'app' || change.action !== 'delete') continue
    const key = contentOf(change.before!)
    gone.set(key, [...(gone.get(key) ?? []), change])
  }
  if (gone.size === 0) return []
  const pairs: [AppChange, AppChange][] = []
  for (const change of [...changes].sort(by(c => c.address))) {
    if (change.object !== 'app' || change.action !== 'create') continue
    const alike = gone.get(contentOf(change.after!)) ?? []
    const found = alike.find(old => lastStep(old.address) === lastStep(change.address)) ?? alike[0]
    if (found === undefined) continue
    alike.splice(alike.indexOf(found), 1)
    pairs.push([found, change])
  }
  return pairs
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
  return `moved { from = ${a}  to = ${b} }`
}

/** `group.a.app.web` → `group.a`; undefined when nothing is around it. */
function withoutLast(address: string): string | undefined {
  return /^(.+)\.(?:app|group)\.[^.[\]]+$/.exec(address)?.[1]
}
