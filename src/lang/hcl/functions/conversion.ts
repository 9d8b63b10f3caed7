// Conversions by name, what a value is, and the units of an orchestrator: duration("1m30s")
// in seconds, bytes("512MiB").
import { parseDurationMs, parseSizeMiB } from '../../../base/index.ts'
import { convert, toCollection, toMap } from '../convert.ts'
import { divideNum, fromDouble } from '../number.ts'
import { anyType, boolType, describeType, isOpen, numberType, stringType, typeOf } from '../type.ts'
import { type Type, type Value, notNull, number, unknownOf } from '../value.ts'
import { anyOrNull, mappingOf, sequenceOf, stringOf, text } from './arguments.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { textValue } from './results.ts'

export const conversionFunctions: readonly HclFunction[] = [
  {
    name: 'bytes',
    summary: 'The bytes of a size like "512MiB"',
    group: 'ours',
    examples: [['bytes("512MiB")', '536870912']],
    result: numberType,
    parameters: [text('size')],
    call: ([given]) => {
      const mib = parseSizeMiB(stringOf(given))
      if (mib === undefined) {
        throw new FunctionError(`"${stringOf(given)}" is not a size; write it like "512MiB" or "2GiB"`, 0)
      }
      return number(fromDouble(Math.ceil(mib * 1024 ** 2)))
    },
  },
  {
    name: 'duration',
    summary: 'The seconds of a duration like "1m30s"',
    group: 'ours',
    examples: [['duration("1m30s")', '90']],
    result: numberType,
    parameters: [text('duration')],
    call: ([given]) => {
      const ms = parseDurationMs(stringOf(given))
      if (ms === undefined) {
        throw new FunctionError(
          `"${stringOf(given)}" is not a duration; write it like "30s", "1h30m" or "250ms"`,
          0,
        )
      }
      return number(divideNum(ms, 1000))
    },
  },
  primitive('tobool', boolType, 'The value as a bool', 'tobool("true")', 'true'),
  collection(
    'tolist',
    'The elements of a set or tuple as a list of one type',
    'tolist(["a", 1])',
    '["a", "1"]',
  ),
  collection(
    'tomap',
    'The attributes of an object as a map of one type',
    'tomap({ a = 1, b = "x" })',
    '{ "a" = "1", "b" = "x" }',
  ),
  primitive('tonumber', numberType, 'The value as a number', 'tonumber("1.5")', '1.5'),
  collection(
    'toset',
    'The elements of a list or tuple as a set of one type',
    'toset(["b", "a", "b"])',
    '["a", "b"]',
  ),
  primitive('tostring', stringType, 'The value as a string', 'tostring(1.5)', '"1.5"'),
  {
    name: 'type',
    summary: 'The type of a value, spelled as in a variable block',
    group: 'type',
    examples: [['type(["a", 1])', '"tuple([string, number])"']],
    result: stringType,
    parameters: [anyOrNull('value')],
    foresees: ([value]) => typeName(typeOf(value!)),
    call: ([value]) => textValue(describeType(typeOf(value!))),
  },
]

function primitive(name: string, type: Type, summary: string, example: string, result: string): HclFunction {
  return {
    name,
    summary,
    group: 'type',
    examples: [[example, result]],
    parameters: [anyOrNull('value')],
    result: type,
    foresees: ([value]) => convert(value!, type),
    call: ([value]) => convert(value!, type),
  }
}

function collection(
  name: 'tolist' | 'toset' | 'tomap',
  summary: string,
  example: string,
  result: string,
): HclFunction {
  return {
    name,
    summary,
    group: 'type',
    examples: [[example, result]],
    returns: `a ${name.slice(2)} of the elements`,
    parameters: [anyOrNull('value')],
    keepsMarks: true,
    foresees: ([value]) => convert(value!, { kind: kinds[name], element: anyType }),
    call: ([value]) => collectionOf(value!, name),
  }
}

const kinds = { tolist: 'list', toset: 'set', tomap: 'map' } as const

// From null nothing can be made but null.
function collectionOf(value: Value, name: keyof typeof kinds): Value {
  if (value.kind === 'null') return convert(value, { kind: kinds[name], element: anyType })
  if (name === 'tomap') return toMap(mappingOf(value, 0), anyType)
  return toCollection(sequenceOf(value, 0), name === 'tolist' ? 'list' : 'set', anyType)
}

// The type of a value may be known when the value is not.
function typeName(type: Type): Value {
  return isOpen(type) ? unknownOf(stringType, notNull) : textValue(describeType(type))
}
