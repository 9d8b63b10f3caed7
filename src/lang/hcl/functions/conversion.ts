// Conversions by name, and the units of an orchestrator: duration("1m30s") in seconds, bytes("512MiB").
import { parseDurationMs, parseSizeMiB } from '../../../base/index.ts'
import { convert } from '../convert.ts'
import { divideNum, fromDouble } from '../number.ts'
import { boolType, numberType, stringType } from '../type.ts'
import { type Type, number } from '../value.ts'
import { anyOrNull, stringOf, text } from './arguments.ts'
import { collectionOf } from './collection.ts'
import { FunctionError, type HclFunction } from './function.ts'

export const conversionFunctions: readonly HclFunction[] = [
  primitive('tostring', stringType),
  primitive('tonumber', numberType),
  primitive('tobool', boolType),
  ...(['list', 'set', 'map'] as const).map((kind): HclFunction => ({
    name: `to${kind}`,
    parameters: [anyOrNull('value')],
    keepsMarks: true,
    call: ([value]) => collectionOf(value!, kind),
  })),
  {
    name: 'duration',
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
  {
    name: 'bytes',
    parameters: [text('size')],
    call: ([given]) => {
      const mib = parseSizeMiB(stringOf(given))
      if (mib === undefined) {
        throw new FunctionError(`"${stringOf(given)}" is not a size; write it like "512MiB" or "2GiB"`, 0)
      }
      return number(fromDouble(Math.ceil(mib * 1024 ** 2)))
    },
  },
]

function primitive(name: string, type: Type): HclFunction {
  return { name, parameters: [anyOrNull('value')], call: ([value]) => convert(value!, type) }
}
