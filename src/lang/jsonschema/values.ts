// What the values of arguments look like in HCL's JSON form. A text may be a template, which can give anything, so every
// value may also be a text; null is the same as absent; and numbers, bools and texts become each other as in HCL.
import { constraintOperators } from '../../model/index.ts'
import type { AttributeWord, ValueType } from '../vocabulary/index.ts'
import { anyCase } from './schema.ts'
import type { Schema } from './schema.ts'

const text: Schema = { type: ['string', 'number', 'boolean', 'null'] }
const template: Schema = { type: 'string', pattern: '[$%]\\{' }
const texts: Schema = { type: ['array', 'string', 'null'], items: text }
const map: Schema = { type: ['object', 'string', 'null'], additionalProperties: text }

const valueSchemas: Readonly<Record<ValueType, Schema>> = {
  string: text,
  number: { type: ['number', 'string', 'null'] },
  integer: { type: ['integer', 'string', 'null'] },
  boolean: { type: ['boolean', 'string', 'null'] },
  upperCase: { type: ['string', 'null'] },
  duration: { type: ['string', 'number', 'null'] },
  size: { type: ['string', 'number', 'null'] },
  numberOrUnlimited: { type: ['number', 'string', 'null'] },
  sizeOrUnlimited: { type: ['string', 'number', 'null'] },
  strings: texts,
  integers: { type: ['array', 'string', 'null'], items: { type: ['integer', 'string'] } },
  stringMap: map,
  env: {
    type: ['object', 'string', 'null'],
    additionalProperties: {
      anyOf: [
        text,
        {
          type: 'object',
          properties: { secret: { type: 'string', description: 'Name of the secret.' } },
          required: ['secret'],
          additionalProperties: false,
        },
      ],
    },
  },
  constraints: {
    type: ['array', 'string', 'null'],
    items: {
      type: ['array', 'string'],
      prefixItems: [text, { anyOf: [{ enum: constraintOperators }, anyCase(constraintOperators), template] }],
      items: text,
      minItems: 2,
      maxItems: 3,
    },
  },
  stringOrInteger: { type: ['string', 'integer', 'null'] },
  command: { type: ['string', 'array', 'object', 'null'], items: text },
  none: { type: ['array', 'null'], maxItems: 0 },
  any: {},
}

/** What stands behind a number, for people. */
const units: Partial<Readonly<Record<ValueType, string>>> = {
  duration: ' As "30s", "1m30s" or "250ms"; a number is of seconds.',
  size: ' As "512MiB" or "2GiB"; a number is of MiB.',
  sizeOrUnlimited: ' As "512MiB" or "2GiB"; a number is of MiB.',
}

export function attributeSchema({
  type,
  documentation,
  oneOf,
  min,
  max,
  default: value,
}: AttributeWord): Schema {
  const about = {
    description: documentation + (units[type] ?? ''),
    ...(value === undefined ? {} : { default: value }),
  }
  if (oneOf !== undefined) {
    const spelled = type === 'upperCase' ? [{ enum: oneOf }, anyCase(oneOf)] : [{ enum: oneOf }]
    return { ...about, anyOf: [...spelled, template, { type: 'null' }] }
  }
  return {
    ...about,
    ...valueSchemas[type],
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
  }
}
