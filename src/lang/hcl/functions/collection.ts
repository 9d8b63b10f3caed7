// Lists, sets, maps: what takes them apart and puts them together.
import { countGraphemes } from 'unicode-segmenter/grapheme'
import { toCollection, toMap, tryConvert } from '../convert.ts'
import { type Num, addNum, asDouble, compareNum, formatNum, isWhole } from '../number.ts'
import { anyType, nameOfKind, numberType, sameType, stringType, typeOf, unify } from '../type.ts'
import {
  type Value,
  bool,
  compareValues,
  isMapping,
  isSequence,
  number,
  object,
  sameValue,
  sortedKeys,
  string,
  tuple,
  withMarks,
} from '../value.ts'
import {
  any,
  anyOrNull,
  mappingOf,
  numberOf,
  numeric,
  sequenceOf,
  stringOf,
  text,
  texts,
} from './arguments.ts'
import { FunctionError, type HclFunction } from './function.ts'

/** Elements that one call may make. */
const maxElements = 1_000_000
/** The limit of Terraform, too; a longer range is nearly always a mistake. */
const maxRange = 1024

export const collectionFunctions: readonly HclFunction[] = [
  { name: 'length', parameters: [any('value')], keepsMarks: true, call: ([v]) => number(lengthOf(v!)) },
  {
    name: 'concat',
    parameters: [],
    rest: any('lists'),
    keepsMarks: true,
    call: lists => concatenated(lists),
  },
  { name: 'merge', parameters: [], rest: anyOrNull('maps'), keepsMarks: true, call: maps => merged(maps) },
  {
    name: 'keys',
    parameters: [any('map')],
    keepsMarks: true,
    call: ([map]) => {
      const found = mappingOf(map, 0)
      const names = sortedKeys(found).map(string)
      return found.kind === 'map' ? { kind: 'list', element: stringType, elements: names } : tuple(names)
    },
  },
  {
    name: 'values',
    parameters: [any('map')],
    keepsMarks: true,
    call: ([map]) => {
      const found = mappingOf(map, 0)
      const elements = sortedKeys(found).map(k => found.entries.get(k)!)
      return found.kind === 'map' ? { kind: 'list', element: found.element, elements } : tuple(elements)
    },
  },
  {
    name: 'lookup',
    parameters: [any('map'), text('key')],
    rest: anyOrNull('default'),
    keepsMarks: true,
    call: ([map, key, fallback]) => {
      const found = mappingOf(map, 0).entries.get(stringOf(key)) ?? fallback
      if (found === undefined) {
        throw new FunctionError(`the map has no element "${stringOf(key)}" and no default is given`, 1)
      }
      return found
    },
  },
  {
    name: 'contains',
    parameters: [any('list'), anyOrNull('value')],
    call: ([list, value]) => {
      const { elements } = sequenceOf(list, 0)
      const kind = elements.find(e => e.kind !== 'null')
      const wanted = kind === undefined ? value! : (tryConvert(value!, typeOf(kind)) ?? value!)
      return bool(elements.some(e => sameValue(e, wanted)))
    },
  },
  {
    name: 'element',
    parameters: [any('list'), numeric('index')],
    keepsMarks: true,
    call: ([list, index]) => elementAt(list!, numberOf(index)),
  },
  {
    name: 'flatten',
    parameters: [any('list')],
    keepsMarks: true,
    call: ([list]) => {
      const out: Value[] = []
      flattenInto(out, sequenceOf(list, 0).elements)
      return tuple(out)
    },
  },
  {
    name: 'distinct',
    parameters: [any('list')],
    keepsMarks: true,
    call: ([list]) => {
      const given = sequenceOf(list, 0)
      return { ...given, elements: unique(given.elements), marks: given.marks }
    },
  },
  {
    name: 'sort',
    parameters: [texts('list')],
    keepsMarks: true,
    call: ([list]) => {
      const { elements } = sequenceOf(list, 0)
      if (elements.some(e => e.kind === 'null')) throw new FunctionError('the list holds a null', 0)
      return { kind: 'list', element: stringType, elements: [...elements].sort(compareValues) }
    },
  },
  {
    name: 'coalesce',
    parameters: [anyOrNull('value')],
    rest: anyOrNull('values'),
    call: values => coalesced(values),
  },
  {
    name: 'range',
    parameters: [numeric('limit')],
    rest: numeric('numbers'),
    call: values => rangeOf(values.map(numberOf)),
  },
]

function lengthOf(value: Value): number {
  if (isSequence(value)) return value.elements.length
  if (isMapping(value)) return value.entries.size
  if (value.kind === 'string') return countGraphemes(value.value)
  throw new FunctionError(`only lists, sets, maps and strings have a length, this is ${nameOfKind(value)}`, 0)
}

function concatenated(lists: readonly Value[]): Value {
  const given = lists.map(sequenceOf)
  const total = given.reduce((sum, list) => sum + list.elements.length, 0)
  if (total > maxElements) throw new FunctionError(`the result would have more than ${maxElements} elements`)
  const all = tuple(given.flatMap(list => list.elements))
  const [first] = given
  if (first === undefined) throw new FunctionError('at least one list is required')
  if (!given.every(list => list.kind === 'list')) return all
  const element = unify(given.map(list => (list.kind === 'tuple' ? anyType : list.element)))
  return element === undefined ? all : toCollection(all, 'list', element)
}

function merged(maps: readonly Value[]): Value {
  const given = maps.flatMap((map, i) => (map.kind === 'null' ? [] : [mappingOf(map, i)]))
  const entries = new Map<string, Value>()
  for (const map of given) for (const [key, value] of map.entries) entries.set(key, value)
  const [first] = given
  const alike =
    first?.kind === 'map' && given.every(map => map.kind === 'map' && sameType(map.element, first.element))
  return alike ? { kind: 'map', element: first.element, entries } : object(entries)
}

function elementAt(list: Value, index: Num): Value {
  const { elements } = sequenceOf(list, 0)
  if (elements.length === 0) throw new FunctionError('the list has no elements', 0)
  if (!isWhole(index)) throw new FunctionError('the index must be a whole number', 1)
  const at = asDouble(index) % elements.length
  return elements[at < 0 ? at + elements.length : at]!
}

function flattenInto(out: Value[], elements: readonly Value[]): void {
  for (const e of elements) {
    if (!isSequence(e)) out.push(e)
    else
      flattenInto(
        out,
        e.marks === undefined ? e.elements : e.elements.map(inner => withMarks(inner, e.marks)),
      )
    if (out.length > maxElements)
      throw new FunctionError(`the result would have more than ${maxElements} elements`)
  }
}

function unique(elements: readonly Value[]): Value[] {
  const seen = new Set<string>()
  const out: Value[] = []
  for (const e of elements) {
    // Strings and numbers by their spelling; what has parts is compared with what came before.
    const key =
      e.kind === 'string' ? `s${e.value}` : e.kind === 'number' ? `n${formatNum(e.value)}` : undefined
    if (key === undefined ? out.some(o => sameValue(o, e)) : seen.has(key)) continue
    if (key !== undefined) seen.add(key)
    out.push(e)
  }
  return out
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

function rangeOf(numbers: readonly Num[]): Value {
  if (numbers.length > 3) throw new FunctionError('at most three numbers: start, limit, step', 3)
  const start = numbers.length === 1 ? 0 : numbers[0]!
  const limit = numbers.length === 1 ? numbers[0]! : numbers[1]!
  const down = compareNum(limit, start) < 0
  const step = numbers[2] ?? (down ? -1 : 1)
  if (compareNum(step, 0) === 0) throw new FunctionError("the step can't be 0", 2)
  if (compareNum(step, 0) < 0 !== down && compareNum(start, limit) !== 0) {
    throw new FunctionError('the step leads away from the limit', 2)
  }
  const elements: Value[] = []
  for (let n = start; down ? compareNum(n, limit) > 0 : compareNum(n, limit) < 0; n = addNum(n, step)) {
    if (elements.length === maxRange) throw new FunctionError(`more than ${maxRange} numbers`)
    elements.push(number(n))
  }
  return { kind: 'list', element: numberType, elements }
}

/** For the conversions to collections: from null nothing can be made but null. */
export function collectionOf(value: Value, kind: 'list' | 'set' | 'map'): Value {
  if (value.kind === 'null') return value
  if (kind === 'map') return toMap(mappingOf(value, 0), anyType)
  return toCollection(sequenceOf(value, 0), kind, anyType)
}
