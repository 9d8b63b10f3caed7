// What docs/marathon-compatibility.md says of changes in place is what the table of fields says.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { allFields } from '../../src/model/index.ts'

test('the fields that change in place are those of the table', () => {
  const document = readFileSync(new URL('../../docs/marathon-compatibility.md', import.meta.url), 'utf8')
  const [, sentence] = /Fields that a running task does not see change in place: (.*?)\. Running tasks/.exec(
    document,
  )!
  const named = [...sentence!.matchAll(/`(\w+)`/g)].map(([, name]) => name!)
  const inPlace = allFields().filter(f => f.effect === 'inPlace')
  const outermost = inPlace.filter(
    f => !inPlace.some(outer => f.path.startsWith(`${outer.path}/`) || f.path.startsWith(`${outer.path}(`)),
  )
  // The switch that makes a service port a host port, too.
  const wanted = new Set([...outermost.map(f => f.field.name), 'requirePorts'])
  expect([...new Set(named)].sort()).toEqual([...wanted].sort())
})
