// Placement constraints, as Marathon released them: one row per operator. What is placed
// already comes as counts, never as a list.
import { RE2JS } from 're2js'
import { attributeText, type Constraint, type ConstraintOperator } from '../../../model/index.ts'
import type { AgentFacts } from './agents.ts'
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
  return rules[operator]({
    offered,
    texts: fieldTexts(agent, field),
    value,
    groups: placed.groups(field),
  })
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

interface Case {
  readonly offered: string
  /** `offered` and what else the agent answers to. */
  readonly texts: readonly string[]
  readonly value: string | undefined
  readonly groups: ReadonlyMap<string | undefined, number>
}

const rules: Readonly<Record<ConstraintOperator, (c: Case) => boolean>> = {
  UNIQUE: c => !c.groups.has(c.offered),
  CLUSTER: c => (c.value === undefined ? isChosenGroup(c) : c.texts.includes(c.value)),
  LIKE: c => c.texts.some(text => matches(c.value ?? '', text)),
  UNLIKE: c => !c.texts.some(text => matches(c.value ?? '', text)),
  IS: c => c.texts.includes(c.value ?? '') || c.texts.includes(normalNumber(c.value ?? '')),
  MAX_PER: c => (c.groups.get(c.offered) ?? 0) < Number(c.value),
  GROUP_BY: c => mayJoinGroup(c),
}

// CLUSTER without a value: the value of the instances there. Should there be several (an attribute was changed under
// running instances), the agent must have the only value that more instances have than any other.
function isChosenGroup({ groups, offered }: Case): boolean {
  if (groups.size === 0) return true
  const mine = groups.get(offered) ?? 0
  return mine > 0 && [...groups].every(([value, size]) => value === offered || size < mine)
}

function mayJoinGroup({ groups, offered, value }: Case): boolean {
  const mine = groups.get(offered)
  if (mine === undefined) return true
  if (groups.size < Number(value ?? 0)) return false
  for (const size of groups.values()) if (size < mine) return false
  return true
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
