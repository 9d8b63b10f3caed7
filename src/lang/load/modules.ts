// The modules that a configuration calls, and those that they call: directories beside it, and git repositories, which
// are fetched into the user's cache and held to the lock file. What comes out is the tree that the evaluator takes.
import { createHash } from 'node:crypto'
import { rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { errorDiagnostic, hasErrors, warningDiagnostic } from '../../base/index.ts'
import type { Diagnostic } from '../../base/index.ts'
import { readModule } from '../hcl/index.ts'
import type { HclModule, ModuleCall, ModuleTree } from '../hcl/index.ts'
import { type Environment, GitFailure, fetchCommit, resolveRef } from './git.ts'
import { hclFilesIn } from './hclfiles.ts'
import {
  type LockEntry,
  type ModuleLock,
  hashOfDirectory,
  lockFileName,
  readLock,
  writeLock,
} from './modulelock.ts'
import { type GitSource, parseModuleSource } from './modulesource.ts'
import { displayName, listDirectory, readAll } from './texts.ts'

/** Modules in modules in modules: what people build is five deep at most. */
const maxDepth = 32

export interface ModuleOptions {
  /** PATH, HOME and what else git reads; `XDG_CACHE_HOME` for the cache. */
  readonly env: Environment
  /** Branches and tags are looked up anew, and what they mean now goes into the lock file. */
  readonly upgrade?: boolean
}

/** What became of a git source. */
export interface GotModule {
  readonly key: string
  readonly commit: string
  /** The commit before an upgrade; undefined for a new entry. */
  readonly before: string | undefined
}

export interface LoadedModules {
  readonly tree: ModuleTree
  readonly diagnostics: readonly Diagnostic[]
  /** The git sources, each once, in the order met. */
  readonly got: readonly GotModule[]
}

/** `names` is what the root's directory holds. */
export async function loadModules(
  module: HclModule,
  directory: string,
  names: readonly string[],
  options: ModuleOptions,
): Promise<LoadedModules> {
  const loading: Loading = {
    root: directory,
    names,
    options,
    diagnostics: [],
    trees: new Map(),
    git: new Map(),
    newEntries: new Map(),
    complete: !hasErrors(module.diagnostics),
    lock: undefined,
  }
  const calls = await loadCalls(module, { directory, boundary: undefined, chain: [directory] }, loading)
  await saveLock(loading)
  const got = [...loading.git.values()].flatMap(g => (g === undefined ? [] : [g.got]))
  return { tree: { module, directory: '.', calls }, diagnostics: loading.diagnostics, got }
}

interface Loading {
  readonly root: string
  readonly names: readonly string[]
  readonly options: ModuleOptions
  readonly diagnostics: Diagnostic[]
  /** By absolute directory: a directory that is called twice is read once. */
  readonly trees: Map<string, ModuleTree | undefined>
  /** By key; undefined after a failure, which is told once. */
  readonly git: Map<string, FetchedGit | undefined>
  readonly newEntries: Map<string, LockEntry>
  /** Whether every call was followed: else it can't be told which entries of the lock file are still used. */
  complete: boolean
  /** Read when the first git source is met. */
  lock: { readonly entries: ModuleLock | undefined } | undefined
}

interface FetchedGit {
  readonly directory: string
  readonly got: GotModule
}

interface Place {
  /** Absolute. */
  readonly directory: string
  /** Of a module from git, its repository: paths do not lead out of it. */
  readonly boundary: string | undefined
  /** The directories from the root to here. */
  readonly chain: readonly string[]
}

async function loadCalls(
  module: HclModule,
  place: Place,
  loading: Loading,
): Promise<ReadonlyMap<string, ModuleTree>> {
  const trees = new Map<string, ModuleTree>()
  for (const call of module.calls) {
    const tree = await loadCall(call, place, loading)
    if (tree !== undefined) trees.set(call.name, tree)
  }
  return trees
}

/** Undefined with a mistake, which is told at the source. */
async function loadCall(call: ModuleCall, place: Place, loading: Loading): Promise<ModuleTree | undefined> {
  const tell = (summary: string, detail: string): undefined => {
    loading.complete = false
    const context = `module "${call.name}"`
    loading.diagnostics.push(errorDiagnostic(summary, detail, { subject: call.range, context }))
  }
  const source = parseModuleSource(call.source)
  if (source.kind === 'wrong') return tell('Invalid source of a module', source.detail)
  let found: { readonly directory: string; readonly boundary: string | undefined }
  if (source.kind === 'local') {
    const directory = resolve(place.directory, source.path)
    if (place.boundary !== undefined && !isInside(directory, place.boundary)) {
      const detail = `"${source.path}" leads out of the repository that this module comes from.`
      return tell('Invalid source of a module', detail)
    }
    found = { directory, boundary: place.boundary }
  } else {
    const fetched = await fetchOnce(source, call, loading)
    if (fetched === undefined) {
      loading.complete = false
      return undefined
    }
    found = { directory: join(fetched.directory, source.directory), boundary: fetched.directory }
  }
  const { directory } = found
  const before = place.chain.indexOf(directory)
  if (before >= 0) {
    const circle = [...place.chain.slice(before), directory].map(d => displayName(d)).join(' -> ')
    return tell('Modules call each other', `This module is inside of itself: ${circle}. Break the circle.`)
  }
  if (place.chain.length > maxDepth) {
    return tell('Modules too deep', `Modules may call one another ${maxDepth} deep.`)
  }
  if (loading.trees.has(directory)) return loading.trees.get(directory)
  const tree = await loadDirectory({ ...found, chain: [...place.chain, directory] }, tell, loading)
  loading.trees.set(directory, tree)
  return tree
}

async function loadDirectory(
  place: Place,
  tell: (summary: string, detail: string) => undefined,
  loading: Loading,
): Promise<ModuleTree | undefined> {
  const { directory } = place
  const shown = displayName(directory)
  const isThere = await stat(directory).then(
    found => found.isDirectory(),
    () => false,
  )
  if (!isThere) return tell('Module not found', `There is no directory ${shown}.`)
  const names = await listDirectory(directory, loading.diagnostics)
  if (names === undefined) return undefined
  const hcl = hclFilesIn(names)
  if (hcl.length === 0) return tell('Module not found', `${shown} has no *.hcl and no *.hcl.json files.`)
  const before = loading.diagnostics.length
  const files = await readAll(directory, hcl, loading.diagnostics)
  if (loading.diagnostics.length > before) {
    loading.complete = false
    return undefined
  }
  const module = readModule(files)
  loading.complete &&= !hasErrors(module.diagnostics)
  const calls = await loadCalls(module, place, loading)
  // As `path.module` says it: what is fetched lies where it lies, everything else is found from the root.
  const name = place.boundary === undefined ? relative(loading.root, directory) || '.' : directory
  return { module, directory: name, calls }
}

async function fetchOnce(
  source: GitSource,
  call: ModuleCall,
  loading: Loading,
): Promise<FetchedGit | undefined> {
  if (loading.git.has(source.key)) return loading.git.get(source.key)
  const context = `module "${call.name}"`
  try {
    const fetched = await fetchLocked(source, loading)
    loading.git.set(source.key, fetched)
    return fetched
  } catch (failure) {
    if (!(failure instanceof GitFailure)) throw failure
    const detail = `${source.key}: ${failure.message.replace(/\.+$/, '')}.`
    loading.diagnostics.push(
      errorDiagnostic('Module can not be fetched', detail, { subject: call.range, context }),
    )
    loading.git.set(source.key, undefined)
    return undefined
  }
}

/** The files of a source at its locked commit; without an entry, or for an upgrade, at what its ref means now. */
async function fetchLocked(source: GitSource, loading: Loading): Promise<FetchedGit | undefined> {
  const { key, url, ref } = source
  const { env, upgrade } = loading.options
  loading.lock ??= { entries: await readLock(loading.root, loading.names, loading.diagnostics) }
  if (loading.lock.entries === undefined) return undefined
  const locked = loading.lock.entries.get(key)
  const commit = locked === undefined || upgrade === true ? await resolveRef(url, ref, env) : locked.commit
  const directory = join(cacheOf(env), cacheName(url, commit))
  const expected = locked?.commit === commit ? locked.hash : undefined
  let hash = await hashOfCached(directory)
  // A damaged copy is fetched again, before anybody is blamed.
  if (hash === undefined || (expected !== undefined && hash !== expected)) {
    await rm(directory, { recursive: true, force: true })
    await fetchCommit(url, commit, directory, env)
    hash = await hashOfDirectory(directory)
  }
  if (expected !== undefined && hash !== expected) {
    throw new GitFailure(
      `the files of commit ${commit} are not those that ${lockFileName} was written for (${hash} instead of ${expected}). ` +
        'Somebody has changed the repository or the lock file; find out who before you trust it',
    )
  }
  if (locked?.commit !== commit) {
    loading.newEntries.set(key, { ...(ref === undefined ? {} : { ref }), commit, hash })
  }
  return { directory, got: { key, commit, before: locked?.commit } }
}

async function hashOfCached(directory: string): Promise<string | undefined> {
  try {
    return await hashOfDirectory(directory)
  } catch {
    return undefined
  }
}

/** An upgrade also forgets what is no longer called. */
async function saveLock(loading: Loading): Promise<void> {
  const { root, options, lock, newEntries, git, diagnostics } = loading
  if (lock?.entries === undefined) return
  const forgets = options.upgrade === true && loading.complete
  const isUsed = (key: string): boolean => !forgets || git.has(key)
  const kept = [...lock.entries].filter(([key]) => isUsed(key))
  if (newEntries.size === 0 && kept.length === lock.entries.size) return
  const failed = await writeLock(root, new Map([...kept, ...newEntries]))
  if (failed === undefined) return
  const detail = `${failed}. Without it, the same text may mean other modules tomorrow.`
  diagnostics.push(warningDiagnostic('Lock file can not be written', detail))
}

function cacheOf(env: Environment): string {
  const given = env['XDG_CACHE_HOME']
  const base = given !== undefined && isAbsolute(given) ? given : join(env['HOME'] ?? homedir(), '.cache')
  return join(base, 'sddc', 'modules')
}

function cacheName(url: string, commit: string): string {
  return createHash('sha256').update(`${url}\n${commit}`).digest('hex').slice(0, 40)
}

function isInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory + sep)
}
