// The words of a configuration: which attributes and blocks an app, a group and a volume may have, the field of the
// Marathon form that each one fills, and the type of its value. They are read from the schema table of the model;
// only where HCL's shape differs from the field's (image, network, port, volume, constraint, the port of a check)
// are they written here, and app.ts puts the values in place.
import { type Json, present } from '../../base/index.ts'
import { appFields, constraintOperators, fieldsUnder } from '../../model/index.ts'
import type { Field, FieldEffect, FieldType } from '../../model/index.ts'
import type { ValueType } from './values.ts'

export interface Words {
  readonly attributes: Readonly<Record<string, AttributeWord>>
  readonly blocks: Readonly<Record<string, BlockWord>>
}

interface Described {
  /** One line. */
  readonly documentation: string
  /** What a change does to running tasks; absent: what the enclosing block says, at the top: restart. */
  readonly effect?: FieldEffect
}

export interface AttributeWord extends Described {
  /** The field of the enclosing object in the Marathon form. */
  readonly field: string
  readonly type: ValueType
  readonly required: boolean
  /** In the model's units; absent where it hangs on others or there is none. */
  readonly default?: Json
  /** The only values there are. */
  readonly oneOf?: readonly string[]
  /** Limits of a number, in the model's units. */
  readonly min?: number
  readonly max?: number
}

export interface BlockWord extends Words, Described {
  /** The field that the block's object fills, or is appended to. */
  readonly field: string
  /** Whether several may stand in one body. */
  readonly many: boolean
  /** The attribute that the label stands for; blocks without take no label. */
  readonly label?: string
  /** TypeScript's name of it, where that is not the block's name in camelCase. */
  readonly typescript?: string
}

/** What a network is called here, and the mode of the Marathon form. */
export const networkModes: Readonly<Record<string, string>> = {
  host: 'host',
  bridge: 'container/bridge',
  container: 'container',
  'container/bridge': 'container/bridge',
}

export const appWords: Words = appVocabulary()

export const groupWords: Words = {
  attributes: {
    depends_on: word('dependencies', 'any', 'What must be up before anything of the group starts.', {
      effect: 'none',
    }),
  },
  blocks: {},
}

export const volumeWords: Words = {
  attributes: {
    size: word('size', 'size', 'Size of the volume.', { required: true }),
    shared: word('shared', 'boolean', 'One for all instances instead of one for each.', { default: false }),
  },
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
      depends_on: wordOf(fieldNamed(appFields, 'dependencies'), 'any'),
      uris: word('uris', 'strings', 'Short for fetch blocks: files to fetch, archives are unpacked.'),
      image: {
        ...wordOf(fieldNamed(docker, 'image')),
        documentation: 'Short for a Docker container with this image.',
      },
      network: word('network', 'string', 'Short for a network block: "host", "bridge" or "container:NAME".'),
      ports: word('ports', 'none', 'Only the empty list, for no ports at all; each port is a block.'),
    },
    blocks: {
      ...fields.blocks,
      container: containerBlock(container, docker, volume),
      network: {
        ...describedAs(fieldNamed(appFields, 'networks')),
        field: 'networks',
        many: true,
        typescript: 'networks',
        blocks: {},
        attributes: {
          ...network.attributes,
          mode: word('mode', 'string', 'How tasks reach the network.', {
            required: true,
            oneOf: Object.keys(networkModes),
          }),
        },
      },
      port,
      volume,
      health_check: { ...withPort(fields, 'health_check'), typescript: 'health' },
      readiness_check: { ...blockNamed(fields, 'readiness_check'), typescript: 'readiness' },
      check: withPort(fields, 'check'),
      pre_stop: preStopBlock(fields),
      constraint: {
        ...describedAs(fieldNamed(appFields, 'constraints')),
        field: 'constraints',
        many: true,
        blocks: {},
        attributes: {
          field: word('field', 'string', 'hostname, or an attribute of the agents.', { required: true }),
          operator: word('operator', 'upperCase', 'What must hold of it.', {
            required: true,
            oneOf: constraintOperators,
          }),
          value: word('value', 'string', 'What the operator compares with.'),
        },
      },
      affinity: { ...blockNamed(fields, 'affinity'), typescript: 'affinities' },
      spread: spreadBlock(fields),
      secret: {
        ...describedAs(fieldNamed(appFields, 'secrets')),
        field: 'secrets',
        many: true,
        label: 'name',
        typescript: 'secrets',
        blocks: {},
        attributes: {
          name: word('name', 'string', 'What env and volumes call it; the label of the block.'),
          source: word('source', 'string', 'Where the secret store keeps it.', { required: true }),
        },
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
    ...describedAs(fieldNamed(appFields, 'container')),
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
    documentation: 'A directory or file that the task sees under a path of its own.',
    field: 'volumes',
    many: true,
    typescript: 'mounts',
    attributes: {
      ...persistent,
      size: { ...present(persistent['size'], 'the size of a volume'), required: false },
      container: wordOf(fieldNamed(fields, 'containerPath')),
      host: wordOf(fieldNamed(fields, 'hostPath')),
      mode: wordOf(fieldNamed(fields, 'mode')),
      volume: word('volume', 'any', 'A volume of the configuration, by reference or by name.'),
      secret: wordOf(fieldNamed(fields, 'secret')),
    },
    blocks: external ? { external } : {},
  }
}

// A mapping has all that a definition has; which of the two is meant follows from the network.
function portBlock(container: readonly Field[]): BlockWord {
  const { attributes } = wordsOf(fieldsNamed(container, 'portMappings'))
  const documentation = 'A port of the app, in every network mode.'
  return {
    documentation,
    field: 'ports',
    many: true,
    label: 'name',
    typescript: 'ports',
    blocks: {},
    attributes,
  }
}

// A check names its port, or counts it (`port_index`); Marathon's `port` is a bare number on the machine.
function withPort(words: Words, block: string): BlockWord {
  const found = blockNamed(words, block)
  const { port, ...attributes } = found.attributes
  return {
    ...found,
    attributes: {
      ...attributes,
      port: word(
        'portName',
        'stringOrInteger',
        'Name of one of the ports of the app, or its position from 0.',
      ),
      ...(port ? { port_number: port } : {}),
      ...(attributes['command'] || found.blocks['command']
        ? { command: word('command', 'command', 'What is run; exit status 0 is success.') }
        : {}),
    },
    blocks: execWithCommand(found.blocks),
  }
}

function preStopBlock(words: Words): BlockWord {
  const found = blockNamed(words, 'pre_stop')
  const { command: _, ...blocks } = found.blocks
  return {
    ...found,
    attributes: {
      command: word('command', 'command', 'What is run first, beside the task.'),
      ...found.attributes,
    },
    blocks,
  }
}

function spreadBlock(words: Words): BlockWord {
  const found = blockNamed(words, 'spread')
  const target = { ...blockNamed(found, 'target'), typescript: 'targets' }
  return { ...found, typescript: 'spreads', blocks: { target } }
}

function execWithCommand(blocks: Readonly<Record<string, BlockWord>>): Readonly<Record<string, BlockWord>> {
  const { command: _, exec, ...rest } = blocks
  if (!exec) return rest
  return {
    ...rest,
    exec: {
      ...exec,
      blocks: {},
      attributes: {
        command: word('command', 'command', 'What is run; exit status 0 is success.', { required: true }),
      },
    },
  }
}

/** The words of a table of fields: objects are blocks, all else is an attribute. */
function wordsOf(fields: readonly Field[]): Words {
  const attributes: Record<string, AttributeWord> = {}
  const blocks: Record<string, BlockWord> = {}
  for (const field of fields) {
    const nested = fieldsUnder(field.type)
    const isBlock = field.type.kind !== 'map' && holdsObjects(field.type)
    if (isBlock) {
      blocks[field.hcl] = {
        ...describedAs(field),
        field: field.name,
        many: field.type.kind === 'list',
        ...wordsOf(nested),
      }
    }
    if (!isBlock || field.type.kind === 'union') {
      const name =
        field.type.kind === 'list' && field.type.of.kind === 'constraint' ? 'constraints' : field.hcl
      attributes[name] = wordOf(field)
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

function fieldNamed(fields: readonly Field[], name: string): Field {
  return present(
    fields.find(f => f.name === name),
    `${name} in the schema table`,
  )
}

function blockNamed(words: Words, block: string): BlockWord {
  return present(words.blocks[block], `${block} in the schema table`)
}

function wordOf(field: Field, type: ValueType = valueType(field)): AttributeWord {
  const oneOf = type === 'string' || type === 'upperCase' ? wordsFor(field.type) : undefined
  return {
    ...describedAs(field),
    field: field.name,
    type,
    required: field.required,
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(oneOf === undefined ? {} : { oneOf }),
    ...limitsOf(field.type),
  }
}

function wordsFor(type: FieldType): readonly string[] | undefined {
  if (type.kind === 'union') return type.options.flatMap(option => wordsFor(option) ?? [])
  return type.kind === 'string' ? type.oneOf : undefined
}

function limitsOf(type: FieldType): Pick<AttributeWord, 'min' | 'max'> {
  if (type.kind === 'union')
    return Object.assign({}, ...type.options.map(limitsOf)) as Pick<AttributeWord, 'min'>
  return type.kind === 'number' ? { min: type.min, max: type.max } : {}
}

function describedAs({ documentation, effect }: Field): Described {
  return { documentation, ...(effect === undefined ? {} : { effect }) }
}

function word(
  field: string,
  type: ValueType,
  documentation: string,
  more: Partial<Pick<AttributeWord, 'required' | 'default' | 'effect' | 'oneOf'>> = {},
): AttributeWord {
  return { field, type, documentation, required: false, ...more }
}
