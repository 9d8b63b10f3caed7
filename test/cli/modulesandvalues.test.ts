// `sddc get` and `sddc validate`, with modules from a git repository and with variables that have no value.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { getCommand } from '../../src/cli/commands/get.ts'
import { validateCommand } from '../../src/cli/commands/validate.ts'
import { exit, type Context } from '../../src/cli/context.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { testContext } from './testcontext.ts'

let root = ''
let plain: Context
let out: string[] = []
let notes: string[] = []
const cacheBefore = process.env['XDG_CACHE_HOME']

beforeEach(() => {
  root = temporaryDirectory('values')
  ;({ context: plain, out, notes } = testContext(root))
  process.env['XDG_CACHE_HOME'] = join(root, 'cache')
})

afterEach(() => {
  if (cacheBefore === undefined) delete process.env['XDG_CACHE_HOME']
  else process.env['XDG_CACHE_HOME'] = cacheBefore
})

function context(json = false): Context {
  return { ...plain, json }
}

function put(name: string, text: string): void {
  mkdirSync(join(root, name, '..'), { recursive: true })
  writeFileSync(join(root, name), text)
}

describe('get', () => {
  function commit(text: string): string {
    const git = (...args: readonly string[]): string =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
        cwd: join(root, 'repo'),
      })
        .toString()
        .trim()
    put('repo/main.hcl', text)
    git('init', '--quiet')
    git('add', '.')
    git('commit', '--quiet', '--message', 'a commit')
    return git('rev-parse', 'HEAD')
  }

  test('says what each source is now, and moves only when told', async () => {
    const key = `git::file://${root}/repo`
    const first = commit('app "a" { cmd = "a" }\n')
    put('main.hcl', `module "m" {\n  source = "${key}"\n}\nvariable "not_asked_for" {}\n`)
    expect(await getCommand(context(), { target: undefined, upgrade: false })).toBe(exit.done)
    const second = commit('app "b" { cmd = "b" }\n')
    expect(await getCommand(context(), { target: '.', upgrade: false })).toBe(exit.done)
    expect(await getCommand(context(), { target: undefined, upgrade: true })).toBe(exit.done)
    expect(await getCommand(context(true), { target: undefined, upgrade: false })).toBe(exit.done)
    const short = (id: string): string => id.slice(0, 12)
    expect(out).toEqual([
      `${key}: ${short(first)} (new)`,
      `${key}: ${short(first)} (unchanged)`,
      `${key}: ${short(first)} -> ${short(second)}`,
      JSON.stringify({ type: 'module', source: key, commit: second, before: second }),
    ])
    expect(notes).toEqual([])
    expect(readFileSync(join(root, 'sddc.lock.json'), 'utf8')).toContain(second)
  })

  test('tells what it can not fetch', async () => {
    put('main.hcl', 'module "m" {\n  source = "nowhere"\n}\n')
    expect(await getCommand(context(), { target: undefined, upgrade: false })).toBe(exit.error)
    expect(notes.join('\n')).toContain('Invalid source of a module')
  })

  test('has nothing to do without modules', async () => {
    put('main.hcl', 'app "a" { cmd = "a" }\n')
    expect(await getCommand(context(), { target: undefined, upgrade: false })).toBe(exit.done)
    expect(out).toEqual(['No modules from elsewhere are called here.'])
  })
})

describe('validate', () => {
  const validate = (json = false): Promise<number> =>
    validateCommand(context(json), { target: undefined, given: [] })

  test('checks what can be told without values, and names them', async () => {
    put(
      'main.hcl',
      'variable "n" {\n  type = number\n}\nvariable "unused" {}\napp "a" {\n  cmd = "a"\n  instances = var.n\n}\n',
    )
    expect(await validate()).toBe(exit.done)
    expect(out).toEqual(['The configuration is valid (without values for: n, unused).'])
    out.length = 0
    expect(await validate(true)).toBe(exit.done)
    expect(JSON.parse(out.join(''))).toMatchObject({ valid: true, error_count: 0 })
  })

  test('still finds the mistakes', async () => {
    put('main.hcl', 'variable "n" {}\napp "a" {\n  cmd = var.n\n  instanses = 1\n}\n')
    expect(await validate()).toBe(exit.error)
    expect(notes.join('\n')).toContain('instanses')
    expect(out).toEqual([])
  })

  test('counts everything where all is known', async () => {
    put('main.hcl', 'variable "n" {}\napp "a" { cmd = "a" }\n')
    expect(await validate()).toBe(exit.done)
    expect(out.join('')).toMatch(/^The configuration is valid \(without values for: n\): .* 1 app,/)
  })
})
