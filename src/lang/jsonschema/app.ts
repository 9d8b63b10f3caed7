// The JSON Schema of Marathon's app and group definitions (`*.app.json`, `*.group.json`) as they are taken here, with the
// older spellings, made from the schema table. null is the same as absent. A field that nobody knows is only a warning to
// the program; the schema refuses it, since it is nearly always a slip.
import {
  constraintOperators,
  groupFields,
  ignoredFields,
  inputFields,
  maxAppsPerGroup,
  maxIdLength,
  maxPatternLength,
} from '../../model/index.ts'
import type { Field, FieldType, NumberType, StringType } from '../../model/index.ts'
import { anyCase, draft } from './schema.ts'
import type { Schema, TypeName } from './schema.ts'

export function appSchema(): Schema {
  return {
    $schema: draft,
    title: 'App or group of Marathon',
    anyOf: [
      { $ref: '#/$defs/app' },
      { $ref: '#/$defs/group', anyOf: [{ required: ['apps'] }, { required: ['groups'] }] },
      { type: 'array', items: { $ref: '#/$defs/app' }, maxItems: maxAppsPerGroup },
    ],
    $defs: { app: app(), group: group() },
  }
}

function app(): Schema {
  const shown = [...ignoredFields].map(
    name => [name, { description: 'Shown by servers; not read.' }] as const,
  )
  const { properties, ...rest } = objectOf(inputFields)
  return {
    description: 'One program, in as many copies as "instances" says.',
    ...rest,
    properties: { ...properties, ...Object.fromEntries(shown) },
    required: ['id'],
  }
}

function group(): Schema {
  const { properties, ...rest } = objectOf(groupFields)
  const members = (of: string, description: string): Schema => ({
    description,
    type: ['array', 'null'],
    items: { $ref: `#/$defs/${of}` },
    maxItems: maxAppsPerGroup,
  })
  return {
    description: 'Apps and groups under one path.',
    ...rest,
    properties: {
      ...properties,
      apps: members('app', 'Apps in the group.'),
      groups: members('group', 'Groups in the group.'),
      pods: { description: 'There are no pods.', type: ['array', 'null'], maxItems: 0 },
      version: { description: 'Shown by servers; not read.' },
    },
  }
}

function objectOf(fields: readonly Field[]): Schema {
  const required = fields.filter(f => f.required).map(f => f.name)
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(f => [f.name, fieldSchema(f)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  }
}

function fieldSchema({ type, documentation, unit, default: value, required }: Field): Schema {
  const text = unit === undefined ? documentation : `${documentation} In ${unit}.`
  const about = { description: text, ...(value === undefined ? {} : { default: value }) }
  const schema = typeSchema(type)
  return { ...about, ...(required ? schema : orNull(schema)) }
}

function orNull(schema: Schema): Schema {
  if (schema.anyOf !== undefined) return { ...schema, anyOf: [...schema.anyOf, { type: 'null' }] }
  if (schema.enum !== undefined) return { ...schema, enum: [...schema.enum, null] }
  return { ...schema, type: [schema.type as TypeName, 'null'] }
}

function typeSchema(type: FieldType): Schema {
  switch (type.kind) {
    case 'string':
      return stringSchema(type)
    case 'number':
      return numberSchema(type)
    case 'boolean':
      return { type: 'boolean' }
    case 'list':
      return { type: 'array', items: typeSchema(type.of), maxItems: type.max }
    case 'map':
      return {
        type: 'object',
        propertyNames: { minLength: 1, maxLength: maxIdLength },
        additionalProperties: orNull(typeSchema(type.of)),
        maxProperties: type.max,
      }
    case 'object':
      return objectOf(type.fields)
    case 'union':
      return { anyOf: type.options.map(typeSchema) }
    case 'constraint':
      return constraint
  }
}

const part: Schema = { type: 'string', maxLength: maxPatternLength }

const constraint: Schema = {
  type: 'array',
  prefixItems: [
    { ...part, minLength: 1, description: 'hostname, or an attribute of the agents.' },
    { anyOf: [{ enum: constraintOperators }, anyCase(constraintOperators)] },
    { ...part, description: 'What the operator compares with.' },
  ],
  items: part,
  minItems: 2,
  maxItems: 3,
}

function stringSchema({ oneOf, minLength, maxLength, pattern }: StringType): Schema {
  if (oneOf !== undefined) return { enum: oneOf }
  return {
    type: 'string',
    ...(minLength === undefined ? {} : { minLength }),
    ...(Number.isFinite(maxLength) ? { maxLength } : {}),
    ...(pattern === undefined ? {} : { pattern: pattern.source }),
  }
}

function numberSchema({ integer, min, max }: NumberType): Schema {
  return { type: integer ? 'integer' : 'number', minimum: min, maximum: max }
}
