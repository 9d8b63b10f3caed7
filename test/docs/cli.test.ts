// docs/cli.md and the help texts of the built program name the same commands, the same options and the same exit codes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { exit } from '../../src/cli/context.ts'
import { repository, run } from '../support/processes.ts'

interface Help {
  /** `sddc plan [path]`. */
  readonly usage: string
  /** With dashes, sorted: `--follow`, `-f`. */
  readonly options: readonly string[]
  /** `plan`, `deployment list`. */
  readonly commands: readonly string[]
}

const page = readFileSync(join(repository, 'docs', 'cli.md'), 'utf8')
const helps: Help[] = []
let root: Help

beforeAll(async () => {
  root = await helpOf('')
  await collect(root.commands)
})

describe('docs/cli.md', () => {
  test('help was read', () => {
    expect(helps.length).toBeGreaterThan(15)
    expect(helps.some(help => help.usage.startsWith('sddc deployment '))).toBe(true)
  })

  test('has every command, with its arguments, and no other', () => {
    expect([...sections().keys()].sort()).toEqual(helps.map(help => help.usage).sort())
  })

  test('has the options of every command', () => {
    const [, shared = ''] = page.split('\n## Options of every command\n')
    expect(optionsIn(shared.split('\n## ')[0]!)).toEqual(root.options)
  })

  test('explains the options that are told once for all commands', () => {
    const [, many = ''] = page.split('\n## Options of many commands\n')
    const explained = optionsIn(many.split('\n## ')[0]!)
    const named = [...page.matchAll(/^Also: (.+)\.$/gm)].flatMap(([line]) => optionsIn(line))
    expect([...new Set(named)].sort()).toEqual(explained)
  })

  test('has the options of each command, and no other', () => {
    const found = Object.fromEntries([...sections()].map(([usage, text]) => [usage, optionsIn(text)]))
    const told = Object.fromEntries(
      helps.map(({ usage, options }) => [usage, options.filter(o => !root.options.includes(o))]),
    )
    expect(found).toEqual(told)
  })

  test('has every exit code', () => {
    const codes = [...page.matchAll(/^\| `(\d+)` +\|/gm)].map(([, code]) => Number(code))
    expect(codes).toEqual(Object.values(exit))
  })
})

/** Of the headings ### `sddc …`, by usage. */
function sections(): ReadonlyMap<string, string> {
  const parts = page.split(/^### `(sddc [^`]+)`$/m).slice(1)
  const found = new Map<string, string>()
  for (let i = 0; i < parts.length; i += 2) found.set(parts[i]!, parts[i + 1]!.split('\n## ')[0]!)
  return found
}

/** From the first cells of the tables, and from the line that names options told once for all commands. */
function optionsIn(text: string): readonly string[] {
  const cells = [...text.matchAll(/^\| (`-[^|]*) +\|/gm)].map(([, cell]) => cell!)
  const also = [...text.matchAll(/^Also: (.+)\.$/gm)].map(([, line]) => line!)
  return [...cells, ...also]
    .flatMap(part => [...part.matchAll(/`(--?[a-z-]+)/g)].map(([, name]) => name!))
    .sort()
}

async function collect(commands: readonly string[]): Promise<void> {
  const found = await Promise.all(commands.map(helpOf))
  helps.push(...found)
  for (const { commands: below } of found) await collect(below)
}

async function helpOf(command: string): Promise<Help> {
  const words = command.split(' ').filter(word => word !== '')
  const program = join(repository, 'bin', 'sddc.js')
  const { code, stdout, stderr } = await run(process.execPath, [program, ...words, '--help'])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  const [usage = ''] = stdout.split('\n', 1)
  const options = section(stdout, 'Options').flatMap(
    line => /^ +((?:-[a-z], )?--[a-z-]+)/.exec(line)?.[1]?.split(', ') ?? [],
  )
  const below = section(stdout, 'Commands').flatMap(
    line => /^ +sddc ([a-z]+(?: [a-z]+)*?)(?= [[<]|  |$)/.exec(line)?.[1] ?? [],
  )
  return { usage: usage.trim(), options: options.sort(), commands: below }
}

/** The indented lines below a title. */
function section(text: string, title: string): readonly string[] {
  const lines = text.split('\n')
  const start = lines.indexOf(`${title}:`)
  const rest = start < 0 ? [] : lines.slice(start + 1)
  const end = rest.indexOf('')
  return end < 0 ? rest : rest.slice(0, end)
}
