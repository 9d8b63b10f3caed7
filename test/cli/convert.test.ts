// `sddc convert`: what reaches files and standard output, what is refused, and what people are told to do next.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { convertCommand, type ConvertCommandOptions } from '../../src/cli/commands/convert.ts'
import { loadConfiguration } from '../../src/lang/load/index.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { testContext } from './testcontext.ts'

const marathon = {
  id: '/shop',
  apps: [
    { id: 'db', cmd: 'db', mem: 64, ports: [0], uris: ['http://files/a.tgz'] },
    { id: 'web', cmd: 'web', dependencies: ['db'], backoffSeconds: 90 },
  ],
}

let directory: string

beforeEach(() => {
  directory = temporaryDirectory('convert')
  writeFileSync(join(directory, 'shop.group.json'), JSON.stringify(marathon))
})

interface Run {
  readonly code: number
  readonly out: string
  readonly notes: string
  readonly standard: string
}

async function convert(options: Partial<ConvertCommandOptions>): Promise<Run> {
  const { context, out, notes } = testContext(directory)
  let standard = ''
  const all = {
    target: undefined,
    given: [],
    to: undefined,
    output: undefined,
    force: false,
    showSensitive: false,
  }
  const code = await convertCommand(
    context,
    { ...all, ...options },
    { write: text => void (standard += text) },
  )
  return { code, out: out.join('\n'), notes: notes.join('\n'), standard }
}

function read(...names: readonly string[]): string {
  return readFileSync(join(directory, ...names), 'utf8')
}

describe('from a Marathon file', () => {
  it('writes HCL as people do, and says what is next', async () => {
    const { code, out } = await convert({ target: 'shop.group.json', to: 'hcl', output: 'shop' })
    expect(code).toBe(0)
    expect(out).toMatch(/^wrote shop\/main\.hcl\n\nNext: sddc plan shop\n.*"shop"/s)
    expect(read('shop', 'main.hcl')).toBe(`sddc {
  stack = "shop"
}

group "shop" {
  app "db" {
    cmd = "db"
    mem = "64MiB"

    port {}

    fetch {
      uri = "http://files/a.tgz"
    }
  }

  app "web" {
    cmd        = "web"
    backoff    = "90s"
    depends_on = [app.db]
  }
}
`)
    const before = await loadConfiguration(join(directory, 'shop.group.json'), { given: [], env: {} })
    const after = await loadConfiguration(join(directory, 'shop'), { given: [], env: {} })
    expect(after.desired).toEqual(before.desired)
  })

  it('prints one text to standard output, and nothing else there', async () => {
    const { standard, out } = await convert({ target: 'shop.group.json', to: 'ts' })
    expect(standard).toMatch(/^import \{ app, defineCluster, group \} from 'sddc'\n/)
    expect(out).toBe('')
    const json = await convert({ target: 'shop.group.json', to: 'json' })
    expect(JSON.parse(json.standard)).toMatchObject({ id: '/shop' })
    expect(json.notes).toContain('--stack shop')
  })
})

describe('what is there already', () => {
  it('is not overwritten without --force', async () => {
    await convert({ target: 'shop.group.json', to: 'hcl', output: 'shop' })
    writeFileSync(join(directory, 'shop/main.hcl'), 'mine')
    const again = { target: 'shop.group.json', to: 'hcl', output: 'shop' }
    await expect(convert(again)).rejects.toThrow('There is a file already: shop/main.hcl')
    expect(read('shop', 'main.hcl')).toBe('mine')
    expect((await convert({ ...again, force: true })).code).toBe(0)
    expect(read('shop', 'main.hcl')).toContain('sddc {')
  })

  it('does not become a configuration with everything twice', async () => {
    await expect(convert({ target: 'shop.group.json', to: 'hcl', output: '.' })).rejects.toThrow(
      'There is a configuration already: shop.group.json',
    )
    expect(existsSync(join(directory, 'main.hcl'))).toBe(false)
  })
})

describe('sensitive values', () => {
  beforeEach(() => {
    mkdirSync(join(directory, 'secret'))
    const text = 'app "a" {\n  cmd = "a"\n  env = { PASSWORD = sensitive("hunter2") }\n}\n'
    writeFileSync(join(directory, 'secret/main.hcl'), text)
  })

  it('reach standard output only when asked for', async () => {
    await expect(convert({ target: 'secret', to: 'ts' })).rejects.toThrow('/env/PASSWORD of app.a')
    const { standard } = await convert({ target: 'secret', to: 'ts', showSensitive: true })
    expect(standard).toContain("PASSWORD: sensitive('hunter2')")
  })

  it('are written for the owner alone, marked, with a warning', async () => {
    const { notes } = await convert({ target: 'secret', to: 'json', output: 'new' })
    expect(notes).toMatch(/Warning:.*\/env\/PASSWORD of app\.a.*version control/s)
    expect(notes).toContain("HCL's JSON form is used")
    expect(notes).not.toContain('hunter2')
    expect(statSync(join(directory, 'new/main.hcl.json')).mode & 0o777).toBe(0o600)
    const { desired } = await loadConfiguration(join(directory, 'new'), { given: [], env: {} })
    expect(desired!.apps[0]!.sensitivePaths).toEqual(['/env/PASSWORD'])
  })

  it('keep a configuration from being plain Marathon', async () => {
    const { code, notes } = await convert({ target: 'secret', to: 'json', output: 'a.app.json' })
    expect(code).toBe(1)
    expect(notes).toContain('More than Marathon can say')
  })
})

it.each([
  [{}, '"--to" is missing'],
  [{ to: 'yaml' }, '"yaml" is no form'],
  [{ to: 'hcl', output: 'x.ts' }, 'does not end as files of this form do'],
])('refuses %j', async (options, message) => {
  await expect(convert({ target: 'shop.group.json', ...options })).rejects.toThrow(message)
})

describe('conditions', () => {
  it('are not converted, and what had some is named', async () => {
    mkdirSync(join(directory, 'asked'))
    writeFileSync(
      join(directory, 'asked', 'main.hcl'),
      `app "web" {
  cmd = "x"
  lifecycle {
    precondition {
      condition     = true
      error_message = "Never."
    }
  }
}
app "plain" { cmd = "y" }
check "ok" {
  assert {
    condition     = true
    error_message = "Never."
  }
}
`,
    )
    const { code, notes, standard } = await convert({ target: 'asked', to: 'hcl' })
    expect(code).toBe(0)
    expect(notes).toContain('Warning: Conditions are not converted')
    expect(notes).toContain('Those of check.ok, app.web stay behind')
    expect(standard).toContain('app "web"')
  })
})
