// Prints diagnostics and errors: for people on standard error, with --json as lines on standard output.
import { CodedError, type Diagnostic } from '../base/index.ts'
import { Refusal } from './client.ts'
import type { Context } from './context.ts'
import { diagnosticJson, printDiagnostics } from './print/diagnostics.ts'
import type { Terminal } from './terminal.ts'

export function printProblems(
  { terminal, json }: Pick<Context, 'terminal' | 'json'>,
  diagnostics: readonly Diagnostic[],
  sources: (file: string) => string | undefined,
): void {
  if (diagnostics.length === 0) return
  if (json) {
    for (const d of diagnostics)
      terminal.out(JSON.stringify({ type: 'diagnostic', diagnostic: diagnosticJson(d, sources) }))
    return
  }
  terminal.note(printDiagnostics(diagnostics, sources, { color: terminal.color, width: terminal.width }))
}

/** An operating failure, in words; anything else is a bug of ours and says so. */
export function printError(terminal: Terminal, error: unknown): void {
  const { paint } = terminal
  if (error instanceof CodedError) {
    terminal.note(`${paint.red.bold('Error:')} ${error.message} ${paint.dim(`(${error.code})`)}`)
    for (const line of detailsOf(error)) terminal.note(`  ${line}`)
    if (error.advice !== undefined) terminal.note(`\n${error.advice}`)
    return
  }
  const system = systemErrorText(error)
  if (system !== undefined) {
    terminal.note(`${paint.red.bold('Error:')} ${system}`)
    return
  }
  terminal.note(`${paint.red.bold('Error:')} this is a bug in sddc; please report it with the lines below`)
  terminal.note(error instanceof Error ? (error.stack ?? error.message) : String(error))
}

const systemReasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the disk quota is used up',
  EISDIR: 'it is a directory',
  EMFILE: 'too many open files',
  ENOENT: 'there is no such file or directory',
  ENOSPC: 'no space is left on the device',
  ENOTDIR: 'a part of the path is a file, not a directory',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
}

/** What the operating system refused; undefined for anything else. */
function systemErrorText(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, path, dest, syscall } = error as NodeJS.ErrnoException & { dest?: string }
  const reason = code === undefined ? undefined : systemReasons[code]
  if (reason === undefined || syscall === undefined) return undefined
  const what = dest ?? path
  return `${what === undefined ? '' : `${what}: `}${reason} (${code} from ${syscall})`
}

function detailsOf(error: CodedError): string[] {
  if (!(error instanceof Refusal) || !Array.isArray(error.details)) return []
  return error.details.map((d: Record<string, unknown>) => {
    if (typeof d['object'] === 'string') return movedText(d)
    if (typeof d['path'] === 'string' && Array.isArray(d['errors']))
      return `${d['path']}: ${d['errors'].join('; ')}`
    if (typeof d['id'] === 'string') return `deployment ${d['id']}`
    return JSON.stringify(d)
  })
}

function movedText(d: Record<string, unknown>): string {
  const by = typeof d['by'] === 'string' ? `, changed by ${d['by']}` : ''
  if (d['now'] === 0) return `${d['object']} is gone`
  if (d['planned'] === 0) return `${d['object']} exists now${by}`
  return `${d['object']} has changed (revision ${d['planned']} → ${d['now']}${by})`
}
