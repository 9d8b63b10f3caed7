// The defaults and limits of what steers rollouts, failures and kills.
import type { Json } from '../../../../src/base/index.ts'
import { normalizeApp } from '../../../../src/model/index.ts'
import { submitted } from './adapters.ts'
import { ruleTests } from './rulefile.ts'

const volumes = [{ containerPath: 'data', mode: 'RW', persistent: { size: 10 } }]

ruleTests(import.meta.url, (text, given) => {
  const fields = JSON.parse(text) as Record<string, Json>
  const shown = given
    .find(g => g.startsWith('show '))!
    .split(' ')
    .slice(1)
  const definition = { id: '/a', cmd: 'x', ...fields }
  if (given.includes('resident')) {
    // Their volumes are refused for now; what they become is decided all the same.
    const { app } = normalizeApp({ ...definition, container: { type: 'MESOS', volumes } })
    return show(app, shown)
  }
  const { app, errors } = submitted(definition)
  return app === undefined ? errors.join('; ') : show(app, shown)
})

function show(app: object | undefined, names: readonly string[]): string {
  const values = (app ?? {}) as Record<string, Json | undefined>
  return names
    .map(name => values[name])
    .map(value => (typeof value === 'string' ? value : value === undefined ? '-' : JSON.stringify(value)))
    .join(' ')
}
