// New names, with real processes: a rename that no process notices, an app made over REST that is taken over, and one
// that is let go of and runs on.
import { describe, expect, test } from 'vitest'
import type { InstanceView } from '../../src/model/index.ts'
import { until } from '../support/wait.ts'
import { running, User } from './harness.ts'

const body = `
  cmd       = "echo $MARATHON_APP_ID; exec sleep 1000"
  cpus      = 0.1
  mem       = "32MiB"
`
const move = (from: string, to: string): string => `
moved {
  from = ${from}
  to   = ${to}
}
`

function processes(instances: readonly InstanceView[]): string[] {
  return instances.map(i => `${i.id} ${i.incarnation} ${i.pid}`).sort()
}

describe('new names', () => {
  const user = new User()

  const plan = async (): Promise<string> => (await user.ok('plan', 'shop')).stdout
  const isDone = async (): Promise<boolean> =>
    (await user.sddc('plan', 'shop', '--detailed-exitcode')).code === 0

  test('an app that has moved runs on as the same processes, and its logs are found', async () => {
    user.write({ 'shop/main.hcl': `app "web" {${body}  instances = 2\n}\n` })
    await user.up(2)
    await user.ok('apply', 'shop', '--auto-approve')
    const before = processes(running(await user.app('/web')))
    expect(before).toHaveLength(2)
    user.write({
      'shop/main.hcl': `app "frontend" {${body}  instances = 2\n}\n${move('app.web', 'app.frontend')}`,
    })
    const shown = await plan()
    expect(shown).toContain('# app.web has moved to app.frontend')
    expect(shown).toContain('MARATHON_APP_ID=/web')
    expect(shown).toContain('Plan: 1 to move, 0 to add, 0 to change, 0 to destroy. Disruption: none.')
    const applied = await user.ok('apply', 'shop', '--auto-approve')
    expect(applied.stdout).toContain('Apply complete! Resources: 0 added, 0 changed, 0 destroyed, 1 moved.')
    expect(processes(running(await user.app('/frontend')))).toEqual(before)
    expect((await user.status()).apps.map(a => a.id)).toEqual(['/frontend'])
    expect((await user.ok('logs', 'frontend')).stdout).toBe('/web\n')
    expect(await isDone()).toBe(true)
  })

  test('the next start has the new name, and the old one can be given again', async () => {
    await user.ok('restart', 'frontend')
    expect((await user.ok('logs', 'frontend')).stdout).toBe('/frontend\n')
    const before = processes(running(await user.app('/frontend')))
    user.write({ 'shop/main.hcl': `app "frontend" {${body}  instances = 2\n}\napp "web" {${body}}\n` })
    await user.ok('apply', 'shop', '--auto-approve')
    expect(running(await user.app('/web'))).toHaveLength(1)
    expect(processes(running(await user.app('/frontend')))).toEqual(before)
  })

  test('a server that starts again finds all of it under the new name', async () => {
    user.write({
      'shop/main.hcl': `group "shop" {\n  app "frontend" {${body}  instances = 2\n  }\n}\napp "web" {${body}}\n${move('app.frontend', 'group.shop.app.frontend')}`,
    })
    const before = processes(running(await user.app('/frontend')))
    await user.ok('apply', 'shop', '--auto-approve')
    process.kill(user.local().server.pid, 'SIGKILL')
    await user.ok('up')
    const after = await until(
      async () => {
        const found = running(await user.app('/shop/frontend'))
        return found.length === 2 ? found : false
      },
      { what: 'both instances under the new name', everyMs: 100 },
    )
    expect(processes(after)).toEqual(before)
    expect(await isDone()).toBe(true)
  })

  test('an import takes over what was made over REST', async () => {
    const created = await fetch(`${user.url()}/v2/apps`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ id: '/legacy/worker', cmd: 'exec sleep 1000', cpus: 0.1, mem: 32 }),
    })
    expect(created.status).toBe(201)
    const [first] = await until(
      async () => {
        const found = running(await user.app('/legacy/worker'))
        return found.length === 1 ? found : false
      },
      { what: 'the worker', everyMs: 100 },
    )
    user.write({
      'shop/worker.hcl': `
app "worker" {
  cmd  = "exec sleep 1000"
  cpus = 0.1
  mem  = "32MiB"
}
import {
  to = app.worker
  id = "/legacy/worker"
}
`,
    })
    await user.ok('apply', 'shop', '--auto-approve')
    expect(await user.app('/worker')).toMatchObject({ stack: 'shop', running: 1 })
    expect(processes(running(await user.app('/worker')))).toEqual(processes([first!]))
    expect(await isDone()).toBe(true)
  })

  test('what is let go of runs on', async () => {
    const before = processes(running(await user.app('/worker')))
    user.write({
      'shop/worker.hcl': `
removed {
  from = app.worker
  lifecycle { destroy = false }
}
`,
    })
    expect(await plan()).toContain('# app.worker will be forgotten')
    await user.ok('apply', 'shop', '--auto-approve')
    expect(await user.app('/worker')).toMatchObject({ stack: null, running: 1 })
    expect(processes(running(await user.app('/worker')))).toEqual(before)
    expect(await isDone()).toBe(true)
    await user.ok('destroy', 'shop', '--auto-approve')
    expect((await user.status()).apps.map(a => a.id)).toEqual(['/worker'])
  })
})
