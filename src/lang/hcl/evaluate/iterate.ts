// What a loop runs over: the elements of a list, tuple or set, those of a map or object by key.
import type { Span } from '../source.ts'
import { nameOfKind } from '../type.ts'
import { type Value, isMapping, isSequence, number, sortedKeys, string } from '../value.ts'
import { reportError } from './report.ts'
import { type Scope, maxLoopRounds } from './scope.ts'

/** A round of a loop. False ends it. */
type Round = (key: Value, value: Value) => boolean

/** False when the collection is unknown, or after a mistake, which is reported. A round that ends the loop makes no difference. */
export function iterate(collection: Value, span: Span, scope: Scope, round: Round): boolean {
  if (collection.kind === 'unknown' && collection.type.kind === 'any') return false
  if (isSequence(collection)) {
    const { elements, kind } = collection
    if (!spend(elements.length, span, scope)) return false
    for (let i = 0; i < elements.length; i++) {
      const value = elements[i]!
      if (!round(kind === 'set' ? value : number(i), value)) break
    }
    return true
  }
  if (isMapping(collection)) {
    if (!spend(collection.entries.size, span, scope)) return false
    for (const key of sortedKeys(collection)) {
      if (!round(string(key), collection.entries.get(key)!)) break
    }
    return true
  }
  if (collection.kind === 'null') {
    reportError(scope, span, 'Iteration over null value', "A null value can't be iterated over.")
  } else if (collection.kind !== 'unknown' || !iterable.has(collection.type.kind)) {
    const detail = `Only lists, sets, tuples, maps and objects can be iterated over; this is ${nameOfKind(collection)}.`
    reportError(scope, span, 'Iteration over non-iterable value', detail)
  }
  return false
}

const iterable: ReadonlySet<string> = new Set(['list', 'set', 'tuple', 'map', 'object'])

function spend(rounds: number, span: Span, scope: Scope): boolean {
  scope.budget.rounds -= rounds
  if (scope.budget.rounds >= 0) return true
  const detail = `The loops of a configuration may run ${maxLoopRounds} rounds together.`
  reportError(scope, span, 'Too many iterations', detail)
  return false
}
