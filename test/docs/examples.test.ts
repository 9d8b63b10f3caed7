// Every example in docs/configuration.md and README.md is valid: each code block marked hcl, ts or json is written to a
// directory of its own and given to `sddc validate`; what is marked hcl test is run as by `sddc test`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runTestFile, type RunResult } from '../../src/cli/test/runfile.ts'
import { readTestFile } from '../../src/lang/hcl/testfile/index.ts'
import { loadConfiguration } from '../../src/lang/load/index.ts'
import { repository, run } from '../support/processes.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const fileNames: Readonly<Record<string, string>> = {
  hcl: 'main.hcl',
  ts: 'sddc.config.ts',
  json: 'example.group.json',
}
const jsonOfHcl = 'json hcl'

describe.each(['docs/configuration.md', 'README.md'])('%s', page => {
  const text = readFileSync(join(repository, page), 'utf8')
  const examples = [...text.matchAll(/^```(hcl|ts|json|json hcl)\n([\s\S]*?)^```$/gm)].map(
    ([, language, code], i) => ({ number: i + 1, language: language!, code: code! }),
  )

  test('has examples in all three forms', () => {
    expect(examples.map(e => e.language)).toEqual(expect.arrayContaining(Object.keys(fileNames)))
  })

  test.each(examples)('example $number ($language) is valid', async ({ language, code }) => {
    const directory = temporaryDirectory('example')
    for (const [name, text] of modulesIn(examples)) {
      mkdirSync(join(directory, name, '..'), { recursive: true })
      writeFileSync(join(directory, name), text)
    }
    writeFileSync(join(directory, language === jsonOfHcl ? 'main.hcl.json' : fileNames[language]!), code)
    const program = join(repository, 'bin', 'sddc.js')
    const ended = await run(process.execPath, [program, 'validate', directory, '--json'])
    expect(JSON.parse(ended.stdout)).toMatchObject({ valid: true, diagnostics: [] })
    expect(ended.code).toBe(0)
  })
})

/** Examples whose first line names their file stand in a directory of their own, for others to call. */
function modulesIn(examples: readonly { readonly code: string }[]): readonly (readonly [string, string])[] {
  return examples.flatMap(({ code }) => {
    const name = /^# (\S+\/\S+\.hcl)\n/.exec(code)?.[1]
    return name === undefined ? [] : [[name, code] as const]
  })
}

test('the test file in docs/configuration.md passes for the configuration of examples/language/tests', async () => {
  const text = readFileSync(join(repository, 'docs', 'configuration.md'), 'utf8')
  const blocks = [...text.matchAll(/^```hcl test\n([\s\S]*?)^```$/gm)]
  expect(blocks).toHaveLength(1)
  const { file, diagnostics } = readTestFile('shop.test.hcl', blocks[0]![1]!)
  expect(diagnostics).toEqual([])
  const directory = join(repository, 'examples', 'language', 'tests')
  const results: RunResult[] = []
  await runTestFile(file!, { directory, options: { given: [], env: {} } }, r => void results.push(r))
  expect(results.map(r => [r.name, r.status, r.diagnostics])).toEqual(
    ['first', 'update', 'none'].map(name => [name, 'pass', []]),
  )
})

test('the examples in README.md are the same app three times', async () => {
  const text = readFileSync(join(repository, 'README.md'), 'utf8')
  const [hcl, ts, json] = await Promise.all(
    Object.entries(fileNames).map(async ([language, name]) => {
      const [, code] = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text)!
      const directory = temporaryDirectory('example')
      writeFileSync(join(directory, name), code!)
      const { desired } = await loadConfiguration(directory, {
        given: [],
        env: {},
        stack: 'same',
      })
      return desired
    }),
  )
  expect(hcl?.apps).toHaveLength(1)
  expect(ts).toEqual(hcl)
  expect(json).toEqual(hcl)
})
