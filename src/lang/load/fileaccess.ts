// Files for the functions of the language. Reads are synchronous, for expressions are; a file is read once in a run, so
// that all its uses see the same bytes, and every one is noted with its hash: a plan can say what it was made from.
import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync, readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, relative } from 'node:path'
import { compareStrings } from '../../base/index.ts'
import {
  type FileAccess,
  type FileContent,
  type FileFailure,
  type FileKind,
  type FileList,
  maxFileBytes,
  maxListedEntries,
  maxTotalFileBytes,
} from '../hcl/index.ts'
import { reason } from './texts.ts'

export interface ReadFile {
  /** Relative to the configuration's directory where it is inside it. */
  readonly path: string
  /** Of its bytes, in hexadecimal digits. */
  readonly sha256: string
}

export interface RecordingFileAccess extends FileAccess {
  /** What has been read so far, by path. */
  readonly files: () => readonly ReadFile[]
}

/** `base` is absolute. */
export function fileAccess(base: string, home: string = homedir()): RecordingFileAccess {
  const contents = new Map<string, FileContent>()
  let total = 0
  const read = (path: string): FileContent => {
    const known = contents.get(path)
    if (known !== undefined) return known
    const content = readContent(path, maxTotalFileBytes - total)
    if (content.kind === 'content') total += content.bytes.length
    contents.set(path, content)
    return content
  }
  return {
    base,
    workingDirectory: process.cwd(),
    home: home === '' ? undefined : home,
    read,
    kindOf,
    list,
    files: () =>
      [...contents]
        .flatMap(([path, content]) =>
          content.kind === 'content' ? [{ path: shortName(path, base), sha256: hashOf(content.bytes) }] : [],
        )
        .sort((a, b) => compareStrings(a.path, b.path)),
  }
}

function kindOf(path: string): FileKind | FileFailure {
  try {
    const found = statSync(path)
    return { kind: found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other' }
  } catch (error) {
    return isMissing(error) ? { kind: 'missing' } : failed(reason(error))
  }
}

// Opened without waiting: a pipe that nobody writes to would hold the program for ever.
function readContent(path: string, left: number): FileContent {
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const found = fstatSync(file)
    if (found.isDirectory()) return failed('it is a directory')
    if (!found.isFile()) return failed('it is not a regular file')
    const limit = Math.min(maxFileBytes, left)
    const bytes = readUpTo(file, limit + 1)
    if (bytes.length <= limit) return { kind: 'content', bytes }
    return failed(
      limit === maxFileBytes
        ? `it has more than ${maxFileBytes} bytes`
        : `the files that this configuration reads have more than ${maxTotalFileBytes} bytes together`,
    )
  } catch (error) {
    return failed(reason(error))
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

const chunkBytes = 64 * 1024

// The size that a file system tells is not always true: it is 0 for generated files, and others grow meanwhile.
function readUpTo(file: number, limit: number): Uint8Array {
  const chunks: Uint8Array[] = []
  let length = 0
  while (length < limit) {
    const chunk = new Uint8Array(Math.min(chunkBytes, limit - length))
    const count = readSync(file, chunk)
    if (count === 0) break
    chunks.push(chunk.subarray(0, count))
    length += count
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

function list(directory: string, depth: number): FileList {
  const paths: string[] = []
  const waiting: { readonly at: string; readonly level: number }[] = [{ at: '', level: 1 }]
  let seen = 0
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { at, level } = next
    let entries
    try {
      entries = readdirSync(join(directory, at), { withFileTypes: true })
    } catch (error) {
      if (isMissing(error)) continue
      return failed(`${join(directory, at)}: ${reason(error)}`)
    }
    seen += entries.length
    if (seen > maxListedEntries) return failed(`it holds more than ${maxListedEntries} files and directories`)
    for (const entry of entries) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`
      if (entry.isDirectory()) {
        if (level < depth) waiting.push({ at: path, level: level + 1 })
      } else if (entry.isFile() || (entry.isSymbolicLink() && isFile(join(directory, path)))) {
        paths.push(path)
      }
    }
  }
  return { kind: 'list', paths: paths.sort(compareStrings) }
}

function isFile(path: string): boolean {
  return kindOf(path).kind === 'file'
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function failed(why: string): FileFailure {
  return { kind: 'failed', reason: why }
}

function shortName(path: string, base: string): string {
  const name = relative(base, path)
  return name === '' || name === '..' || name.startsWith('../') ? path : name
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
