// The files that a configuration is read from: read once, within limits, named as the user would name them, and kept
// so that diagnostics can show their lines.
import { isUtf8 } from 'node:buffer'
import { readdir, readFile, stat } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import { errorDiagnostic } from '../../base/index.ts'
import type { Diagnostic } from '../../base/index.ts'

/** People write some thousand lines; a file that a program wrote for ten thousand apps has about five megabytes. */
export const maxFileBytes = 16 * 1024 * 1024
/** Files of one configuration: they are all read at once. */
export const maxFiles = 1000

export interface TextFile {
  /** As in diagnostics: relative to the working directory where it is inside it. */
  readonly name: string
  readonly path: string
  readonly text: string
}

export function displayName(path: string, workingDirectory: string = process.cwd()): string {
  const name = relative(workingDirectory, path)
  return name === '' || name.startsWith('..') || isAbsolute(name) ? path : name
}

/** The text; undefined when it can't be read, which is then told. A byte order mark is kept. */
export async function readText(path: string, diagnostics: Diagnostic[]): Promise<TextFile | undefined> {
  const name = displayName(path)
  try {
    const { size } = await stat(path)
    if (size > maxFileBytes) {
      const detail = `${name} has ${size} bytes; at most ${maxFileBytes} are read. Split it.`
      diagnostics.push(errorDiagnostic('File too large', detail))
      return undefined
    }
    const bytes = await readFile(path)
    if (isUtf8(bytes)) return { name, path, text: bytes.toString() }
    const detail = `${name} is not UTF-8 text. Save it as UTF-8.`
    diagnostics.push(errorDiagnostic('Invalid character encoding', detail))
  } catch (error) {
    diagnostics.push(errorDiagnostic('File can not be read', `${name}: ${reason(error)}.`))
  }
  return undefined
}

/** Names in a directory, sorted; undefined when it can't be listed. */
export async function listDirectory(
  directory: string,
  diagnostics: Diagnostic[],
): Promise<readonly string[] | undefined> {
  try {
    const entries = await readdir(directory, { withFileTypes: true })
    return entries
      .filter(e => !e.isDirectory() && !e.name.startsWith('.'))
      .map(e => e.name)
      .sort()
  } catch (error) {
    const detail = `${displayName(directory)}: ${reason(error)}.`
    diagnostics.push(errorDiagnostic('Configuration directory can not be read', detail))
    return undefined
  }
}

export async function readAll(
  directory: string,
  names: readonly string[],
  diagnostics: Diagnostic[],
): Promise<readonly TextFile[]> {
  if (names.length > maxFiles) {
    const detail = `${displayName(directory)} has ${names.length} configuration files; at most ${maxFiles} are read.`
    diagnostics.push(errorDiagnostic('Too many files', detail))
    return []
  }
  const files = await Promise.all(names.map(name => readText(join(directory, name), diagnostics)))
  return files.filter(f => f !== undefined)
}

export function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'no such file or directory',
    EACCES: 'permission denied',
    ENOTDIR: 'not a directory',
    EISDIR: 'is a directory',
  }
  return (code !== undefined && known[code]) || (error instanceof Error ? error.message : String(error))
}
