// Whether a value may be shown. These functions look at the marks themselves, so they get them.
import { boolType } from '../type.ts'
import { type Value, bool, notNull, sensitiveMark, unknownOf, withMarks } from '../value.ts'
import { anyOrNull } from './arguments.ts'
import type { HclFunction } from './function.ts'

export const sensitivityFunctions: readonly HclFunction[] = [
  {
    name: 'ephemeralasnull',
    summary: 'The value with null for what is ephemeral; nothing is, so it is the value itself',
    group: 'type',
    examples: [['ephemeralasnull("a")', '"a"']],
    returns: 'the type of the argument',
    parameters: [anyOrNull('value')],
    seesMarks: true,
    call: ([value]) => value!,
  },
  {
    name: 'issensitive',
    summary: 'Whether the value is marked as one that must not be shown',
    group: 'type',
    examples: [['issensitive("a")', 'false']],
    parameters: [anyOrNull('value')],
    result: boolType,
    seesMarks: true,
    // What is not known may still become sensitive.
    call: ([value]) => (value!.kind === 'unknown' ? unknownOf(boolType, notNull) : bool(isMarked(value!))),
  },
  {
    name: 'nonsensitive',
    summary: 'The value without the mark that it must not be shown',
    group: 'type',
    examples: [['nonsensitive("a")', '"a"']],
    returns: 'the type of the argument',
    parameters: [anyOrNull('value')],
    seesMarks: true,
    call: ([value]) => unmarked(value!),
  },
  {
    name: 'sensitive',
    summary: 'The value, marked as one that must not be shown',
    group: 'type',
    examples: [['sensitive("a")', '(sensitive value)']],
    returns: 'the type of the argument',
    parameters: [anyOrNull('value')],
    seesMarks: true,
    call: ([value]) => withMarks(value!, new Set([sensitiveMark])),
  },
]

function isMarked(value: Value): boolean {
  return value.marks?.has(sensitiveMark) ?? false
}

function unmarked(value: Value): Value {
  if (!isMarked(value)) return value
  const { marks, ...bare } = value
  const others = [...(marks ?? [])].filter(mark => mark !== sensitiveMark)
  return others.length === 0 ? bare : { ...bare, marks: new Set(others) }
}
