// Ids, dependencies, groups and volumes, from the surface form; and names of stacks.
import { describe, expect, it } from 'vitest'
import { assemble, isStackName, stackNameFrom } from '../../../src/lang/index.ts'
import { evaluateHclFiles } from '../../../src/lang/hcl/index.ts'
import { decodeApp } from '../../../src/lang/vocabulary/index.ts'
import type { Desired, StackName } from '../../../src/model/index.ts'

function assembled(text: string): { desired: Desired | undefined; problems: readonly string[] } {
  const { config, diagnostics } = evaluateHclFiles([{ name: 'main.hcl', text }])
  expect(diagnostics).toEqual([])
  const { desired, diagnostics: found } = assemble(config!, 'test' as StackName)
  return { desired, problems: found.map(d => `${d.subject?.start.line}: ${d.summary}: ${d.detail}`) }
}

describe('dependencies', () => {
  it('are what depends_on names and what expressions refer to, once each, and never the thing itself', () => {
    const { desired, problems } = assembled(`
group "shop" {
  app "web" {
    cmd        = "web"
    env        = { DB = app.db.id, SELF = app.web.id, GROUP = group.shop.id, CACHE = local.cache }
    depends_on = [app.queue]
  }
  app "db" { cmd = "db" }
  app "queue" { cmd = "queue" }
  group "inner" {
    depends_on = [app.db]
    app "a" { cmd = app.db.id }
  }
}
app "cache" { cmd = "cache" }
app "worker" {
  for_each   = toset(["a", "b"])
  cmd        = each.key
}
app "all" {
  cmd        = "all"
  depends_on = [app.worker, group.shop]
}
locals { cache = app.cache.id }
`)
    expect(problems).toEqual([])
    expect(Object.fromEntries(desired!.apps.map(a => [a.app.id, a.app.dependencies]))).toEqual({
      '/all': ['/worker-a', '/worker-b', '/shop'],
      '/cache': [],
      '/shop/db': [],
      '/shop/inner/a': ['/shop/db'],
      '/shop/queue': [],
      '/shop/web': ['/shop/queue', '/cache', '/shop/db'],
      '/worker-a': [],
      '/worker-b': [],
    })
    expect(desired!.groups).toEqual([
      { address: 'group.shop', id: '/shop', dependencies: [] },
      { address: 'group.shop.group.inner', id: '/shop/inner', dependencies: ['/shop/db'] },
    ])
  })
})

describe('volumes', () => {
  it('stand for themselves', () => {
    const { desired, problems } = assembled('volume "data" {\n  size = "2GiB"\n}')
    expect(problems).toEqual([])
    expect(desired!.volumes).toEqual([{ address: 'volume.data', name: 'data', size: 2048, shared: false }])
  })

  const mounted = `
volume "data" {
  size = "2GiB"
}
app "db" {
  image = "db"
  volume {
    container = "data"
    volume    = volume.data
  }
  volume {
    container = "more"
    size      = 100
  }
}
`

  it('are mounted by reference', () => {
    const { config } = evaluateHclFiles([{ name: 'main.hcl', text: mounted }])
    const db = config!.resources.find(r => r.kind === 'app')!
    const known = { byName: new Map([['data', { size: 2048 }]]), complete: true }
    const draft = decodeApp(db, 'hcl', known)
    expect(draft.diagnostics).toEqual([])
    expect(draft.json).toMatchObject({
      container: {
        volumes: [
          { containerPath: 'data', mode: 'RW', persistent: { size: 2048 } },
          { containerPath: 'more', mode: 'RW', persistent: { size: 100 } },
        ],
      },
    })
  })

  it('are known by their label where they stand, by their whole name everywhere', () => {
    const { config } = evaluateHclFiles([
      { name: 'main.hcl', text: mounted.replace('volume.data', '"data"') },
    ])
    const db = { ...config!.resources.find(r => r.kind === 'app')!, path: ['shop'] }
    const sizes = {
      byName: new Map([
        ['data', { size: 1 }],
        ['shop-data', { size: 2 }],
      ]),
      complete: true,
    }
    expect(decodeApp(db, 'hcl', sizes).json).toMatchObject({
      container: { volumes: [{ persistent: { size: 2 } }, {}] },
    })
  })

  it('have no place for their data in this version: mounting one is an error at the mount', () => {
    const { desired, problems } = assembled(mounted)
    expect(problems).toEqual([
      expect.stringMatching(/^7: Invalid persistent: This version has no persistent volumes/),
      expect.stringMatching(/^11: Invalid persistent: This version has no persistent volumes/),
    ])
    expect(desired).toBeUndefined()
  })

  it('must exist to be mounted', () => {
    const { problems } = assembled(`
app "db" {
  image = "db"
  volume {
    container = "data"
    volume    = "dat"
  }
}
volume "data" {
  size = "1GiB"
}
`)
    expect(problems).toEqual([
      '6: Unknown volume: "dat" names no volume of this configuration. Known: data. Did you mean "data"?',
    ])
  })
})

describe('names of stacks', () => {
  it.each([
    ['My Shop_2', 'my-shop-2'],
    ['--x--', 'x'],
    ['日本', undefined],
    ['a'.repeat(100), 'a'.repeat(63)],
  ])('%s gives %s', (text, name) => {
    expect(stackNameFrom(text)).toBe(name)
    if (name !== undefined) expect(isStackName(name)).toBe(true)
  })
})

describe('sensitive values in what is told about a resource', () => {
  const rows: readonly (readonly [body: string, ...problems: string[]])[] = [
    ['network = var.p', '"network" must be "host", "bridge" or "container:NAME"; it is (sensitive value).'],
    ['constraints = [["hostname", var.p]]', '(sensitive value) is not an operator.'],
    ['constraints = [["hostname", var.near]]', '(sensitive value) is not an operator.'],
    [
      'health_check {\n protocol = var.p\n }',
      '(sensitive value) is not known here. Write one of "HTTP", "HTTPS", "TCP", "COMMAND", "MESOS_HTTP", "MESOS_HTTPS", "MESOS_TCP".',
    ],
    [
      'port "x" {}\n health_check {\n port = var.p\n }',
      'No port of the app is named (sensitive value). Its ports: x.',
    ],
    ['instances = var.n', '(sensitive value) is too small; the least is 0.'],
    [
      'network = var.long',
      '"network" must be "host", "bridge" or "container:NAME"; it is (sensitive value).',
    ],
    ['network = "brigde"', '"network" must be "host", "bridge" or "container:NAME"; it is "brigde".'],
  ]
  it.each(rows)('%s', (body, ...expected) => {
    const { problems } = assembled(`
variable "p" {
  default   = "hunter2"
  sensitive = true
}
variable "near" {
  default   = "UNIQ"
  sensitive = true
}
variable "long" {
  default   = "${'abc '.repeat(100)}"
  sensitive = true
}
variable "n" {
  default   = -1
  sensitive = true
}
app "web" {
  cmd = "x"
  ${body}
}
`)
    expect(problems.map(p => p.replace(/^\d+: [^:]*: /, ''))).toEqual(expected)
  })
})

describe('words that a resource takes besides its own', () => {
  it.each([
    ['foreach = {}', 'for_each'],
    ['lifecycl {}', 'lifecycle'],
    ['dynamc "port" {}', 'dynamic'],
    ['helth_check {}', 'health_check'],
  ])('%s', (text, meant) => {
    const { problems } = assembled(`app "web" {\n  cmd = "x"\n  ${text}\n}\n`)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(`Did you mean "${meant}"?`)
  })
})

describe('a mistake in something that is made several times', () => {
  it('is told once, and what differs for each one', () => {
    const { problems } = assembled(`
app "web" {
  for_each  = { a = -1, b = -1, c = -2 }
  cmd       = "x"
  cpuz      = 1
  instances = each.value
  dynamic "health_check" {
    for_each = [1, 2]
    content {
      protocol = "GOPHER"
    }
  }
}
`)
    expect(problems).toEqual([
      '5: Unsupported argument: App "web" has no argument named "cpuz". Did you mean "cpus"?',
      '6: Invalid instances: -1 is too small; the least is 0.',
      expect.stringContaining('"GOPHER" is not known here.'),
      '6: Invalid instances: -2 is too small; the least is 0.',
    ])
  })
})
