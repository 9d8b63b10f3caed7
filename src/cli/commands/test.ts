// `sddc test`: the test files of a configuration, run on modelled machines.
import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { hasErrors, type Diagnostic } from '../../base/index.ts'
import { readTestFile } from '../../lang/hcl/testfile/index.ts'
import { listDirectory, readText } from '../../lang/load/texts.ts'
import { usageError } from '../commandline/command.ts'
import { loadOptionsOf, type ConfigurationOptions } from '../configuration.ts'
import { exit, type Context } from '../context.ts'
import { diagnosticJson } from '../print/diagnostics.ts'
import { printableLine } from '../print/printable.ts'
import { printProblems } from '../problems.ts'
import { runTestFile, type RunResult, type TestTarget } from '../test/runfile.ts'

export interface TestOptions extends ConfigurationOptions {
  /** Names of test files; none: all of them. */
  readonly filter: readonly string[]
}

interface Counts {
  pass: number
  fail: number
  skip: number
}

export async function testCommand(context: Context, options: TestOptions): Promise<number> {
  const directory = resolve(context.directory, options.target ?? '.')
  const files = await testFilesIn(directory, options.filter, context)
  if (files === undefined) return exit.error
  const counts: Counts = { pass: 0, fail: 0, skip: 0 }
  const target = { directory, options: loadOptionsOf(context, options) }
  for (const path of files) await testFile(context, path, target, counts)
  tellSummary(context, files.length, counts)
  return counts.fail > 0 ? exit.error : exit.done
}

/** Those of the directory, then those of `tests/`. */
async function testFilesIn(
  directory: string,
  filter: readonly string[],
  context: Context,
): Promise<readonly string[] | undefined> {
  const found: string[] = []
  for (const folder of [directory, join(directory, 'tests')]) {
    if (folder !== directory && !existsSync(folder)) continue
    const diagnostics: Diagnostic[] = []
    const names = await listDirectory(folder, diagnostics)
    printProblems(context, diagnostics, () => undefined)
    if (names === undefined) return undefined
    found.push(...names.filter(n => n.endsWith('.test.hcl')).map(n => join(folder, n)))
  }
  const isWanted = (path: string): boolean =>
    filter.length === 0 || filter.some(f => resolve(directory, f) === path || basename(path) === f)
  const wanted = found.filter(isWanted)
  if (wanted.length > 0) return wanted
  const known = found.map(path => basename(path)).join(', ')
  throw usageError(
    found.length === 0 ? 'there are no test files (*.test.hcl) here' : 'no test file has such a name',
    found.length === 0 ? 'A test file has blocks like: run "name" { assert { … } }' : `There are: ${known}`,
  )
}

async function testFile(context: Context, path: string, target: TestTarget, counts: Counts): Promise<void> {
  const diagnostics: Diagnostic[] = []
  const text = await readText(path, diagnostics)
  const read = text === undefined ? { diagnostics: [] } : readTestFile(text.name, text.text)
  diagnostics.push(...read.diagnostics)
  const name = text?.name ?? path
  if (!context.json) context.terminal.out(context.terminal.paint.bold(printableLine(name)))
  if (read.file === undefined || hasErrors(diagnostics)) {
    counts.fail++
    printProblems(context, diagnostics, () => text?.text)
    return
  }
  await runTestFile(read.file, target, result => {
    counts[result.status]++
    tellRun(context, name, result)
  })
}

function tellRun(context: Context, file: string, { name, status, diagnostics, sources }: RunResult): void {
  const { terminal, json } = context
  const textOf = (wanted: string): string | undefined => sources.get(wanted)
  if (json) {
    const told = diagnostics.map(d => diagnosticJson(d, textOf))
    terminal.out(JSON.stringify({ type: 'test_run', file, run: name, status, diagnostics: told }))
    return
  }
  const { green, red, yellow } = terminal.paint
  const word = { pass: green('pass'), fail: red('fail'), skip: yellow('skip') }[status]
  terminal.out(`  ${word}  ${printableLine(name)}`)
  printProblems(context, diagnostics, textOf)
}

function tellSummary({ terminal, json }: Context, files: number, { pass, fail, skip }: Counts): void {
  if (json) {
    terminal.out(JSON.stringify({ type: 'test_summary', files, passed: pass, failed: fail, skipped: skip }))
    return
  }
  const { green, red } = terminal.paint
  const skipped = skip === 0 ? '' : `, ${skip} skipped`
  const line = `${pass} passed, ${fail} failed${skipped}.`
  terminal.out(`\n${fail === 0 ? green(line) : red(line)}`)
}
