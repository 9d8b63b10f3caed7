// What expressions in the case files can name: plain values, sensitive ones, nulls with a type, unknown values of every
// kind, a resource.
import type { Diagnostic, Json } from '../../../src/base/index.ts'
import { fromJson } from '../../../src/lang/hcl/config/fromjson.ts'
import { type Scope, reportStatic } from '../../../src/lang/hcl/evaluate.ts'
import { functions } from '../../../src/lang/hcl/functions/index.ts'
import type { Source } from '../../../src/lang/hcl/source.ts'
import {
  anyType,
  boolType,
  describeType,
  numberType,
  stringType,
  typeOf,
} from '../../../src/lang/hcl/type.ts'
import {
  type Marks,
  type NumberBound,
  type Refinement,
  type Type,
  type Value,
  isMapping,
  isSequence,
  nullOf,
  object,
  describe as spell,
  sensitiveMark,
  sortedKeys,
  string,
  unknownOf,
  withMarks,
} from '../../../src/lang/hcl/value.ts'
import { convert } from '../../../src/lang/hcl/convert.ts'
import { formatNum } from '../../../src/lang/hcl/number.ts'
import { names as plain } from './answers.ts'

const hidden: Marks = new Set([sensitiveMark])
const listOf = (element: Type): Type => ({ kind: 'list', element })
const mapOf = (element: Type): Type => ({ kind: 'map', element })
const tupleType: Type = { kind: 'tuple', elements: [stringType, numberType] }
const objectType: Type = {
  kind: 'object',
  attributes: new Map([
    ['a', { type: stringType, optional: false }],
    ['b', { type: numberType, optional: false }],
  ]),
}
const inclusive = (value: number): NumberBound => ({ value, inclusive: true })

const unknowns: Readonly<Record<string, Value>> = {
  any: unknownOf(anyType),
  bool: unknownOf(boolType),
  number: unknownOf(numberType),
  string: unknownOf(stringType),
  list: unknownOf(listOf(numberType)),
  set: unknownOf({ kind: 'set', element: numberType }),
  map: unknownOf(mapOf(stringType)),
  tuple: unknownOf(tupleType),
  object: unknownOf(objectType),
  objects: unknownOf(listOf(objectType)),
  /** From 1 to 10. */
  small: unknownOf(numberType, { notNull: true, lower: inclusive(1), upper: inclusive(10) }),
  /** Starts with "web-". */
  named: unknownOf(stringType, { notNull: true, prefix: 'web-' }),
  /** One to three numbers. */
  filled: unknownOf(listOf(numberType), { notNull: true, minLength: 1, maxLength: 3 }),
  secret: withMarks(unknownOf(stringType), hidden),
}

const nulls: Readonly<Record<string, Value>> = {
  bool: nullOf(boolType),
  number: nullOf(numberType),
  string: nullOf(stringType),
  list: nullOf(listOf(numberType)),
  map: nullOf(mapOf(stringType)),
  object: nullOf(objectType),
}

const secret = (json: Json): Value => withMarks(fromJson(json), hidden)

const others: Readonly<Record<string, Value>> = {
  unknown: object(Object.entries(unknowns)),
  nulls: object(Object.entries(nulls)),
  secret: secret('hunter2'),
  secrets: object([
    ['a', secret('x')],
    ['b', string('y')],
  ]),
  pin: secret(2),
  flag: secret(true),
  secretlist: secret(['a', 'b']),
  secretnumbers: convert(secret([1, 2]), listOf(numberType)),
  secretmap: convert(secret({ a: 1 }), mapOf(numberType)),
  db: withMarks(fromJson({ id: '/db', name: 'db' }), new Set(['app.db'])),
}

/** With `hides` the plain values are unknown, of the types that they have. */
export function caseScope(source: Source, report: (diagnostic: Diagnostic) => void, hides = false): Scope {
  return {
    source,
    report,
    functions,
    context: {},
    budget: { rounds: 100_000 },
    resolve: (traversal, scope) => {
      const { root, steps } = traversal
      const json = plain[root]
      if (json !== undefined) {
        const value = fromJson(json)
        return { value: hides ? unknownOf(typeOf(value)) : value, used: 0 }
      }
      const value = others[root]
      if (value !== undefined) return { value, used: 0 }
      return { value: reportStatic(scope, traversal, 'Unknown variable', ''), used: steps.length }
    },
  }
}

/** The type of a value and the value, with what is known of unknown ones, and marks in braces. */
export function show(value: Value): string {
  return `${describeType(typeOf(value))} ${showPart(value)}`
}

function showPart(value: Value): string {
  const marks = [...(value.marks ?? [])].map(mark => (mark === sensitiveMark ? 'sensitive' : mark)).sort()
  const bare = showBare(value)
  return marks.length === 0 ? bare : `{${marks.join(', ')}: ${bare}}`
}

function showBare(value: Value): string {
  if (value.kind === 'unknown') return `(${['unknown', ...known(value.refinement)].join(', ')})`
  if (isSequence(value)) return `[${value.elements.map(showPart).join(', ')}]`
  if (isMapping(value)) {
    const items = sortedKeys(value).map(k => `${JSON.stringify(k)} = ${showPart(value.entries.get(k)!)}`)
    return items.length === 0 ? '{}' : `{ ${items.join(', ')} }`
  }
  const { marks, ...bare } = value
  return spell(marks === undefined ? value : (bare as Value), 10_000)
}

function known(refinement: Refinement | undefined): string[] {
  if (refinement === undefined) return []
  const { prefix, lower, upper, minLength, maxLength } = refinement
  const bound = (sign: string, { value, inclusive }: NumberBound): string =>
    `${sign}${inclusive ? '=' : ''} ${formatNum(value)}`
  return [
    'not null',
    ...(prefix === undefined ? [] : [`starts with ${JSON.stringify(prefix)}`]),
    ...(lower === undefined ? [] : [bound('>', lower)]),
    ...(upper === undefined ? [] : [bound('<', upper)]),
    ...(minLength === undefined || minLength === 0 ? [] : [`at least ${minLength}`]),
    ...(maxLength === undefined ? [] : [`at most ${maxLength}`]),
  ]
}
