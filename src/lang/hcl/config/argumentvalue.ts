// The value of one argument of a resource, for others that refer to it: app.web.instances. Only the one expression is
// evaluated, so that resources may refer to each other as long as no argument needs itself.
import { appWords, groupWords, volumeWords } from '../../vocabulary/index.ts'
import type { Traversal } from '../ast.ts'
import { type Scope, evaluate, reportError } from '../evaluate.ts'
import { type Value, nullValue, unknownValue, withMarks } from '../value.ts'
import { bounded } from './bounded.ts'
import { contextOf } from './finddeclaration.ts'
import type { Instance } from './instance.ts'
import { type Run, scopeIn } from './run.ts'

/** Arguments that say how many there are and when, not what one is. */
export const metaNames: ReadonlySet<string> = new Set(['for_each', 'count', 'depends_on'])

/** One argument that refers to another that refers to another, and so on: each takes a part of the stack. */
const maxChain = 200

const words = { app: appWords, group: groupWords, volume: volumeWords }

/** Null where the argument is not written; undefined when resources of this kind have no such argument. */
export function argumentValue(
  run: Run,
  instance: Instance,
  name: string,
  traversal: Traversal,
  scope: Scope,
): Value | undefined {
  const { declaration, address } = instance
  const { kind, block, source } = declaration
  if (kind === 'module' || metaNames.has(name) || !Object.hasOwn(words[kind].attributes, name))
    return undefined
  const attribute = block.body.attributes.find(a => a.name === name)
  if (attribute === undefined) return withMarks(nullValue, new Set([address]))
  const { argumentValues, chain } = run.shared
  const node = `${address}.${name}`
  const known = argumentValues.get(node)
  if (known !== undefined) return known
  if (chain.includes(node) || chain.length >= maxChain) {
    const circle = [...chain.slice(chain.indexOf(node)), node].join(' -> ')
    const [summary, detail] = chain.includes(node)
      ? ['Cycle', `These values need each other: ${circle}. Break the circle.`]
      : ['References too deep', `At most ${maxChain} arguments may refer to one another in a row.`]
    return reportError(scope, traversal, summary!, detail!)
  }
  chain.push(node)
  const inner = scopeIn(run, source, instance, contextOf(declaration), address)
  const value = bounded(run, evaluate(attribute.expression, inner), attribute.expression, inner)
  chain.pop()
  const marked = value === unknownValue ? value : withMarks(value, new Set([address]))
  argumentValues.set(node, marked)
  return marked
}
