// Brings what the app names into the sandbox before it starts: files of the machine and of web servers, one after the
// other. Archives are unpacked by the machine's own tar and unzip.
import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { chmod, copyFile, mkdir } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Fetch } from '../../../model/index.ts'

const run = promisify(execFile)

/** As in Mesos: a download that brings nothing for this long has failed. */
const stallMs = 60_000

/** Throws with a line for people. */
export async function fetchInto(sandbox: string, item: Fetch, signal: AbortSignal): Promise<void> {
  const target = targetOf(sandbox, item)
  await mkdir(dirname(target), { recursive: true })
  try {
    await bring(item.uri, target, signal)
    if (item.executable) await chmod(target, 0o755)
    else if (item.extract) await unpack(target)
  } catch (error) {
    throw new Error(`Failed to fetch ${item.uri}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function targetOf(sandbox: string, item: Fetch): string {
  const path = /^[a-z][a-z0-9+.-]*:/i.test(item.uri) ? new URL(item.uri).pathname : item.uri
  const name = item.destPath ?? decodeURIComponent(basename(path))
  const target = resolve(sandbox, name)
  if (name === '' || !target.startsWith(`${sandbox}/`)) {
    throw new Error(`Failed to fetch ${item.uri}: ${JSON.stringify(name)} is not a name inside the sandbox`)
  }
  return target
}

async function bring(uri: string, target: string, signal: AbortSignal): Promise<void> {
  if (uri.startsWith('/')) return copyFile(uri, target)
  if (uri.startsWith('file:')) return copyFile(fileURLToPath(uri), target)
  if (/^https?:/i.test(uri)) return download(uri, target, signal)
  throw new Error('this kind of address is not supported; use http, https, file or an absolute path')
}

async function download(uri: string, target: string, signal: AbortSignal): Promise<void> {
  const stall = new AbortController()
  let timer = setTimeout(() => stall.abort(), stallMs)
  try {
    const response = await fetch(uri, { signal: AbortSignal.any([signal, stall.signal]) })
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`)
    const body = Readable.fromWeb(response.body)
    body.on('data', () => {
      clearTimeout(timer)
      timer = setTimeout(() => stall.abort(), stallMs)
    })
    await pipeline(body, createWriteStream(target))
  } catch (error) {
    if (stall.signal.aborted) throw new Error(`nothing came for ${stallMs / 1000} s`, { cause: error })
    throw error instanceof Error && error.cause instanceof Error ? error.cause : error
  } finally {
    clearTimeout(timer)
  }
}

/** Endings that are unpacked, as the Mesos fetcher does; everything else stays as it is. */
const unpackers: readonly {
  readonly ending: RegExp
  readonly command: (file: string) => readonly string[]
}[] = [
  {
    ending: /\.(tar|tgz|tar\.gz|tbz2|tar\.bz2|txz|tar\.xz)$/,
    command: file => ['tar', '-C', dirname(file), '-xf', file],
  },
  { ending: /\.zip$/, command: file => ['unzip', '-o', '-q', file, '-d', dirname(file)] },
  { ending: /\.gz$/, command: file => ['gzip', '-d', '-k', '-f', file] },
]

async function unpack(file: string): Promise<void> {
  const unpacker = unpackers.find(u => u.ending.test(file))
  if (!unpacker) return
  const [program, ...args] = unpacker.command(file)
  await run(program!, args)
}
