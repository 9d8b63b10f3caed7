// Agents and apps with only what a test names; the rest is plain.
import type { AgentId, App, AppId, Attribute, Constraint } from '../../../../src/model/index.ts'
import type { AgentFacts } from '../../../../src/runtime/core/allocate/agents.ts'
import { sampleApp } from '../../../support/sampleapp.ts'

export function agentNamed(
  id: string,
  over: Partial<Omit<AgentFacts, 'id'>> & {
    readonly cpus?: number
    readonly memMiB?: number
    readonly texts?: Readonly<Record<string, string>>
  } = {},
): AgentFacts {
  const { cpus = 4, memMiB = 4096, texts = {}, ...facts } = over
  const attributes: Record<string, Attribute> = {}
  for (const [name, value] of Object.entries(texts)) attributes[name] = { kind: 'text', value }
  return {
    id: id as AgentId,
    hostname: `${id}.example`,
    attributes,
    drivers: ['process', 'docker'],
    capacity: {
      resources: { cpuMilli: cpus * 1000, memKiB: memMiB * 1024, diskKiB: 1024 * 1024, gpus: 0 },
      ports: [[31000, 31009]],
    },
    reachable: true,
    ...facts,
  }
}

export function appNamed(id: string, over: Partial<App> = {}): App {
  return sampleApp({ id: id as AppId, portDefinitions: [], ...over })
}

export function constraint(text: string): Constraint {
  const [field, operator, value] = text.split(' ')
  const base = [field, operator] as const
  return (value === undefined ? base : [...base, value]) as unknown as Constraint
}
