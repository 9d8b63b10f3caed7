// Values read by their schemas: of variables, given as texts from outside, and of a module's inputs, given by its caller.
import type { Schema, SchemaIssue, SchemaResult, Schemas } from './schema.ts'

export interface ReadValues {
  readonly values: Readonly<Record<string, unknown>>
  readonly problems: readonly ValueProblem[]
}

export interface ValueProblem {
  readonly name: string
  readonly isMissing: boolean
  readonly message: string
}

/** All values at once; a name without a value is read as undefined, so that its default counts. */
export async function readValues(
  schemas: Schemas,
  given: Readonly<Record<string, unknown>>,
): Promise<ReadValues> {
  const results = await Promise.all(
    Object.entries(schemas).map(
      async ([name, schema]) => [name, await validated(schema, given, name)] as const,
    ),
  )
  return collected(results, given)
}

/** As `readValues`, for schemas that answer at once. */
export function readValuesNow(schemas: Schemas, given: Readonly<Record<string, unknown>>): ReadValues {
  const results = Object.entries(schemas).map(([name, schema]) => {
    const result = validated(schema, given, name)
    if (result instanceof Promise)
      throw new TypeError(`The schema of ${name} answers later; a module can not wait.`)
    return [name, result] as const
  })
  return collected(results, given)
}

function validated(
  schema: Schema<unknown>,
  given: Readonly<Record<string, unknown>>,
  name: string,
): SchemaResult<unknown> | Promise<SchemaResult<unknown>> {
  return schema['~standard'].validate(Object.hasOwn(given, name) ? given[name] : undefined)
}

function collected(
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
  const where = path
    .map(
      step =>
        `[${JSON.stringify(typeof step === 'object' ? String(step.key) : typeof step === 'number' ? step : String(step))}]`,
    )
    .join('')
  const text = /[.!?]$/.test(message) ? message : `${message}.`
  return where === '' ? text : `At ${where}: ${text}`
}
