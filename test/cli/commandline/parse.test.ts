// Words of the command line: what is understood, and what is said of the rest.
import { describe, expect, test } from 'vitest'
import { CodedError } from '../../../src/base/index.ts'
import { parseCommandLine } from '../../../src/cli/commandline/parse.ts'
import { allOptions, commands } from '../../../src/cli/commandline/table/index.ts'

function values(line: string): object {
  const parsed = parseCommandLine(line.split(' ').filter(word => word !== ''))
  if (parsed.kind !== 'run') throw new Error(`${line}: ${parsed.kind}`)
  return { command: parsed.command.name, ...parsed.values }
}

function mistake(line: string): string {
  try {
    parseCommandLine(line.split(' ').filter(word => word !== ''))
  } catch (error) {
    if (error instanceof CodedError && error.code === 'USAGE')
      return `${error.message}\n${error.advice ?? ''}`
    throw error
  }
  throw new Error(`understood: ${line}`)
}

describe('what is understood', () => {
  test.each<[string, object]>([
    ['plan', { command: 'plan', path: undefined, out: undefined, json: false, var: [] }],
    ['plan shop -out x -var a=1 --var b=2', { path: 'shop', out: 'x', var: ['a=1', 'b=2'] }],
    ['--json plan -detailed-exitcode', { command: 'plan', json: true, 'detailed-exitcode': true }],
    ['--server http://h:1 status web', { command: 'status', server: 'http://h:1', app: 'web' }],
    ['logs web -fn 5', { follow: true, tail: 5 }],
    ['logs 007', { app: '007' }],
    ['scale web 3', { app: 'web', instances: 3 }],
    ['deployment cancel abc --force', { command: 'deployment cancel', id: 'abc', force: true }],
    ['plan --no-color', { color: false }],
    ['plan -no-color', { color: false }],
    ['plan -- --odd', { path: '--odd' }],
    [
      'plan -var-file a -var b=1 --out x --var-file=c --var=d=2',
      {
        var: ['b=1', 'd=2'],
        'var-file': ['a', 'c'],
        inOrder: [
          { option: 'var-file', value: 'a' },
          { option: 'var', value: 'b=1' },
          { option: 'var-file', value: 'c' },
          { option: 'var', value: 'd=2' },
        ],
      },
    ],
    ['get --upgrade shop', { command: 'get', upgrade: true, path: 'shop', inOrder: [] }],
  ])('%s', (line, expected) => {
    expect(values(line)).toMatchObject(expected)
  })

  test.each<[string, object]>([
    ['', { kind: 'help', topic: '', asked: false }],
    ['--help', { kind: 'help', topic: '', asked: true }],
    ['help plan', { kind: 'help', topic: 'plan', asked: true }],
    ['plan -h', { kind: 'help', topic: 'plan', asked: true }],
    ['plan --help a b c', { kind: 'help', topic: 'plan', asked: true }],
    ['deployment', { kind: 'help', topic: 'deployment', asked: false }],
    ['help deployment cancel', { kind: 'help', topic: 'deployment cancel', asked: true }],
    ['-version', { kind: 'version' }],
    ['version', { kind: 'version' }],
  ])('help and version: %s', (line, expected) => {
    expect(parseCommandLine(line.split(' ').filter(word => word !== ''))).toEqual(expected)
  })

  test('an app named help is an app', () => {
    expect(values('logs help')).toMatchObject({ command: 'logs', app: 'help' })
  })
})

describe('mistakes', () => {
  test.each<[string, string]>([
    ['aply', '"aply" is not a command. Did you mean "apply"?\nSee: sddc --help'],
    [
      'deployment cancle x',
      '"deployment cancle" is not a command. Did you mean "cancel"?\nSee: sddc deployment --help',
    ],
    ['help lgos', '"lgos" is not a command. Did you mean "logs"?\nSee: sddc --help'],
    ['--bogus plan', '"--bogus" is not an option.\nSee: sddc --help'],
    [
      'plan --detailed-exitcod',
      '"--detailed-exitcod" is not an option of "sddc plan". Did you mean "--detailed-exitcode"?\nSee: sddc plan --help',
    ],
    [
      'up -agnets 5',
      '"-agnets" is not an option of "sddc up". Did you mean "--agents"?\nSee: sddc up --help',
    ],
    ['down --stack x', '"--stack" is not an option of "sddc down".\nSee: sddc down --help'],
    ['up --json', '"--json" is not an option of "sddc up".\nSee: sddc up --help'],
    ['server start', '"server start" is not a command.\nSee: sddc server --help'],
    ['down now', '"now" is one word too many\nUsage: sddc down\nFor example: sddc down'],
    [
      'scale',
      'Missing: <app> <instances>\nUsage: sddc scale <app> <instances>\nFor example: sddc scale web 3',
    ],
    ['scale web', 'Missing: <instances>\nUsage: sddc scale <app> <instances>\nFor example: sddc scale web 3'],
    ['scale web -1', '<instances> is a whole number from 0 to 1000000, not "-1"\n'],
    ['scale web 1.5', '<instances> is a whole number from 0 to 1000000, not "1.5"\n'],
    ['up --agents 0x3', '--agents is a whole number from 1 to 50, not "0x3"\n'],
    ['up --agents 51', '--agents is a whole number from 1 to 50, not "51"\n'],
    ['up --agents', '--agents wants a value\nLike this: --agents N'],
    ['plan -out', '--out wants a value\nLike this: --out FILE'],
    ['plan --out --json', '--out wants a value\nLike this: --out FILE'],
    ['plan --out=', '--out wants a value\nLike this: --out FILE'],
    ['plan --no-out', '--out wants a value\nLike this: --out FILE'],
    ['logs web -n', '--tail wants a value\nLike this: --tail N'],
    ['status --server a --server b', '--server is given more than once\nLike this: --server URL'],
  ])('%s', (line, said) => {
    expect(mistake(line)).toBe(said)
  })
})

describe('the table of commands', () => {
  test.each(commands)('$name has a purpose and one to three examples, which are understood', command => {
    expect(command.about).toMatch(/^[A-Z].*[^.]$/)
    expect(command.examples.length).toBeGreaterThanOrEqual(1)
    expect(command.examples.length).toBeLessThanOrEqual(3)
    for (const [line] of command.examples) expect(values(line)).toMatchObject({ command: command.name })
  })

  test.each(commands)('$name: its options are of the same kind and short name as elsewhere', command => {
    for (const [name, { kind, short }] of Object.entries(command.options)) {
      expect({ name, kind, short }).toEqual({
        name,
        kind: allOptions[name]!.kind,
        short: allOptions[name]!.short,
      })
    }
  })

  test.each(commands)('$name: its required words come first', ({ words }) => {
    const required = Object.values(words).map(word => word.required)
    expect(required).toEqual([...required].sort((a, b) => Number(b) - Number(a)))
  })

  test('has every command', () => {
    expect(commands.length).toBeGreaterThan(15)
  })
})
