// The same meaning, written in HCL, in TypeScript and as Marathon JSON, gives the identical `Desired`.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../src/base/index.ts'
import { loadConfiguration } from '../../../src/lang/load/index.ts'
import type { Desired } from '../../../src/model/index.ts'

const fixtures = join(import.meta.dirname, 'fixtures', 'same')
const options = { given: [], env: {}, stack: 'same' }

describe.each(['hello', 'shop', 'container'])('%s', name => {
  it('is the same from all three front ends', async () => {
    const [hcl, typescript, json] = await Promise.all(
      ['hcl', 'typescript', 'json'].map(form => desiredIn(join(fixtures, name, form))),
    )
    expect(hcl).toEqual(json)
    expect(typescript).toEqual(json)
    expect(canonicalJson(hcl)).toBe(canonicalJson(json))
    expect(canonicalJson(typescript)).toBe(canonicalJson(json))
  })

  it('is the same as HCL in JSON', async () => {
    const [hcl, json] = await Promise.all(
      ['hcl', 'hcl-json'].map(form => desiredIn(join(fixtures, name, form))),
    )
    expect(canonicalJson(json)).toBe(canonicalJson(hcl))
  })
})

it('is the same for the quickstart in its three spellings, and every example loads', async () => {
  const examples = join(import.meta.dirname, '../../../examples')
  const [hcl, typescript, json] = await Promise.all(
    ['quickstart', 'quickstart-ts', 'quickstart-json'].map(name => desiredIn(join(examples, name))),
  )
  expect(typescript).toEqual(hcl)
  expect(json).toEqual(hcl)
  expect(hcl!.apps.map(a => a.app.id)).toEqual(['/shop/backend', '/shop/web'])
  expect((await desiredIn(join(examples, 'containers'))).apps).toHaveLength(2)
})

it('differs in nothing but addresses where HCL repeats with for_each and count', async () => {
  const [hcl, typescript, json] = await Promise.all(
    ['hcl', 'typescript', 'json'].map(form => desiredIn(join(fixtures, 'many', form))),
  )
  expect(typescript).toEqual(json)
  expect(hcl!.apps.map(a => a.app)).toEqual(json!.apps.map(a => a.app))
  expect(hcl!.groups).toEqual(json!.groups)
  expect(hcl!.apps.map(a => a.address)).toEqual([
    'app.checker[0]',
    'app.checker[1]',
    'group.first.app.one',
    'app.worker["eu"]',
    'app.worker["us"]',
  ])
})

async function desiredIn(directory: string): Promise<Desired> {
  const { desired, diagnostics } = await loadConfiguration(directory, options)
  expect(diagnostics).toEqual([])
  return desired!
}
