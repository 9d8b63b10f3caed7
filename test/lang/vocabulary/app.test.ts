// Single words of an app, in HCL, and the Marathon field that each becomes. What the three spellings have in common is
// tested in load/same.test.ts, what is wrong in load/broken.test.ts.
import { expect, it } from 'vitest'
import { assemble } from '../../../src/lang/index.ts'
import { evaluateHclFiles } from '../../../src/lang/hcl/index.ts'
import type { StackName } from '../../../src/model/index.ts'

const cases: readonly (readonly [body: string, expected: object])[] = [
  ['image = "x"', { container: { type: 'DOCKER', docker: { image: 'x' } }, networks: [{ mode: 'host' }] }],
  [
    'image = "x"\nport "p" { container = 80 }',
    {
      networks: [{ mode: 'container/bridge' }],
      container: { portMappings: [{ name: 'p', containerPort: 80, hostPort: 0, servicePort: 0 }] },
    },
  ],
  ['image = "x"\nnetwork = "container:blue"', { networks: [{ mode: 'container', name: 'blue' }] }],
  [
    'image = "x"\nnetwork {\n  mode = "container"\n  name = "blue"\n  labels = { a = "b" }\n}',
    { networks: [{ mode: 'container', name: 'blue', labels: { a: 'b' } }] },
  ],
  ['cmd = "x"\nport { protocol = "udp" }', { portDefinitions: [{ protocol: 'udp', port: 0 }] }],
  ['cmd = "x"\nmem = "1GiB"\ndisk = 5\ncpus = "0.5"', { mem: 1024, disk: 5, cpus: 0.5 }],
  [
    'cmd = "x"\nbackoff = 3\nmax_launch_delay = "1h"\ntask_kill_grace_period = "1m30s"',
    { backoffSeconds: 3, maxLaunchDelaySeconds: 3600, taskKillGracePeriodSeconds: 90 },
  ],
  ['cmd = "x"\nenv = {\n  A = 1\n  B = true\n  C = null\n}', { env: { A: '1', B: 'true' } }],
  [
    'cmd = "x"\nupdate {\n  max_parallel = 2\n  canary = 1\n  healthy_deadline = "1m"\n  progress_deadline = "10m"\n  auto_rollback = true\n  pause = 5\n}',
    {
      update: {
        maxParallel: 2,
        canary: 1,
        healthyDeadlineSeconds: 60,
        progressDeadlineSeconds: 600,
        autoRollback: true,
        pauseSeconds: 5,
      },
    },
  ],
  ['cmd = "x"\nunreachable_strategy = "disabled"', { unreachableStrategy: 'disabled' }],
  [
    'cmd = "x"\nunreachable_strategy {\n  inactive_after = "5m"\n  expunge_after = "10m"\n}',
    { unreachableStrategy: { inactiveAfterSeconds: 300, expungeAfterSeconds: 600 } },
  ],
  [
    'cmd = "x"\nconstraints = [["rack", "unique"]]\nconstraint {\n  field = "a"\n  operator = "max_per"\n  value = 2\n}',
    {
      constraints: [
        ['rack', 'UNIQUE'],
        ['a', 'MAX_PER', '2'],
      ],
    },
  ],
  [
    'cmd = "x"\naffinity {\n  field = "rack"\n  operator = "unlike"\n  value = "r.*"\n  weight = -5\n}\nspread {\n  field = "zone"\n  target {\n    value = "a"\n    percent = 70\n  }\n}',
    {
      affinities: [{ field: 'rack', operator: 'UNLIKE', value: 'r.*', weight: -5 }],
      spreads: [{ field: 'zone', targets: [{ value: 'a', percent: 70 }] }],
    },
  ],
  [
    'cmd = "x"\nhealth_check {\n  command = ["test", "-f", "x"]\n}',
    { healthChecks: [{ protocol: 'COMMAND', command: { argv: ['test', '-f', 'x'] } }] },
  ],
  [
    'cmd = "x"\nport "a" {}\nport "b" {}\nhealth_check { port = "b" }\nhealth_check { port = 1 }',
    {
      healthChecks: [
        { protocol: 'HTTP', portIndex: 1 },
        { protocol: 'HTTP', portIndex: 1 },
      ],
    },
  ],
  ['cmd = "x"\nhealth_check { port_number = 8080 }', { healthChecks: [{ port: 8080 }] }],
  [
    'cmd = "x"\nport "http" {}\nreadiness_check {\n  port_name = "http"\n  path = "/r"\n}',
    { readinessChecks: [{ portName: 'http', path: '/r' }] },
  ],
  [
    'cmd = "x"\nuris = ["http://a.example/b.tgz"]',
    { fetch: [{ uri: 'http://a.example/b.tgz', extract: true }] },
  ],
  [
    'cmd = "x"\nresource_limits {\n  cpus = "unlimited"\n  mem = "1GiB"\n}',
    { resourceLimits: { cpus: 'unlimited', mem: 1024 } },
  ],
  ['cmd = "x"\nkill_selection = "oldest_first"', { killSelection: 'OLDEST_FIRST' }],
]

it.each(cases)('%s', (body, expected) => {
  const text = `app "a" {\n${body}\n}\n`
  const { config, diagnostics } = evaluateHclFiles([{ name: 'main.hcl', text }])
  expect(diagnostics).toEqual([])
  const { desired, diagnostics: found } = assemble(config!, 'test' as StackName)
  expect(found).toEqual([])
  expect(desired!.apps[0]!.app).toMatchObject(expected)
})

it('keeps sensitive values out of sight: their paths go along', () => {
  const text = `variable "password" {
  sensitive = true
  default   = "geheim"
}
app "a" {
  cmd = "x"
  env = { PASSWORD = var.password, "A/B" = var.password, C = "c" }
}
output "o" {
  value     = var.password
  sensitive = true
}
`
  const { config } = evaluateHclFiles([{ name: 'main.hcl', text }])
  const { desired } = assemble(config!, 'test' as StackName)
  expect(desired!.apps[0]!.sensitivePaths).toEqual(['/env/A/B', '/env/PASSWORD'])
  expect(desired!.outputs['o']).toEqual({ value: 'geheim', sensitive: true })
})
