// What a change over the API makes of a stored app.
import { sameJson, type Json } from '../../../../src/base/index.ts'
import { normalizeUpdate, type App } from '../../../../src/model/index.ts'
import { checked, submitted } from './adapters.ts'
import { ruleTests } from './rulefile.ts'

ruleTests(import.meta.url, (text, given) => {
  const definition = JSON.parse(given[0]!.slice('stored '.length)) as Record<string, Json>
  const stored = submitted({ id: '/a', ...definition }).app!
  const cut = text.indexOf(' ')
  const body = JSON.parse(text.slice(cut)) as Json
  const made = normalizeUpdate(stored, body, { partial: text.slice(0, cut) === 'patch' })
  const { app, errors } = checked(made.app, made.diagnostics)
  return app === undefined ? errors.join('; ') : difference(stored, app)
})

function difference(before: App, after: App): string {
  const [old, now] = [before, after].map(app => app as unknown as Record<string, Json | undefined>)
  const names = [...new Set([...Object.keys(old!), ...Object.keys(now!)])].sort()
  const changed = names.filter(name => !sameJson(old![name] ?? null, now![name] ?? null))
  return changed.map(name => `${name} ${JSON.stringify(now![name]) ?? '-'}`).join(', ') || '-'
}
