// What the instances of one block have in common, and what differs by key: `each.value.instances`.
import { sameJson } from '../../base/index.ts'
import type { Json } from '../../base/index.ts'
import type { Attribute, Expression } from '../hcl/ast.ts'
import {
  attributeNode,
  callNode,
  indexNode,
  objectNode,
  traversalNode,
  tupleNode,
  valueNode,
} from './nodes.ts'

export interface Merging {
  /** One expression for the values that an attribute has in each instance. `name` is a good name for them. */
  value(name: string, values: readonly InstanceValue[]): Expression
  /** The same once more, when it is known how many values differ. */
  settled(): Merging
  /** `for_each` or `count`. */
  repetition(): readonly Attribute[]
}

export interface InstanceValue {
  readonly value: Json
  readonly sensitive: readonly string[]
}

/** Of instances with these keys; without any, of the one thing that has no key. */
export function mergedValues(keys: readonly (string | number)[], differing?: number): Merging {
  const isCount = typeof keys[0] === 'number'
  const varied = new Map<string, readonly Expression[]>()
  return {
    value(name, values) {
      const common = commonValue(values)
      if (common) return common
      const isKey = values.every((v, i) => v.value === keys[i] && v.sensitive.length === 0)
      if (isKey) return isCount ? traversalNode('count', 'index') : traversalNode('each', 'key')
      const each = values.map(v => valueNode(v.value, v.sensitive))
      if (isCount) return indexNode(tupleNode(each), traversalNode('count', 'index'))
      const own = uniqueName(name, varied)
      varied.set(own, each)
      return differing === 1 ? traversalNode('each', 'value') : traversalNode('each', 'value', own)
    },
    settled: () => mergedValues(keys, varied.size),
    repetition() {
      if (isCount) return [attributeNode('count', valueNode(keys.length))]
      if (varied.size === 0) return [attributeNode('for_each', callNode('toset', valueNode(keys)))]
      const entries = keys.map((key, i): [string, Expression] => {
        const values = [...varied].map(([name, each]): [string, Expression] => [name, each[i]!])
        return [String(key), values.length === 1 && differing === 1 ? values[0]![1] : objectNode(values)]
      })
      return [attributeNode('for_each', objectNode(entries))]
    },
  }
}

export interface Variables extends Merging {
  /** What the call of the module gives, by the names of the variables that it needs. */
  given(): readonly Attribute[]
}

/** Inside of a module, where what differs comes in through variables. */
export function mergedVariables(outer: Merging): Variables {
  const given = new Map<string, Expression>()
  return {
    value(name, values) {
      const common = commonValue(values)
      if (common) return common
      const own = uniqueName(name, given)
      given.set(own, outer.value(own, values))
      return traversalNode('var', own)
    },
    settled: () => mergedVariables(outer),
    repetition: () => [],
    given: () => [...given].map(([name, expression]) => attributeNode(name, expression)),
  }
}

function commonValue(values: readonly InstanceValue[]): Expression | undefined {
  const [first] = values
  return first && values.every(v => sameJson(v, first)) ? valueNode(first.value, first.sensitive) : undefined
}

function uniqueName(wanted: string, taken: ReadonlyMap<string, unknown>): string {
  const plain = wanted.replace(/[^A-Za-z0-9_]/g, '_')
  let name = plain
  for (let i = 2; taken.has(name); i++) name = `${plain}_${i}`
  return name
}
