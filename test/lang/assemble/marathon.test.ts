// Marathon files without the loader: what one definition becomes, and where it says that something is wrong.
import { expect, it } from 'vitest'
import { desiredFromMarathon, parseJson } from '../../../src/lang/index.ts'
import type { StackName } from '../../../src/model/index.ts'

function read(text: string): ReturnType<typeof desiredFromMarathon> {
  const { json, places } = parseJson(text, 'a.json')
  return desiredFromMarathon([{ name: 'a.json', json: json!, places }], 'test' as StackName)
}

it('makes addresses from ids, and resolves relative ones', () => {
  const { desired, diagnostics, sources } = read(`{
  "id": "shop",
  "dependencies": ["/base"],
  "apps": [{ "id": "web", "cmd": "a", "dependencies": ["../base"] }],
  "groups": [
    { "id": "inner", "apps": [{ "id": "./db", "cmd": "b" }] }
  ]
}`)
  expect(diagnostics).toEqual([])
  expect(desired!.apps.map(a => [a.address, a.app.id, a.app.dependencies])).toEqual([
    ['group.shop.group.inner.app.db', '/shop/inner/db', []],
    ['group.shop.app.web', '/shop/web', ['/base']],
  ])
  expect(desired!.groups).toEqual([
    { address: 'group.shop', id: '/shop', dependencies: ['/base'] },
    { address: 'group.shop.group.inner', id: '/shop/inner', dependencies: [] },
  ])
  expect(sources.get('group.shop.group.inner.app.db')!.start.line).toBe(6)
})

it('points at the value that is wrong', () => {
  const { desired, diagnostics } = read(
    '[\n  { "id": "a", "cmd": "a" },\n  { "id": "b", "cmd": "b", "instances": -1 }\n]',
  )
  expect(desired).toBeUndefined()
  expect(diagnostics).toMatchObject([
    { summary: 'Invalid (1)/instances', subject: { file: 'a.json', start: { line: 3, column: 41 } } },
  ])
})
