// sddc.lock.json: which commit each git source of a configuration means, and the hash of its files, so that the same
// text means the same modules on every machine and every day. It belongs into version control. Written whole, and only
// when something in it changes.
import { createHash } from 'node:crypto'
import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compareStrings, errorDiagnostic } from '../../base/index.ts'
import type { Diagnostic, Json } from '../../base/index.ts'
import { parseJson } from '../json/index.ts'
import { displayName, readText, reason } from './texts.ts'
import type { TextFile } from './texts.ts'

export const lockFileName = 'sddc.lock.json'

export interface LockEntry {
  readonly ref?: string
  readonly commit: string
  /** `sha256:` and 64 hexadecimal digits. */
  readonly hash: string
}

export type ModuleLock = ReadonlyMap<string, LockEntry>

/** Undefined when there is one that can't be understood, which is told. No file is an empty one. */
export async function readLock(
  directory: string,
  names: readonly string[],
  diagnostics: Diagnostic[],
): Promise<ModuleLock | undefined> {
  if (!names.includes(lockFileName)) return new Map()
  const file = await readText(join(directory, lockFileName), diagnostics)
  if (file === undefined) return undefined
  const { json, diagnostics: found } = parseJson(file.text, file.name)
  const modules = json === undefined ? undefined : entriesOf(json)
  if (modules !== undefined) return modules
  const detail = `${whyNotUnderstood(file, found[0])} Restore it, or remove it and run "sddc get": branches may then mean newer commits.`
  diagnostics.push(errorDiagnostic('Lock file not understood', detail))
  return undefined
}

function whyNotUnderstood({ name, text }: TextFile, found: Diagnostic | undefined): string {
  if (/^<{7} /m.test(text)) return `${name} holds both sides of a merge: keep one of each.`
  if (found === undefined) return `${name} is not a lock file that this version understands.`
  return `${name}:${found.subject?.start.line ?? 1}: ${found.detail}`
}

/** The reason when it can't be written. */
export async function writeLock(directory: string, lock: ModuleLock): Promise<string | undefined> {
  const entries = [...lock].sort(([a], [b]) => compareStrings(a, b))
  const text = `${JSON.stringify({ version: 1, modules: Object.fromEntries(entries) }, null, 2)}\n`
  const path = join(directory, lockFileName)
  const next = `${path}.${process.pid}.new`
  try {
    await writeFile(next, text)
    await rename(next, path)
    return undefined
  } catch (error) {
    await rm(next, { force: true }).catch(() => {})
    return `${displayName(path)}: ${reason(error)}`
  }
}

/** Of all files below a directory, by their paths and bytes. */
export async function hashOfDirectory(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter(e => e.isFile())
    .map(e => join(e.parentPath, e.name).slice(directory.length + 1))
    .sort(compareStrings)
  const whole = createHash('sha256')
  for (const path of paths) {
    const content = createHash('sha256').update(await readFile(join(directory, path)))
    whole.update(`${content.digest('hex')} ${path}\n`)
  }
  return `sha256:${whole.digest('hex')}`
}

function entriesOf(json: Json): Map<string, LockEntry> | undefined {
  if (!isObject(json) || json['version'] !== 1 || !isObject(json['modules'])) return undefined
  const entries = new Map<string, LockEntry>()
  for (const [key, value] of Object.entries(json['modules'])) {
    if (!isObject(value)) return undefined
    const { ref, commit, hash } = value
    if (typeof commit !== 'string' || !/^[0-9a-f]{40,64}$/.test(commit)) return undefined
    if (typeof hash !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(hash)) return undefined
    if (ref !== undefined && typeof ref !== 'string') return undefined
    entries.set(key, { ...(ref === undefined ? {} : { ref }), commit, hash })
  }
  return entries
}

function isObject(json: Json | undefined): json is Readonly<Record<string, Json>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}
