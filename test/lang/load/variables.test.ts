// Where values of HCL's variables come from, and who wins.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { GivenValue, Loaded } from '../../../src/lang/load/index.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { loadFiles } from './loader.ts'

let directory: string
beforeEach(() => {
  directory = temporaryDirectory('variables')
})

const main = 'variable "v" { default = "default" }\noutput "o" { value = var.v }\n'
const value = (text: string): GivenValue => ({ kind: 'value', name: 'v', value: text })
const file = (name: string): GivenValue => ({ kind: 'file', path: join(directory, name) })

function found({ desired, diagnostics }: Loaded): unknown {
  expect(diagnostics).toEqual([])
  return desired!.outputs['o']!.value
}

describe('precedence, low to high', () => {
  const files = {
    'sddc.vars.hcl': 'v = "own"',
    'sddc.vars.hcl.json': '{"v": "own json"}',
    'a.auto.vars.hcl.json': '{"v": "auto a"}',
    'b.auto.vars.hcl': 'v = "auto b"',
    'given.vars.hcl': 'v = "given"',
    'given.json': '{"v": "given json"}',
  }
  type Name = keyof typeof files
  const rows: readonly (readonly [
    title: string,
    present: readonly Name[],
    given: readonly ('given.vars.hcl' | 'given.json' | 'flag')[],
    expected: string,
  ])[] = [
    ['nothing', [], [], 'environment'],
    ['the own file', ['sddc.vars.hcl'], [], 'own'],
    ['its JSON form', ['sddc.vars.hcl', 'sddc.vars.hcl.json'], [], 'own json'],
    ['automatic ones', ['sddc.vars.hcl', 'a.auto.vars.hcl.json'], [], 'auto a'],
    ['the last automatic one', ['b.auto.vars.hcl', 'a.auto.vars.hcl.json'], [], 'auto b'],
    ['a file given', ['b.auto.vars.hcl', 'given.vars.hcl'], ['given.vars.hcl'], 'given'],
    ['a file not given', ['given.vars.hcl'], [], 'environment'],
    ['a value behind a file', ['given.vars.hcl'], ['given.vars.hcl', 'flag'], 'flag'],
    ['a file behind a value', ['given.json'], ['flag', 'given.json'], 'given json'],
    ['a file behind a file', ['given.json', 'given.vars.hcl'], ['given.json', 'given.vars.hcl'], 'given'],
  ]
  it.each(rows)('%s', async (_, present, given, expected) => {
    const texts = Object.fromEntries(present.map(name => [name, files[name]]))
    const loaded = await loadFiles(
      directory,
      { 'main.hcl': main, ...texts },
      {
        env: { SDDC_VAR_v: 'environment', SDDC_VAR_other: 'ignored' },
        given: given.map(g => (g === 'flag' ? value('flag') : file(g))),
      },
    )
    expect(found(loaded)).toBe(expected)
  })
})

describe('a name that is not declared', () => {
  it('is a warning in a file, an error on the command line, nothing in the environment', async () => {
    await writeFile(join(directory, 'more.json'), '{"vv": 1}')
    await writeFile(join(directory, 'sddc.vars.hcl'), 'w = 1\n')
    const loaded = await loadFiles(
      directory,
      { 'main.hcl': main },
      {
        env: { SDDC_VAR_x: '1' },
        given: [file('more.json'), { kind: 'value', name: 'y', value: '1' }],
      },
    )
    expect(loaded.diagnostics.map(d => [d.severity, d.summary])).toEqual([
      ['error', 'Value for undeclared variable'],
      ['warning', 'Value for undeclared variable'],
      ['warning', 'Value for undeclared variable'],
    ])
    expect(loaded.diagnostics[2]!.subject).toBeDefined()
  })
})

describe('a variable without a value', () => {
  const needing = { 'main.hcl': 'variable "v" {}\napp "a" {\n  cmd = var.v\n}\n' }

  it('is an error', async () => {
    const { diagnostics, missingVariables } = await loadFiles(directory, needing)
    expect(diagnostics.map(d => d.summary)).toEqual(['No value for required variable'])
    expect(missingVariables).toEqual([])
  })

  it('is none where that is allowed; then there is no wish without errors', async () => {
    const loaded = await loadFiles(directory, needing, { unknownVariables: 'allowed' })
    expect(loaded.diagnostics).toEqual([])
    expect(loaded.desired).toBeUndefined()
    expect(loaded.missingVariables).toEqual(['v'])
  })

  it('does not keep Marathon files beside it from being checked', async () => {
    const files = { ...needing, 'b.app.json': '{ "id": "b", "cmd": "b", "cpus": -1 }' }
    const loaded = await loadFiles(directory, files, { unknownVariables: 'allowed' })
    expect(loaded.diagnostics).toHaveLength(1)
  })
})
