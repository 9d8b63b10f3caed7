// Sets. Several become sets of one type first; the result is sorted, as every set is. What is missing from a result also
// tells something, so the marks of all elements go to the whole of it.
import { toCollection } from '../convert.ts'
import { anyType, unify } from '../type.ts'
import { type ListValue, type Type, type Value, isSequence, tuple } from '../value.ts'
import { any, sequenceOf, set } from './arguments.ts'
import { holds } from './holds.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { refuseManyElements } from './results.ts'

export const setFunctions: readonly HclFunction[] = [
  {
    name: 'setintersection',
    summary: 'The elements that all the sets have',
    group: 'collection',
    examples: [['setintersection(["a", "b"], ["b", "c"])', '["b"]']],
    returns: 'a set of the elements',
    parameters: [set('set')],
    rest: set('sets'),
    call: values => combined(values, sets => sets.reduce((kept, other) => kept.filter(e => holds(other, e)))),
  },
  {
    name: 'setproduct',
    summary: 'All combinations of one element of each list or set, as tuples',
    group: 'collection',
    examples: [
      [
        'setproduct(["app", "db"], ["eu", "us"])',
        '[["app", "eu"], ["app", "us"], ["db", "eu"], ["db", "us"]]',
      ],
    ],
    returns: 'a list or set of tuples',
    parameters: [any('list'), any('list')],
    rest: any('lists'),
    keepsMarks: true,
    call: values => product(values),
  },
  {
    name: 'setsubtract',
    summary: 'The elements of the first set that the second does not have',
    group: 'collection',
    examples: [['setsubtract(["a", "b", "c"], ["b"])', '["a", "c"]']],
    returns: 'a set of the elements',
    parameters: [set('set'), set('without')],
    call: values => combined(values, ([kept, other]) => kept!.filter(e => !holds(other!, e))),
  },
  {
    name: 'setunion',
    summary: 'The elements that any of the sets has',
    group: 'collection',
    examples: [['setunion(["a", "b"], ["b", "c"])', '["a", "b", "c"]']],
    returns: 'a set of the elements',
    parameters: [set('set')],
    rest: set('sets'),
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

function product(values: readonly Value[]): Value {
  const lists = values.map((value, i) => {
    const given = sequenceOf(value, i)
    return given.kind === 'tuple' ? (toCollection(given, 'list', anyType) as ListValue) : given
  })
  refuseManyElements(lists.reduce((count, l) => count * l.elements.length, lists.length))
  let rows: Elements[] = [[]]
  for (const { elements } of lists) rows = rows.flatMap(row => elements.map(e => [...row, e]))
  const element: Type = { kind: 'tuple', elements: lists.map(l => l.element) }
  return toCollection(tuple(rows.map(tuple)), values.some(isSet) ? 'set' : 'list', element)
}

function isSet(value: Value): boolean {
  return isSequence(value) && value.kind === 'set'
}
