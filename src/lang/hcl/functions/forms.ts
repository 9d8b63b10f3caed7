// The calls that are part of the language itself, for the reference: they look at their arguments before these are values,
// so the evaluator carries them out. See evaluate/special.ts.
import { boolType } from '../type.ts'
import { anyOrNull } from './arguments.ts'
import type { HclFunction } from './function.ts'

export const forms: readonly Omit<HclFunction, 'call'>[] = [
  {
    name: 'can',
    summary: 'Whether an expression can be evaluated without a mistake',
    group: 'type',
    examples: [
      ['can(tonumber("12"))', 'true'],
      ['can(tonumber("twelve"))', 'false'],
    ],
    result: boolType,
    parameters: [anyOrNull('expression')],
  },
  {
    name: 'convert',
    summary: 'The value as one of a type, which is written as in a variable block',
    group: 'type',
    examples: [['convert(["1", 2], list(number))', '[1, 2]']],
    returns: 'that type',
    parameters: [anyOrNull('value'), anyOrNull('type')],
  },
  {
    name: 'try',
    summary: 'The first of the expressions that can be evaluated without a mistake',
    group: 'type',
    examples: [['try({ a = 1 }.b, "none")', '"none"']],
    returns: 'the type of that expression',
    parameters: [anyOrNull('expression')],
    rest: anyOrNull('expressions'),
  },
]
