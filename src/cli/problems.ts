// Prints diagnostics and errors: for people on standard error, with --json as lines on standard output.
import { CodedError, type Diagnostic } from '../base/index.ts'
import { Refusal } from './client.ts'
import type { Context } from './context.ts'
import { diagnosticJson, printDiagnostics } from './print/diagnostics.ts'
import { systemErrorText } from './systemerror.ts'
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
