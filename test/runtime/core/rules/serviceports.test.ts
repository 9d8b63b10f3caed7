// Which service ports an app gets.
import { assignServicePorts, servicePorts, type App } from '../../../../src/model/index.ts'
import { ruleTests } from './rulefile.ts'
import { submitted } from './adapters.ts'

ruleTests(import.meta.url, (text, given) => {
  const [wanted, had, others] = text.split('|').map(numbers)
  const make = given.includes('bridge') ? bridgeApp : hostApp
  const used = new Set([...others!, ...had!])
  const previous = had!.length === 0 ? undefined : make(had!)
  const result = assignServicePorts(make(wanted!), previous, port => used.has(port))
  return 'error' in result ? 'no port is free' : servicePorts(result.app).join(' ') || '-'
})

function numbers(text: string): readonly number[] {
  return text
    .split(' ')
    .filter(word => word !== '')
    .flatMap(word => {
      const [first, last = first] = word.split('-').map(Number)
      return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i)
    })
}

function hostApp(ports: readonly number[]): App {
  return submitted({ id: '/a', cmd: 'x', portDefinitions: ports.map(port => ({ port })) }).app!
}

function bridgeApp(ports: readonly number[]): App {
  const container = { docker: { image: 'i' }, portMappings: ports.map(servicePort => ({ servicePort })) }
  return submitted({ id: '/a', container, networks: [{ mode: 'container/bridge' }] }).app!
}
