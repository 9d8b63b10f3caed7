// Maps and objects: what takes them apart and puts them together. Keys are in the order of code points.
import { compareStrings } from '../../../base/index.ts'
import { tryConvert } from '../convert.ts'
import { anyType, describeType, sameType, stringType } from '../type.ts'
import {
  type Type,
  type Value,
  deepMarks,
  hasUnknown,
  object,
  sortedKeys,
  string,
  tuple,
  unknownOf,
  withMarks,
} from '../value.ts'
import { any, anyOrNull, mappingOf, sequenceOf, stringOf, stringsOf, text, texts } from './arguments.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { listOfTexts, refuseManyElements } from './results.ts'

const mapOfTexts: Type = { kind: 'map', element: { kind: 'list', element: stringType } }

export const mapFunctions: readonly HclFunction[] = [
  {
    name: 'keys',
    summary: 'The keys of a map or object, sorted',
    group: 'collection',
    examples: [['keys({ b = 1, a = 2 })', '["a", "b"]']],
    returns: 'a list of strings',
    parameters: [any('map')],
    keepsMarks: true,
    call: ([map]) => {
      const found = mappingOf(map, 0)
      const names = sortedKeys(found).map(string)
      return found.kind === 'map' ? { kind: 'list', element: stringType, elements: names } : tuple(names)
    },
  },
  {
    name: 'lookup',
    summary: 'The element of a map with that key, else the default',
    group: 'collection',
    examples: [['lookup({ a = "x" }, "b", "none")', '"none"']],
    returns: 'the type of that element or of the default',
    parameters: [any('map'), text('key')],
    optional: [anyOrNull('default')],
    keepsMarks: true,
    call: ([map, key, fallback]) => {
      const given = mappingOf(map, 0)
      const found = given.entries.get(stringOf(key))
      if (found !== undefined) return found
      if (fallback === undefined) {
        throw new FunctionError(`the map has no element "${stringOf(key)}" and no default is given`, 1)
      }
      return given.kind === 'map' ? defaultOf(given.element, fallback) : fallback
    },
  },
  {
    name: 'merge',
    summary: 'The elements of all the maps; of equal keys the last one counts, null is left out',
    group: 'collection',
    examples: [['merge({ a = 1, b = 2 }, { b = 3 })', '{ "a" = 1, "b" = 3 }']],
    returns: 'a map or object of the elements',
    parameters: [],
    rest: anyOrNull('maps'),
    keepsMarks: true,
    call: maps => merged(maps),
  },
  {
    name: 'transpose',
    summary: 'A map of lists of strings turned around: each string with the keys of the lists that hold it',
    group: 'collection',
    examples: [['transpose({ a = ["1", "2"], b = ["2"] })', '{ "1" = ["a"], "2" = ["a", "b"] }']],
    result: { kind: 'map', element: { kind: 'list', element: stringType } },
    parameters: [{ name: 'map', type: mapOfTexts }],
    call: ([map]) => transposed(map!),
  },
  {
    name: 'values',
    summary: 'The elements of a map or object, sorted by their keys',
    group: 'collection',
    examples: [['values({ b = 1, a = 2 })', '[2, 1]']],
    returns: 'a list or tuple of the elements',
    parameters: [any('map')],
    keepsMarks: true,
    call: ([map]) => {
      const found = mappingOf(map, 0)
      const elements = sortedKeys(found).map(k => found.entries.get(k)!)
      return found.kind === 'map' ? { kind: 'list', element: found.element, elements } : tuple(elements)
    },
  },
  {
    name: 'zipmap',
    summary: 'A map made of a list of keys and a list of values',
    group: 'collection',
    examples: [['zipmap(["a", "b"], [1, 2])', '{ "a" = 1, "b" = 2 }']],
    returns: 'a map or object of the values',
    parameters: [texts('keys'), any('values')],
    keepsMarks: true,
    call: ([keys, values]) => zipped(keys!, values!),
  },
]

// Of the same type as the elements, so that the type of the result does not depend on what is in the map.
function defaultOf(element: Type, fallback: Value): Value {
  const converted = tryConvert(fallback, element)
  if (converted !== undefined) return converted
  throw new FunctionError(`the default must be ${describeType(element)}, as the elements of the map are`, 2)
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

function transposed(map: Value): Value {
  const groups = new Map<string, string[]>()
  const given = mappingOf(map, 0)
  let count = 0
  for (const key of sortedKeys(given)) {
    for (const name of stringsOf(given.entries.get(key), 0)) {
      refuseManyElements(++count)
      const group = groups.get(name)
      if (group === undefined) groups.set(name, [key])
      else group.push(key)
    }
  }
  const names = [...groups.keys()].sort(compareStrings)
  const entries = new Map<string, Value>(names.map(name => [name, listOfTexts(groups.get(name)!)]))
  return { kind: 'map', element: { kind: 'list', element: stringType }, entries }
}

function zipped(keys: Value, values: Value): Value {
  const given = sequenceOf(values, 1)
  if (given.kind === 'set') throw new FunctionError('the elements of a set have no order', 1)
  if (hasUnknown(keys)) {
    const type: Type = given.kind === 'tuple' ? anyType : { kind: 'map', element: given.element }
    return withMarks(unknownOf(type), deepMarks(keys))
  }
  const names = stringsOf(keys, 0)
  if (names.length !== given.elements.length) {
    throw new FunctionError(
      `${names.length} keys, but ${given.elements.length} values: the lists must be equally long`,
      1,
    )
  }
  const entries = new Map(names.map((name, i) => [name, given.elements[i]!]))
  const made: Value =
    given.kind === 'tuple' ? object(entries) : { kind: 'map', element: given.element, entries }
  // Which keys there are says what the keys' list held.
  return withMarks(made, deepMarks(keys))
}
