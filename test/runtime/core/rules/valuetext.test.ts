// The texts that constraints compare.
import { agentOf, attributeText } from './adapters.ts'
import { ruleTests } from './rulefile.ts'

ruleTests(import.meta.url, text => {
  const [attribute] = Object.values(agentOf(`a ${text}`).attributes)
  return attributeText(attribute!)
})
