// The vocabulary covers the schema table: every field of an app can be written in HCL, and the names agree.
import { describe, expect, it } from 'vitest'
import { appWords, camelCase } from '../../../src/lang/vocabulary/index.ts'
import type { Words } from '../../../src/lang/vocabulary/index.ts'
import { allFields } from '../../../src/model/index.ts'

/** Fields that have no word of their own. */
const elsewhere: readonly string[] = [
  // The label.
  '/id',
  // One port block fills this on the host network, else the container's mappings.
  '/portDefinitions',
]

describe('the words of an app', () => {
  it('reach every top-level field of the schema', () => {
    const reached = new Set(fieldsOf(appWords))
    const top = allFields().filter(f => f.path.lastIndexOf('/') === 0)
    expect(top.length).toBeGreaterThan(30)
    const missing = top
      .filter(f => !reached.has(f.field.name) && !elsewhere.includes(f.path))
      .map(f => f.path)
    expect(missing).toEqual([])
  })

  it('are in snake_case, and no word is both TypeScript name of two things', () => {
    const names = [...Object.keys(appWords.attributes), ...Object.keys(appWords.blocks)]
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/)
    const typescript = [
      ...Object.keys(appWords.attributes).map(camelCase),
      ...Object.values(appWords.blocks).flatMap(b => b.typescript ?? []),
    ]
    // An empty list of ports is an argument in HCL; in TypeScript it is the list of ports.
    expect(typescript.filter((name, i) => typescript.indexOf(name) !== i)).toEqual(['ports'])
  })

  it('have no units in their names', () => {
    const names = JSON.stringify(appWords).match(/"[a-z_]*_(seconds|mb|mib|ms)"/g)
    expect(names).toBeNull()
  })
})

function fieldsOf(words: Words): readonly string[] {
  const own = Object.values(words.attributes).map(w => w.field)
  return [...own, ...Object.values(words.blocks).map(b => b.field)]
}
