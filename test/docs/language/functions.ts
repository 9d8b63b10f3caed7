// The functions of docs/language.md: by group, each with its signature, one line and its first example.
import { forms } from '../../../src/lang/hcl/functions/forms.ts'
import type { FunctionGroup, HclFunction, Parameter } from '../../../src/lang/hcl/functions/function.ts'
import { functions } from '../../../src/lang/hcl/functions/index.ts'
import { refusedFunctions } from '../../../src/lang/hcl/functions/refused.ts'
import { describeType } from '../../../src/lang/hcl/type.ts'
import { table } from './tables.ts'

const titles: Readonly<Record<FunctionGroup, string>> = {
  numeric: 'Numbers',
  string: 'Strings',
  collection: 'Lists, sets, maps and objects',
  encoding: 'Encodings',
  filesystem: 'Files and paths',
  hash: 'Hashes',
  date: 'Time',
  network: 'Networks',
  type: 'Types, conversions and mistakes',
  ours: 'Durations, sizes and the environment',
}

type Described = Omit<HclFunction, 'call'>

export function functionTables(): string {
  const all: readonly Described[] = [...functions.values(), ...forms]
  return Object.entries(titles)
    .map(([group, title]) => {
      const members = all.filter(f => f.group === group).sort((a, b) => (a.name < b.name ? -1 : 1))
      const rows = members.map(f => [signature(f), `${f.summary}.`, example(f)])
      return `### ${title}\n\n${table(['function', 'gives', 'example'], rows)}`
    })
    .join('\n\n')
}

export function refusedTable(): string {
  const rows = [...refusedFunctions.values()].map(({ name, reason, advice }) => [
    `\`${name}\``,
    reason,
    advice,
  ])
  return table(['function', 'why not', 'instead'], rows)
}

/** `substr(string, offset, length)`; what may be left out stands in brackets. */
function signature({ name, parameters, optional = [], rest, result, returns }: Described): string {
  const given = parameters.map(p => p.name)
  const more = optional.map(p => `[${p.name}]`)
  const last = rest === undefined ? [] : [`${rest.name}…`]
  const gives = returns ?? (result === undefined ? '' : describeType(result))
  const types = [...parameters, ...optional, ...(rest ? [rest] : [])].map(typeOf)
  const isPlain = types.every(type => type === 'any')
  return [
    `\`${name}(${[...given, ...more, ...last].join(', ')})\``,
    `${isPlain ? '' : `${types.join(', ')} `}→ ${gives === '' ? 'any' : gives}`,
  ].join('<br>')
}

function typeOf({ type }: Parameter): string {
  return describeType(type)
}

function example({ examples }: Described): string {
  const [expression, result] = examples[0]!
  return `${code(expression)} = ${code(result)}`
}

/** A text with backquotes needs longer ones around it. */
function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``
}
