// Git repositories that modules come from: which commit a branch or tag means, and the files of a commit as a plain
// directory. Nothing of the repository runs: no hooks, no filters, no submodules; links become small files, so that
// nothing leads out of it. Nobody is asked for a password: what needs one and has none fails.
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { SimpleGit } from 'simple-git'

/** For one command of git; a module is small, the network may be slow. */
const timeLimitMs = 120_000
/** A repository of modules is text; larger ones hold something else. */
const maxFiles = 20_000
const maxBytes = 256 * 1024 * 1024

export type Environment = Readonly<Record<string, string>>

/** What git may know of the user's environment: where programs and settings are, who answers for keys, and proxies. */
const passedOn: readonly string[] = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'XDG_CONFIG_HOME',
  'SSH_AUTH_SOCK',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'ALL_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'all_proxy',
  'https_proxy',
  'no_proxy',
]

/** What went wrong with a repository, as a sentence for people. */
export class GitFailure extends Error {}

/** Another way to ask would fail, too: no git, no time left, stopped. */
class Hopeless extends GitFailure {}

/** The commit that a branch or tag means now; a whole commit id means itself. */
export async function resolveRef(url: string, ref: string | undefined, env: Environment): Promise<string> {
  if (ref !== undefined && isCommit(ref)) return ref
  const names =
    ref === undefined ? ['HEAD'] : [`refs/tags/${ref}^{}`, `refs/tags/${ref}`, `refs/heads/${ref}`]
  const git = await remoteGit('.', env)
  const listed = await run(git, ['ls-remote', '--', url, ...names])
  const found = new Map(
    listed.split('\n').flatMap((line): [string, string][] => {
      const [commit, name] = line.split('\t')
      return commit !== undefined && name !== undefined && isCommit(commit) ? [[name, commit]] : []
    }),
  )
  const name = names.find(n => found.has(n))
  if (name !== undefined) return found.get(name)!
  if (ref === undefined) throw new GitFailure(`${url} has no default branch: it is empty`)
  const isShort = /^[0-9a-f]{7,39}$/.test(ref) ? '; a commit is given with all its 40 digits' : ''
  throw new GitFailure(`${url} has no branch or tag "${ref}"${isShort}`)
}

/** Puts the files of a commit into a directory that is not there yet, whole or not at all. */
export async function fetchCommit(
  url: string,
  commit: string,
  directory: string,
  env: Environment,
): Promise<void> {
  await mkdir(dirname(directory), { recursive: true })
  const work = await mkdtemp(`${directory}.`)
  try {
    const local = await localGit(work, env)
    await run(local, ['init', '--quiet'])
    await withinSize(work, async signal => fetchInto(await remoteGit(work, env, signal), url, commit))
    await checkSize(local, commit)
    await run(local, ['checkout', '--quiet', '--detach', commit])
    await rm(join(work, '.git'), { recursive: true, force: true })
    await rename(work, directory).catch(unlessThere)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Another run has put the same files there meanwhile. */
function unlessThere(error: unknown): void {
  const code = (error as NodeJS.ErrnoException).code
  if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
}

/** Ends what fetches when more has come than a repository of modules has. */
async function withinSize(work: string, fetch: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController()
  const timer = setInterval(() => {
    void bytesIn(join(work, '.git', 'objects', 'pack')).then(bytes => {
      if (bytes > maxBytes) stop.abort()
    })
  }, sizeIntervalMs)
  try {
    await fetch(stop.signal)
  } catch (error) {
    if (stop.signal.aborted) throw new GitFailure(`the repository has more than ${maxBytes} bytes`)
    throw error
  } finally {
    clearInterval(timer)
  }
}

const sizeIntervalMs = 200

async function bytesIn(directory: string): Promise<number> {
  const names = await readdir(directory).catch(() => [])
  const sizes = await Promise.all(
    names.map(name =>
      stat(join(directory, name)).then(
        found => found.size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** One commit without its history; where a server does not give single commits, all of its branches and tags. */
async function fetchInto(git: SimpleGit, url: string, commit: string): Promise<void> {
  const fetch = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules']
  try {
    await run(git, [...fetch, '--depth=1', '--', url, commit])
  } catch (failure) {
    if (!(failure instanceof GitFailure) || failure instanceof Hopeless) throw failure
    await run(git, [...fetch, '--', url, '+refs/heads/*:refs/all/heads/*', '+refs/tags/*:refs/all/tags/*'])
    const isThere = await run(git, ['cat-file', '-t', commit]).catch(() => '')
    if (isThere.trim() !== 'commit') throw new GitFailure(`${url} has no commit ${commit}`)
  }
}

async function checkSize(git: SimpleGit, commit: string): Promise<void> {
  const listed = await run(git, ['ls-tree', '-r', '-z', '--long', '--full-tree', commit])
  const entries = listed.split('\0').filter(line => line !== '')
  const bytes = entries.reduce((sum, line) => sum + (Number(/^\S+ \S+ \S+ +(\d+)\t/.exec(line)?.[1]) || 0), 0)
  if (entries.length > maxFiles) {
    throw new GitFailure(`the repository has ${entries.length} files; at most ${maxFiles} are taken`)
  }
  if (bytes > maxBytes) {
    throw new GitFailure(`the files of the repository have ${bytes} bytes; at most ${maxBytes} are taken`)
  }
}

/** With the user's own settings: credentials, proxies, addresses that stand for others. */
function remoteGit(directory: string, env: Environment, signal?: AbortSignal): Promise<SimpleGit> {
  return gitIn(directory, { ...passed(env), ...withoutPrompts }, signal)
}

/** Without anybody's settings: the same commit gives the same files everywhere. */
function localGit(directory: string, env: Environment): Promise<SimpleGit> {
  return gitIn(directory, {
    ...passed(env),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
  })
}

function passed(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => passedOn.includes(name)))
}

const withoutPrompts: Environment = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'false',
  SSH_ASKPASS: 'false',
  SSH_ASKPASS_REQUIRE: 'force',
}

const settings = [
  'protocol.ext.allow=never',
  'core.hooksPath=/dev/null',
  'core.symlinks=false',
  'core.autocrlf=false',
  'core.fsmonitor=false',
  'submodule.recurse=false',
  // One file that grows, whose size can be seen.
  'fetch.unpackLimit=1',
  'gc.auto=0',
  'maintenance.auto=false',
  'advice.detachedHead=false',
]

async function gitIn(directory: string, given: Environment, signal?: AbortSignal): Promise<SimpleGit> {
  const env = { ...given, LC_ALL: 'C', GIT_LFS_SKIP_SMUDGE: '1' }
  // Loaded only here: most configurations have no modules from elsewhere.
  const { simpleGit } = await import('simple-git')
  const git = simpleGit({
    baseDir: directory,
    config: settings,
    timeout: { block: timeLimitMs, stdErr: false, stdOut: false },
    ...(signal === undefined ? {} : { abort: signal }),
    allowEnvironment: Object.keys(env),
    // All of these are set here, and only to switch something off.
    unsafe: {
      allowUnsafeProtocolOverride: true,
      allowUnsafeHooksPath: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeAskPass: true,
      allowUnsafeConfigPaths: true,
    },
  })
  return git.env(env)
}

async function run(git: SimpleGit, args: readonly string[]): Promise<string> {
  try {
    return await git.raw([...args])
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    if (/\bENOENT\b/.test(text)) throw new Hopeless('the program git is not installed', { cause: error })
    if (/block timeout/.test(text)) {
      throw new Hopeless(`git did not end within ${timeLimitMs / 1000} s`, { cause: error })
    }
    if (/abort/i.test(text)) throw new Hopeless('git was stopped', { cause: error })
    throw new GitFailure(saidIn(text), { cause: error })
  }
}

/** What git said, in one line without control characters. */
function saidIn(text: string): string {
  const lines = text
    .split('\n')
    .map(line =>
      line
        .replace(/^(fatal|error|remote): */, '')
        .replace(/[\u0000-\u001f\u007f]/g, '')
        .trim(),
    )
    .filter(line => line !== '' && !/^(Please make sure|and the repository exists)/.test(line))
  const said = lines.join('; ')
  return said.length <= maxSaid ? said : `${said.slice(0, maxSaid)}…`
}

const maxSaid = 500

function isCommit(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
}
