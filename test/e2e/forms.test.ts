// The same app in three spellings: after applying one, planning each of the others changes nothing.
import { describe, expect, test } from 'vitest'
import { User } from './harness.ts'

const forms = {
  'hcl/main.hcl': `
group "shop" {
  app "api" {
    cmd       = "exec sleep 1000"
    cpus      = 0.1
    mem       = "32MiB"
    instances = 2
    env       = { MODE = "fast" }
    labels    = { team = "red" }
    port "http" {}
    constraint {
      field    = "hostname"
      operator = "UNIQUE"
    }
    upgrade_strategy {
      minimum_health_capacity = 0.5
      maximum_over_capacity   = 0
    }
  }
}
`,
  'ts/sddc.config.ts': `
import { app, defineCluster, group, unique } from 'sddc'

export default defineCluster({
  resources: [
    group('shop', [
      app('api', {
        cmd: 'exec sleep 1000',
        cpus: 0.1,
        mem: '32MiB',
        instances: 2,
        env: { MODE: 'fast' },
        labels: { team: 'red' },
        ports: [{ name: 'http' }],
        constraints: [unique('hostname')],
        upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
      }),
    ]),
  ],
})
`,
  'json/api.group.json': JSON.stringify({
    id: '/shop',
    apps: [
      {
        id: 'api',
        cmd: 'exec sleep 1000',
        cpus: 0.1,
        mem: 32,
        instances: 2,
        env: { MODE: 'fast' },
        labels: { team: 'red' },
        portDefinitions: [{ port: 0, name: 'http' }],
        constraints: [['hostname', 'UNIQUE']],
        upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
      },
    ],
  }),
}

describe('HCL, TypeScript and Marathon JSON', () => {
  const user = new User()

  test('mean the same', async () => {
    user.write(forms)
    await user.up(3)
    await user.ok('apply', 'hcl', '--stack', 'same', '--auto-approve')
    for (const form of ['hcl', 'ts', 'json', 'json/api.group.json']) {
      const plan = await user.sddc('plan', form, '--stack', 'same', '--detailed-exitcode')
      expect({ form, code: plan.code, text: plan.stdout + plan.stderr }).toMatchObject({ form, code: 0 })
    }
  })
})
