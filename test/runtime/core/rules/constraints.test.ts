// Which agents a constraint accepts.
import type { Constraint } from '../../../../src/model/index.ts'
import { accepted, agentOf } from './adapters.ts'
import { ruleTests } from './rulefile.ts'

ruleTests(import.meta.url, (text, given) => {
  const [rules = '', placed = ''] = splitLast(text)
  const agents = given.map(agentOf)
  const constraints = rules.split(', ').map(constraintOf)
  const there = words(placed).map(id => agents.find(a => a.id === id)!)
  return accepted(constraints, agents, there).join(' ') || '-'
})

// A pattern may hold the bar, too.
function splitLast(text: string): readonly string[] {
  const cut = text.lastIndexOf(' |')
  return [text.slice(0, cut), text.slice(cut + 2)]
}

function constraintOf(text: string): Constraint {
  const [field, operator, ...value] = text.split(' ')
  return [field, operator, ...(value.length > 0 ? [value.join(' ')] : [])] as unknown as Constraint
}

function words(text: string): readonly string[] {
  return text.split(' ').filter(word => word !== '')
}
