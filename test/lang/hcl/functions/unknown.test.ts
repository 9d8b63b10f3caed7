// What functions say of values that are not known yet, and the functions that look at marks themselves.
import { describe, expect, test } from 'vitest'
import { type Scope, evaluate } from '../../../../src/lang/hcl/evaluate.ts'
import { functions } from '../../../../src/lang/hcl/functions/index.ts'
import { parseExpression } from '../../../../src/lang/hcl/parser.ts'
import { Source } from '../../../../src/lang/hcl/source.ts'
import { describeType, numberType, stringType } from '../../../../src/lang/hcl/type.ts'
import {
  type Type,
  type Value,
  nullOf,
  sensitiveMark,
  string,
  tuple,
  unknownOf,
  unknownValue,
  withMarks,
  describe as spell,
} from '../../../../src/lang/hcl/value.ts'
import type { Rows } from './rows.ts'

const listOfStrings: Type = { kind: 'list', element: stringType }
const hidden = new Set([sensitiveMark])

const given: Readonly<Record<string, Value>> = {
  text: unknownOf(stringType),
  named: unknownOf(stringType, { notNull: true, prefix: 'web-' }),
  number: unknownOf(numberType),
  list: unknownOf(listOfStrings),
  some: unknownOf(listOfStrings, { notNull: true, minLength: 1, maxLength: 3 }),
  two: unknownOf(listOfStrings, { notNull: true, minLength: 2, maxLength: 2 }),
  map: unknownOf({ kind: 'map', element: numberType }),
  pair: unknownOf({ kind: 'tuple', elements: [stringType, numberType] }),
  lost: unknownValue,
  none: nullOf(stringType),
  secret: withMarks(string('s3cret'), hidden),
  secrets: withMarks(tuple([string('a')]), hidden),
  within: tuple([withMarks(string('a'), hidden), string('b')]),
  hiddenText: withMarks(unknownOf(stringType), hidden),
}

/** A value, the type and bounds of an unknown one, or the mistake; with what it is marked as. */
function answerOf(text: string): string {
  const source = new Source('test.hcl', text)
  const { node, problems } = parseExpression(source)
  expect(problems).toEqual([])
  const mistakes: string[] = []
  const scope: Scope = {
    source,
    report: d => void mistakes.push(`! ${d.detail}`),
    functions,
    context: {},
    budget: { rounds: 1000 },
    resolve: ({ root }) => ({ value: given[root]!, used: 0 }),
  }
  const value = evaluate(node, scope)
  if (mistakes.length > 0) return mistakes.join('\n')
  const mark = value.marks?.has(sensitiveMark) === true ? 'hidden ' : ''
  return mark + (value.kind === 'unknown' ? unknownText(value) : spell({ ...value, marks: undefined }))
}

function unknownText({ type, refinement }: Extract<Value, { kind: 'unknown' }>): string {
  const { prefix, lower, upper, minLength, maxLength } = refinement ?? {}
  const bounds = [
    prefix === undefined ? '' : ` ${prefix}…`,
    lower === undefined ? '' : ` >= ${JSON.stringify(lower.value)}`,
    upper === undefined ? '' : ` <= ${JSON.stringify(upper.value)}`,
    minLength === undefined ? '' : ` from ${minLength}`,
    maxLength === undefined ? '' : ` to ${maxLength}`,
  ]
  return `${describeType(type)}${refinement === undefined ? '?' : ''}${bounds.join('')}`
}

const types: Rows = [
  ['upper(text)', 'string'],
  ['split(",", text)', 'list(string)'],
  ['sum([number, 1])', 'number'],
  ['startswith(text, "a")', 'bool'],
  ['range(number)', 'list(number)'],
  ['fileset(".", text)', 'set(string)'],
  ['sha256(text)', 'string'],
  ['transpose({a = [text]})', 'map(list(string))'],
  ['jsondecode(text)', 'any?'],
  ['yamldecode(text)', 'any?'],
  ['tostring(number)', 'string?'],
  ['upper(text) == null', 'false'],
  ['upper(lost)', 'string'],
]

const lengths: Rows = [
  ['length(list)', 'number >= 0'],
  ['length(some)', 'number >= 1 <= 3'],
  ['length(two)', '2'],
  ['length(pair)', '2'],
  ['length(map)', 'number >= 0'],
  ['length(text)', 'number >= 0'],
  ['length(named)', 'number >= 1'],
  ['length([text, lost])', '2'],
  ['length({a = text})', '1'],
  ['length(lost)', 'number >= 0'],
  ['length(some) > 0', 'true'],
  ['length(number)', '! length(): only lists, sets, maps and strings have a length, this is a number.'],
  ['length(secret)', 'hidden 6'],
  ['length(within)', '2'],
]

const moved: Rows = [
  ['keys({a = text})', '["a"]'],
  ['concat(["a"], [text])[0]', '"a"'],
  ['element(["a", text], 0)', '"a"'],
  ['lookup({a = text, b = 1}, "b", 0)', '1'],
  ['merge({a = text}, {b = 1}).b', '1'],
  ['reverse([text, "a"])[0]', '"a"'],
  ['slice(["a", text], 0, 1)', '["a"]'],
  ['values({a = 1, b = text})[0]', '1'],
  ['zipmap(["a", "b"], [1, text]).a', '1'],
  ['zipmap([text], [1])', 'any?'],
  ['zipmap([text], tolist([1]))', 'map(number)?'],
  ['flatten([["a"], [text]])[0]', '"a"'],
  ['flatten([["a"], list])', 'any?'],
  ['flatten([["a"], lost])', 'any?'],
  ['one([text])', 'string?'],
  ['coalescelist([text])[0]', 'string?'],
  ['setproduct(["a"], ["b", text])[0]', '["a", "b"]'],
]

const assumptions: Rows = [
  ['assumeequal(text, "a")', '"a"'],
  ['assumeequal("1", 1)', '1'],
  ['assumeequal(["a"], tolist(["a"]))', '["a"]'],
  ['assumeequal("b", "a")', '! assumeequal(): the value is not the expected one.'],
  ['assumeequal(null, "a")', '! assumeequal(): the value is not the expected one.'],
  ['assumeequal(null, null)', 'null'],
  ['assumeequal({a = text, b = 1}, {a = "x", b = 1}).a', '"x"'],
  ['assumenotnull(text)', 'string'],
  ['assumenotnull("a")', '"a"'],
  ['assumenotnull(none)', '! assumenotnull(): the value is null.'],
  ['assumenotnull(text) == null', 'false'],
  ['assumenotnull(lost)', 'any?'],
  ['assumenotnull(hiddenText)', 'hidden string'],
  ['assumestringprefix(text, "web-")', 'string web-…'],
  ['assumestringprefix(named, "web")', 'string web-…'],
  ['assumestringprefix(named, "web-1")', 'string web-1…'],
  ['assumestringprefix(named, "db-")', '! assumestringprefix(): the string does not start with "db-".'],
  ['assumestringprefix("web-1", "web-")', '"web-1"'],
  ['assumestringprefix("db", "web-")', '! assumestringprefix(): the string does not start with "web-".'],
  ['assumestringprefix(none, "web-")', '! assumestringprefix(): the value is null.'],
  ['assumestringprefix(text, text)', 'string'],
  ['assumelistlength(list, 1, 2)', 'list(string) from 1 to 2'],
  ['assumelistlengthmin(some, 2)', 'list(string) from 2 to 3'],
  ['assumelistlengthmax(some, 5)', 'list(string) from 1 to 3'],
  ['assumelistlengthmin(some, 4)', '! assumelistlengthmin(): the length is known to be another one.'],
  ['assumelistlength(["a"], 2, 3)', '! assumelistlength(): there are 1 elements, not from 2 to 3.'],
  ['assumelistlengthmin(["a"], 2)', '! assumelistlengthmin(): there are 1 elements, not at least 2.'],
  ['assumelistlengthmax(["a"], 0)', '! assumelistlengthmax(): there are 1 elements, not from 0 to 0.'],
  ['assumelistlengthmax(["a"], -1)', "! assumelistlengthmax(): a length can't be -1."],
  ['assumelistlengthmax(["a"], 1.5)', '! assumelistlengthmax(): a whole number is required, not 1.5.'],
  ['assumelistlengthmin(null, 0)', '! assumelistlengthmin(): the value is null.'],
  ['assumelistlengthmin(list, number)', 'list(string)?'],
  ['assumesetlength(["a", "a"], 1, 1)', '["a"]'],
  ['assumemaplengthmin(map, 1)', 'map(number) from 1'],
  ['assumemaplengthmin({a = 1}, 1)', '{ "a" = 1 }'],
  ['length(assumelistlength(list, 2, 2))', '2'],
]

const sensitivity: Rows = [
  ['sensitive("a")', 'hidden "a"'],
  ['nonsensitive(secret)', '"s3cret"'],
  ['nonsensitive("a")', '"a"'],
  ['nonsensitive(hiddenText)', 'string?'],
  ['nonsensitive(secrets)[0]', '"a"'],
  ['nonsensitive(within)[0]', 'hidden "a"'],
  ['issensitive(secret)', 'true'],
  ['issensitive("a")', 'false'],
  ['issensitive(null)', 'false'],
  ['issensitive(within)', 'false'],
  ['issensitive(within[0])', 'true'],
  ['issensitive(secrets[0])', 'true'],
  ['issensitive(text)', 'bool'],
  ['issensitive(upper(secret))', 'true'],
  ['ephemeralasnull(secret)', 'hidden "s3cret"'],
  ['upper(secret)', 'hidden "S3CRET"'],
  [
    'cidrhost(secret, 1)',
    '! cidrhost(): the arguments do not fit; to say more would show a sensitive value.',
  ],
  ['tonumber(secret)', '! tonumber(): a number is required, this is a string.'],
]

describe.each([
  ['the type of a result is known', types],
  ['lengths', lengths],
  ['what only moves elements about', moved],
  ['assumptions', assumptions],
  ['sensitivity', sensitivity],
])('%s', (_, rows) => {
  test.each(rows)('%s is %s', (text, expected) => {
    expect(answerOf(text)).toBe(expected)
  })
})
