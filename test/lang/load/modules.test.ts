// Modules from directories and from git repositories, made here with the `git` command: fetching, the lock file, the
// cache, mistakes at the source.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { getModules } from '../../../src/lang/load/getmodules.ts'
import type { Loaded } from '../../../src/lang/load/index.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { loadFiles } from './loader.ts'

let parent: string
let root: string
let repository: string
let cache: string

beforeEach(() => {
  parent = temporaryDirectory('modules')
  root = join(parent, 'root')
  repository = join(parent, 'repo')
  cache = join(parent, 'cache')
})

const env = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: parent,
  XDG_CACHE_HOME: cache,
})

function load(files: Readonly<Record<string, string>> = {}): Promise<Loaded> {
  return loadFiles(root, files, { env: env() })
}

async function write(name: string, text: string): Promise<void> {
  const path = join(parent, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

function git(...args: readonly string[]): string {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false']
  return execFileSync('git', [...identity, ...args], {
    cwd: repository,
    env: { ...env(), GIT_CONFIG_NOSYSTEM: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
    .toString()
    .trim()
}

/** A new commit in which the module says `word`; its id. */
async function commit(word: string): Promise<string> {
  await mkdir(repository, { recursive: true })
  if (!existsSync(join(repository, '.git'))) git('init', '--quiet', '--initial-branch=main')
  await write('repo/blog/main.hcl', saying(word))
  git('add', '.')
  git('commit', '--quiet', '--message', word)
  return git('rev-parse', 'HEAD')
}

function saying(word: string): string {
  return `app "web" {\n  cmd = "echo ${word}"\n}\noutput "id" {\n  value = app.web.id\n}\n`
}

const source = (ref = ''): string => `git::file://${repository}//blog${ref === '' ? '' : `?ref=${ref}`}`
const calling = (from: string, name = 'blog'): string => `module "${name}" {\n  source = "${from}"\n}\n`
const words = (loaded: Loaded): readonly (string | null)[] =>
  loaded.desired?.apps.map(a => a.app.cmd ?? null) ?? []
const said = (loaded: Loaded): readonly string[] =>
  loaded.diagnostics.map(d => `${d.subject === undefined ? '' : `${d.subject.start.line}: `}${d.summary}`)

interface Lock {
  readonly version: number
  readonly modules: Readonly<
    Record<string, { readonly ref?: string; readonly commit: string; readonly hash: string }>
  >
}

async function readLock(): Promise<Lock> {
  return JSON.parse(await readFile(join(root, 'sddc.lock.json'), 'utf8')) as Lock
}

describe('directories', () => {
  it('beside and above the configuration, with modules in modules', async () => {
    await write(
      'shared/main.hcl',
      `variable "n" {}\n${calling('./deep', 'deep')}app "a" {\n  instances = var.n\n  cmd = path.module\n}\n`,
    )
    await write('shared/deep/main.hcl.json', '{"app": {"b": {"cmd": "${path.module} ${path.root}"}}}')
    await write('shared/main.vars.hcl', 'n = "ignored"')
    const loaded = await load({
      'main.hcl': 'module "x" {\n  source = "../shared"\n  n      = 2\n}\n',
    })
    expect(loaded.diagnostics).toEqual([])
    expect(loaded.desired!.apps.map(a => [a.address, a.app.id, a.app.cmd])).toEqual([
      ['module.x.app.a', '/x/a', '../shared'],
      ['module.x.module.deep.app.b', '/x/deep/b', '../shared/deep .'],
    ])
    expect(loaded.desired!.groups.map(g => [g.address, g.id])).toEqual([
      ['module.x', '/x'],
      ['module.x.module.deep', '/x/deep'],
    ])
    expect(existsSync(join(root, 'sddc.lock.json'))).toBe(false)
  })

  it('depend on one another through outputs and depends_on', async () => {
    await write('root/blog/main.hcl', saying('hi'))
    const loaded = await load({
      'main.hcl': `${calling('./blog')}
module "second" {
  source     = "./blog"
  depends_on = [module.blog]
}
app "front" {
  cmd = "x \${module.blog.id}"
}
app "last" {
  cmd        = "y"
  depends_on = [module.second]
}`,
    })
    expect(loaded.diagnostics).toEqual([])
    const { apps, groups } = loaded.desired!
    expect(apps.map(a => [a.app.id, a.app.dependencies])).toEqual([
      ['/blog/web', []],
      ['/front', ['/blog/web']],
      ['/last', ['/second']],
      ['/second/web', []],
    ])
    expect(groups.map(g => [g.id, g.dependencies])).toEqual([
      ['/blog', []],
      ['/second', ['/blog']],
    ])
  })

  it('mean the same as groups written out', async () => {
    await write('root/blog/main.hcl', saying('hi'))
    const module = await load({ 'main.hcl': calling('./blog') })
    await rm(root, { recursive: true })
    const group = await load({ 'main.hcl': 'group "blog" {\n  app "web" {\n    cmd = "echo hi"\n  }\n}\n' })
    expect(module.desired!.apps.map(a => a.app)).toEqual(group.desired!.apps.map(a => a.app))
    expect(module.desired!.groups.map(g => g.id)).toEqual(group.desired!.groups.map(g => g.id))
  })

  it('that call each other are told', async () => {
    await write('root/a/main.hcl', calling('../b', 'b'))
    await write('root/b/main.hcl', calling('../a', 'a'))
    const loaded = await load({ 'main.hcl': calling('./a', 'a') })
    expect(said(loaded)).toEqual(['2: Modules call each other'])
    expect(loaded.diagnostics[0]!.detail).toMatch(/a -> .*b -> .*a\./)
    await write('root/main.hcl', calling('./.', 'self'))
    expect(said(await load())).toEqual(['2: Modules call each other'])
  })

  it('nested too deep are told', async () => {
    for (let i = 0; i < 40; i++) await write(`root/m${i}/main.hcl`, calling(`../m${i + 1}`, 'm'))
    await write('root/m40/main.hcl', '')
    expect(said(await load({ 'main.hcl': calling('./m0', 'm') }))).toEqual(['2: Modules too deep'])
  })

  const wrong: readonly (readonly [source: string, detail: RegExp])[] = [
    ['./nowhere', /no directory/],
    ['./empty', /no \*\.hcl/],
    ['blog', /"\.\/blog"/],
    ['/srv/blog', /git::file/],
    ['', /empty/],
    ['./blog?ref=x', /taken as it is/],
    ['https://example.com/x.git', /write git:: before/],
    ['github.com/org/repo', /git::https:\/\/github\.com\/org\/repo\.git/],
    ['hashicorp/consul/aws', /no registry/],
    ['hg::https://example.com/x', /only git::/],
    ['git::http://example.com/x.git', /use https/],
    ['git::ext::sh -c touch', /not the address/],
    ['git::https://user:secret@example.com/x.git', /password/],
    ['git::ssh://-oProxyCommand=x/y', /not the address/],
    ['git::-x@host:y', /not the address/],
    ['git::https://example.com/x.git?ref=--upload-pack=x', /not the name of a branch/],
    ['git::https://example.com/x.git?ref=a..b', /not the name of a branch/],
    ['git::https://example.com/x.git?depth=1', /ref=/],
    ['git::https://example.com/x.git//../y', /inside of the repository/],
    ['git::https://example.com/x.git\\u0000', /control character/],
  ]
  it.each(wrong)('%s is refused with advice', async (from, detail) => {
    await write('root/empty/readme.md', '')
    const { diagnostics, desired } = await load({ 'main.hcl': calling(from) })
    expect(desired).toBeUndefined()
    expect(diagnostics).toMatchObject([{ severity: 'error', context: 'module "blog"' }])
    expect(diagnostics[0]!.subject!.start.line).toBe(2)
    expect(diagnostics[0]!.detail).toMatch(detail)
  })
})

describe('git', () => {
  it('takes a tag, a branch, a commit, or the default branch, and locks what they mean', async () => {
    const first = await commit('one')
    git('tag', '--annotate', '--message', 'v1', 'v1')
    git('branch', 'old')
    const second = await commit('two')
    const loaded = await load({
      'main.hcl': ['v1', 'old', first, ''].map((ref, i) => calling(source(ref), `m${i}`)).join(''),
    })
    expect(loaded.diagnostics).toEqual([])
    expect(words(loaded)).toEqual(['echo one', 'echo one', 'echo one', 'echo two'])
    const { version, modules } = await readLock()
    expect(version).toBe(1)
    const key = `git::file://${repository}`
    expect(Object.keys(modules)).toEqual(
      [key, `${key}?ref=${first}`, `${key}?ref=old`, `${key}?ref=v1`].sort(),
    )
    expect(modules[key]).toMatchObject({ commit: second })
    expect(modules[`${key}?ref=v1`]).toMatchObject({ ref: 'v1', commit: first })
    expect(modules[`${key}?ref=v1`]!.hash).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  it('stays at the locked commit until an upgrade, and needs no repository while it is cached', async () => {
    const first = await commit('one')
    const main = { 'main.hcl': calling(source('main')) }
    await load(main)
    const before = await readFile(join(root, 'sddc.lock.json'), 'utf8')
    const second = await commit('two')
    expect(words(await load())).toEqual(['echo one'])
    await rm(cache, { recursive: true })
    expect(words(await load())).toEqual(['echo one'])
    expect(await readFile(join(root, 'sddc.lock.json'), 'utf8')).toBe(before)
    const got = await getModules(root, { env: env(), upgrade: true })
    expect(got.diagnostics).toEqual([])
    expect(got.modules).toEqual([
      { key: `git::file://${repository}?ref=main`, commit: second, before: first },
    ])
    await rm(repository, { recursive: true })
    expect(words(await load())).toEqual(['echo two'])
  })

  it('an upgrade forgets what is no longer called; everything else is kept', async () => {
    await commit('one')
    await load({ 'main.hcl': calling(source('main')) + calling(source(), 'other') })
    await load({ 'main.hcl': calling(source()) })
    expect(Object.keys((await readLock()).modules)).toHaveLength(2)
    await write('root/broken.hcl', 'module "broken" {\n  source = local.where\n}\n')
    await getModules(root, { env: env(), upgrade: true })
    expect(Object.keys((await readLock()).modules)).toHaveLength(2)
    await rm(join(root, 'broken.hcl'))
    await getModules(root, { env: env(), upgrade: true })
    expect(Object.keys((await readLock()).modules)).toEqual([`git::file://${repository}`])
  })

  it('refuses content that is not what was locked', async () => {
    await commit('one')
    await load({ 'main.hcl': calling(source()) })
    const lock = await readFile(join(root, 'sddc.lock.json'), 'utf8')
    await writeFile(join(root, 'sddc.lock.json'), lock.replace(/sha256:[0-9a-f]{4}/, 'sha256:0000'))
    const { diagnostics, desired } = await load()
    expect(desired).toBeUndefined()
    expect(diagnostics).toMatchObject([
      { summary: 'Module can not be fetched', subject: { start: { line: 2 } } },
    ])
    expect(diagnostics[0]!.detail).toContain('sddc.lock.json')
  })

  it('fetches a damaged copy of the cache again', async () => {
    await commit('one')
    await load({ 'main.hcl': calling(source()) })
    const [copy] = await readdir(join(cache, 'sddc', 'modules'))
    await writeFile(join(cache, 'sddc', 'modules', copy!, 'blog', 'main.hcl'), saying('evil'))
    expect(words(await load())).toEqual(['echo one'])
    expect(await readdir(join(cache, 'sddc', 'modules'))).toEqual([copy])
  })

  it('modules in it call others of the same repository, and nothing outside of it', async () => {
    await commit('one')
    await write('repo/inner/main.hcl', calling('../blog'))
    await write('repo/outer/main.hcl', calling('../../elsewhere'))
    git('add', '.')
    git('commit', '--quiet', '--message', 'more')
    const base = `git::file://${repository}`
    const loaded = await load({ 'main.hcl': calling(`${base}//inner`, 'in') })
    expect(loaded.desired!.apps.map(a => a.address)).toEqual(['module.in.module.blog.app.web'])
    await rm(join(root, 'sddc.lock.json'))
    const { diagnostics } = await load({ 'main.hcl': calling(`${base}//outer`, 'out') })
    expect(diagnostics).toMatchObject([{ summary: 'Invalid source of a module' }])
    expect(diagnostics[0]!.detail).toContain('leads out of the repository')
  })

  it('runs nothing of it and follows no link out of it', async () => {
    await commit('one')
    await write('secret/main.hcl', saying('secret'))
    await symlink(join(parent, 'secret'), join(repository, 'link'))
    await symlink(join(parent, 'secret', 'main.hcl'), join(repository, 'blog', 'extra.hcl'))
    await write('repo/.gitattributes', '*.hcl filter=evil\n')
    git('add', '.')
    git('commit', '--quiet', '--message', 'links')
    git('config', '--global', 'filter.evil.smudge', `touch ${join(parent, 'ran')}; cat`)
    const linked = await load({ 'main.hcl': calling(`git::file://${repository}//link`) })
    expect(said(linked)).toEqual(['2: Module not found'])
    const { diagnostics } = await load({ 'main.hcl': calling(source()) })
    expect(diagnostics.length).toBeGreaterThan(0)
    expect(diagnostics.some(d => d.detail.includes('secret'))).toBe(false)
    expect(existsSync(join(parent, 'ran'))).toBe(false)
  })

  const missing: readonly (readonly [ref: string, detail: RegExp])[] = [
    ['nope', /no branch or tag "nope"/],
    ['0123456', /all its 40 digits/],
    ['0'.repeat(40), /no commit 0000/],
  ]
  it.each(missing)('tells that there is no %s', async (ref, detail) => {
    await commit('one')
    const { diagnostics } = await load({ 'main.hcl': calling(source(ref)) })
    expect(diagnostics).toMatchObject([{ summary: 'Module can not be fetched' }])
    expect(diagnostics[0]!.detail).toMatch(detail)
    expect(existsSync(join(root, 'sddc.lock.json'))).toBe(false)
  })

  it('tells that there is no repository, in one line and once for all calls', async () => {
    const text = calling(source(), 'a') + calling(source(), 'b')
    const { diagnostics } = await load({ 'main.hcl': text })
    expect(diagnostics).toMatchObject([{ summary: 'Module can not be fetched' }])
    expect(diagnostics[0]!.detail).toMatch(/does not appear to be a git repository|not found|does not exist/)
    expect(diagnostics[0]!.detail).not.toContain('\n')
    expect(diagnostics[0]!.detail).not.toMatch(/\.\.$/)
  })

  it.each([
    '',
    '{',
    '[]',
    '<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n',
    '{"version": 2, "modules": {}}',
    '{"version": 1, "modules": {"x": {"commit": "-x"}}}',
  ])('does not guess what the lock file %s means', async text => {
    await commit('one')
    const { diagnostics } = await load({ 'main.hcl': calling(source()), 'sddc.lock.json': text })
    expect(diagnostics.map(d => d.summary)).toEqual(['Lock file not understood'])
    expect(diagnostics[0]!.detail).toContain('sddc.lock.json')
    expect(diagnostics[0]!.detail).toContain('remove it and run "sddc get"')
    expect(diagnostics[0]!.detail.includes('both sides of a merge')).toBe(text.startsWith('<<<'))
    expect(await readFile(join(root, 'sddc.lock.json'), 'utf8')).toBe(text)
  })
})
