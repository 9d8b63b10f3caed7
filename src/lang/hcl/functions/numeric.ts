// Numbers: abs, ceil, floor, max, min.
import { type Num, compareNum, floorNum, negateNum } from '../number.ts'
import { type Value, number } from '../value.ts'
import { numberOf, numeric } from './arguments.ts'
import type { HclFunction } from './function.ts'

export const numericFunctions: readonly HclFunction[] = [
  {
    name: 'abs',
    parameters: [numeric('number')],
    call: ([n]) => number(compareNum(numberOf(n), 0) < 0 ? negateNum(numberOf(n)) : numberOf(n)),
  },
  {
    name: 'ceil',
    parameters: [numeric('number')],
    call: ([n]) => number(negateNum(floorNum(negateNum(numberOf(n))))),
  },
  { name: 'floor', parameters: [numeric('number')], call: ([n]) => number(floorNum(numberOf(n))) },
  {
    name: 'max',
    parameters: [numeric('number')],
    rest: numeric('number'),
    call: values => extreme(values, 1),
  },
  {
    name: 'min',
    parameters: [numeric('number')],
    rest: numeric('number'),
    call: values => extreme(values, -1),
  },
]

function extreme(values: readonly Value[], sign: 1 | -1): Value {
  const chosen = values.map(numberOf).reduce((best: Num, n) => (compareNum(n, best) * sign > 0 ? n : best))
  return number(chosen)
}
