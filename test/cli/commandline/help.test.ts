// Help: every option that it shows is understood, in both spellings, and it fits narrow windows.
import { describe, expect, test } from 'vitest'
import { normaliseArguments } from '../../../src/cli/commandline/arguments.ts'
import { helpText } from '../../../src/cli/commandline/help.ts'
import { parseCommandLine } from '../../../src/cli/commandline/parse.ts'
import { allOptions, commands, groups } from '../../../src/cli/commandline/table/index.ts'

const topics = ['', ...Object.keys(groups), ...commands.map(c => c.name)]

describe('help', () => {
  test.each(topics)('shows only options that one dash is enough for: "%s"', topic => {
    const shown = [...helpText(topic, 100).matchAll(/^ {2}(?:-[a-z], )?--([a-z-]+)/gm)].map(m => m[1]!)
    expect(shown.length).toBeGreaterThan(2)
    const short = shown.map(name => `-${name}`)
    expect(normaliseArguments(short, Object.keys(allOptions))).toEqual(shown.map(name => `--${name}`))
  })

  test.each(commands.map(c => c.name))('of "%s" has its usage, purpose and examples', name => {
    const command = commands.find(c => c.name === name)!
    const text = helpText(name, 100)
    expect(text.split('\n')[0]).toMatch(new RegExp(`^sddc ${name}`))
    expect(text).toContain(command.about)
    expect(text).toContain('Examples:\n')
    for (const option of Object.keys(command.options)) expect(text).toContain(`--${option}`)
    for (const word of Object.keys(command.words))
      expect(text).toMatch(new RegExp(`Words:\n(?:.*\n)* {2}${word} `))
  })

  test('of the program lists every command', () => {
    const text = helpText('', 100)
    for (const { name } of commands) expect(text).toContain(`  sddc ${name.split(' ')[0]}`)
  })

  test.each(topics)('fits a narrow window: "%s"', topic => {
    const lines = helpText(topic, 60).split('\n')
    const examples = lines.indexOf('Examples:')
    // A line to be typed is never broken.
    const prose = lines.slice(0, examples === -1 ? undefined : examples)
    expect(Math.max(...prose.map(line => line.length))).toBeLessThanOrEqual(60)
  })

  test('is asked for in every way', () => {
    for (const line of [
      ['plan', '--help'],
      ['plan', '-h'],
      ['plan', '-help'],
      ['help', 'plan'],
    ]) {
      expect(parseCommandLine(line)).toEqual({ kind: 'help', topic: 'plan', asked: true })
    }
  })
})

describe('one dash or two', () => {
  test.each<[string[], string[]]>([
    [
      ['plan', '-out', 'f'],
      ['plan', '--out', 'f'],
    ],
    [['-var=a=1'], ['--var=a=1']],
    [
      ['-var', '-out=x'],
      ['--var', '--out=x'],
    ],
    [['-no-color'], ['--no-color']],
    [
      ['-it', '-f', '-fn5'],
      ['-it', '-f', '-fn5'],
    ],
    [['-unknown'], ['-unknown']],
    [
      ['--out', '-1'],
      ['--out', '-1'],
    ],
    [
      ['-out', '--', '-out'],
      ['--out', '--', '-out'],
    ],
  ])('%j', (given, expected) => {
    expect(normaliseArguments(given, ['color', 'out', 'var'])).toEqual(expected)
  })
})
