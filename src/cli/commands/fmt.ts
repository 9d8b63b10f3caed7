// `sddc fmt`: brings HCL files into the canonical style. What has a syntax error is told and left as it is.
import { isUtf8 } from 'node:buffer'
import { resolve } from 'node:path'
import { errorDiagnostic, type Diagnostic } from '../../base/index.ts'
import { formatHcl } from '../../lang/hcl/format/index.ts'
import { maxFileBytes, readText } from '../../lang/load/texts.ts'
import { usageError } from '../commandline/command.ts'
import { exit, type Context } from '../context.ts'
import { hclFiles } from '../hclfiles.ts'
import { unifiedDiff } from '../print/patch.ts'
import { printableLine } from '../print/printable.ts'
import { printProblems } from '../problems.ts'
import { replaceFile } from '../replacefile.ts'
import { systemErrorText } from '../systemerror.ts'

export interface FmtOptions {
  /** Files, directories, or only `-`. None: the current directory. */
  readonly paths: readonly string[]
  /** Writes nothing. */
  readonly check: boolean
  readonly diff: boolean
  readonly recursive: boolean
}

/** Where `-` reads and writes. */
export interface Standard {
  readonly input: AsyncIterable<Uint8Array>
  write(text: string): void
}

export async function fmtCommand(
  context: Context,
  options: FmtOptions,
  standard: Standard = { input: process.stdin, write: text => void process.stdout.write(text) },
): Promise<number> {
  if (options.paths.includes('-')) {
    if (options.paths.length > 1) {
      throw usageError('"-" stands for standard input and goes with no other path', 'Like this: sddc fmt -')
    }
    return formatInput(context, options, standard)
  }
  const results: Result[] = []
  for (const name of filesOf(context, options, results)) {
    results.push(await formatFile(context, options, name))
  }
  return exitCode(options, results)
}

type Result = 'formatted' | 'changed' | 'failed'

function exitCode({ check }: FmtOptions, results: readonly Result[]): number {
  if (results.includes('failed')) return exit.error
  return check && results.includes('changed') ? exit.unformatted : exit.done
}

/** Each file once. A path that can't be read is told, and the others are still done. */
function filesOf(context: Context, { paths, recursive }: FmtOptions, results: Result[]): readonly string[] {
  const found = new Map<string, string>()
  for (const path of paths.length === 0 ? ['.'] : paths) {
    try {
      for (const name of hclFiles(context.directory, path, recursive)) {
        const whole = resolve(context.directory, name)
        if (!found.has(whole)) found.set(whole, name)
      }
    } catch (error) {
      results.push(failed(context, refused('Path can not be read', error)))
    }
  }
  return [...found.values()]
}

async function formatFile(context: Context, options: FmtOptions, name: string): Promise<Result> {
  if (!name.endsWith('.hcl')) {
    const detail = `${name} does not end in .hcl. To format it all the same: sddc fmt - < ${name}`
    return failed(context, errorDiagnostic('Not an HCL file', detail))
  }
  const diagnostics: Diagnostic[] = []
  const path = resolve(context.directory, name)
  const file = await readText(path, diagnostics)
  if (file === undefined) return failed(context, ...diagnostics)
  const formatted = format(context, name, file.text)
  if (formatted === undefined) return 'failed'
  if (formatted === file.text) return 'formatted'
  if (!options.check) {
    try {
      replaceFile(path, formatted)
    } catch (error) {
      return failed(context, refused('File can not be written', error))
    }
  }
  context.terminal.out(printableLine(name))
  if (options.diff) context.terminal.out(unifiedDiff(name, file.text, formatted))
  return 'changed'
}

async function formatInput(context: Context, options: FmtOptions, standard: Standard): Promise<number> {
  const name = '<stdin>'
  const text = await readInput(standard.input)
  if (typeof text !== 'string') return exitCode(options, [failed(context, text)])
  const formatted = format(context, name, text)
  if (formatted === undefined) return exit.error
  const isChanged = formatted !== text
  if (options.diff && isChanged) context.terminal.out(unifiedDiff(name, text, formatted))
  if (!options.diff && !options.check) standard.write(formatted)
  return exitCode(options, [isChanged ? 'changed' : 'formatted'])
}

async function readInput(input: Standard['input']): Promise<string | Diagnostic> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of input) {
    size += chunk.length
    if (size > maxFileBytes) {
      return errorDiagnostic('Text too large', `At most ${maxFileBytes} bytes are read from standard input.`)
    }
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  if (isUtf8(bytes)) return bytes.toString()
  return errorDiagnostic('Invalid character encoding', 'What came on standard input is not UTF-8 text.')
}

/** Undefined when the text is refused, which is then told. */
function format(context: Context, name: string, text: string): string | undefined {
  const formatted = formatHcl(text, name)
  printProblems(context, formatted.diagnostics, () => text)
  return formatted.text
}

function failed(context: Context, ...diagnostics: readonly Diagnostic[]): Result {
  printProblems(context, diagnostics, () => undefined)
  return 'failed'
}

function refused(summary: string, error: unknown): Diagnostic {
  const why = systemErrorText(error)
  if (why === undefined) throw error
  return errorDiagnostic(summary, `${why}.`)
}
