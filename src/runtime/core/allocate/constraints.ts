// Placement constraints, as Marathon released them: one row per operator. What is placed
// already comes as counts, never as a list.
import { RE2JS } from 're2js'
import { attributeText, type Constraint } from '../../../model/index.ts'
import type { AgentFacts } from './facts.ts'
import { fieldText, fieldTexts } from './fields.ts'
import type { PlacedCounts } from './placed.ts'

/** Whether one more instance of the app may go to the agent, as far as this constraint is concerned. */
export function constraintAccepts(
  constraint: Constraint,
  agent: Pick<AgentFacts, 'id' | 'hostname' | 'attributes'>,
  placed: PlacedCounts,
): boolean {
  const [field, operator, value] = constraint
  const offered = fieldText(agent, field)
  if (offered === undefined) return operator === 'UNLIKE'
  switch (operator) {
    case 'UNIQUE':
      return !placed.groups(field).has(offered)
    case 'MAX_PER':
      return (placed.groups(field).get(offered) ?? 0) < Number(value)
    case 'GROUP_BY':
      return mayJoinGroup(placed, field, offered, Number(value ?? 0))
    case 'CLUSTER':
      return value === undefined
        ? isChosenGroup(placed.groups(field), offered)
        : fieldTexts(agent, field).includes(value)
    case 'LIKE':
      return fieldTexts(agent, field).some(text => matches(value ?? '', text))
    case 'UNLIKE':
      return !fieldTexts(agent, field).some(text => matches(value ?? '', text))
    case 'IS':
      return isOneOf(fieldTexts(agent, field), value ?? '')
  }
}

/**
 * Instances in the groups that this agent would add to, over all GROUP_BY constraints: smaller is better. The released
 * rule alone, with every agent in view, would put all instances on the first rack as soon as one is there.
 */
export function groupSize(
  constraints: readonly Constraint[],
  agent: Pick<AgentFacts, 'hostname' | 'attributes'>,
  placed: PlacedCounts,
): number {
  let sum = 0
  for (const [field, operator] of constraints) {
    if (operator === 'GROUP_BY') sum += placed.groups(field).get(fieldText(agent, field)) ?? 0
  }
  return sum
}

/** `hostname UNIQUE`, `rack GROUP_BY 3`: for people. */
export function constraintText(constraint: Constraint): string {
  return constraint.filter(part => part !== undefined).join(' ')
}

// CLUSTER without a value: the value of the instances there. Should there be several (an attribute was changed under
// running instances), the agent must have the only value that more instances have than any other.
function isChosenGroup(groups: ReadonlyMap<string | undefined, number>, offered: string): boolean {
  if (groups.size === 0) return true
  const mine = groups.get(offered) ?? 0
  if (mine === 0) return false
  for (const [value, size] of groups) if (value !== offered && size >= mine) return false
  return true
}

function mayJoinGroup(placed: PlacedCounts, field: string, offered: string, least: number): boolean {
  const groups = placed.groups(field)
  const mine = groups.get(offered)
  return mine === undefined || (groups.size >= least && mine === placed.smallestGroup(field))
}

function isOneOf(texts: readonly string[], value: string): boolean {
  return texts.includes(value) || texts.includes(normalNumber(value))
}

/** `4` and `4.0` are the same to IS. */
function normalNumber(text: string): string {
  return /^-?\d+(\.\d+)?$/.test(text) ? attributeText({ kind: 'scalar', value: Number(text) }) : text
}

/** Regular expressions kept compiled: more than any app has constraints, few enough to never matter in memory. */
const maxCompiled = 256
// A memo of a pure function, not state: what it holds can't be seen from outside.
const compiled = new Map<string, RE2JS | null>()

/** Full match, linear time. A text that is no expression matches nothing. */
function matches(expression: string, text: string): boolean {
  let found = compiled.get(expression)
  if (found === undefined) {
    if (compiled.size >= maxCompiled) compiled.clear()
    found = compile(expression)
    compiled.set(expression, found)
  }
  return found !== null && found.matches(text)
}

function compile(expression: string): RE2JS | null {
  try {
    return RE2JS.compile(expression)
  } catch {
    return null
  }
}
