// An app as normalising makes it of nothing but an id and a command, with the fields that a test is about. What every
// default is stands here once more, by hand: test/model/normalize/app.test.ts holds the normaliser to it.
import type { App, AppId } from '../../src/model/index.ts'

export function sampleApp(fields: Partial<App> = {}): App {
  return {
    id: '/web' as AppId,
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
    portDefinitions: [{ port: 0, protocol: 'tcp', name: 'default', labels: {} }],
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
    ...fields,
  }
}
