// Sets. Several become sets of one type first; the result is sorted, as every set is.
import { toCollection } from '../convert.ts'
import { anyType, unify } from '../type.ts'
import { type ListValue, type Type, type Value, compareValues, isSequence, tuple } from '../value.ts'
import { any, sequenceOf, set } from './arguments.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { refuseManyElements } from './results.ts'

export const setFunctions: readonly HclFunction[] = [
  {
    name: 'setintersection',
    summary: 'The elements that all the sets have',
    parameters: [set('set')],
    rest: set('sets'),
    keepsMarks: true,
    call: values => combined(values, sets => sets.reduce((kept, other) => kept.filter(e => holds(other, e)))),
  },
  {
    name: 'setproduct',
    summary: 'All combinations of one element of each list or set, as tuples',
    parameters: [any('list'), any('list')],
    rest: any('lists'),
    keepsMarks: true,
    call: values => product(values),
  },
  {
    name: 'setsubtract',
    summary: 'The elements of the first set that the second does not have',
    parameters: [set('set'), set('without')],
    keepsMarks: true,
    call: values => combined(values, ([kept, other]) => kept!.filter(e => !holds(other!, e))),
  },
  {
    name: 'setunion',
    summary: 'The elements that any of the sets has',
    parameters: [set('set')],
    rest: set('sets'),
    keepsMarks: true,
    call: values => combined(values, sets => sets.flat()),
  },
]

type Elements = readonly Value[]

function combined(values: readonly Value[], combine: (sets: readonly Elements[]) => Elements): Value {
  const given = values.map(sequenceOf)
  refuseManyElements(given.reduce((sum, s) => sum + s.elements.length, 0))
  // An empty set of no particular type takes on the type of the others.
  const element = unify(given.map(s => (s.kind === 'tuple' ? anyType : s.element)))
  if (element === undefined) throw new FunctionError('the sets must have elements of one type')
  const converted = given.map(s => toCollection(tuple(s.elements), 'set', element) as ListValue)
  return toCollection(tuple(combine(converted.map(s => s.elements))), 'set', element)
}

// By halving: the elements of a set are sorted.
function holds(elements: Elements, wanted: Value): boolean {
  let low = 0
  let high = elements.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const order = compareValues(elements[middle]!, wanted)
    if (order === 0) return true
    if (order < 0) low = middle + 1
    else high = middle
  }
  return false
}

function product(values: readonly Value[]): Value {
  const lists = values.map((value, i) => {
    const given = sequenceOf(value, i)
    return given.kind === 'tuple' ? (toCollection(given, 'list', anyType) as ListValue) : given
  })
  refuseManyElements(lists.reduce((count, l) => count * l.elements.length, 1))
  let rows: Elements[] = [[]]
  for (const { elements } of lists) rows = rows.flatMap(row => elements.map(e => [...row, e]))
  const element: Type = { kind: 'tuple', elements: lists.map(l => l.element) }
  const result = tuple(rows.map(tuple))
  return toCollection(result, values.every(isSet) ? 'set' : 'list', element)
}

function isSet(value: Value): boolean {
  return isSequence(value) && value.kind === 'set'
}
