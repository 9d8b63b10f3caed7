// What a constraint's field means on an agent.

import { attributeText } from '../../../model/index.ts'
import type { AgentFacts } from './facts.ts'

/** The agent's value of a field, by which instances are counted; undefined when it has none. */
export function fieldText(
  agent: Pick<AgentFacts, 'hostname' | 'attributes'>,
  field: string,
): string | undefined {
  if (isHostname(field)) return agent.hostname
  const attribute = agent.attributes[attributeName(field)]
  return attribute === undefined ? undefined : attributeText(attribute)
}

/** All texts that a comparison with a fixed value accepts: a local agent answers to its name as well as its address. */
export function fieldTexts(
  agent: Pick<AgentFacts, 'id' | 'hostname' | 'attributes'>,
  field: string,
): readonly string[] {
  if (isHostname(field)) return [agent.hostname, agent.id]
  const text = fieldText(agent, field)
  return text === undefined ? [] : [text]
}

export function isHostname(field: string): boolean {
  return field === 'hostname' || field === '@hostname'
}

// The fault domain: agents announce it as attributes.
function attributeName(field: string): string {
  return field === '@region' || field === '@zone' ? field.slice(1) : field
}
