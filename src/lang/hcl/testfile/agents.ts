// The machines of a test file: `agent "a" { cpus = 4, mem = "4GiB", attributes = { rack = "1" } }`.
import { type Diagnostic, type Json, errorDiagnostic, parseSizeMiB } from '../../../base/index.ts'
import type { Attribute } from '../ast.ts'
import type { Expressions } from '../config/expressions.ts'
import { toSurfaceValue } from '../config/surfacevalue.ts'
import { evaluate } from '../evaluate.ts'
import type { TestAgent, TestFile } from './readtestfile.ts'

export interface ModelledAgent {
  readonly name: string
  readonly cpus: number
  readonly memMiB: number
  readonly diskMiB: number
  readonly attributes: Readonly<Record<string, string>>
}

/** What a machine has where nothing is said; as an agent of the local cluster. */
const usual = { cpus: 4, memMiB: 4096, diskMiB: 10_240 }

/** Three usual ones where the file names none. */
export function agentsOf(
  { source, agents }: TestFile,
  expressions: Expressions,
  report: (diagnostic: Diagnostic) => void,
): readonly ModelledAgent[] {
  if (agents.length === 0) {
    return [1, 2, 3].map(i => ({ name: `agent${i}`, ...usual, attributes: {} }))
  }
  const scope = expressions.scope(source, new Map(), report)
  const jsonOf = ({ expression }: Attribute): Json =>
    toSurfaceValue(evaluate(expression, scope), () => source.range(expression), report).value
  const wrong = (attribute: Attribute, wanted: string): void =>
    report(
      errorDiagnostic(`Invalid ${attribute.name}`, `It is ${wanted}.`, {
        subject: source.range(attribute.expression),
      }),
    )
  const numberOf = (agent: TestAgent, name: string, or: number): number => {
    const attribute = agent.attributes.get(name)
    const value = attribute && jsonOf(attribute)
    if (attribute === undefined || (typeof value === 'number' && value >= 0)) return (value as number) ?? or
    wrong(attribute, 'a number that is not negative')
    return or
  }
  const sizeOf = (agent: TestAgent, name: string, or: number): number => {
    const attribute = agent.attributes.get(name)
    if (attribute === undefined) return or
    const value = jsonOf(attribute)
    const size =
      typeof value === 'number' ? value : typeof value === 'string' ? parseSizeMiB(value) : undefined
    if (size === undefined || size < 0) wrong(attribute, 'a size: "4GiB", or a number of MiB')
    return size ?? or
  }
  const attributesOf = (agent: TestAgent): Readonly<Record<string, string>> => {
    const attribute = agent.attributes.get('attributes')
    const value = attribute === undefined ? {} : jsonOf(attribute)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, String(v)]))
    }
    if (attribute !== undefined) wrong(attribute, 'an object of texts: { rack = "1" }')
    return {}
  }
  return agents.map(agent => ({
    name: agent.name,
    cpus: numberOf(agent, 'cpus', usual.cpus),
    memMiB: sizeOf(agent, 'mem', usual.memMiB),
    diskMiB: sizeOf(agent, 'disk', usual.diskMiB),
    attributes: attributesOf(agent),
  }))
}
