// Help as text, from the table of commands. First the line to type, then what it is for, then words, options, examples.
import { wrap } from '../print/wrap.ts'
import { usageOf, type Command, type OptionSpec } from './command.ts'
import { everywhere } from './shared.ts'
import { commands, groups } from './table/index.ts'

const purpose = 'Describe apps in HCL, TypeScript or Marathon JSON; plan; apply. The cluster is built in.'

const firstSteps: Command['examples'] = [
  ['apply examples/quickstart', 'starts a local cluster where none is named, plans, asks, applies'],
  ['status', 'what runs, and where'],
  ['down', 'ends the local cluster'],
]

/** `topic`: a command, a group of commands, or empty for the program itself. */
export function helpText(topic: string, width: number): string {
  const command = commands.find(c => c.name === topic)
  if (command !== undefined) return commandHelp(command, width)
  const isRoot = topic === ''
  const listed = rowsBelow(topic)
  return blocks([
    isRoot ? 'sddc <command>' : `sddc ${topic}`,
    '',
    ...wrap(isRoot ? purpose : groups[topic]!, width),
    '',
    ...section('Commands', listed, width),
    ...section('Options', optionRows(everywhere), width),
    ...section('Examples', isRoot ? exampleRows(firstSteps) : [], width),
    `More on one: sddc ${isRoot ? '' : `${topic} `}COMMAND --help`,
  ])
}

function commandHelp(command: Command, width: number): string {
  return blocks([
    usageOf(command),
    '',
    ...wrap(command.about, width),
    '',
    ...section(
      'Words',
      Object.entries(command.words).map(([name, { about }]) => [name, about]),
      width,
    ),
    ...section('Commands', rowsBelow(command.name), width),
    ...section('Options', optionRows({ ...command.options, ...everywhere }), width),
    ...section('Examples', exampleRows(command.examples), width),
  ])
}

type Row = readonly [left: string, right: string]

/** Commands and groups whose names are one word longer: those of the program itself for an empty name. */
function rowsBelow(name: string): Row[] {
  const prefix = name === '' ? '' : `${name} `
  const isBelow = (other: string): boolean =>
    other.startsWith(prefix) && !other.slice(prefix.length).includes(' ')
  const held = Object.entries(groups).filter(([group]) => isBelow(group))
  return [
    ...commands.filter(c => isBelow(c.name)).map(rowOf),
    ...held.map(([group, about]): Row => [`sddc ${group}`, about]),
  ]
}

function rowOf(command: Command): Row {
  return [usageOf(command), command.about]
}

function exampleRows(examples: Command['examples']): Row[] {
  return examples.map(([line, about]) => [`sddc ${line}`, about])
}

function optionRows(options: Readonly<Record<string, OptionSpec>>): Row[] {
  return Object.entries(options).map(([name, spec]) => [
    `${spec.short === undefined ? '' : `-${spec.short}, `}--${name}${'value' in spec ? ` ${spec.value}` : ''}`,
    spec.about,
  ])
}

/** What the right column needs to be readable beside the left one. */
const leastRight = 30

function section(title: string, rows: readonly Row[], width: number): string[] {
  if (rows.length === 0) return []
  const left = Math.max(...rows.map(([text]) => text.length))
  const beside = width - left - 4 >= leastRight
  const lines = rows.flatMap(([text, about]) => {
    const room = beside ? width - left - 4 : width - 6
    const [first = '', ...more] = wrap(about, room)
    return beside
      ? [`  ${text.padEnd(left)}  ${first}`, ...more.map(line => `${' '.repeat(left + 4)}${line}`)]
      : [`  ${text}`, ...[first, ...more].map(line => `      ${line}`)]
  })
  return [`${title}:`, ...lines, '']
}

function blocks(lines: readonly string[]): string {
  return lines.join('\n').trimEnd()
}
