// The examples of the language are valid and give what they gave before (`UPDATE=1` writes that anew), their tests pass,
// and no construct is without an example. docs/language.md shows them all, and is what the tables say (`UPDATE=1`).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../src/base/index.ts'
import { runTestFile, type RunResult } from '../../src/cli/test/runfile.ts'
import { minimalApp } from '../../src/lang/convert/minimal.ts'
import { evaluateHclFiles } from '../../src/lang/hcl/index.ts'
import { readTestFile } from '../../src/lang/hcl/testfile/index.ts'
import { loadConfiguration } from '../../src/lang/load/index.ts'
import * as typescript from '../../src/lang/ts/index.ts'
import { constructs } from '../../src/lang/vocabulary/index.ts'
import type { Desired } from '../../src/model/index.ts'
import { repository } from '../support/processes.ts'
import { exampleNames, examplesDirectory, exampleTexts } from './language/examples.ts'
import { everyPart, languagePage } from './language/page.ts'
import { everyForm, everyName, usedIn } from './language/used.ts'

const options = { given: [], env: {} }
const expectedDirectory = join(import.meta.dirname, 'fixtures', 'language')
const hclFiles = [...exampleTexts].filter(([path]) => path.endsWith('.hcl'))

test('there are examples', () => {
  expect(exampleNames.length).toBeGreaterThan(30)
})

describe.each(exampleNames)('examples/language/%s', name => {
  const directory = join(examplesDirectory, name)

  test('is valid and gives what it gave', async () => {
    const { desired, diagnostics } = await loadConfiguration(directory, options)
    expect(diagnostics).toEqual([])
    const path = join(expectedDirectory, `${name}.json`)
    const text = await shown(desired!)
    if (process.env['UPDATE'] || !existsSync(path)) {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
    expect(text).toBe(readFileSync(path, 'utf8'))
  })

  const tests = [...exampleTexts].filter(([path]) => dirname(path) === name && path.endsWith('.test.hcl'))
  test.each(tests)('%s passes', async (path, text) => {
    const { file, diagnostics } = readTestFile(path, text)
    expect(diagnostics).toEqual([])
    const results: RunResult[] = []
    await runTestFile(file!, { directory, options }, result => void results.push(result))
    expect(results.length).toBeGreaterThan(0)
    expect(results.filter(r => r.status !== 'pass')).toEqual([])
  })
})

/** Each opens with a title and one to three sentences. */
test.each([...exampleTexts].filter(([path]) => /\.(hcl|ts)$/.test(path)))(
  '%s says what it shows',
  (_, text) => {
    expect(text).toMatch(/^(#|\/\/) [A-Z].*[^.]\n\1 .+\.\n/)
  },
)

/** Words that no example can have, for the reason that is given. */
const withoutExample: Readonly<Record<string, string>> = {
  'app.secret': 'not offered yet',
  'app.volume.secret': 'not offered yet',
  'app.volume.external': 'not offered yet',
  'app.volume.size': 'persistent volumes are not offered yet',
  'app.volume.type': 'persistent volumes are not offered yet',
  'app.volume.max_size': 'persistent volumes are not offered yet',
  'app.volume.constraints': 'persistent volumes are not offered yet',
  'app.volume.profile_name': 'persistent volumes are not offered yet',
  'app.container.volume': 'see app.volume',
  'app.volume.volume': 'persistent volumes are not offered yet',
  'app.check': 'has no effect yet',
  'app.executor_resources': 'has no effect',
  'app.container.linux_info': 'has no effect yet',
  'app.container.credential': 'has no effect yet',
  'app.container.pull_config': 'not offered yet',
  'app.residency': 'has no effect',
}

describe('every construct has an example', () => {
  const used = new Set(hclFiles.flatMap(([path, text]) => [...usedIn(path, text)]))
  const isLeftOut = (name: string): boolean =>
    Object.keys(withoutExample).some(out => name === out || name.startsWith(`${out}.`))

  test('arguments and blocks', () => {
    expect(everyName().length).toBeGreaterThan(150)
    expect(everyName().filter(name => !used.has(name) && !isLeftOut(name))).toEqual([])
  })

  test('the tables know what may stand at the top level', () => {
    const { diagnostics } = evaluateHclFiles([{ name: 'main.hcl', text: 'quux {}' }])
    const [, known = ''] = /Known are: (.+)\./.exec(diagnostics[0]!.detail) ?? []
    expect(known.split(', ').sort()).toEqual([...Object.keys(constructs), 'app', 'group', 'volume'].sort())
  })

  test('forms of expressions', () => {
    expect(everyForm().filter(form => !used.has(form))).toEqual([])
  })

  test('blocks of test files', () => {
    const names = ['agent', 'agent.cpus', 'agent.mem', 'agent.disk', 'agent.attributes', 'variables', 'run']
    const ofRun = ['run.command', 'run.expect_failures', 'run.variables', 'run.assert']
    expect([...names, ...ofRun].filter(name => !used.has(name))).toEqual([])
  })

  test('functions of the TypeScript package', () => {
    const texts = [...exampleTexts].filter(([path]) => path.endsWith('.ts')).map(([, text]) => text)
    // There are no secrets yet.
    const names = Object.keys(typescript).filter(name => name !== 'secret')
    expect(names.length).toBeGreaterThan(20)
    expect(names.filter(name => !texts.some(t => new RegExp(`\\b${name}[(\`]`).test(t)))).toEqual([])
  })

  test('the forms of files', () => {
    const names = [...exampleTexts.keys()].map(path => path.replace(/^.*\//, ''))
    for (const end of ['.hcl', '.hcl.json', '.test.hcl', '.config.ts', '.group.json']) {
      expect(names.some(name => name.endsWith(end))).toBe(true)
    }
  })

  test('and what can have none has none', () => {
    const known = new Set(everyName())
    expect(Object.keys(withoutExample).filter(name => used.has(name) || !known.has(name))).toEqual([])
  })
})

describe('docs/language.md', () => {
  const path = join(repository, 'docs', 'language.md')
  const template = readFileSync(join(import.meta.dirname, 'language', 'template.md'), 'utf8')
  const page = languagePage(template, exampleTexts)

  test('has every example and every table', () => {
    expect(everyPart(exampleNames).filter(part => !page.included.has(part))).toEqual([])
  })

  test('is what the tables say', async () => {
    const settings = await resolveConfig(path)
    const text = await format(page.text, { ...settings, parser: 'markdown' })
    if (process.env['UPDATE']) writeFileSync(path, text)
    expect(readFileSync(path, 'utf8')).toBe(text)
  })
})

/** Without what the defaults say. */
async function shown(desired: Desired): Promise<string> {
  const apps = desired.apps.map(app => ({ ...app, app: minimalApp(app.app) }))
  return format(canonicalJson({ ...desired, apps }), { parser: 'json', printWidth: 110 })
}
