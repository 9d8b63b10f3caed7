// Loads the configuration that a command names and prints what is wrong with it. Nothing reaches a server before this
// has succeeded.
import { hostname, userInfo } from 'node:os'
import { resolve } from 'node:path'
import { hasErrors } from '../base/index.ts'
import { loadConfiguration, type GivenValue, type Loaded, type LoadOptions } from '../lang/load/index.ts'
import type { Desired } from '../model/index.ts'
import type { Repeated } from './commandline/command.ts'
import type { Context } from './context.ts'
import { printProblems } from './problems.ts'

export interface ConfigurationOptions {
  readonly target: string | undefined
  /** `--var` and `--var-file`, in the order given. */
  readonly given: readonly Repeated[]
  /** Runs a TypeScript module twice and compares. */
  readonly strict?: boolean
}

export type LoadedConfiguration = Loaded & { readonly desired: Desired }

/** Undefined when it has errors; they are printed. Warnings are printed too. */
export async function configurationOf(
  context: Context,
  options: ConfigurationOptions,
): Promise<LoadedConfiguration | undefined> {
  const loaded = await loadFrom(context, options)
  // What a module prints while it runs is the user's own, for people.
  if (loaded.output !== '') context.terminal.note(loaded.output.trimEnd())
  printProblems(context, loaded.diagnostics, file => loaded.sources.get(file))
  if (hasErrors(loaded.diagnostics) || loaded.desired === undefined) return undefined
  return { ...loaded, desired: loaded.desired }
}

/** The configuration with all that is wrong with it; prints nothing. */
export function loadFrom(
  context: Context,
  options: ConfigurationOptions,
  more: Pick<LoadOptions, 'unknownVariables'> = {},
): Promise<Loaded> {
  const target = resolve(context.directory, options.target ?? '.')
  return loadConfiguration(target, { ...loadOptionsOf(context, options), ...more })
}

export function loadOptionsOf(
  context: Context,
  { given, strict }: Pick<ConfigurationOptions, 'given' | 'strict'>,
): LoadOptions {
  return {
    given: given.flatMap(one => givenValue(one, context.directory) ?? []),
    env: environment(),
    ...(strict === undefined ? {} : { strict }),
    ...(context.stack === undefined ? {} : { stack: context.stack }),
  }
}

function givenValue({ option, value }: Repeated, directory: string): GivenValue | undefined {
  if (option === 'var-file') return { kind: 'file', path: resolve(directory, value) }
  return option === 'var' ? { kind: 'value', ...splitVariable(value) } : undefined
}

/** `name=value`; without a `=` the value is empty and the loader says that the variable is not declared so. */
function splitVariable(text: string): { name: string; value: string } {
  const cut = text.indexOf('=')
  return cut === -1 ? { name: text, value: '' } : { name: text.slice(0, cut), value: text.slice(cut + 1) }
}

/** Where a configuration lives, for people: `user@host:directory`. */
export function originOf(directory: string): string {
  return `${userInfo().username}@${hostname()}:${directory}`
}

export function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((e): e is [string, string] => e[1] !== undefined),
  )
}
