// `sddc console`: asks a configuration for values. On a terminal with history and completion of names; else one
// expression a line from standard input, one answer each.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { type Diagnostic, errorDiagnostic } from '../../base/index.ts'
import {
  type Answer,
  type Place,
  answerJson,
  ask,
  isUnfinished,
  valueText,
} from '../../lang/console/index.ts'
import type { Expressions } from '../../lang/hcl/index.ts'
import { loadExpressions } from '../../lang/load/expressions.ts'
import { loadOptionsOf, type ConfigurationOptions } from '../configuration.ts'
import { exit, type Context } from '../context.ts'
import { printDiagnostics, type Sources } from '../print/diagnostics.ts'
import { printable } from '../print/printable.ts'
import { printProblems } from '../problems.ts'

export interface ConsoleStreams {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly output: NodeJS.WritableStream
}

/** Expressions and answers that are longer than this are no longer typed by anybody. */
const maxLineLength = 1024 * 1024
const maxHistory = 1000

export async function consoleCommand(
  context: Context,
  options: ConfigurationOptions,
  streams: ConsoleStreams = { input: process.stdin, output: process.stdout },
): Promise<number> {
  const directory = resolve(context.directory, options.target ?? '.')
  const loaded = await loadExpressions(directory, loadOptionsOf(context, options))
  printProblems({ ...context, json: false }, loaded.diagnostics, file => loaded.sources.get(file))
  return streams.input.isTTY === true && !context.json
    ? interactive(context, loaded.expressions, streams)
    : answerAll(context, loaded.expressions, streams)
}

/** One line, one answer; empty lines have none. Exits 1 when any question had a mistake. */
async function answerAll(
  context: Context,
  expressions: Expressions,
  { input }: ConsoleStreams,
): Promise<number> {
  const lines = createInterface({ input, crlfDelay: Infinity, terminal: false })
  const place = { file: '<input>', lines: 0, bytes: 0 }
  let status: number = exit.done
  for await (const line of lines) {
    if (line.trim() !== '') {
      const answer = answerTo(expressions, line, place)
      if (answer.value === undefined) status = exit.error
      if (context.json) {
        const { line: told, ok } = answerJson(answer)
        if (!ok) status = exit.error
        context.terminal.out(told)
      } else {
        // The lines before are not kept: the one that is asked stands for them.
        printFindings(context, answer.diagnostics, () => `${'\n'.repeat(place.lines)}${line}`)
        if (answer.value !== undefined) context.terminal.out(printable(valueText(answer.value)))
      }
    }
    place.lines += 1
    place.bytes += Buffer.byteLength(line) + 1
  }
  return status
}

async function interactive(
  context: Context,
  expressions: Expressions,
  { input, output }: ConsoleStreams,
): Promise<number> {
  const { terminal } = context
  const history = historyFile()
  const prompt = terminal.paint.bold('> ')
  const reader = createInterface({
    input,
    output,
    terminal: true,
    prompt,
    history: readHistory(history),
    historySize: maxHistory,
    removeHistoryDuplicates: true,
    completer: (line: string) => completionsOf(expressions, line),
  })
  reader.on('history', (lines: string[]) => keepHistory(history, lines))
  terminal.note(terminal.paint.dim('An expression and Enter; Tab completes; "exit" or Ctrl-D ends.'))
  let question = ''
  reader.on('SIGINT', () => {
    question = ''
    showPrompt(reader, prompt)
  })
  reader.prompt()
  for await (const line of reader) {
    question = question === '' ? line : `${question}\n${line}`
    if (/^\s*(exit|quit)\s*$/.test(question)) break
    // An empty line ends also what is not finished, so that the mistake in it is told.
    if (isUnfinished(question) && line.trim() !== '') {
      reader.setPrompt('… ')
      reader.prompt()
      continue
    }
    if (question.trim() !== '') answerOne(context, expressions, question)
    question = ''
    showPrompt(reader, prompt)
  }
  reader.close()
  return exit.done
}

function showPrompt(reader: Interface, prompt: string): void {
  reader.setPrompt(prompt)
  reader.prompt()
}

function answerOne(context: Context, expressions: Expressions, question: string): void {
  const answer = answerTo(expressions, question, { file: '<console>', lines: 0, bytes: 0 })
  printFindings(context, answer.diagnostics, () => question)
  if (answer.value !== undefined) context.terminal.out(printable(valueText(answer.value)))
}

/** Half a question has another answer, so one that is too long gets none. */
function answerTo(expressions: Expressions, question: string, place: Place): Answer {
  if (question.length <= maxLineLength) return ask(expressions, question, place)
  const detail = `A question has at most ${maxLineLength} characters.`
  return { value: undefined, diagnostics: [errorDiagnostic('Question too long', detail)] }
}

function printFindings({ terminal }: Context, diagnostics: readonly Diagnostic[], sources: Sources): void {
  if (diagnostics.length === 0) return
  terminal.note(
    printDiagnostics(diagnostics, sources, { color: terminal.color, width: terminal.width }).trimEnd(),
  )
}

/** Names that begin as the last word of the line does, and that word. */
function completionsOf(expressions: Expressions, line: string): [string[], string] {
  const word = /[\w.:-]*$/.exec(line)![0]
  return [
    expressions
      .names()
      .filter(name => name.startsWith(word))
      .sort(),
    word,
  ]
}

/** Beside what other programs remember for this user. */
function historyFile(): string {
  return join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'sddc', 'console-history')
}

function readHistory(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).slice(0, maxHistory)
  } catch {
    return []
  }
}

/** A history that can't be kept is no reason to stop. */
function keepHistory(file: string, lines: readonly string[]): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 })
  } catch {
    // Nothing is lost but the history.
  }
}
