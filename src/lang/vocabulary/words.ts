// The words of a configuration: which attributes and blocks an app, a group and a volume may have, the field of the
// Marathon form that each one fills, and the type of its value. They are read from the schema table of the model;
// only where HCL's shape differs from the field's (image, network, port, volume, constraint, the port of a check)
// are they written here, and app.ts puts the values in place.
import { present } from '../../base/index.ts'
import { appFields, fieldsUnder } from '../../model/index.ts'
import type { Field, FieldType } from '../../model/index.ts'
import type { ValueType } from './values.ts'

export interface Words {
  readonly attributes: Readonly<Record<string, AttributeWord>>
  readonly blocks: Readonly<Record<string, BlockWord>>
}

export interface AttributeWord {
  /** The field of the enclosing object in the Marathon form. */
  readonly field: string
  readonly type: ValueType
  readonly required: boolean
}

export interface BlockWord extends Words {
  /** The field that the block's object fills, or is appended to. */
  readonly field: string
  /** Whether several may stand in one body. */
  readonly many: boolean
  /** The attribute that the label stands for; blocks without take no label. */
  readonly label?: string
  /** TypeScript's name of it, where that is not the block's name in camelCase. */
  readonly typescript?: string
}

export const appWords: Words = appVocabulary()

export const groupWords: Words = { attributes: { depends_on: word('dependencies', 'any') }, blocks: {} }

export const volumeWords: Words = {
  attributes: { size: word('size', 'size', true), shared: word('shared', 'boolean') },
  blocks: {},
}

function appVocabulary(): Words {
  const fields = wordsOf(appFields.filter(f => !['id', 'container', 'secrets', 'networks'].includes(f.name)))
  const container = fieldsNamed(appFields, 'container')
  const docker = fieldsNamed(container, 'docker')
  const volume = volumeBlock(fieldsNamed(container, 'volumes'))
  const network = wordsOf(fieldsNamed(appFields, 'networks'))
  const port = portBlock(container)
  return {
    attributes: {
      ...fields.attributes,
      depends_on: word('dependencies', 'any'),
      uris: word('uris', 'strings'),
      image: word('image', 'string'),
      network: word('network', 'string'),
      ports: word('ports', 'none'),
    },
    blocks: {
      ...fields.blocks,
      container: containerBlock(container, docker, volume),
      network: {
        field: 'networks',
        many: true,
        typescript: 'networks',
        blocks: {},
        attributes: { ...network.attributes, mode: word('mode', 'string', true) },
      },
      port,
      volume,
      health_check: { ...withPort(fields, 'health_check'), typescript: 'health' },
      readiness_check: { ...blockNamed(fields, 'readiness_check'), typescript: 'readiness' },
      check: withPort(fields, 'check'),
      constraint: {
        field: 'constraints',
        many: true,
        blocks: {},
        attributes: {
          field: word('field', 'string', true),
          operator: word('operator', 'upperCase', true),
          value: word('value', 'string'),
        },
      },
      secret: {
        field: 'secrets',
        many: true,
        label: 'name',
        typescript: 'secrets',
        blocks: {},
        attributes: { name: word('name', 'string'), source: word('source', 'string', true) },
      },
    },
  }
}

// One block stands for `container.docker`, too: people think of the image as the container's.
function containerBlock(container: readonly Field[], docker: readonly Field[], volume: BlockWord): BlockWord {
  const outer = wordsOf(container.filter(f => !['docker', 'volumes', 'portMappings'].includes(f.name)))
  const inner = wordsOf(docker)
  const { parameters, ...blocks } = inner.blocks
  return {
    field: 'container',
    many: false,
    attributes: { ...outer.attributes, ...inner.attributes },
    blocks: {
      ...outer.blocks,
      ...blocks,
      parameter: { ...(parameters ?? blockNamed(inner, 'parameter')), typescript: 'parameters' },
      volume,
    },
  }
}

function volumeBlock(fields: readonly Field[]): BlockWord {
  const persistent = wordsOf(fieldsNamed(fields, 'persistent')).attributes
  const { external } = wordsOf(fields).blocks
  return {
    field: 'volumes',
    many: true,
    typescript: 'mounts',
    attributes: {
      ...persistent,
      size: word('size', 'size'),
      container: word('containerPath', 'string', true),
      host: word('hostPath', 'string'),
      mode: word('mode', 'upperCase'),
      volume: word('volume', 'any'),
      secret: word('secret', 'string'),
    },
    blocks: external ? { external } : {},
  }
}

// A mapping has all that a definition has; which of the two is meant follows from the network.
function portBlock(container: readonly Field[]): BlockWord {
  const { attributes } = wordsOf(fieldsNamed(container, 'portMappings'))
  return { field: 'ports', many: true, label: 'name', typescript: 'ports', blocks: {}, attributes }
}

// A check names its port, or counts it (`port_index`); Marathon's `port` is a bare number on the machine.
function withPort(words: Words, block: string): BlockWord {
  const found = blockNamed(words, block)
  const { port, ...attributes } = found.attributes
  return {
    ...found,
    attributes: {
      ...attributes,
      port: word('portName', 'stringOrInteger'),
      ...(port ? { port_number: port } : {}),
      ...(attributes['command'] || found.blocks['command'] ? { command: word('command', 'command') } : {}),
    },
    blocks: execWithCommand(found.blocks),
  }
}

function execWithCommand(blocks: Readonly<Record<string, BlockWord>>): Readonly<Record<string, BlockWord>> {
  const { command: _, exec, ...rest } = blocks
  if (!exec) return rest
  return { ...rest, exec: { ...exec, blocks: {}, attributes: { command: word('command', 'command', true) } } }
}

/** The words of a table of fields: objects are blocks, all else is an attribute. */
function wordsOf(fields: readonly Field[]): Words {
  const attributes: Record<string, AttributeWord> = {}
  const blocks: Record<string, BlockWord> = {}
  for (const field of fields) {
    const nested = fieldsUnder(field.type)
    const isBlock = field.type.kind !== 'map' && holdsObjects(field.type)
    if (isBlock) {
      blocks[field.hcl] = { field: field.name, many: field.type.kind === 'list', ...wordsOf(nested) }
    }
    if (!isBlock || field.type.kind === 'union') {
      const name =
        field.type.kind === 'list' && field.type.of.kind === 'constraint' ? 'constraints' : field.hcl
      attributes[name] = word(field.name, valueType(field), field.required)
    }
  }
  return { attributes, blocks }
}

function holdsObjects(type: FieldType): boolean {
  if (type.kind === 'list') return holdsObjects(type.of)
  if (type.kind === 'union') return type.options.some(holdsObjects)
  return type.kind === 'object'
}

function valueType(field: Field): ValueType {
  const { type, unit } = field
  switch (type.kind) {
    case 'string':
      return type.oneOf?.every(v => v === v.toUpperCase()) ? 'upperCase' : 'string'
    case 'number':
      if (unit !== undefined) return unit === 'MiB' ? 'size' : 'duration'
      return type.integer ? 'integer' : 'number'
    case 'boolean':
      return 'boolean'
    case 'list':
      if (type.of.kind === 'constraint') return 'constraints'
      return type.of.kind === 'number' ? 'integers' : 'strings'
    case 'map':
      return type.of.kind === 'union' ? 'env' : 'stringMap'
    case 'union':
      if (type.options.some(holdsObjects)) return 'string'
      return unit === 'MiB' ? 'sizeOrUnlimited' : 'numberOrUnlimited'
    case 'constraint':
    case 'object':
      return 'any'
  }
}

function fieldsNamed(fields: readonly Field[], name: string): readonly Field[] {
  return fieldsUnder(fields.find(f => f.name === name)?.type ?? { kind: 'boolean' })
}

function blockNamed(words: Words, block: string): BlockWord {
  return present(words.blocks[block], `${block} in the schema table`)
}

function word(field: string, type: ValueType, required = false): AttributeWord {
  return { field, type, required }
}
