// Brings what the app names into the sandbox before it starts: files of the machine and of web servers, one after the
// other. The same for plain processes and for containers.
import { createWriteStream } from 'node:fs'
import { chmod, copyFile, mkdir, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import type { Fetch } from '../../../model/index.ts'
import { unpack } from './unpack.ts'

/** As in Mesos: a download that brings nothing for this long has failed. */
const stallMs = 60_000
/** Larger than release archives are; what needs more comes better as an image or lies on the machine. */
export const maxFetchedBytes = 4 * 1024 ** 3

/** Throws with a line for people. */
export async function fetchInto(
  sandbox: string,
  item: Fetch,
  signal: AbortSignal,
  maxBytes = maxFetchedBytes,
): Promise<void> {
  const target = targetOf(sandbox, item)
  await mkdir(dirname(target), { recursive: true })
  try {
    await bring(item.uri, target, signal, maxBytes)
    if (item.executable) await chmod(target, 0o755)
    else if (item.extract) await unpack(target, signal)
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

async function bring(uri: string, target: string, signal: AbortSignal, maxBytes: number): Promise<void> {
  if (uri.startsWith('/')) return copy(uri, target, maxBytes)
  if (uri.startsWith('file:')) return copy(fileURLToPath(uri), target, maxBytes)
  if (/^https?:/i.test(uri)) return download(uri, target, signal, maxBytes)
  throw new Error('this kind of address is not supported; use http, https, file or an absolute path')
}

async function copy(path: string, target: string, maxBytes: number): Promise<void> {
  const found = await stat(path)
  if (!found.isFile()) throw new Error('it is not a file')
  if (found.size > maxBytes) throw tooLarge(maxBytes)
  await copyFile(path, target)
}

async function download(uri: string, target: string, signal: AbortSignal, maxBytes: number): Promise<void> {
  const stall = new AbortController()
  let timer = setTimeout(() => stall.abort(), stallMs)
  let bytes = 0
  const watched = new Transform({
    transform: (chunk: Buffer, _, done) => {
      clearTimeout(timer)
      timer = setTimeout(() => stall.abort(), stallMs)
      bytes += chunk.length
      if (bytes > maxBytes) done(tooLarge(maxBytes))
      else done(null, chunk)
    },
  })
  try {
    const response = await fetch(uri, { signal: AbortSignal.any([signal, stall.signal]) })
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`)
    await pipeline(Readable.fromWeb(response.body), watched, createWriteStream(target))
  } catch (error) {
    if (stall.signal.aborted) throw new Error(`nothing came for ${stallMs / 1000} s`, { cause: error })
    throw error instanceof Error && error.cause instanceof Error ? error.cause : error
  } finally {
    clearTimeout(timer)
  }
}

function tooLarge(maxBytes: number): Error {
  return new Error(`it is larger than ${maxBytes} bytes, the most that is fetched`)
}
