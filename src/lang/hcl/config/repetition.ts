// `for_each` and `count`: which instances a block stands for. Worked out once per block and surrounding instance.
import type { Attribute, Expression } from '../ast.ts'
import { tryConvert } from '../convert.ts'
import { type Scope, evaluate, reportError } from '../evaluate.ts'
import { asDouble, isWhole } from '../number.ts'
import { describeType, nameOfKind, numberType, typeOf } from '../type.ts'
import {
  type Value,
  describe,
  hasUnknown,
  isMapping,
  isSensitive,
  number,
  object,
  sensitiveMark,
  sortedKeys,
  string,
  unknownValue,
  withMarks,
} from '../value.ts'
import type { RepeatableDeclaration } from './declarations.ts'
import { contextOf, staticAddress } from './finddeclaration.ts'
import { type Instance, type Repetition, makeInstance } from './instance.ts'
import { type Run, scopeIn } from './run.ts'

/** Apps, groups and volumes of one configuration, all `count` and `for_each` included. */
export const maxResources = 100_000

export function repetitionOf(
  run: Run,
  declaration: RepeatableDeclaration,
  parent: Instance | undefined,
): Repetition {
  let byParent = run.repetitions.get(declaration)
  if (byParent === undefined) run.repetitions.set(declaration, (byParent = new Map()))
  const known = byParent.get(parent)
  if (known !== undefined) return known
  const made = run.cyclic.has(`${run.site.prefix}${staticAddress(declaration)}`)
    ? unknownRepetition(run, declaration, parent)
    : makeRepetition(run, declaration, parent)
  byParent.set(parent, made)
  return made
}

function unknownRepetition(
  run: Run,
  declaration: RepeatableDeclaration,
  parent: Instance | undefined,
): Repetition {
  const binding = { root: 'either', value: unknownValue } as const
  return { kind: 'unknown', instance: makeInstance(run, declaration, parent, undefined, binding) }
}

function makeRepetition(
  run: Run,
  declaration: RepeatableDeclaration,
  parent: Instance | undefined,
): Repetition {
  const { attributes } = declaration.block.body
  const forEach = attributes.find(a => a.name === 'for_each')
  const count = attributes.find(a => a.name === 'count')
  if (forEach === undefined && count === undefined) {
    return { kind: 'single', instance: makeInstance(run, declaration, parent) }
  }
  const scope = scopeIn(
    run,
    declaration.source,
    parent,
    contextOf(declaration),
    `${run.prefix}${staticAddress(declaration)}`,
  )
  const instances = new Map<string | number, Instance>()
  if (forEach !== undefined && count !== undefined) {
    const summary = 'Invalid combination of "count" and "for_each"'
    reportError(scope, count.nameSpan, summary, 'Only one of the two can be used.')
  } else if (forEach !== undefined) {
    const entries = forEachEntries(forEach.expression, scope)
    if (entries === undefined) return unknownRepetition(run, declaration, parent)
    for (const [key, value] of entries) {
      const each = object([
        ['key', string(key)],
        ['value', value],
      ])
      instances.set(key, makeInstance(run, declaration, parent, key, { root: 'each', value: each }))
    }
    return { kind: 'keyed', form: 'for_each', instances }
  } else if (count !== undefined) {
    const wanted = countOf(count, scope)
    if (wanted === undefined) return unknownRepetition(run, declaration, parent)
    for (let i = 0; i < wanted; i++) {
      const index = object([['index', number(i)]])
      instances.set(i, makeInstance(run, declaration, parent, i, { root: 'count', value: index }))
    }
    return { kind: 'keyed', form: 'count', instances }
  }
  return unknownRepetition(run, declaration, parent)
}

/** Undefined when it can't be told, which is reported. */
function forEachEntries(expression: Expression, scope: Scope): [string, Value][] | undefined {
  const value = evaluate(expression, scope)
  if (value.kind === 'unknown' || (value.kind === 'set' && hasUnknown(value))) return undefined
  const mistake = mistakeInForEach(value)
  if (mistake !== undefined) {
    reportError(scope, expression, 'Invalid for_each argument', mistake)
    return undefined
  }
  if (isMapping(value)) return sortedKeys(value).map(k => [k, withMarks(value.entries.get(k)!, value.marks)])
  if (value.kind !== 'set') return undefined
  return value.elements.flatMap((e): [string, Value][] =>
    e.kind === 'string' ? [[e.value, withMarks(e, value.marks)]] : [],
  )
}

function mistakeInForEach(value: Value): string | undefined {
  if (value.marks?.has(sensitiveMark) === true || (value.kind === 'set' && isSensitive(value))) {
    return "Sensitive values can't be used: the keys would show in addresses."
  }
  if (isMapping(value)) return value.entries.has('') ? "A key can't be empty." : undefined
  if (value.kind === 'set' && value.elements.every(e => e.kind === 'string' && e.value !== '')) {
    return undefined
  }
  if (value.kind === 'set' && value.elements.some(e => e.kind === 'string' && e.value === '')) {
    return "A key can't be empty."
  }
  const wanted = 'A map, an object or a set of non-empty strings is required'
  return `${wanted}; this is ${value.kind === 'set' ? describeType(typeOf(value)) : nameOfKind(value)}.${adviceForForEach(value)}`
}

function adviceForForEach(value: Value): string {
  if (value.kind === 'tuple' || value.kind === 'list') {
    return ' Lists have no stable keys: write toset([…]) around it.'
  }
  return value.kind === 'number' ? ' For numbered copies write count = … instead.' : ''
}

/** Undefined when it can't be told, which is reported. */
function countOf(attribute: Attribute, scope: Scope): number | undefined {
  const value = evaluate(attribute.expression, scope)
  if (isSensitive(value)) {
    const detail = "Sensitive values can't be used: how many there are shows in addresses."
    reportError(scope, attribute.expression, 'Invalid count argument', detail)
    return undefined
  }
  if (value.kind === 'unknown') return undefined
  const converted = tryConvert(value, numberType)
  const wanted =
    converted?.kind === 'number' && isWhole(converted.value) ? asDouble(converted.value) : undefined
  if (wanted !== undefined && wanted >= 0 && wanted <= maxResources) return wanted
  const advice =
    isMapping(value) || value.kind === 'set' ? ' For one of each write for_each = … instead.' : ''
  const detail = `A whole number from 0 to ${maxResources} is required; this is ${describe(value)}.${advice}`
  reportError(scope, attribute.expression, 'Invalid count argument', detail)
  return undefined
}
