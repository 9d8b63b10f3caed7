// Every field of the schema table comes through every form: written down, read again, the app is the same.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Json } from '../../../src/base/index.ts'
import { parseJson } from '../../../src/lang/json/index.ts'
import { convertDesired } from '../../../src/lang/convert/index.ts'
import { evaluateHclFiles } from '../../../src/lang/hcl/index.ts'
import { loadModule } from '../../../src/lang/load/module.ts'
import type { SurfaceConfig } from '../../../src/lang/surface.ts'
import { appWords, decodeApp, fromTypeScript } from '../../../src/lang/vocabulary/index.ts'
import type { Dialect } from '../../../src/lang/vocabulary/index.ts'
import { allFields, appAddress, normalizeApp, normalizeGroup } from '../../../src/model/index.ts'
import type { App, AppId, Desired, StackName } from '../../../src/model/index.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { fullApp, hostApp } from '../../model/samples.ts'
import { appsOfFields } from './everyfield.ts'

const fields = appsOfFields()
const more = [
  { ...hostApp, id: '/host' as AppId },
  { ...fullApp, id: '/full' as AppId, dependencies: [] },
  ...[
    { cmd: 'a', portDefinitions: [] },
    { networks: [{ mode: 'container/bridge' }], container: { docker: { image: 'a' }, portMappings: [] } },
    { container: { type: 'MESOS', docker: { image: 'a' }, volumes: [] } },
    { cmd: '', args: ['a'], networks: [{ mode: 'container', name: 'n' }] },
  ].map((json, i) => normalizeApp({ ...json, id: `/more-${i}`, cmd: json.cmd || undefined }).app!),
]
const apps = [...fields.map(f => f.app), ...more].sort((a, b) => (a.id < b.id ? -1 : 1))
const desired: Desired = {
  format: 1,
  stack: 'fields' as StackName,
  apps: apps.map(app => ({ address: appAddress(app.id), app, sensitivePaths: [] })),
  groups: [],
  volumes: [],
  outputs: {},
}

test('there is an app for every field', () => {
  const covered = fields.map(f => f.path)
  const places = allFields().filter(f => f.path !== '/id')
  expect(places.length).toBeGreaterThan(100)
  expect(places.map(f => f.path).filter(p => !covered.some(c => c.startsWith(p)))).toEqual([])
})

test('HCL', () => {
  const { files, diagnostics } = convertDesired(desired, 'hcl')
  expect(diagnostics).toEqual([])
  expect(read(hclConfig(files[0]!.path, files[0]!.text), 'hcl')).toEqual(apps)
})

test("HCL's JSON", () => {
  const { files } = convertDesired(desired, 'json', { only: 'hcl.json' })
  expect(read(hclConfig(files[0]!.path, files[0]!.text), 'hcl')).toEqual(apps)
})

test("Marathon's JSON", () => {
  const { files } = convertDesired(desired, 'json', { only: 'marathon' })
  const { json } = parseJson(files[0]!.text, files[0]!.path)
  const list = Array.isArray(json) ? json.map((j: Json) => normalizeApp(j).app) : normalizeGroup(json!).apps
  expect(list).toEqual(apps)
})

test('TypeScript', async () => {
  const path = join(temporaryDirectory('fields'), 'sddc.config.ts')
  writeFileSync(path, convertDesired(desired, 'ts').files[0]!.text)
  const { config, diagnostics } = await loadModule(path, { env: 'dev', vars: {}, named: [] })
  expect(diagnostics).toEqual([])
  expect(read(config, 'typescript')).toEqual(apps)
})

function hclConfig(name: string, text: string): SurfaceConfig | undefined {
  const { config, diagnostics } = evaluateHclFiles([{ name, text }])
  expect(diagnostics).toEqual([])
  return config
}

/** Without validation: some of what the table has is not offered yet. */
function read(config: SurfaceConfig | undefined, dialect: Dialect): readonly (App | undefined)[] {
  const apps = config!.resources.map(resource => {
    const body = dialect === 'hcl' ? resource.body : fromTypeScript(resource.body, appWords)
    const known = { byName: new Map(), complete: true }
    const { json, diagnostics } = decodeApp({ ...resource, body }, dialect, known)
    expect(diagnostics).toEqual([])
    // Whom it depends on is worked out with all the others at hand.
    const dependencies = body.attributes['depends_on']?.value ?? []
    return normalizeApp({ ...json, dependencies }, { id: `/${resource.name}` as AppId }).app
  })
  return apps.sort((a, b) => (a!.id < b!.id ? -1 : 1))
}
