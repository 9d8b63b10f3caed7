// What a value of a variable or an input of a module must be. The interface is that of the Standard Schema
// specification (version 1), so a schema of any library that speaks it can stand where one of ours can. Ours also read
// the texts that a command line gives: `--var replicas=3` is the number 3.
import { callSite } from './site.ts'
import type { Site } from './site.ts'
import { referenceMark, textMark } from './text.ts'
import type { Text } from './text.ts'

export interface Schema<Output, Input = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] }

export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

export type Schemas = Readonly<Record<string, Schema<unknown>>>

/** What `build` gets. */
export type ValuesOf<S> = {
  readonly [Name in keyof S]: S[Name] extends Schema<infer Output> ? Output : never
}

/** What a caller gives: those with a default may be left out. */
export type InputsOf<S> = {
  readonly [Name in keyof S as undefined extends InputOf<S[Name]> ? never : Name]: InputOf<S[Name]>
} & {
  readonly [Name in keyof S as undefined extends InputOf<S[Name]> ? Name : never]?: InputOf<S[Name]>
}

type InputOf<S> = S extends {
  readonly '~standard': { readonly types?: { readonly input: infer Input } | undefined }
}
  ? Input
  : never

/** A schema of our own; it knows where it was written. */
export interface Variable<Output, Input = Output> extends Schema<Output, Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: 'sddc'
    readonly validate: (value: unknown) => SchemaResult<Output>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
  readonly description: string | undefined
  readonly site: Site | undefined
}

export interface VariableOptions<T> {
  /** Taken when no value is given. */
  readonly default?: T
  readonly description?: string
}

type WithDefault<T> = VariableOptions<T> & { readonly default: T }

export interface StringOptions extends VariableOptions<string> {
  /** The whole text must match. */
  readonly pattern?: RegExp
}

export interface NumberOptions extends VariableOptions<number> {
  readonly min?: number
  readonly max?: number
  readonly integer?: boolean
}

/** A text. */
export function string(options: StringOptions & WithDefault<string>): Variable<string, string | undefined>
export function string(options?: StringOptions): Variable<string>
export function string(options: StringOptions = {}): Variable<string, string | undefined> {
  const { pattern } = options
  return variable(string, options, value => {
    if (typeof value !== 'string') return wrong(`${shown(value)} is not a text.`)
    const whole = pattern && new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gy]/g, ''))
    if (whole?.test(value) === false) return wrong(`${shown(value)} does not match ${String(pattern)}.`)
    return { value }
  })
}

/** A text, perhaps with references in it, for inputs of modules: `blog('eu', { upstream: db.id })`. */
export function text(options: WithDefault<Text>): Variable<Text, Text | undefined>
export function text(options?: VariableOptions<Text>): Variable<Text>
export function text(options: VariableOptions<Text> = {}): Variable<Text, Text | undefined> {
  return variable(text, options, value =>
    isText(value) ? { value } : wrong(`${shown(value)} is not a text.`),
  )
}

/** A number, within limits if they are given. */
export function number(options: NumberOptions & WithDefault<number>): Variable<number, number | undefined>
export function number(options?: NumberOptions): Variable<number>
export function number(options: NumberOptions = {}): Variable<number, number | undefined> {
  const { min = -Infinity, max = Infinity, integer = false } = options
  return variable(number, options, given => {
    const isDigits =
      typeof given === 'string' && /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/.test(given)
    const value = isDigits ? Number(given) : given
    if (typeof value !== 'number' || !Number.isFinite(value)) return wrong(`${shown(given)} is not a number.`)
    if (integer && !Number.isInteger(value)) return wrong(`${value} is not a whole number.`)
    if (value < min) return wrong(`${value} is less than ${min}.`)
    if (value > max) return wrong(`${value} is more than ${max}.`)
    return { value }
  })
}

/** `true` or `false`. */
export function boolean(options: WithDefault<boolean>): Variable<boolean, boolean | undefined>
export function boolean(options?: VariableOptions<boolean>): Variable<boolean>
export function boolean(options: VariableOptions<boolean> = {}): Variable<boolean, boolean | undefined> {
  return variable(boolean, options, value => {
    if (value === true || value === 'true') return { value: true }
    if (value === false || value === 'false') return { value: false }
    return wrong(`${shown(value)} is neither true nor false.`)
  })
}

/** One of some texts. */
export function oneOf<const T extends string>(
  choices: readonly T[],
  options: WithDefault<NoInfer<T>>,
): Variable<T, T | undefined>
export function oneOf<const T extends string>(
  choices: readonly T[],
  options?: VariableOptions<NoInfer<T>>,
): Variable<T>
export function oneOf<const T extends string>(
  choices: readonly T[],
  options: VariableOptions<T> = {},
): Variable<T, T | undefined> {
  return variable(oneOf, options, value => {
    const found = choices.find(choice => choice === value)
    return found === undefined
      ? wrong(`${shown(value)} is none of ${choices.map(c => shown(c)).join(', ')}.`)
      : { value: found }
  })
}

/** A list; on the command line as JSON: `--var 'regions=["eu","us"]'`. */
export function list<T>(
  of: Variable<T, T>,
  options: WithDefault<readonly T[]>,
): Variable<readonly T[], readonly T[] | undefined>
export function list<T>(of: Variable<T, T>, options?: VariableOptions<readonly T[]>): Variable<readonly T[]>
export function list<T>(
  of: Variable<T, T>,
  options: VariableOptions<readonly T[]> = {},
): Variable<readonly T[], readonly T[] | undefined> {
  return variable(list, options, given => {
    const value = fromJson(given)
    if (!Array.isArray(value)) return wrong(`${shown(given)} is not a list.`)
    const results = (value as readonly unknown[]).map(item => of['~standard'].validate(item))
    const issues = results.flatMap((result, i) =>
      (result.issues ?? []).map(issue => ({ ...issue, path: [i, ...(issue.path ?? [])] })),
    )
    if (issues.length > 0) return { issues }
    return { value: results.flatMap(result => (result.issues ? [] : [result.value])) }
  })
}

/** A map from texts to values; on the command line as JSON. */
export function record<T>(
  of: Variable<T, T>,
  options: WithDefault<Readonly<Record<string, T>>>,
): Variable<Readonly<Record<string, T>>, Readonly<Record<string, T>> | undefined>
export function record<T>(
  of: Variable<T, T>,
  options?: VariableOptions<Readonly<Record<string, T>>>,
): Variable<Readonly<Record<string, T>>>
export function record<T>(
  of: Variable<T, T>,
  options: VariableOptions<Readonly<Record<string, T>>> = {},
): Variable<Readonly<Record<string, T>>, Readonly<Record<string, T>> | undefined> {
  return variable(record, options, given => {
    const value = fromJson(given)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return wrong(`${shown(given)} is not a map.`)
    }
    const issues: SchemaIssue[] = []
    const entries: (readonly [string, T])[] = []
    for (const [key, item] of Object.entries(value)) {
      const result = of['~standard'].validate(item)
      if (result.issues) issues.push(...result.issues.map(i => ({ ...i, path: [key, ...(i.path ?? [])] })))
      else entries.push([key, result.value])
    }
    return issues.length > 0 ? { issues } : { value: Object.fromEntries(entries) }
  })
}

function variable<T>(
  made: (...args: never[]) => unknown,
  options: VariableOptions<T>,
  read: (value: unknown) => SchemaResult<T>,
): Variable<T, T | undefined> {
  const validate = (value: unknown): SchemaResult<T> => {
    if (value !== undefined) return read(value)
    return options.default === undefined ? wrong('It has no value.') : { value: options.default }
  }
  return {
    '~standard': { version: 1, vendor: 'sddc', validate },
    description: options.description,
    site: callSite(made),
  }
}

function wrong(message: string): { readonly issues: readonly SchemaIssue[] } {
  return { issues: [{ message }] }
}

function isText(value: unknown): value is Text {
  if (typeof value === 'string') return true
  return typeof value === 'object' && value !== null && (textMark in value || referenceMark in value)
}

function fromJson(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}

function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'A list' : 'An object'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
