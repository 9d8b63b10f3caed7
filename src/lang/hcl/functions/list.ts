// Lists: what takes them apart, puts them together and picks from them. Where the values of the elements decide which
// there are and where, their marks go to the whole result.
import { countGraphemes } from 'unicode-segmenter/grapheme'
import { toCollection, tryConvert } from '../convert.ts'
import { type Num, addNum, compareNum } from '../number.ts'
import { anyType, boolType, nameOfKind, numberType, stringType, typeOf, unify } from '../type.ts'
import {
  type ListValue,
  type SequenceValue,
  type UnknownValue,
  type Value,
  bool,
  compareValues,
  deepMarks,
  describe,
  isMapping,
  isSequence,
  number,
  nullOf,
  sameValue,
  tuple,
  unknownOf,
  withMarks,
} from '../value.ts'
import {
  any,
  anyOrNull,
  bools,
  knownElements,
  list,
  numberOf,
  numeric,
  sequenceOf,
  texts,
  wholeOf,
} from './arguments.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { holds } from './holds.ts'
import { numberValue, refuseManyElements } from './results.ts'

/** The limit of Terraform, too; a longer range is nearly always a mistake. */
const maxRange = 1024

export const listFunctions: readonly HclFunction[] = [
  {
    name: 'alltrue',
    summary: 'Whether all elements are true; so it is for an empty list',
    group: 'collection',
    examples: [['alltrue([true, "true"])', 'true']],
    result: boolType,
    parameters: [bools('list')],
    call: ([given]) => bool(sequenceOf(given, 0).elements.every(isTrue)),
  },
  {
    name: 'anytrue',
    summary: 'Whether an element is true',
    group: 'collection',
    examples: [['anytrue([false, true])', 'true']],
    result: boolType,
    parameters: [bools('list')],
    call: ([given]) => bool(sequenceOf(given, 0).elements.some(isTrue)),
  },
  {
    name: 'chunklist',
    summary: 'The list cut into lists of at most so many elements; with 0 into one',
    group: 'collection',
    examples: [['chunklist(["a", "b", "c"], 2)', '[["a", "b"], ["c"]]']],
    returns: 'a list of lists of the elements',
    parameters: [list('list'), numeric('size')],
    keepsMarks: true,
    call: ([given, size]) => chunked(listOf(given), wholeOf(size, 1)),
  },
  {
    name: 'coalesce',
    summary: 'The first argument that is neither null nor the empty string',
    group: 'collection',
    examples: [['coalesce(null, "", "b")', '"b"']],
    returns: 'the one type of the arguments',
    parameters: [anyOrNull('value')],
    rest: anyOrNull('values'),
    call: values => coalesced(values),
  },
  {
    name: 'coalescelist',
    summary: 'The first argument that is neither null nor an empty list',
    group: 'collection',
    examples: [['coalescelist([], ["c", "d"])', '["c", "d"]']],
    returns: 'the type of that argument',
    parameters: [anyOrNull('list')],
    rest: anyOrNull('lists'),
    keepsMarks: true,
    call: values => {
      const found = values.find((v, i) => v.kind !== 'null' && indexedOf(v, i).elements.length > 0)
      if (found === undefined) throw new FunctionError('no argument is a list with elements')
      return found
    },
  },
  {
    name: 'compact',
    summary: 'The strings of a list without nulls and empty strings',
    group: 'collection',
    examples: [['compact(["a", "", null, "c"])', '["a", "c"]']],
    result: { kind: 'list', element: stringType },
    parameters: [texts('list')],
    call: ([given]) => {
      const { elements } = sequenceOf(given, 0)
      const kept = elements.filter(e => e.kind !== 'null' && !(e.kind === 'string' && e.value === ''))
      return { kind: 'list', element: stringType, elements: kept }
    },
  },
  {
    name: 'concat',
    summary: 'The elements of all the lists, one list behind the other',
    group: 'collection',
    examples: [['concat(["a"], ["b", "c"])', '["a", "b", "c"]']],
    returns: 'a list or tuple of the elements',
    parameters: [],
    rest: any('lists'),
    keepsMarks: true,
    call: lists => concatenated(lists),
  },
  {
    name: 'contains',
    summary: 'Whether a list or set has an element of that value',
    group: 'collection',
    examples: [['contains(["a", "b"], "b")', 'true']],
    result: boolType,
    parameters: [any('list'), anyOrNull('value')],
    call: ([given, value]) => bool(positionOf(given, value!) !== -1),
  },
  {
    name: 'distinct',
    summary: 'The list with each value only where it comes first',
    group: 'collection',
    examples: [['distinct(["a", "b", "a"])', '["a", "b"]']],
    returns: 'a list of the elements',
    parameters: [list('list')],
    call: ([given]) => ({ ...listOf(given), elements: unique(listOf(given).elements) }),
  },
  {
    name: 'element',
    summary: 'The element at an index that wraps around the ends of the list',
    group: 'collection',
    examples: [
      ['element(["a", "b", "c"], 4)', '"b"'],
      ['element(["a", "b", "c"], -1)', '"c"'],
    ],
    returns: 'the type of that element',
    parameters: [any('list'), numeric('index')],
    keepsMarks: true,
    call: ([given, index]) => elementAt(given!, wholeOf(index, 1)),
  },
  {
    name: 'flatten',
    summary: 'The elements of a list and of the lists within it, as one list',
    group: 'collection',
    examples: [['flatten([["a", "b"], [], ["c", ["d"]]])', '["a", "b", "c", "d"]']],
    returns: 'a tuple of the elements',
    parameters: [any('list')],
    keepsMarks: true,
    call: ([given]) => {
      const out: Value[] = []
      const isCounted = flattenInto(out, sequenceOf(given, 0).elements)
      return isCounted ? tuple(out) : withMarks(unknownOf(anyType), deepMarks(given!))
    },
  },
  {
    name: 'index',
    summary: 'The index of the first element of that value',
    group: 'collection',
    examples: [['index(["a", "b", "c"], "b")', '1']],
    result: numberType,
    parameters: [any('list'), anyOrNull('value')],
    call: ([given, value]) => {
      const found = positionOf(indexedOf(given, 0), value!)
      if (found === -1) throw new FunctionError('the list has no such element', 1)
      return number(found)
    },
  },
  {
    name: 'length',
    summary: 'How many elements a collection or characters a string has',
    group: 'collection',
    examples: [
      ['length(["a", "b"])', '2'],
      ['length("hello")', '5'],
    ],
    result: numberType,
    parameters: [any('value')],
    seesMarks: true,
    call: ([v]) => withMarks(lengthOf(v!), v!.marks),
  },
  {
    name: 'matchkeys',
    summary: 'The values whose key, at the same index of the second list, is in the third',
    group: 'collection',
    examples: [['matchkeys(["a", "b", "c"], [1, 2, 1], [1])', '["a", "c"]']],
    returns: 'a list of the values',
    parameters: [list('values'), list('keys'), list('searchset')],
    call: ([values, keys, searchset]) => matching(listOf(values), listOf(keys), listOf(searchset)),
  },
  {
    name: 'one',
    summary: 'The only element of a list or set; null when it is empty',
    group: 'collection',
    examples: [
      ['one(["a"])', '"a"'],
      ['one([])', 'null'],
    ],
    returns: 'the type of that element',
    parameters: [any('list')],
    keepsMarks: true,
    call: ([given]) => {
      const found = sequenceOf(given, 0)
      const { elements } = found
      if (elements.length > 1) {
        throw new FunctionError(`at most one element is allowed, there are ${elements.length}`, 0)
      }
      return elements[0] ?? nullOf(found.kind === 'tuple' ? anyType : found.element)
    },
  },
  {
    name: 'range',
    summary: 'The numbers from 0 to below a limit, or from a start to a limit, in steps',
    group: 'collection',
    examples: [
      ['range(3)', '[0, 1, 2]'],
      ['range(1, 10, 4)', '[1, 5, 9]'],
    ],
    result: { kind: 'list', element: numberType },
    parameters: [numeric('limit')],
    optional: [numeric('end'), numeric('step')],
    call: values => rangeOf(values.map(numberOf)),
  },
  {
    name: 'reverse',
    summary: 'The elements in reverse order',
    group: 'collection',
    examples: [['reverse([1, 2, 3])', '[3, 2, 1]']],
    returns: 'the list with the elements turned around',
    parameters: [any('list')],
    keepsMarks: true,
    call: ([given]) => {
      const found = sequenceOf(given, 0)
      const elements = [...found.elements].reverse()
      return found.kind === 'tuple' ? tuple(elements) : { kind: 'list', element: found.element, elements }
    },
  },
  {
    name: 'slice',
    summary: 'The elements from one index to before another',
    group: 'collection',
    examples: [['slice(["a", "b", "c", "d"], 1, 3)', '["b", "c"]']],
    returns: 'a list or tuple of the elements',
    parameters: [any('list'), numeric('start'), numeric('end')],
    keepsMarks: true,
    call: ([given, start, end]) => sliced(given!, wholeOf(start, 1), wholeOf(end, 2)),
  },
  {
    name: 'sort',
    summary: 'The strings of a list in order, by code point',
    group: 'collection',
    examples: [['sort(["e", "d", "a"])', '["a", "d", "e"]']],
    result: { kind: 'list', element: stringType },
    parameters: [texts('list')],
    call: ([given]) => {
      const elements = [...knownElements(given, 0)].sort(compareValues)
      return { kind: 'list', element: stringType, elements }
    },
  },
]

function isTrue(value: Value): boolean {
  return value.kind === 'bool' && value.value
}

// A sequence whose order means something.
function indexedOf(value: Value | undefined, argument: number): SequenceValue {
  const found = sequenceOf(value, argument)
  if (found.kind === 'set') throw new FunctionError('the elements of a set have no index', argument)
  return found
}

// An argument of a list parameter.
function listOf(value: Value | undefined): ListValue {
  const found = sequenceOf(value, 0)
  return found.kind === 'tuple' ? { kind: 'list', element: anyType, elements: found.elements } : found
}

function chunked(given: ListValue, size: number): Value {
  if (size < 0) throw new FunctionError("the size can't be negative", 1)
  const step = size === 0 ? Math.max(1, given.elements.length) : size
  const chunks: Value[] = []
  for (let i = 0; i < given.elements.length; i += step) {
    chunks.push({ kind: 'list', element: given.element, elements: given.elements.slice(i, i + step) })
  }
  return { kind: 'list', element: { kind: 'list', element: given.element }, elements: chunks }
}

function coalesced(values: readonly Value[]): Value {
  const type = unify(values.map(typeOf))
  if (type === undefined) throw new FunctionError('all arguments must have the same type')
  for (const value of values) {
    if (value.kind === 'null') continue
    const converted = tryConvert(value, type) ?? value
    if (converted.kind === 'string' && converted.value === '') continue
    return converted
  }
  throw new FunctionError('no argument is neither null nor the empty string')
}

function concatenated(lists: readonly Value[]): Value {
  const given = lists.map(indexedOf)
  refuseManyElements(given.reduce((sum, l) => sum + l.elements.length, 0))
  const all = tuple(given.flatMap(l => l.elements))
  const [first] = given
  if (first === undefined) throw new FunctionError('at least one list is required')
  if (!given.every(l => l.kind === 'list')) return all
  const element = unify(given.map(l => (l.kind === 'tuple' ? anyType : l.element)))
  return element === undefined ? all : toCollection(all, 'list', element)
}

// -1 when there is none. As for ==, a value of another type is another value.
function positionOf(given: Value | undefined, value: Value): number {
  return sequenceOf(given, 0).elements.findIndex(e => sameValue(e, value))
}

// Compared with those only that are spelled the same: a list may be long.
function unique(elements: readonly Value[]): Value[] {
  const seen = new Map<string, Value[]>()
  return elements.filter(e => {
    const key = describe(e, Number.POSITIVE_INFINITY)
    const alike = seen.get(key)
    if (alike === undefined) seen.set(key, [e])
    else if (alike.some(other => sameValue(other, e))) return false
    else alike.push(e)
    return true
  })
}

function elementAt(given: Value, index: number): Value {
  const { elements } = indexedOf(given, 0)
  if (elements.length === 0) throw new FunctionError('the list has no elements', 0)
  const at = index % elements.length
  return elements[at < 0 ? at + elements.length : at]!
}

// False when something unknown may be a list.
function flattenInto(out: Value[], elements: readonly Value[]): boolean {
  let isCounted = true
  for (const e of elements) {
    if (!isSequence(e)) {
      if (e.kind === 'unknown' && ['any', 'list', 'set', 'tuple'].includes(e.type.kind)) isCounted = false
      out.push(e)
    } else {
      const { marks } = e
      const inner = marks === undefined ? e.elements : e.elements.map(element => withMarks(element, marks))
      if (!flattenInto(out, inner)) isCounted = false
    }
    refuseManyElements(out.length)
  }
  return isCounted
}

function lengthOf(value: Value): Value {
  if (isSequence(value)) return number(value.elements.length)
  if (isMapping(value)) return number(value.entries.size)
  if (value.kind === 'string') return number(countGraphemes(value.value))
  if (value.kind === 'unknown') return unknownLength(value)
  throw new FunctionError(`only lists, sets, maps and strings have a length, this is ${nameOfKind(value)}`, 0)
}

// What the type and the refinement tell.
function unknownLength({ type, refinement }: UnknownValue): Value {
  if (type.kind === 'tuple') return number(type.elements.length)
  if (type.kind === 'object') return number(type.attributes.size)
  if (type.kind === 'number' || type.kind === 'bool') {
    throw new FunctionError(`only lists, sets, maps and strings have a length, this is a ${type.kind}`, 0)
  }
  // Text that follows may join the last character of the prefix.
  const least = refinement?.minLength ?? Math.min(1, refinement?.prefix?.length ?? 0)
  const most = refinement?.maxLength
  if (least === most) return number(least)
  const upper = most === undefined ? {} : { upper: { value: most, inclusive: true } }
  return unknownOf(numberType, { notNull: true, lower: { value: least, inclusive: true }, ...upper })
}

function matching(values: ListValue, keys: ListValue, wanted: ListValue): Value {
  if (values.elements.length !== keys.elements.length) {
    throw new FunctionError(
      `${values.elements.length} values, but ${keys.elements.length} keys: the lists must be equally long`,
      1,
    )
  }
  const type = unify([keys.element, wanted.element])
  if (type === undefined) throw new FunctionError('the keys and the search set are of different types', 2)
  const search = toCollection(tuple(wanted.elements), 'set', type) as ListValue
  const searched = toCollection(tuple(keys.elements), 'list', type) as ListValue
  const elements = values.elements.filter((_, i) => holds(search.elements, searched.elements[i]!))
  return { kind: 'list', element: values.element, elements }
}

// One number is the limit; of two and three the first is the start.
function rangeOf(numbers: readonly Num[]): Value {
  const start = numbers.length === 1 ? 0 : numbers[0]!
  const limit = numbers.length === 1 ? numbers[0]! : numbers[1]!
  const down = compareNum(limit, start) < 0
  const step = numbers[2] ?? (down ? -1 : 1)
  if (compareNum(step, 0) === 0) throw new FunctionError("the step can't be 0", 2)
  if (compareNum(step, 0) < 0 !== down && compareNum(start, limit) !== 0) {
    throw new FunctionError('the step leads away from the limit', 2)
  }
  const elements: Value[] = []
  let n = start
  while (down ? compareNum(n, limit) > 0 : compareNum(n, limit) < 0) {
    if (elements.length === maxRange) throw new FunctionError(`more than ${maxRange} numbers`)
    elements.push(number(n))
    const current = n
    n = numberValue(() => addNum(current, step)).value
  }
  return { kind: 'list', element: numberType, elements }
}

function sliced(given: Value, start: number, end: number): Value {
  const found = indexedOf(given, 0)
  const { length } = found.elements
  if (start < 0 || start > length) {
    throw new FunctionError(`the start must be from 0 to ${length}, not ${start}`, 1)
  }
  if (end < start || end > length) {
    throw new FunctionError(`the end must be from ${start} to ${length}, not ${end}`, 2)
  }
  return { ...found, elements: found.elements.slice(start, end) }
}
