// Modules: a part of a configuration that is described once and used under several names, as HCL's `module` blocks
// are. What a module makes is data like everything else; its name stands in front of the names inside.
import type { Described, Keyed } from './described.ts'
import type { Resource } from './group.ts'
import { ConfigurationProblem } from './problem.ts'
import { readValues } from './read.ts'
import type { InputsOf, Schemas, ValuesOf } from './schema.ts'
import { callSite } from './site.ts'
import { referenceTo } from './text.ts'
import type { Output } from './text.ts'

export type Outputs = Readonly<Record<string, Output>>

export interface ModuleResult<O extends Outputs> {
  readonly resources: readonly (Resource | Module)[]
  /** What the user of the module may need: ids, addresses, names. */
  readonly outputs?: O
}

export interface ModuleOptions extends Keyed {
  /** What must be up before anything of the module starts. */
  readonly dependsOn?: readonly (Described | string)[]
}

/** One use of a module. */
export interface Module<O extends Outputs = Outputs> extends Described<'module'> {
  readonly resources: readonly (Resource | Module)[]
  readonly outputs: O
  readonly options: ModuleOptions
}

/** With `inputs`, schemas that check what a caller gives and fill in defaults; without, the types of `build` do. */
export function defineModule<const S extends Schemas, O extends Outputs = Record<never, never>>(module: {
  readonly inputs: S
  readonly build: (inputs: ValuesOf<S>) => ModuleResult<O>
}): (name: string, inputs: InputsOf<S>, options?: ModuleOptions) => Module<O>
export function defineModule<O extends Outputs = Record<never, never>>(module: {
  readonly inputs?: never
  readonly build: () => ModuleResult<O>
}): (name: string, inputs?: undefined, options?: ModuleOptions) => Module<O>
export function defineModule<I extends object, O extends Outputs = Record<never, never>>(module: {
  readonly inputs?: never
  readonly build: (inputs: I) => ModuleResult<O>
}): (name: string, inputs: I, options?: ModuleOptions) => Module<O>
export function defineModule(module: {
  readonly inputs?: Schemas
  readonly build: (inputs: never) => ModuleResult<Outputs>
}): (name: string, inputs?: object, options?: ModuleOptions) => Module {
  return function use(name, inputs = {}, options = {}) {
    const site = callSite(use)
    const values = module.inputs ? checked(name, module.inputs, inputs) : inputs
    const { resources, outputs = {} } = module.build(values as never)
    const made = { kind: 'module' as const, name, resources, outputs, options, site }
    return Object.assign(made, { id: referenceTo(made) })
  }
}

function checked(name: string, schemas: Schemas, inputs: object): object {
  const unknown = Object.keys(inputs).find(input => !Object.hasOwn(schemas, input))
  const { values, problems } = readValues(schemas, { ...inputs })
  if (unknown !== undefined) {
    const known = Object.keys(schemas).join(', ')
    throw new ConfigurationProblem(
      'Unknown input',
      `Module "${name}" has no input "${unknown}"; it has: ${known}.`,
    )
  }
  if (problems.length === 0) return values
  const detail = problems.map(p => `Input "${p.name}" of module "${name}": ${p.message}`).join('\n')
  throw new ConfigurationProblem('Invalid input', detail)
}
