// What a user does in the first hour: apply, look, scale, let a task end, suspend, delete, and end the cluster.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { until } from '../support/wait.ts'
import { running, untilRunning, User } from './harness.ts'

const web = (instances: number, more = ''): string => `
app "web" {
  cmd       = "echo started; exec sleep 1000"
  cpus      = 0.1
  mem       = "32MiB"
  instances = ${instances}
  ${more}
}
`

describe('the life of an app', () => {
  const user = new User()

  test('plan and apply start a local cluster by themselves and say so', async () => {
    user.write({ 'shop/main.hcl': web(1) })
    await user.up(3)
    const plan = await user.sddc('plan', 'shop', '-detailed-exitcode')
    expect(plan.code).toBe(2)
    expect(plan.stdout).toContain('# app.web will be created')
    expect(plan.stdout).toContain('Plan: 1 to add, 0 to change, 0 to destroy.')
    const applied = await user.ok('apply', 'shop', '--auto-approve')
    expect(applied.stdout).toContain('Apply complete! Resources: 1 added, 0 changed, 0 destroyed.')
    expect((await user.sddc('plan', 'shop', '--detailed-exitcode')).code).toBe(0)
    expect((await user.ok('apply', 'shop', '--auto-approve')).stdout).toContain('No changes.')
    expect(await user.app('/web')).toMatchObject({ wanted: 1, running: 1, stack: 'shop' })
    expect((await user.ok('logs', 'web')).stdout).toBe('started\n')
  })

  test('scaling keeps the first process', async () => {
    const [first] = running(await user.app('/web'))
    user.write({ 'shop/main.hcl': web(3) })
    const plan = await user.ok('plan', 'shop')
    expect(plan.stdout).toMatch(/will be scaled from 1 to 3/)
    await user.ok('apply', 'shop', '--auto-approve')
    const three = running(await user.app('/web'))
    expect(three).toHaveLength(3)
    expect(three.find(i => i.id === first!.id)).toMatchObject({ pid: first!.pid, incarnation: 1 })
  })

  test('scale, stop and restart by hand; the next plan shows what was changed behind its back', async () => {
    await user.ok('scale', 'web', '2')
    expect(running(await user.app('/web'))).toHaveLength(2)
    const plan = await user.sddc('plan', 'shop', '--detailed-exitcode')
    expect(plan.code).toBe(2)
    expect(plan.stdout).toContain('app.web')
    expect(plan.stdout).toMatch(/has changed/)
    await user.ok('apply', 'shop', '--auto-approve')
    const before = running(await user.app('/web')).map(i => i.id)
    await user.ok('restart', 'web')
    const after = running(await user.app('/web')).map(i => i.id)
    expect(after).toHaveLength(3)
    for (const id of before) expect(after).not.toContain(id)
    await user.ok('stop', 'web')
    expect(await user.app('/web')).toMatchObject({ wanted: 0, running: 0 })
  })

  test('a finished task is started again (tutorial 3), suspended by 0 instances, removed by delete', async () => {
    const url = user.url()
    const body = { id: 'counter', cmd: 'for i in {1..3}; do echo $i; done', cpus: 0.1, mem: 10, instances: 1 }
    const created = await fetch(`${url}/v2/apps`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(created.status).toBe(201)
    await until(async () => (await user.app('/counter')).instances.some(i => i.incarnation >= 3), {
      what: 'the counter to be started a third time',
      everyMs: 100,
    })
    const put = (patch: object): Promise<Response> =>
      fetch(`${url}/v2/apps/counter?force=true`, { method: 'PUT', body: JSON.stringify(patch) })
    expect((await put({ instances: 0 })).status).toBe(200)
    await until(async () => (await user.app('/counter')).instances.length === 0, { what: 'no instance' })
    expect((await fetch(`${url}/v2/apps/counter`)).status).toBe(200)
    expect((await fetch(`${url}/v2/apps/counter`, { method: 'DELETE' })).status).toBe(200)
    expect((await fetch(`${url}/v2/apps/counter`)).status).toBe(404)
  })

  test('an app taken out of the text is destroyed, with the reason', async () => {
    user.write({ 'shop/main.hcl': web(1).replace('"web"', '"other"') })
    const plan = await user.ok('plan', 'shop')
    expect(plan.stdout).toContain('# app.web will be destroyed')
    expect(plan.stdout).toContain('because app.web is not in')
    await user.ok('apply', 'shop', '--auto-approve')
    expect((await user.status()).apps.map(a => a.id)).toEqual(['/other'])
    const destroyed = await user.ok('destroy', 'shop', '--auto-approve')
    expect(destroyed.stdout).toContain('Destroy complete! Resources: 1 destroyed.')
    expect((await user.status()).apps).toEqual([])
  })

  test('down leaves no process, and up finds the state again', async () => {
    user.write({ 'shop/main.hcl': web(2) })
    await user.ok('apply', 'shop', '--auto-approve')
    const pids = running(await user.app('/web')).map(i => i.pid!)
    expect(pids.every(pid => existsSync(`/proc/${pid}`))).toBe(true)
    const url = user.url()
    await user.ok('down')
    expect(pids.some(pid => existsSync(`/proc/${pid}`))).toBe(false)
    await expect(fetch(`${url}/ping`)).rejects.toThrow()
    expect(existsSync(join(user.directory, '.sddc', 'server'))).toBe(true)
    await user.ok('up')
    await untilRunning(user, '/web', 2)
    expect((await user.sddc('plan', 'shop', '--detailed-exitcode')).code).toBe(0)
  })
})
