// The printed form: what is left out, and what is always there.
import { expect, test } from 'vitest'
import { assignServicePorts, marathonApp } from '../../../src/model/index.ts'
import { appOf, fullApp } from '../samples.ts'

test('the reference app', () => {
  const result = assignServicePorts(appOf({ id: '/web', cmd: 'x' }), undefined, () => false)
  expect('app' in result && marathonApp(result.app)).toEqual({
    id: '/web',
    backoffFactor: 1.15,
    backoffSeconds: 1,
    cmd: 'x',
    cpus: 1,
    disk: 0,
    executor: '',
    instances: 1,
    labels: {},
    maxLaunchDelaySeconds: 300,
    mem: 128,
    gpus: 0,
    networks: [{ mode: 'host' }],
    portDefinitions: [{ name: 'default', port: 10_000, protocol: 'tcp' }],
    requirePorts: false,
    upgradeStrategy: { maximumOverCapacity: 1, minimumHealthCapacity: 1 },
    killSelection: 'YOUNGEST_FIRST',
    unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
    role: '*',
  })
})

test('a container keeps its empty volumes, and its mappings their labels', () => {
  const app = appOf({ id: '/web', container: { docker: { image: 'i', network: 'BRIDGE' } } })
  expect(marathonApp(app)['container']).toEqual({
    type: 'DOCKER',
    docker: { image: 'i', forcePullImage: false, privileged: false, parameters: [] },
    volumes: [],
    portMappings: [
      { containerPort: 0, hostPort: 0, servicePort: 0, protocol: 'tcp', name: 'default', labels: {} },
    ],
  })
  expect(marathonApp(app)).not.toHaveProperty('portDefinitions')
})

test('what is there is printed', () => {
  const printed = marathonApp(fullApp)
  for (const name of [
    'env',
    'secrets',
    'dependencies',
    'fetch',
    'constraints',
    'healthChecks',
    'readinessChecks',
  ])
    expect(printed).toHaveProperty(name)
  expect(JSON.stringify(printed)).toContain('"networkNames":["n"]')
})
