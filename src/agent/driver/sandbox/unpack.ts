// Unpacks an archive beside itself, with the machine's own tar, unzip and gzip. Archives come from anywhere: one that
// names a file outside the place, holds a link that leads out of it, a device, or too much, is refused as a whole.
//
// The names are read first, the files then go to an empty directory of their own, and are moved to their places only
// when all of them were looked at. While the tools work, a look now and then at what they have written stops a bomb.
import { execFile } from 'node:child_process'
import { chmod, lstat, mkdtemp, opendir, readlink, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface UnpackLimits {
  /** Of all files together, unpacked. */
  readonly bytes: number
  readonly files: number
  readonly ms: number
}

/** What a large toolchain or a directory of modules has, and room above it; far less than a machine has. */
export const unpackLimits: UnpackLimits = { bytes: 16 * 1024 ** 3, files: 500_000, ms: 600_000 }

/** How often to look at what was written so far. */
const lookMs = 200
/** For names of files: 100 bytes each for all that are allowed. */
const maxListBytes = 64 * 1024 ** 2

interface Unpacker {
  readonly ending: RegExp
  /** Prints one name a line. */
  readonly list?: (file: string) => readonly [program: string, ...args: string[]]
  readonly extract: (file: string, into: string) => readonly [program: string, ...args: string[]]
}

/** Endings that are unpacked, as the Mesos fetcher does; everything else stays as it is. */
const unpackers: readonly Unpacker[] = [
  {
    ending: /\.(tar|tgz|tar\.gz|tbz2|tar\.bz2|txz|tar\.xz)$/,
    list: file => ['tar', '-tPf', file],
    // -o: the files are the task's, not those of whoever packed them.
    extract: (file, into) => ['tar', '-xof', file, '-C', into],
  },
  {
    ending: /\.zip$/,
    list: file => ['unzip', '-Z1', file],
    extract: (file, into) => ['unzip', '-o', '-q', file, '-d', into],
  },
  {
    ending: /\.gz$/,
    extract: (file, into) => [
      'sh',
      '-c',
      'exec gzip -dc <"$1" >"$2"',
      'gzip',
      file,
      join(into, basename(file, '.gz')),
    ],
  },
]

/** Throws with a line for people. Files that are there already are replaced. */
export async function unpack(archive: string, signal: AbortSignal, limits = unpackLimits): Promise<void> {
  const unpacker = unpackers.find(u => u.ending.test(archive))
  if (!unpacker) return
  const into = await mkdtemp(join(dirname(archive), '.unpacking-'))
  try {
    const { list } = unpacker
    if (list) checkNames((await tool(list(archive), signal, limits)).split('\n'))
    await extractWatched(unpacker.extract(archive, into), into, signal, limits)
    await checkFiles(into, limits)
    await moveInto(into, dirname(archive))
  } finally {
    await rm(into, { recursive: true, force: true })
  }
}

function checkNames(names: readonly string[]): void {
  const bad = names.find(name => name.startsWith('/') || name.split('/').includes('..'))
  if (bad !== undefined) throw new Error(`the archive holds ${quoted(bad)}, which is outside the sandbox`)
}

async function extractWatched(
  command: readonly [string, ...string[]],
  into: string,
  signal: AbortSignal,
  limits: UnpackLimits,
): Promise<void> {
  const stop = new AbortController()
  let problem: unknown
  const done = tool(command, AbortSignal.any([signal, stop.signal]), limits)
  const watching = watch(into, limits, stop.signal).catch((error: unknown) => {
    if (stop.signal.aborted) return
    problem = error
    stop.abort()
  })
  try {
    await done
  } catch (error) {
    throw problem ?? error
  } finally {
    stop.abort()
    await watching
  }
}

async function watch(into: string, limits: UnpackLimits, signal: AbortSignal): Promise<never> {
  for (;;) {
    await delay(lookMs, undefined, { signal })
    await measure(into, limits)
  }
}

/** Rejects when there is more than allowed. */
async function measure(
  directory: string,
  limits: UnpackLimits,
  each?: (path: string) => Promise<void>,
): Promise<void> {
  let files = 0
  let bytes = 0
  for await (const path of everythingIn(directory)) {
    const found = await lstat(path).catch(() => undefined)
    if (found?.isFile()) bytes += found.size
    if (++files > limits.files) throw new Error(`the archive holds more than ${limits.files} files`)
    if (bytes > limits.bytes) throw new Error(`the archive holds more than ${limits.bytes} bytes`)
    await each?.(path)
  }
}

async function* everythingIn(directory: string): AsyncGenerator<string> {
  for await (const entry of await opendir(directory)) {
    const path = join(directory, entry.name)
    yield path
    if (entry.isDirectory()) yield* everythingIn(path)
  }
}

async function checkFiles(directory: string, limits: UnpackLimits): Promise<void> {
  const root = await realpath(directory)
  await measure(directory, limits, async path => {
    const name = path.slice(directory.length + 1)
    const found = await lstat(path)
    if (found.isSymbolicLink()) {
      if (!(await staysInside(path, root))) {
        throw new Error(`the archive holds the link ${quoted(name)}, which leads out of the sandbox`)
      }
    } else if (!found.isFile() && !found.isDirectory()) {
      throw new Error(`the archive holds ${quoted(name)}, which is neither file nor directory`)
    } else if ((found.mode & 0o7000) !== 0) {
      await chmod(path, found.mode & 0o777)
    }
  })
}

// A link that leads nowhere yet may still lead out later, through another link.
async function staysInside(link: string, root: string): Promise<boolean> {
  const target = await readlink(link)
  if (isAbsolute(target)) return false
  const real = await realpath(link).catch(() => undefined)
  if (real === undefined) return !target.split('/').includes('..')
  return real === root || real.startsWith(`${root}/`)
}

async function moveInto(from: string, to: string): Promise<void> {
  for await (const entry of await opendir(from)) {
    const source = join(from, entry.name)
    const target = join(to, entry.name)
    const present = await lstat(target).catch(() => undefined)
    if (present?.isDirectory() && entry.isDirectory()) {
      await moveInto(source, target)
    } else {
      if (present?.isDirectory()) await rm(target, { recursive: true, force: true })
      await rename(source, target)
    }
  }
}

/** What it printed. */
async function tool(
  [program, ...args]: readonly [string, ...string[]],
  signal: AbortSignal,
  limits: UnpackLimits,
): Promise<string> {
  try {
    const { stdout } = await run(program, args, { signal, timeout: limits.ms, maxBuffer: maxListBytes })
    return stdout
  } catch (error) {
    signal.throwIfAborted()
    throw new Error(whyNot(program, error, limits), { cause: error })
  }
}

function whyNot(program: string, error: unknown, limits: UnpackLimits): string {
  const { code, killed, stderr } = error as { code?: unknown; killed?: boolean; stderr?: string }
  if (code === 'ENOENT') return `${program} is not installed on this agent`
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'the archive holds too many files'
  if (killed === true) return `unpacking took longer than ${limits.ms / 1000} s`
  const [line] = (stderr ?? '').trim().split('\n')
  return `the archive can not be unpacked${line ? `: ${line}` : ''}`
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 200))
}
