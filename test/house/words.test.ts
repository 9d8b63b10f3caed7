// What must not stand in the project's files, and what each file must begin with.
import { describe, expect, test } from 'vitest'
import { trackedFiles, withoutComments } from './sources.ts'

const files = trackedFiles().filter(file => file.path !== 'package-lock.json')
const code = files.filter(file => /\.(ts|js)$/.test(file.path) && !file.path.includes('/fixtures/'))

/** Written in two pieces each, so that this file does not contain them. */
const forbidden: readonly { name: string; pattern: RegExp; where?: RegExp }[] = [
  { name: 'work left for later', pattern: new RegExp(`\\b(${'TO'}DO|${'FIX'}ME|${'X'}XX)\\b`) },
  { name: 'a registry host', pattern: new RegExp(`registry\\.${'npmjs'}|${'deb'}\\.debian\\.org`) },
  {
    name: 'a path of a machine',
    pattern: new RegExp(`(^|[\\s'"\`(=])/(${'wor'}k|${'hom'}e/[a-z]+|${'Use'}rs)/[a-z.]`, 'm'),
  },
  {
    name: 'a silenced check',
    pattern: new RegExp(`@ts-${'ignore'}|@ts-${'nocheck'}|(es|ox)lint-${'disable'}`),
    where: /\.(ts|js)$/,
  },
  {
    name: 'a test that is switched off',
    pattern: new RegExp(`\\.(${'ski'}p|${'onl'}y|todo)\\(`),
    where: /\.test\.ts$/,
  },
]

describe('words', () => {
  test('the files were seen', () => {
    expect(files.length).toBeGreaterThan(60)
    expect(code.length).toBeGreaterThan(50)
  })

  test.each(forbidden)('no file has $name', ({ pattern, where }) => {
    const hits = files
      .filter(file => where === undefined || where.test(file.path))
      .flatMap(file =>
        file.text.split('\n').map((line, index) => ({ place: `${file.path}:${index + 1}`, line })),
      )
      .filter(({ line }) => pattern.test(line))
    expect(hits.map(({ place, line }) => `${place} ${line.trim().slice(0, 120)}`)).toEqual([])
  })

  test('each source file opens with what it is for', () => {
    const silent = code.filter(file => !/^(#![^\n]*\n)?\/\/ \S|^(#![^\n]*\n)?\/\*/.test(file.text))
    expect(silent.map(file => file.path)).toEqual([])
  })

  test('own imports name the file with its extension', () => {
    const bare = code.filter(file =>
      /\bfrom\s+'\.{1,2}\/[^']*(?<!\.(?:ts|js|json))'/.test(withoutComments(file.text)),
    )
    expect(bare.map(file => file.path)).toEqual([])
  })
})
