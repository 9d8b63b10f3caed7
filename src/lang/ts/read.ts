// Values read by their schemas: of variables, given as texts from outside, and of a module's inputs, given by its caller.
import type { SchemaIssue, SchemaResult, Schemas } from './schema.ts'

export interface ReadValues {
  readonly values: Readonly<Record<string, unknown>>
  readonly problems: readonly ValueProblem[]
}

export interface ValueProblem {
  readonly name: string
  readonly isMissing: boolean
  readonly message: string
}

type Validated = SchemaResult<unknown> | PromiseLike<SchemaResult<unknown>>

/** What each schema says, perhaps later; a name without a value is read as undefined, so that its default counts. */
export function validateValues(
  schemas: Schemas,
  given: Readonly<Record<string, unknown>>,
): readonly (readonly [name: string, result: Validated])[] {
  return Object.entries(schemas).map(([name, schema]) => [
    name,
    schema['~standard'].validate(Object.hasOwn(given, name) ? given[name] : undefined),
  ])
}

/** All values, by schemas that answer at once. */
export function readValues(schemas: Schemas, given: Readonly<Record<string, unknown>>): ReadValues {
  const results = validateValues(schemas, given).map(([name, result]) => {
    if ('then' in result) throw new TypeError(`The schema of ${name} answers later; a module can not wait.`)
    return [name, result] as const
  })
  return collectValues(results, given)
}

export function collectValues(
  results: readonly (readonly [name: string, result: SchemaResult<unknown>])[],
  given: Readonly<Record<string, unknown>>,
): ReadValues {
  const values: Record<string, unknown> = {}
  const problems: ValueProblem[] = []
  for (const [name, result] of results) {
    const isMissing = !Object.hasOwn(given, name) || given[name] === undefined
    if (result.issues) problems.push(...result.issues.map(i => ({ name, isMissing, message: messageOf(i) })))
    else values[name] = result.value
  }
  return { values, problems }
}

function messageOf({ message, path = [] }: SchemaIssue): string {
  const steps = path.map(step => (typeof step === 'object' ? step.key : step))
  const where = steps.map(s => `[${JSON.stringify(typeof s === 'symbol' ? String(s) : s)}]`).join('')
  const text = /[.!?]$/.test(message) ? message : `${message}.`
  return where === '' ? text : `At ${where}: ${text}`
}
