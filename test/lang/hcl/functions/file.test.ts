// Functions that read files: what they give, what they refuse and why, and what the loader notes of it.
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { maxFileBytes } from '../../../../src/lang/hcl/functions/fileaccess.ts'
import { matchGlob, splitGlob } from '../../../../src/lang/hcl/functions/glob.ts'
import { evaluateHclFiles } from '../../../../src/lang/hcl/index.ts'
import { fileAccess } from '../../../../src/lang/load/fileaccess.ts'
import { loadConfiguration } from '../../../../src/lang/load/index.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import { answer } from '../answers.ts'
import { fixtureContext, fixtureDirectory } from './fixtures.ts'
import type { Rows } from './rows.ts'

const rows: Rows = [
  ['file("hello.txt")', '"Hello!\\n"'],
  ['file("./conf/../hello.txt")', '"Hello!\\n"'],
  ['file("nothing.txt")', '! Invalid function argument: "nothing.txt"'],
  ['file("conf")', '! Invalid function argument: "conf"'],
  ['file("bytes.bin")', '! Invalid function argument: "bytes.bin"'],
  ['filebase64("bytes.bin")', '"//4="'],
  ['fileexists("hello.txt")', 'true'],
  ['fileexists("nothing.txt")', 'false'],
  ['fileexists("hello.txt/below")', 'false'],
  ['fileexists("conf")', '! Invalid function argument: "conf"'],
  ['fileexists("/dev/null")', '! Invalid function argument: "/dev/null"'],
  ['file("/dev/zero")', '! Invalid function argument: "/dev/zero"'],
  ['fileset(".", "*.txt")', '["hello.txt", "password.txt"]'],
  ['fileset(".", "hello.txt")', '["hello.txt"]'],
  ['fileset(".", "nothing.txt")', '[]'],
  ['fileset(".", "conf")', '[]'],
  ['fileset("nowhere", "**")', '[]'],
  ['fileset("conf", "*")', '["app.conf", "notes.md"]'],
  ['fileset("conf", "**")', '["app.conf", "notes.md", "site/x.json"]'],
  ['fileset("conf", "**/*.json")', '["site/x.json"]'],
  ['fileset("conf", "*/x.json")', '["site/x.json"]'],
  ['fileset("conf", "site/?.json")', '["site/x.json"]'],
  ['fileset("conf", "{app.conf,site/*}")', '["app.conf", "site/x.json"]'],
  ['fileset("conf/site", "../*.md")', '["../notes.md"]'],
  ['fileset("conf", "/site/../*.md")', '["notes.md"]'],
  ['fileset("conf", "[")', '! Invalid function argument: "["'],
  ['fileset("conf", "{a")', '! Invalid function argument: "{a"'],
  ['abspath("/a/./b//c/..")', '"/a/b"'],
  ['pathexpand("~")', '"/users/me"'],
  ['pathexpand("~/a/../b")', '"/users/me/b"'],
  ['pathexpand("a/~")', '"a/~"'],
  ['pathexpand("~root/a")', '! Invalid function argument: "~root/a"'],
  ['templatefile("hello.tpl", {name = 1})', '"Hello, 1!\\n"'],
  ['templatefile("hello.tpl", {})', '! Invalid function argument: "hello.tpl"'],
  ['templatefile("hello.tpl", {"a b" = 1})', '! Invalid function argument: {"a b" = 1}'],
  ['templatefile("nothing.tpl", {})', '! Invalid function argument: "nothing.tpl"'],
  [
    'templatestring("$${templatefile(\\"hello.tpl\\", {name = 1})}", {})',
    '! Invalid function argument: "$${templatefile(\\"hello.tpl\\", {name = 1})}"',
  ],
  ['env("HOME")', '! Invalid function argument: "HOME"'],
  ['env("HOME", "none")', '"none"'],
  ['env("")', '! Invalid function argument: ""'],
  ['env("a=b")', '! Invalid function argument: "a=b"'],
]

test.each(rows)('%s is %s', (text, expected) => {
  expect(answer(text, false, fixtureContext)).toBe(expected)
})

test('without files each of them says so', () => {
  for (const call of ['file("a")', 'fileexists("a")', 'fileset(".", "*")', 'abspath("a")', 'env("A")']) {
    expect(answer(call)).toBe(`! Error in function call: ${call}`)
  }
})

describe('reasons', () => {
  const reasons: Rows = [
    ['file("nothing.txt")', 'file(): nothing.txt: no such file or directory.'],
    ['file("conf")', 'file(): conf: it is a directory.'],
    [
      'file("bytes.bin")',
      'file(): bytes.bin is not UTF-8 text; filebase64() gives its bytes in base64, filesha256() their hash.',
    ],
    ['file("/dev/zero")', 'file(): /dev/zero: it is not a regular file.'],
    [
      'env("REGION")',
      'env(): the environment has no variable "REGION"; set it, or give a default: env("REGION", "…").',
    ],
    [
      'file(sensitive("nothing.txt"))',
      'file(): the arguments do not fit; to say more would show a sensitive value.',
    ],
    [
      'timestamp()',
      'timestamp() is not offered. Its result is another one each time, so every plan would show a change. Pass the time as a variable: --var now=2026-11-22T08:00:00Z.',
    ],
  ]

  test.each(reasons)('%s: %s', (expression, reason) => {
    const text = `output "x" {\n  value = ${expression}\n}\n`
    const { diagnostics } = evaluateHclFiles([{ name: 'main.hcl', text }], { context: fixtureContext })
    expect(diagnostics[0]?.detail).toBe(reason)
  })

  test('a file that is too large', () => {
    const directory = temporaryDirectory('files')
    writeFileSync(join(directory, 'large'), '')
    truncateSync(join(directory, 'large'), maxFileBytes + 1)
    const files = fileAccess(directory)
    expect(files.read(join(directory, 'large'))).toEqual({
      kind: 'failed',
      reason: `it has more than ${maxFileBytes} bytes`,
    })
    expect(files.files()).toEqual([])
  })

  test('a pipe is not waited for', () => {
    const directory = temporaryDirectory('files')
    execFileSync('mkfifo', [join(directory, 'pipe')])
    expect(fileAccess(directory).read(join(directory, 'pipe'))).toEqual({
      kind: 'failed',
      reason: 'it is not a regular file',
    })
  })
})

test('links to files are files, links to directories are not entered', () => {
  const directory = temporaryDirectory('files')
  mkdirSync(join(directory, 'real'))
  writeFileSync(join(directory, 'real', 'a'), '')
  symlinkSync('real', join(directory, 'linked'))
  symlinkSync('real/a', join(directory, 'file'))
  symlinkSync('gone', join(directory, 'broken'))
  expect(fileAccess(directory).list(directory, Infinity)).toEqual({ kind: 'list', paths: ['file', 'real/a'] })
  expect(fileAccess(directory).list(directory, 1)).toEqual({ kind: 'list', paths: ['file'] })
})

test('the loader notes what was read, wherever the program runs', async () => {
  const directory = temporaryDirectory('files')
  writeFileSync(join(directory, 'a.txt'), 'a')
  writeFileSync(
    join(directory, 'main.hcl'),
    `output "x" {
       value = [file("a.txt"), filemd5("\${path.module}/a.txt"), env("REGION"), env("ZONE", "z"), path.root]
     }
     output "y" { value = fileexists("b.txt") }
     output "cwd" { value = path.cwd }`,
  )
  const env = { REGION: 'eu', OTHER: 'x' }
  const loaded = await loadConfiguration(directory, { given: [], env })
  expect(loaded.diagnostics).toEqual([])
  expect(loaded.files).toEqual([
    { path: 'a.txt', sha256: 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb' },
  ])
  expect(loaded.environment).toEqual(['REGION', 'ZONE'])
  expect(loaded.desired?.outputs['x']?.value).toEqual([
    'a',
    '0cc175b9c0f1b6a831c399e269772661',
    'eu',
    'z',
    '.',
  ])
  expect(loaded.desired?.outputs['cwd']?.value).toBe(process.cwd())
})

test('a file is read once in a run', () => {
  const directory = temporaryDirectory('files')
  const path = join(directory, 'a')
  writeFileSync(path, 'before')
  const files = fileAccess(directory)
  const first = files.read(path)
  writeFileSync(path, 'after')
  expect(files.read(path)).toBe(first)
})

describe('patterns', () => {
  const patterns: readonly (readonly [pattern: string, matches: string, not: string])[] = [
    ['*', 'a .hidden a.b', 'a/b'],
    ['**', 'a a/b a/b/c', ''],
    ['**/a', 'a x/a x/y/a', 'xa x/b'],
    ['a/**', 'a/b a/b/c', 'b/a ab'],
    ['a/**/b', 'a/b a/x/b a/x/y/b', 'ab a/xb'],
    ['a**b', 'ab axb', 'a/b'],
    ['?', 'a é', 'ab /'],
    ['[a-c]x', 'ax cx', 'dx -x'],
    ['[^a-c]x', 'dx', 'ax'],
    ['[!a-c]x', 'dx', 'ax'],
    ['[]a]', '] a', 'b'],
    ['[a\\-c]', 'a - c', 'b'],
    ['{a,b/c}.txt', 'a.txt b/c.txt', 'c.txt'],
    ['{a,{b,c}}', 'a b c', 'd'],
    ['{**/a,b}', 'a x/a b', 'x/b'],
    ['\\*', '*', 'a'],
    ['a.b', 'a.b', 'axb'],
    ['a+(b)|c$', 'a+(b)|c$', 'aab'],
    ['a,b}', 'a,b}', 'a'],
    ['日*', '日本', '本'],
  ]

  test.each(patterns)('%s', (pattern, matches, not) => {
    const match = matchGlob(pattern)
    for (const path of matches.split(' ').filter(p => p !== ''))
      expect({ path, is: match(path) }).toEqual({ path, is: true })
    for (const path of not.split(' ').filter(p => p !== ''))
      expect({ path, is: match(path) }).toEqual({ path, is: false })
  })

  test('many stars take no longer', () => {
    expect(matchGlob('*a'.repeat(200))('a'.repeat(2000) + 'b')).toBe(false)
  })

  test.each([
    ['a/b', 'a/b', '', 0],
    ['a/*', 'a', '*', 1],
    ['*/b/c', '', '*/b/c', 3],
    ['a/**/b', 'a', '**/b', Infinity],
    ['a/{b,c/d}', 'a', '{b,c/d}', Infinity],
  ] as const)('%s starts at %j', (pattern, fixed, wild, depth) => {
    expect(splitGlob(pattern)).toEqual({ fixed, wild, depth })
  })
})

test('the fixtures are where the examples look for them', () => {
  expect(fileAccess(fixtureDirectory).kindOf(join(fixtureDirectory, 'hello.txt'))).toEqual({ kind: 'file' })
})
