// What a command is, as data: its words, its options, its help. Parsing, help, suggestions and the test of docs/cli.md
// all read this one table (table/index.ts), so none of them can know other options than the rest.
import { CodedError } from '../../base/index.ts'
import type { Context } from '../context.ts'

interface Described {
  /** One sentence, without a full stop. */
  readonly about: string
}

/** A whole number within limits, both included. */
interface Whole {
  readonly kind: 'whole'
  readonly least: number
  readonly most: number
}

export type WordSpec = Described &
  (
    | (({ readonly kind: 'text' } | Whole) & { readonly required: boolean })
    /** All words from here on; only as the last of a command. */
    | { readonly kind: 'texts'; readonly required: false }
  )

interface Valued {
  /** Stands for the value in help: `FILE`. */
  readonly value: string
}

export type OptionSpec = Described & { readonly short?: string } & (
    | { readonly kind: 'flag' }
    | ({ readonly kind: 'text' } & Valued)
    /** May be given several times. */
    | ({ readonly kind: 'texts' } & Valued)
    | (Whole & Valued)
  )

export type Words = Readonly<Record<string, WordSpec>>
export type Options = Readonly<Record<string, OptionSpec>>

type ValueOf<S> = S extends { kind: 'flag' }
  ? boolean
  : S extends { kind: 'texts' }
    ? readonly string[]
    : S extends { kind: 'whole'; required: true }
      ? number
      : S extends { kind: 'whole' }
        ? number | undefined
        : S extends { required: true }
          ? string
          : string | undefined

export type ValuesOf<T> = { readonly [K in keyof T]: ValueOf<T[K]> }

/** An option that may be given several times, as it stands on the command line. */
export interface Repeated {
  readonly option: string
  readonly value: string
}

interface InOrder {
  /** All options that may be given several times, each as often as it was given, in the order of the command line. */
  readonly inOrder: readonly Repeated[]
}

export type Value = string | number | boolean | readonly string[] | readonly Repeated[] | undefined
export type Values = Readonly<Record<string, Value>>

export interface Command {
  /** As it is typed: `plan`, `deployment list`. */
  readonly name: string
  readonly about: string
  /** In their order; the required ones first. */
  readonly words: Words
  readonly options: Options
  /** Without the leading `sddc`. */
  readonly examples: readonly (readonly [line: string, about: string])[]
  run(context: Context, values: Values): Promise<number>
}

/** A row of the table; `run` gets its values with the types that the row states. */
export function command<const W extends Words, const O extends Options>(row: {
  readonly name: string
  readonly about: string
  readonly words: W
  readonly options: O
  readonly examples: Command['examples']
  run(context: Context, values: ValuesOf<W> & ValuesOf<O> & InOrder): Promise<number>
}): Command {
  return { ...row, run: (context, values) => row.run(context, values as ValuesOf<W> & ValuesOf<O> & InOrder) }
}

/** `sddc scale <app> <instances>`, `sddc fmt [path…]`. */
export function usageOf({ name, words }: Command): string {
  const shown = Object.entries(words).map(([word, { kind, required }]) =>
    required ? `<${word}>` : kind === 'texts' ? `[${word}…]` : `[${word}]`,
  )
  return ['sddc', name, ...shown].join(' ')
}

export function usageError(message: string, advice: string): CodedError {
  return new CodedError('USAGE', message, { advice })
}
