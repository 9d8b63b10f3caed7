// Saved plans, plans that can't work, applies that are interrupted, and words that are not understood.
import { describe, expect, test } from 'vitest'
import { running, User } from './harness.ts'

const app = (name: string, body: string): string => `
app "${name}" {
  cpus = 0.1
  mem  = "10MiB"
  ${body}
}
`

describe('plans', () => {
  const user = new User()

  test('a saved plan is applied as it was shown, and refused when its base has moved', async () => {
    user.write({ 'shop/main.hcl': app('web', 'cmd = "exec sleep 1000"') })
    await user.up(3)
    expect((await user.ok('plan', 'shop', '-out', 'one.sddcplan')).stdout).toContain(
      'sddc apply one.sddcplan',
    )
    await user.ok('apply', 'one.sddcplan')
    expect(running(await user.app('/web'))).toHaveLength(1)

    user.write({ 'shop/main.hcl': app('web', 'cmd = "exec sleep 1000"\n  instances = 3') })
    await user.ok('plan', 'shop', '-out', 'two.sddcplan')
    await user.ok('scale', 'web', '2')
    const stale = await user.sddc('apply', 'two.sddcplan')
    expect(stale.code).toBe(1)
    expect(stale.stderr).toContain('PLAN_STALE')
    expect(stale.stderr).toMatch(/app:\/web has changed/)
    expect(running(await user.app('/web'))).toHaveLength(2)
  })

  test('a plan that can not fit says so beforehand, with the number and the resource (tutorial 36)', async () => {
    user.write({ 'big/main.hcl': app('hello-gridka-200', 'cmd = "exec sleep 1000"\n  instances = 200') })
    const plan = await user.ok('plan', 'big')
    // Three agents with 4 CPUs; two instances of 0.1 run already.
    expect(plan.stdout).toMatch(/118 of 200/)
    expect(plan.stdout).toMatch(/cpu/i)
    const refused = await user.sddc('apply', 'big', '--auto-approve')
    expect(refused.code).toBe(1)
    expect((await user.status()).apps.map(a => a.id)).toEqual(['/web'])
  })

  test('an interrupted apply lets go, says what goes on, and how to watch or cancel it', async () => {
    // It never becomes healthy, so the apply would wait for ever.
    user.write({
      'slow/main.hcl': app(
        'slow',
        'cmd = "exec sleep 1000"\n  port "http" {}\n  health_check {\n    protocol = "TCP"\n    port = "http"\n  }',
      ),
    })
    const apply = user.begin(['apply', 'slow', '--auto-approve'])
    await apply.says(/\/slow: Scaling/)
    const ended = await apply.kill('SIGINT')
    expect(ended.code).toBe(130)
    expect(ended.stderr).toContain('Interrupted: the cluster goes on by itself.')
    const id = /sddc deployment cancel ([0-9a-f-]{36})/.exec(ended.stderr)![1]!
    expect((await user.ok('deployment', 'list')).stdout).toContain(id)
    await user.ok('deployment', 'cancel', id)
    expect((await user.status()).apps.map(a => a.id)).toEqual(['/web'])
  })

  test('what nobody approves is not applied', async () => {
    const refused = await user.sddc('apply', 'slow')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('--auto-approve')
  })

  test('a broken configuration leaves the cluster as it is', async () => {
    const before = (await user.status()).cluster.revision
    user.write({
      'broken/main.hcl': 'app "web" {\n  cmd = "a"\n  args = ["b"]\n}\napp "x" {\n  cmdd = 1\n}\n',
    })
    const plan = await user.sddc('apply', 'broken', '--auto-approve')
    expect(plan.code).toBe(1)
    expect(plan.stderr).toContain('main.hcl')
    expect(plan.stderr).toMatch(/Did you mean "cmd"\?/)
    expect((await user.status()).cluster.revision).toBe(before)
  })

  test('mistyped words are answered with the nearest', async () => {
    const typo = await user.sddc('aply')
    expect(typo.code).toBe(1)
    expect(typo.stderr).toContain('Did you mean "apply"?')
    expect((await user.sddc('server', 'start')).code).toBe(1)
    expect((await user.sddc('scale', 'wep', '1')).stderr).toContain('Did you mean')
    const option = await user.sddc('plan', '--detailed-exitcod')
    expect(option.code).toBe(1)
    expect(option.stderr).not.toContain('    at ')
  })

  test('a configured server that does not answer is an error, not a reason to start one', async () => {
    const ended = await user.sddc('plan', 'shop', '--server', 'http://127.0.0.1:1')
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('SERVER_UNREACHABLE')
  })
})
