// `sddc console`: answers to lines of standard input, as text and as JSON, and to a person on a terminal.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { consoleCommand } from '../../src/cli/commands/console.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/wait.ts'
import { testContext } from './testcontext.ts'

let root = ''
const state = process.env['XDG_STATE_HOME']
beforeEach(() => {
  root = temporaryDirectory('console')
  process.env['XDG_STATE_HOME'] = join(root, 'state')
})
afterEach(() => {
  if (state === undefined) delete process.env['XDG_STATE_HOME']
  else process.env['XDG_STATE_HOME'] = state
})

async function answers(questions: string, json = false) {
  const { context, out, notes } = testContext(root, { json })
  const input = new PassThrough()
  input.end(questions)
  const code = await consoleCommand(
    context,
    { target: undefined, given: [] },
    { input, output: new PassThrough() },
  )
  return { code, out, notes: notes.join('\n') }
}

describe('one line, one answer', () => {
  const rows: readonly (readonly [question: string, json: string])[] = [
    ['1 + 2', '{"type":"number","value":3}'],
    ['[1, "a"]', '{"type":"tuple([number,string])","value":[1,"a"]}'],
    ['tolist(["a"])', '{"type":"list(string)","value":["a"]}'],
    ['{ b = 1, "a b" = true }', '{"type":"object({\\"a b\\"=bool,b=number})","value":{"a b":true,"b":1}}'],
    ['9007199254740993', '{"type":"number","value":9007199254740993}'],
    ['0.1 + 0.2', '{"type":"number","value":0.3}'],
    ['sensitive("x")', '{"type":"string","sensitive":true}'],
    ['[sensitive(1)]', '{"type":"tuple([number])","sensitive":true}'],
    ['{ (sensitive("key")) = 1 }', '{"type":"object","sensitive":true}'],
    ['[{ a = sensitive("x") }]', '{"type":"tuple([object({a=string})])","sensitive":true}'],
    ['null', '{"type":"any","value":null}'],
    ['"\\u001b[31m"', '{"type":"string","value":"\\u001b[31m"}'],
  ]
  test.each(rows)('%s', async (question, json) => {
    expect(await answers(`${question}\n`, true)).toEqual({ code: 0, out: [json], notes: '' })
  })

  test('a line that is too long is told as such, and the rest goes on', async () => {
    const { code, out } = await answers(`1${'+1'.repeat(600_000)}\n2\n`, true)
    expect(code).toBe(1)
    expect(out).toEqual([expect.stringContaining('Question too long'), '{"type":"number","value":2}'])
  })

  test('every answer stands in the line of its question; a mistake says where, and the rest goes on', async () => {
    const { code, out } = await answers('1\n\nnope\n"ä${foo}"\n2\n', true)
    expect(code).toBe(1)
    expect(out).toHaveLength(4)
    expect(JSON.parse(out[1]!)).toMatchObject({
      error: {
        summary: 'Unknown variable',
        range: {
          filename: '<input>',
          start: { line: 3, column: 1, byte: 3 },
          end: { line: 3, column: 5, byte: 7 },
        },
      },
    })
    expect(JSON.parse(out[2]!)).toMatchObject({
      error: { range: { start: { line: 4, column: 5, byte: 13 } } },
    })
    expect(out[3]).toBe('{"type":"number","value":2}')
  })

  test('infinity is an error, for JSON has no number for it', async () => {
    const { code, out } = await answers('1 / 0\n', true)
    expect(code).toBe(1)
    expect(out[0]).toContain('Value has no JSON form')
  })

  test('as HCL for people, mistakes on standard error with the line marked', async () => {
    const { code, out, notes } = await answers(
      '{ a = ["x"], bb = toset([1]) }\n"one\\ntwo\\n"\nupper(1, 2)\n',
    )
    expect(code).toBe(1)
    expect(out).toEqual([
      '{\n  a  = [\n    "x",\n  ]\n  bb = toset([\n    1,\n  ])\n}',
      '<<EOT\none\ntwo\nEOT',
    ])
    expect(notes).toContain('on <input> line 3')
    expect(notes).toContain('3: upper(1, 2)')
  })

  test('names of the configuration; variables without a value are unknown', async () => {
    writeFileSync(
      join(root, 'main.hcl'),
      'variable "tag" { type = string }\nlocals { n = 3 }\napp "web" { cmd = "x" }\n',
    )
    const { code, out } = await answers('local.n\napp.web.id\nvar.tag\n', true)
    expect(code).toBe(0)
    expect(out).toEqual([
      '{"type":"number","value":3}',
      '{"type":"string","value":"/web"}',
      '{"type":"string","unknown":true}',
    ])
  })

  test('a configuration with a mistake is told, and functions still answer', async () => {
    writeFileSync(join(root, 'main.hcl'), 'locals { n = }\n')
    const { out, notes } = await answers('1 + 1\n')
    expect(notes).toContain('main.hcl')
    expect(out).toEqual(['2'])
  })
})

describe('on a terminal', () => {
  async function session(typed: readonly string[]) {
    const { context, out, notes } = testContext(root)
    const input = Object.assign(new PassThrough(), { isTTY: true })
    const output = new PassThrough()
    let shown = ''
    output.on('data', (chunk: Buffer) => (shown += chunk.toString()))
    const ended = consoleCommand(context, { target: undefined, given: [] }, { input, output })
    for (const text of typed) {
      const before = shown.length
      await until(() => shown.includes('> '), { what: 'the prompt' })
      input.write(text)
      await until(() => shown.length > before, { what: `the echo of ${text}` })
    }
    input.end()
    return { code: await ended, out, notes: notes.join('\n'), shown }
  }

  test('answers, goes on over several lines, keeps the history, ends with exit', async () => {
    const { code, out } = await session(['1 + 1\n', '[\n', '2,\n', ']\n', 'exit\n'])
    expect(code).toBe(0)
    expect(out).toEqual(['2', '[\n  2,\n]'])
    expect(readFileSync(join(root, 'state', 'sddc', 'console-history'), 'utf8')).toContain('1 + 1')
  })

  test('Tab completes names', async () => {
    writeFileSync(join(root, 'main.hcl'), 'locals {\n  greeting = "hi"\n}\n')
    const { out } = await session(['local.gre\t', '\n', 'exit\n'])
    expect(out).toEqual(['"hi"'])
  })
})
