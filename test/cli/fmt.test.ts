// `sddc fmt` over files of a temporary directory and over standard input.
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { applyPatch } from 'diff'
import { beforeEach, describe, expect, test } from 'vitest'
import { fmtCommand, type FmtOptions } from '../../src/cli/commands/fmt.ts'
import { parseCommandLine } from '../../src/cli/commandline/parse.ts'
import { exit } from '../../src/cli/context.ts'
import { maxFileBytes } from '../../src/lang/load/texts.ts'
import { replaceFile } from '../../src/cli/replacefile.ts'
import { unifiedDiff } from '../../src/cli/print/patch.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { testContext } from './testcontext.ts'

const loose = 'app "web" {\ncpus=1\nmem = 64\n}\n'
const neat = 'app "web" {\n  cpus = 1\n  mem  = 64\n}\n'
const broken = 'app "web" {\n  cpus =\n}\n'

let root = ''
beforeEach(() => {
  root = temporaryDirectory('fmt')
})

function put(name: string, text: string | Uint8Array): string {
  const path = join(root, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  return path
}

function textOf(name: string): string {
  return readFileSync(join(root, name), 'utf8')
}

interface Ran {
  readonly code: number
  /** Lines for the terminal's standard output and standard error. */
  readonly out: string
  readonly notes: string
  /** What `-` wrote. */
  readonly written: string
}

async function fmt(
  paths: readonly string[] = [],
  options: Partial<FmtOptions> = {},
  input: string | Uint8Array = '',
): Promise<Ran> {
  const { context, out, notes } = testContext(root)
  let written = ''
  const code = await fmtCommand(
    context,
    { paths, check: false, diff: false, recursive: false, ...options },
    { input: chunksOf(Buffer.from(input)), write: text => void (written += text) },
  )
  return { code, out: out.join('\n'), notes: notes.join('\n'), written }
}

// Cut anywhere, also within a character.
async function* chunksOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 100_001)
    yield await Promise.resolve(bytes.slice(at, at + 100_001))
}

describe('sddc fmt', () => {
  test('writes what changes in the current directory and names it', async () => {
    put('b.hcl', loose)
    put('a.hcl', neat)
    put('c.vars.hcl', 'tag="1"\n')
    put('main.ts', loose)
    expect(await fmt()).toEqual({ code: exit.done, out: 'b.hcl\nc.vars.hcl', notes: '', written: '' })
    expect(textOf('a.hcl')).toBe(neat)
    expect(textOf('b.hcl')).toBe(neat)
    expect(textOf('c.vars.hcl')).toBe('tag = "1"\n')
    expect(textOf('main.ts')).toBe(loose)
    expect(await fmt()).toMatchObject({ code: exit.done, out: '' })
  })

  test('takes files and directories, each file once', async () => {
    put('one/a.hcl', loose)
    put('two/b.hcl', loose)
    put('two/c.hcl', loose)
    const { code, out } = await fmt(['two/c.hcl', 'two', './two/b.hcl', join(root, 'two')])
    expect({ code, out }).toEqual({ code: exit.done, out: 'two/c.hcl\ntwo/b.hcl' })
    expect(textOf('one/a.hcl')).toBe(loose)
  })

  test('goes into directories only with --recursive, and passes over hidden names and backups', async () => {
    for (const name of ['a.hcl', 'x/b.hcl', 'x/y/c.hcl']) put(name, loose)
    for (const name of ['.h.hcl', '.git/d.hcl', 'x/e.hcl~', 'old~/f.hcl']) put(name, loose)
    symlinkSync(root, join(root, 'x', 'again'))
    expect((await fmt()).out).toBe('a.hcl')
    expect((await fmt(['.'], { recursive: true })).out).toBe('x/b.hcl\nx/y/c.hcl')
    for (const name of ['.h.hcl', '.git/d.hcl', 'x/e.hcl~', 'old~/f.hcl']) expect(textOf(name)).toBe(loose)
  })

  test('--check writes nothing and exits 3', async () => {
    put('a.hcl', loose)
    put('b.hcl', neat)
    expect(await fmt([], { check: true })).toMatchObject({ code: exit.unformatted, out: 'a.hcl' })
    expect(textOf('a.hcl')).toBe(loose)
    expect(await fmt(['b.hcl'], { check: true })).toMatchObject({ code: exit.done, out: '' })
  })

  test('--diff prints a difference that can be applied', async () => {
    put('a.hcl', loose)
    const { code, out } = await fmt([], { check: true, diff: true })
    expect(code).toBe(exit.unformatted)
    expect(out).toMatch(/^a\.hcl\n--- a\.hcl\n\+\+\+ a\.hcl\n@@ /)
    expect(applyPatch(loose, out.slice(out.indexOf('---')))).toBe(neat)
    expect(textOf('a.hcl')).toBe(loose)
    expect((await fmt([], { diff: true })).code).toBe(exit.done)
    expect(textOf('a.hcl')).toBe(neat)
  })

  test('leaves a broken file alone, tells where, and does the others', async () => {
    put('a.hcl', broken)
    put('b.hcl', loose)
    const { code, out, notes } = await fmt()
    expect({ code, out }).toEqual({ code: exit.error, out: 'b.hcl' })
    expect(notes).toContain('on a.hcl line 2')
    expect(notes).toContain('  cpus =')
    expect(textOf('a.hcl')).toBe(broken)
    expect(textOf('b.hcl')).toBe(neat)
    expect((await fmt([], { check: true })).code).toBe(exit.error)
  })

  test.each([
    { name: 'missing.hcl', text: undefined, told: 'no such file' },
    { name: 'latin.hcl', text: Buffer.from([0x23, 0xe9, 0x0a]), told: 'not UTF-8' },
    { name: 'large.hcl', text: ' '.repeat(maxFileBytes + 1), told: 'at most' },
    { name: 'main.ts', text: 'export {}\n', told: 'does not end in .hcl' },
  ])('tells why $name can not be formatted', async ({ name, text, told }) => {
    if (text !== undefined) put(name, text)
    put('b.hcl', loose)
    const { code, out, notes } = await fmt([name, 'b.hcl'])
    expect({ code, out }).toEqual({ code: exit.error, out: 'b.hcl' })
    expect(notes.replace(/\n│ /g, ' ')).toContain(told)
  })

  test('keeps the mode and a symbolic link, and leaves nothing beside the file', async () => {
    chmodSync(put('real/a.hcl', loose), 0o640)
    symlinkSync(join(root, 'real', 'a.hcl'), join(root, 'link.hcl'))
    expect((await fmt(['link.hcl'])).out).toBe('link.hcl')
    expect(lstatSync(join(root, 'link.hcl')).isSymbolicLink()).toBe(true)
    expect(textOf('real/a.hcl')).toBe(neat)
    expect(statSync(join(root, 'real', 'a.hcl')).mode & 0o777).toBe(0o640)
    expect(readdirSync(join(root, 'real'))).toEqual(['a.hcl'])
  })

  test('a file that can not be replaced stays as it was', () => {
    const path = put('a.hcl', loose)
    mkdirSync(join(root, `.a.hcl.${process.pid}~`))
    expect(() => replaceFile(path, neat)).toThrow()
    expect(textOf('a.hcl')).toBe(loose)
  })
})

describe('sddc fmt -', () => {
  test('reads standard input and writes standard output', async () => {
    expect(await fmt(['-'], {}, loose)).toEqual({ code: exit.done, out: '', notes: '', written: neat })
    expect((await fmt(['-'], {}, 'a=1')).written).toBe('a = 1')
    const long = `${'# é\n'.repeat(100_000)}a=1\n`
    expect((await fmt(['-'], {}, long)).written).toBe(`${'# é\n'.repeat(100_000)}a = 1\n`)
  })

  test('--check and --diff', async () => {
    expect(await fmt(['-'], { check: true }, loose)).toMatchObject({ code: exit.unformatted, written: '' })
    expect(await fmt(['-'], { check: true }, neat)).toMatchObject({ code: exit.done, written: '' })
    const { code, out, written } = await fmt(['-'], { diff: true }, loose)
    expect({ code, written }).toEqual({ code: exit.done, written: '' })
    expect(applyPatch(loose, out)).toBe(neat)
  })

  test('refuses broken and unreadable text', async () => {
    const told = await fmt(['-'], {}, broken)
    expect(told).toMatchObject({ code: exit.error, written: '' })
    expect(told.notes).toContain('on <stdin> line 2')
    expect(await fmt(['-'], {}, Buffer.from([0xff]))).toMatchObject({ code: exit.error, written: '' })
    expect(await fmt(['-'], {}, ' '.repeat(maxFileBytes + 1))).toMatchObject({ code: exit.error })
  })

  test('goes with no other path', async () => {
    await expect(fmt(['-', 'a.hcl'])).rejects.toMatchObject({ code: 'USAGE' })
  })
})

describe('the words of sddc fmt', () => {
  test.each([
    { line: ['fmt'], values: { path: [], check: false, diff: false, recursive: false } },
    { line: ['fmt', '-'], values: { path: ['-'], check: false } },
    {
      line: ['fmt', '-check', 'a.hcl', '--recursive', 'b', 'c'],
      values: { path: ['a.hcl', 'b', 'c'], check: true },
    },
    { line: ['fmt', '--diff', '--', '-a.hcl'], values: { path: ['-a.hcl'], diff: true } },
  ])('$line', ({ line, values }) => {
    expect(parseCommandLine(line)).toMatchObject({ kind: 'run', command: { name: 'fmt' }, values })
  })

  test('other commands take no more words than before', () => {
    expect(() => parseCommandLine(['validate', 'a', 'b'])).toThrow('one word too many')
  })
})

describe('unifiedDiff', () => {
  test('CRLF and a missing final newline survive', () => {
    const before = 'a=1\r\nb = 2\r\nc=3'
    const after = 'a = 1\r\nb = 2\r\nc = 3'
    expect(applyPatch(before, unifiedDiff('a.hcl', before, after), { autoConvertLineEndings: false })).toBe(
      after,
    )
  })

  test('control characters do not reach the terminal', () => {
    expect(unifiedDiff('a\u001b[2J.hcl', 'a="\u001b[31m"\n', 'a = "\u001b[31m"\n')).not.toContain('\u001b')
  })

  test('a text that differs in every line is replaced whole', () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `a${i}`)
    const before = `${lines.map(line => `${line}=1`).join('\n')}\n`
    const after = `${lines.map(line => `${line} = 1`).join('\n')}\n`
    const patch = unifiedDiff('a.hcl', before, after)
    expect(applyPatch(before, patch)).toBe(after)
  })
})
