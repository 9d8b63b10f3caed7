// One app, group or volume after `for_each` and `count`: what it is called is known without its body.
import type { Value } from '../value.ts'
import type { RepeatableDeclaration } from './declarations.ts'

export interface Instance {
  readonly declaration: RepeatableDeclaration
  readonly parent: Instance | undefined
  readonly key: string | number | undefined
  readonly binding: Binding | undefined
  /** The label, with the key appended. */
  readonly segment: string
  readonly path: readonly string[]
  readonly address: string
}

/** `each` or `count` inside of it; either, where what makes the instances is wrong. */
export interface Binding {
  readonly root: 'each' | 'count' | 'either'
  readonly value: Value
}

export type Repetition =
  | { readonly kind: 'single'; readonly instance: Instance }
  | {
      readonly kind: 'keyed'
      readonly form: 'for_each' | 'count'
      readonly instances: ReadonlyMap<string | number, Instance>
    }
  /** How many there are can't be told. The instance stands for all, so that the mistakes in the body are told. */
  | { readonly kind: 'unknown'; readonly instance: Instance }

/** Where a module's own names begin: `module.blog.` in addresses, `blog` in ids. */
interface Beginning {
  readonly prefix: string
  readonly path: readonly string[]
}

export function makeInstance(
  module: Beginning,
  declaration: RepeatableDeclaration,
  parent: Instance | undefined,
  key?: string | number,
  binding?: Binding,
): Instance {
  const { kind, name } = declaration
  const bracket = key === undefined ? '' : typeof key === 'number' ? `[${key}]` : `[${JSON.stringify(key)}]`
  return {
    declaration,
    parent,
    key,
    binding,
    segment: key === undefined ? name : `${name}-${key}`,
    path: parent === undefined ? module.path : [...parent.path, parent.segment],
    address: `${parent === undefined ? module.prefix : `${parent.address}.`}${kind}.${name}${bracket}`,
  }
}
