// The tables of docs/language.md: arguments and blocks as the vocabulary knows them. Cells are Markdown; the formatter
// aligns them.
import { durationText, sizeText } from '../../../src/lang/convert/units.ts'
import { valueNode } from '../../../src/lang/convert/nodes.ts'
import { printExpression } from '../../../src/lang/hcl/print/index.ts'
import type {
  AttributeWord,
  BlockWord,
  Construct,
  ValueType,
  Words,
} from '../../../src/lang/vocabulary/index.ts'
import type { FieldEffect } from '../../../src/model/index.ts'

/** Of a block of the language itself, and of the blocks in it. */
export function constructTables(name: string, construct: Construct): string {
  const rows = Object.entries(construct.arguments).map(([argument, { type, required, documentation }]) => [
    code(argument),
    type,
    required ? 'required' : '',
    documentation,
  ])
  if (construct.others !== undefined) rows.push(['others', '', '', capital(`${construct.others}.`)])
  const own = rows.length === 0 ? [] : [table(['argument', 'type', '', 'meaning'], rows)]
  const inner = Object.entries(construct.blocks ?? {}).flatMap(([block, of]) => [
    `**\`${block}\`** in \`${name}\`: ${of.documentation}`,
    constructTables(block, of),
  ])
  return [...own, ...inner].join('\n\n')
}

/** What may stand in all of them, beside what each has of its own. */
export function argumentTable(given: Construct['arguments']): string {
  return constructTables('', { labels: 0, documentation: '', arguments: given })
}

/** Of an app, a group or a volume: its arguments, then each block under a heading of its own. */
export function wordTables(name: string, words: Words, hasEffects: boolean): string {
  // A block that stands in several places is described where it is nearest to the top.
  const owners = new Map<BlockWord, string>(Object.values(words.blocks).map(word => [word, name]))
  const own = attributeTable(words, hasEffects ? 'restart' : undefined)
  const blocks = Object.entries(words.blocks)
  const list = table(
    ['block', 'how many', ...(hasEffects ? ['a change'] : []), 'meaning'],
    blocks.map(([block, word]) => [
      link(block, name),
      countOf(word),
      ...(hasEffects ? [effectText(word.effect ?? 'restart')] : []),
      word.documentation,
    ]),
  )
  const sections = blocks.map(([block, word]) => blockSection(block, word, name, 'restart', owners))
  return [own, ...(blocks.length === 0 ? [] : [list, ...sections])].join('\n\n')
}

function blockSection(
  name: string,
  word: BlockWord,
  within: string,
  inherited: FieldEffect,
  owners: Map<BlockWord, string>,
): string {
  const effect = word.effect ?? inherited
  const owner = owners.get(word) ?? within
  const heading = `#### \`${name}\` in \`${within}\``
  if (owner !== within) return `${heading}\n\nThe same as ${link(name, owner)} of ${owner}s.`
  owners.set(word, within)
  const label = word.label === undefined ? '' : ` The label is its \`${word.label}\`.`
  const typescript = word.typescript === undefined ? '' : ` In TypeScript: \`${word.typescript}\`.`
  const blocks = Object.entries(word.blocks)
  const inner =
    blocks.length === 0 ? [] : [`Blocks in it: ${blocks.map(([block]) => link(block, name)).join(', ')}.`]
  return [
    `${heading}\n\n${word.documentation}${label}${typescript}`,
    attributeTable(word, effect),
    ...inner,
    ...blocks.map(([block, of]) => blockSection(block, of, name, effect, owners)),
  ].join('\n\n')
}

function attributeTable({ attributes }: Words, inherited: FieldEffect | undefined): string {
  const rows = Object.entries(attributes).map(([name, word]) => [
    code(name),
    typeText(word),
    defaultText(word),
    ...(inherited === undefined ? [] : [effectText(word.effect ?? inherited)]),
    word.documentation,
  ])
  const columns = ['argument', 'type', 'default', ...(inherited === undefined ? [] : ['a change']), 'meaning']
  return rows.length === 0 ? 'It has no arguments.' : table(columns, rows)
}

function countOf({ many, label }: BlockWord): string {
  return label === undefined ? (many ? 'any number' : 'one') : 'any number, with a label'
}

const effects: Readonly<Record<FieldEffect, string>> = {
  restart: 'restarts',
  inPlace: 'in place',
  scale: 'scales',
  none: 'nothing',
}

function effectText(effect: FieldEffect): string {
  return effects[effect]
}

const types: Readonly<Record<ValueType, string>> = {
  string: 'string',
  number: 'number',
  integer: 'whole number',
  boolean: 'bool',
  upperCase: 'string',
  duration: 'duration',
  size: 'size',
  numberOrUnlimited: 'number or `"unlimited"`',
  sizeOrUnlimited: 'size or `"unlimited"`',
  strings: 'list of strings',
  integers: 'list of whole numbers',
  stringMap: 'map of strings',
  env: 'map of strings',
  constraints: 'list of lists of strings',
  stringOrInteger: 'string or whole number',
  command: 'string, or list of strings',
  none: '`[]`',
  any: 'reference',
}

/** Limits that nobody runs into are not told. */
const greatest = 100_000

function typeText({ type, oneOf, min, max, field }: AttributeWord): string {
  if (field === 'dependencies') return 'list of references'
  if (oneOf !== undefined) return oneOf.map(value => code(`"${value}"`)).join(', ')
  const isLimited = (type === 'number' || type === 'integer') && max !== undefined && max < greatest
  return isLimited ? `${types[type]}, ${min} to ${max}` : types[type]
}

function defaultText({ required, default: value, type }: AttributeWord): string {
  if (required) return 'required'
  if (value === undefined) return ''
  if (typeof value !== 'number') return code(printExpression(valueNode(value)))
  const spelled = type === 'duration' ? durationText(value) : type === 'size' ? sizeText(value) : value
  return code(printExpression(valueNode(spelled)))
}

export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [columns, columns.map(() => '---'), ...rows]
  return lines.map(cells => `| ${cells.map(c => c.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')
}

/** To the section of a block. */
function link(block: string, within: string): string {
  return `[\`${block}\`](#${block}-in-${within})`
}

function code(text: string): string {
  return `\`${text}\``
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
