// Values that are known only when the whole description is: ids of other resources. They are objects, not strings, so
// that pasting one into a string by accident is told instead of giving "[object Object]".

export const referenceMark = Symbol.for('sddc.reference')
export const textMark = Symbol.for('sddc.text')
export const sensitiveMark = Symbol.for('sddc.sensitive')
export const secretMark = Symbol.for('sddc.secret')
export const outputMark = Symbol.for('sddc.output')

/** The id of another resource; using it makes that resource a dependency. */
export interface Reference {
  readonly [referenceMark]: object
}

/** A text, perhaps with references in it. */
export type Text = string | Reference | RefText

/** What `ref` makes. */
export interface RefText {
  readonly [textMark]: readonly (string | Reference)[]
}

/** A value that plans, listings and logs must not show. */
export interface Sensitive<T> {
  readonly [sensitiveMark]: T
}

/** What an output or an input of a module may hold. */
export type Output = Text | number | boolean | Sensitive<Text>

/** What an output of the cluster may hold: plain data, with references and sensitive values in it. */
export type OutputValue =
  Output | Sensitive<unknown> | null | readonly OutputValue[] | { readonly [key: string]: OutputValue }

/** An output with a word about it. */
export interface DescribedOutput {
  readonly [outputMark]: { readonly value: unknown; readonly description: string }
}

/** A secret that the agent hands to the task; the configuration never knows its value. */
export interface Secret {
  readonly [secretMark]: { readonly name: string; readonly source: string }
}

export function referenceTo(resource: object): Reference {
  return withAdvice({ [referenceMark]: resource })
}

/** A text with references in it: ref`http://${db.id}/`. */
export function ref(parts: TemplateStringsArray, ...values: readonly (Text | number)[]): RefText {
  const pieces: (string | Reference)[] = []
  for (const [i, part] of parts.entries()) {
    pieces.push(part)
    const value = values[i]
    if (value === undefined) continue
    if (typeof value === 'object' && textMark in value) pieces.push(...value[textMark])
    else pieces.push(typeof value === 'number' ? String(value) : value)
  }
  return withAdvice({ [textMark]: pieces })
}

/** An output of the cluster, with a line that says what it is. */
export function output(value: OutputValue, about: { readonly description: string }): DescribedOutput {
  return { [outputMark]: { value, description: about.description } }
}

/** Marks a value as one that must not be shown. */
export function sensitive<T>(value: T): Sensitive<T> {
  return { [sensitiveMark]: value }
}

/**
 * A secret by its name, as the value of an environment variable: `env: { PASSWORD: secret('db-password') }`.
 * `source` is where it is kept; the name if not given.
 */
export function secret(name: string, source: string = name): Secret {
  return { [secretMark]: { name, source } }
}

function withAdvice<T extends object>(value: T): T {
  Object.defineProperty(value, 'toString', {
    value: () => {
      throw new TypeError(
        'An id of another resource is known only later; write the text with ref`…` instead of a plain template.',
      )
    },
  })
  return value
}
