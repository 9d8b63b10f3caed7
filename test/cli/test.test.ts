// `sddc test`: test files over a configuration, played on modelled machines.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { testCommand } from '../../src/cli/commands/test.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { testContext } from './testcontext.ts'

const shop = `
variable "replicas" {
  type    = number
  default = 2
  validation {
    condition     = var.replicas > 0
    error_message = "At least one."
  }
}
variable "tag" {
  default = "1.0"
}
group "shop" {
  app "web" {
    image     = "web:\${var.tag}"
    instances = var.replicas
    cpus      = 1
    env       = { TAG = var.tag, TOKEN = sensitive("secret") }
    upgrade_strategy {
      minimum_health_capacity = 0.5
      maximum_over_capacity   = 0
    }
  }
}
app "worker" {
  for_each = toset(["eu", "us"])
  cmd      = "work \${each.key}"
}
check "small" {
  assert {
    condition     = var.replicas < 100
    error_message = "Rather many."
  }
}
output "id" { value = group.shop.app.web.id }
`

let root = ''
beforeEach(() => {
  root = temporaryDirectory('test-files')
  put('main.hcl', shop)
})

function put(name: string, text: string): void {
  mkdirSync(join(root, name, '..'), { recursive: true })
  writeFileSync(join(root, name), text)
}

async function run(filter: readonly string[] = [], json = false) {
  const { context, out, notes } = testContext(root, { json })
  const code = await testCommand(context, { target: undefined, given: [], filter })
  return { code, out: out.join('\n'), notes: notes.join('\n') }
}

function assertion(condition: string): string {
  return `  assert {\n    condition     = ${condition}\n    error_message = "It does not hold."\n  }\n`
}

describe('runs', () => {
  test('plan, apply, plan again: what one run applies is there for the next', async () => {
    put(
      'shop.test.hcl',
      `
run "first" {
${assertion('plan.add == 4 && plan.change == 0 && plan.verdict == "works"')}
${assertion('group.shop.app.web.instances == 2 && group.shop.app.web.upgrade_strategy.minimum_health_capacity == 0.5')}
${assertion('app.worker["eu"].cmd == "work eu" && length(app.worker) == 2')}
${assertion('output.id == "/shop/web" && length(plan.placements["group.shop.app.web"]) == 2')}
}
run "again" {
  command = plan
${assertion('plan.empty')}
}
run "update" {
  variables { tag = "\${run.first.apps["group.shop.app.web"].env.TAG}.1" }
${assertion('plan.changes["group.shop.app.web"].action == "restart" && plan.restarts == 2')}
${assertion('plan.lowest_healthy["group.shop.app.web"] >= 1')}
${assertion('apps["group.shop.app.web"].env.TAG == "1.0.1"')}
}
run "scale" {
  variables {
    tag      = "1.0.1"
    replicas = 3
  }
${assertion('plan.changes["group.shop.app.web"].action == "scale" && plan.restarts == 0')}
}
`,
    )
    const { code, out, notes } = await run()
    expect(notes).toBe('')
    expect(out).toContain('4 passed, 0 failed.')
    expect(code).toBe(0)
  })

  test('an assertion that does not hold fails the run, with the values involved but nothing sensitive', async () => {
    put(
      'shop.test.hcl',
      `run "wrong" {\n${assertion('group.shop.app.web.instances == 3')}${assertion('group.shop.app.web.env.TOKEN == "x"')}}\n` +
        `run "after" {\n${assertion('plan.empty')}}\n`,
    )
    const { code, out, notes } = await run()
    expect(code).toBe(1)
    expect(out).toMatch(/fail {2}wrong\n {2}skip {2}after\n\n0 passed, 1 failed, 1 skipped\./)
    expect(notes).toContain('group.shop.app.web.instances is 2')
    expect(notes).not.toContain('secret')
  })

  test('machines of the file: what does not fit is seen in the plan, and can not be applied', async () => {
    put(
      'fit.test.hcl',
      `
agent "small" {
  cpus = 1
  mem  = "256MiB"
}
run "too_much" {
  command = plan
${assertion('plan.verdict == "cannot"')}
}
run "stuck" {}
`,
    )
    const { code, out, notes } = await run()
    expect(code).toBe(1)
    expect(out).toMatch(/pass {2}too_much\n {2}fail {2}stuck/)
    expect(notes).toContain('The plan can not be carried out')
  })

  test('expected failures', async () => {
    put(
      'fail.test.hcl',
      `
run "none" {
  command         = plan
  expect_failures = [var.replicas]
  variables { replicas = 0 }
}
run "many" {
  command         = plan
  expect_failures = [check.small]
  variables { replicas = 200 }
}
run "nothing_fails" {
  command         = plan
  expect_failures = [var.replicas]
}
`,
    )
    const { out, notes } = await run()
    expect(out).toMatch(/pass {2}none\n {2}pass {2}many\n {2}fail {2}nothing_fails/)
    expect(notes).toContain('var.replicas was expected to fail, and did not.')
  })

  test('a mistake in a value is told at the line of the test that gives it, without the other values', async () => {
    put(
      'values.test.hcl',
      `variables {
  tag = sensitive("hunter2")
}
run "few" {
  variables {
    replicas = 1 - 1
  }
}
run "none" {
  variables {
    tga = 1
  }
}
`,
    )
    const { notes } = await run()
    expect(notes).toMatch(/At least one\./)
    expect(notes).toMatch(/values\.test\.hcl line 6[^]*replicas = 1 - 1/)
    expect(notes).not.toMatch(/hunter2|\(variables\)/)
  })

  test('a TypeScript configuration is tested the same way', async () => {
    rmSync(join(root, 'main.hcl'))
    put(
      'sddc.config.ts',
      `import { app, defineCluster } from 'sddc'
export default defineCluster(({ vars }) => ({
  resources: [app('web', { image: 'web:1', instances: Number(vars['replicas']) })],
}))
`,
    )
    put(
      'ts.test.hcl',
      `variables { replicas = 3 }\nrun "three" {\n${assertion('app.web.instances == 3 && plan.add == 1')}}\n`,
    )
    const { code, notes } = await run()
    expect(notes).toBe('')
    expect(code).toBe(0)
  })
})

describe('files', () => {
  test('those in tests/ count, too; --filter takes some; --json tells each run', async () => {
    put('a.test.hcl', 'run "one" {}\n')
    put('tests/b.test.hcl', 'run "two" {}\n')
    const all = await run([], true)
    expect(all.out.split('\n').map(line => JSON.parse(line) as unknown)).toMatchObject([
      { type: 'test_run', run: 'one', status: 'pass' },
      { type: 'test_run', run: 'two', status: 'pass' },
      { type: 'test_summary', files: 2, passed: 2, failed: 0, skipped: 0 },
    ])
    expect((await run(['b.test.hcl'], true)).out).toContain('"files":1,"passed":1')
    await expect(run(['c.test.hcl'])).rejects.toThrow('no test file has such a name')
  })

  const wrong: readonly (readonly [text: string, summary: string])[] = [
    ['run {}', 'Missing name for run'],
    ['run "a" {}\nrun "a" {}', 'Duplicate run'],
    ['runs "a" {}', 'Unsupported block type'],
    ['x = 1', 'Unsupported argument'],
    ['run "a" { command = destroy }', 'Invalid command'],
    ['run "a" { expect_failures = [1] }', 'Invalid expected failure'],
    ['run "a" {\n  assert { condition = true }\n}', 'Missing required argument'],
    ['run "a" {\n  check {}\n}', 'Unsupported block type'],
    ['run "a" { command = }', 'Invalid expression'],
    ['agent "a" { cpus = "many" }\nrun "a" {}', 'Invalid cpus'],
    ['agent "a" { mem = "much" }\nrun "a" {}', 'Invalid mem'],
    ['run "a" {\n  assert {\n    condition     = nope\n    error_message = "x"\n  }\n}', 'Unknown variable'],
    ['run "a" {\n  variables { tag = var.nope }\n}', 'Unsupported attribute'],
  ]
  test.each(wrong)('%j: %s', async (text, summary) => {
    put('wrong.test.hcl', `${text}\n`)
    const { code, notes } = await run()
    expect(notes).toContain(`Error: ${summary}`)
    expect(code).toBe(1)
  })
})
