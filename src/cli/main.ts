// The command line: reads the words, runs the command, prints what went wrong, sets the exit code.
import { helpText } from './commandline/help.ts'
import { parseCommandLine, type Parsed } from './commandline/parse.ts'
import type { Values } from './commandline/command.ts'
import { exit, type Context } from './context.ts'
import { printError } from './problems.ts'
import { openTerminal } from './terminal.ts'
import { programVersion } from './version.ts'

async function main(args: readonly string[]): Promise<number> {
  // Mistakes in the words are told before the options are known.
  let terminal = openTerminal(args.some(arg => /^--?no-color$/.test(arg)) ? false : undefined)
  try {
    const parsed = parseCommandLine(args)
    if (parsed.kind !== 'run') return answered(parsed, terminal)
    terminal = openTerminal(colorOf(parsed.values))
    return await parsed.command.run(contextOf(parsed.values, terminal), parsed.values)
  } catch (error) {
    printError(terminal, error)
    return exit.error
  }
}

function answered(parsed: Exclude<Parsed, { kind: 'run' }>, terminal: Context['terminal']): number {
  if (parsed.kind === 'version') {
    terminal.out(programVersion())
    return exit.done
  }
  terminal.out(helpText(parsed.topic, terminal.width))
  return parsed.asked ? exit.done : exit.error
}

function contextOf(values: Values, terminal: Context['terminal']): Context {
  return {
    terminal,
    json: values['json'] === true,
    server: text(values['server']),
    stack: text(values['stack']),
    directory: process.cwd(),
  }
}

function colorOf(values: Values): boolean | undefined {
  return typeof values['color'] === 'boolean' ? values['color'] : undefined
}

function text(value: Values[string]): string | undefined {
  return typeof value === 'string' ? value : undefined
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader went away (`sddc status | head`): nobody is left to tell.
    if (error.code === 'EPIPE') process.exit(exit.done)
    throw error
  })
}

process.exitCode = await main(process.argv.slice(2))
