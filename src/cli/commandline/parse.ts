// Words of the command line into a command and its values. yargs splits options from words; what is allowed, and the
// sentences that say what is wrong, come from the table of commands.
import yargs from 'yargs'
import { CodedError, didYouMean } from '../../base/index.ts'
import { normaliseArguments } from './arguments.ts'
import {
  usageError,
  usageOf,
  type Command,
  type OptionSpec,
  type Repeated,
  type Value,
  type Values,
} from './command.ts'
import { everywhere } from './shared.ts'
import { allOptions, commands, groups } from './table/index.ts'

export type Parsed =
  | { readonly kind: 'run'; readonly command: Command; readonly values: Values }
  /** `topic`: a command, a group of commands, or empty. `asked` is false when no command was named. */
  | { readonly kind: 'help'; readonly topic: string; readonly asked: boolean }
  | { readonly kind: 'version' }

/** Throws USAGE with what is wrong and what to type. */
export function parseCommandLine(args: readonly string[]): Parsed {
  const { words, given } = split(args)
  if (words[0] === 'help') return { kind: 'help', topic: topicOf(words.slice(1)), asked: true }
  if (given['version'] === true || words[0] === 'version') return { kind: 'version' }
  if (given['help'] === true) return { kind: 'help', topic: topicOf(words), asked: true }
  const command = findCommand(words)
  if (command === undefined) {
    checkOptions(args, given, allOptions, '')
    const topic = topicOf(words)
    if (words.length > wordsOf(topic).length) throw unknownCommand(words, topic)
    return { kind: 'help', topic, asked: false }
  }
  checkOptions(args, given, { ...everywhere, ...command.options }, command.name)
  const values = {
    ...wordValues(command, words.slice(wordsOf(command.name).length)),
    ...optionValues(command, given),
    inOrder: inOrder(args, given),
    ...(typeof given['color'] === 'boolean' ? { color: given['color'] } : {}),
  }
  return { kind: 'run', command, values }
}

type Given = Readonly<Record<string, unknown>>

function split(args: readonly string[]): { words: readonly string[]; given: Given } {
  const options = Object.fromEntries(
    Object.entries(allOptions).map(([name, spec]) => [
      name,
      {
        ...(spec.kind === 'flag' ? { type: 'boolean' as const } : { type: 'string' as const, nargs: 1 }),
        ...(spec.kind === 'texts' ? { array: true } : {}),
        ...(spec.short === undefined ? {} : { alias: spec.short }),
      },
    ]),
  )
  const {
    _: words,
    $0: _program,
    ...given
  } = yargs(normaliseArguments(args, Object.keys(allOptions)))
    .locale('en')
    .help(false)
    .version(false)
    .exitProcess(false)
    .parserConfiguration({
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'strip-aliased': true,
    })
    .options(options)
    .fail((message, error) => {
      throw withoutValue(error?.message ?? message)
    })
    .parseSync()
  return { words: words.map(String), given }
}

// The only thing that yargs itself can find wrong here.
function withoutValue(message: string): Error {
  const name = /following: (\S+)/.exec(message)?.[1] ?? ''
  const found = Object.entries(allOptions).find(([long, { short }]) => long === name || short === name)
  if (found === undefined) return usageError(message, 'See: sddc --help')
  const [long, spec] = found
  return usageError(`--${long} wants a value`, `Like this: --${long} ${'value' in spec ? spec.value : ''}`)
}

/** The command of the most words: `server snapshot save` before `server`. Undefined for one that only holds others. */
function findCommand(words: readonly string[]): Command | undefined {
  const name = longestName(words)
  return commands.find(c => c.name === name)
}

function topicOf(words: readonly string[]): string {
  const topic = longestName(words)
  if (topic === '' && words.length > 0) throw unknownCommand(words, '')
  return topic
}

/** Of a command or a group of commands that the words begin with; empty when there is none. */
function longestName(words: readonly string[]): string {
  for (let count = Math.min(words.length, mostWordsInName); count > 0; count--) {
    const name = words.slice(0, count).join(' ')
    if (name in groups || commands.some(c => c.name === name)) return name
  }
  return ''
}

/** `server snapshot save`. */
const mostWordsInName = 3

function wordsOf(name: string): string[] {
  return name.split(' ').filter(word => word !== '')
}

function unknownCommand(words: readonly string[], group: string): Error {
  const prefix = group === '' ? '' : `${group} `
  const word = words[wordsOf(group).length]!
  const known = commands
    .filter(c => c.name.startsWith(prefix))
    .map(c => c.name.slice(prefix.length).split(' ')[0]!)
  return usageError(
    `"${prefix}${word}" is not a command.${didYouMean(word, new Set(known))}`,
    `See: sddc ${prefix}--help`,
  )
}

function checkOptions(
  args: readonly string[],
  given: Given,
  allowed: Readonly<Record<string, OptionSpec>>,
  command: string,
): void {
  const unknown = Object.keys(given).find(name => given[name] !== undefined && !(name in allowed))
  if (unknown === undefined) return
  const typed = asTyped(args, unknown)
  const near = didYouMean(typed.replace(/^-+/, ''), Object.keys(allowed)).replace('"', '"--')
  throw usageError(
    command === ''
      ? `"${typed}" is not an option.${near}`
      : `"${typed}" is not an option of "sddc ${command}".${near}`,
    `See: sddc ${command === '' ? '' : `${command} `}--help`,
  )
}

/** `-agnets` came apart into letters: the whole word is named, not the first of them. */
function asTyped(args: readonly string[], name: string): string {
  const word = args.find(arg => new RegExp(`^--?(no-)?${escaped(name)}(=|$)`).test(arg))
  const grouped = args.find(arg => /^-[^-]/.test(arg) && name.length === 1 && arg.includes(name))
  return (word ?? grouped ?? `--${name}`).split('=')[0]!
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function wordValues(command: Command, words: readonly string[]): Values {
  const specs = Object.entries(command.words)
  if (words.length > specs.length && specs.at(-1)?.[1].kind !== 'texts') {
    if (specs.length === 0 && commands.some(c => c.name.startsWith(`${command.name} `)))
      throw unknownCommand([...wordsOf(command.name), ...words], command.name)
    throw usageError(`"${words[specs.length]}" is one word too many`, likeThis(command))
  }
  const missing = specs.slice(words.length).filter(([, { required }]) => required)
  if (missing.length > 0) {
    throw usageError(`Missing: ${missing.map(([name]) => `<${name}>`).join(' ')}`, likeThis(command))
  }
  return Object.fromEntries(
    specs.map(([name, spec], i) => {
      if (spec.kind === 'texts') return [name, words.slice(i)]
      const word = words[i]
      return [name, word === undefined || spec.kind === 'text' ? word : whole(`<${name}>`, word, spec)]
    }),
  )
}

function likeThis(command: Command): string {
  const [example] = command.examples
  const like = example === undefined ? '' : `\nFor example: sddc ${example[0]}`
  return `Usage: ${usageOf(command)}${like}`
}

function optionValues({ options }: Command, given: Given): Values {
  return Object.fromEntries(
    Object.entries(options).map(([name, spec]) => [name, optionValue(`--${name}`, spec, given[name])]),
  )
}

/** yargs collects by name; which of two names stood first is read from the words again. */
function inOrder(args: readonly string[], given: Given): readonly Repeated[] {
  const rest = new Map(
    Object.entries(given).flatMap(([name, value]) =>
      Array.isArray(value) ? [[name, value.map(String)[Symbol.iterator]()] as const] : [],
    ),
  )
  return normaliseArguments(args, Object.keys(allOptions)).flatMap(arg => {
    const option = /^--([a-z][a-z-]*)(=|$)/s.exec(arg)?.[1]
    const next = option === undefined ? undefined : rest.get(option)?.next()
    return option === undefined || next === undefined || next.done === true
      ? []
      : [{ option, value: next.value }]
  })
}

function optionValue(name: string, spec: OptionSpec, value: unknown): Value {
  if (spec.kind === 'flag') return value === true
  if (spec.kind === 'texts') return Array.isArray(value) ? value.map(String) : []
  if (value === undefined) return undefined
  const like = `Like this: ${name} ${spec.value}`
  if (Array.isArray(value)) throw usageError(`${name} is given more than once`, like)
  if (typeof value !== 'string' || value === '') throw usageError(`${name} wants a value`, like)
  return spec.kind === 'text' ? value : whole(name, value, spec)
}

function whole(name: string, text: string, { least, most }: { least: number; most: number }): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : -1
  if (value >= least && value <= most) return value
  throw new CodedError('USAGE', `${name} is a whole number from ${least} to ${most}, not "${text}"`)
}
