// Agents and apps with only what a test names; the rest is plain.
import type { AgentId, App, AppId, Attribute, Constraint } from '../../../../src/model/index.ts'
import type { AgentFacts } from '../../../../src/runtime/core/allocate/agents.ts'

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
  return {
    id: id as AppId,
    cmd: 'sleep 1000',
    cpus: 1,
    mem: 128,
    disk: 0,
    gpus: 0,
    instances: 1,
    executor: '',
    env: {},
    labels: {},
    secrets: {},
    dependencies: [],
    role: '*',
    fetch: [],
    networks: [{ mode: 'host' }],
    portDefinitions: [],
    requirePorts: false,
    constraints: [],
    healthChecks: [],
    readinessChecks: [],
    upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    backoffSeconds: 1,
    backoffFactor: 1.15,
    maxLaunchDelaySeconds: 300,
    killSelection: 'YOUNGEST_FIRST',
    unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
    ...over,
  }
}

export function constraint(text: string): Constraint {
  const [field, operator, value] = text.split(' ')
  const base = [field, operator] as const
  return (value === undefined ? base : [...base, value]) as unknown as Constraint
}
