// Whether a new placement was allowed: each constraint of the app against the instances that were there, written down
// from the specification once more, in another way than the allocator's.
import type { App, Attribute, Constraint } from '../../model/index.ts'
import type { AgentRow, InstanceRow, PlainRows } from '../../runtime/core/index.ts'
import { agentOf, specOf } from './rows.ts'

/** The constraints that a placement breaks; `others` are the instances of the app that count beside it. */
export function brokenConstraints(
  rows: PlainRows,
  placed: InstanceRow,
  others: readonly InstanceRow[],
): Constraint[] {
  const app: App | undefined = specOf(rows, placed.spec)
  const home = agentOf(rows, placed.agent)
  if (app === undefined || home === undefined) return []
  return app.constraints.filter(constraint => {
    const values = others.map(other => valueOf(agentOf(rows, other.agent), constraint[0]))
    return !isAllowed(constraint, valueOf(home, constraint[0]), home, values)
  })
}

function isAllowed(
  [field, operator, argument]: Constraint,
  offered: string | undefined,
  home: AgentRow,
  placed: readonly (string | undefined)[],
): boolean {
  if (offered === undefined) return operator === 'UNLIKE'
  const same = placed.filter(value => value === offered).length
  const names = field === 'hostname' || field === '@hostname' ? [offered, home.id] : [offered]
  switch (operator) {
    case 'UNIQUE':
      return same === 0
    case 'MAX_PER':
      return same < Number(argument)
    case 'CLUSTER':
      return argument === undefined ? placed.length === 0 || same > 0 : names.includes(argument)
    case 'GROUP_BY': {
      const sizes = [...new Set(placed)].map(value => placed.filter(other => other === value).length)
      if (same === 0) return true
      return sizes.length >= Number(argument ?? 0) && same === Math.min(...sizes)
    }
    // Their texts are the business of the expression engine; here only that they are about a value that is there.
    case 'LIKE':
    case 'UNLIKE':
    case 'IS':
      return true
  }
}

export function valueOf(agent: AgentRow | undefined, field: string): string | undefined {
  if (agent === undefined) return undefined
  if (field === 'hostname' || field === '@hostname') return agent.hostname
  const attribute: Attribute | undefined = agent.attributes[field.replace(/^@(region|zone)$/, '$1')]
  if (attribute === undefined) return undefined
  return attribute.kind === 'text' ? attribute.value : JSON.stringify(attribute.value)
}
