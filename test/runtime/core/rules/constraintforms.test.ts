// What a constraint may look like when it comes in.
import type { Json } from '../../../../src/base/index.ts'
import { submitted } from './adapters.ts'
import { ruleTests } from './rulefile.ts'

ruleTests(import.meta.url, text => {
  const { app, errors } = submitted({ id: '/a', cmd: 'x', constraints: [JSON.parse(text) as Json] })
  return app === undefined
    ? errors.map(e => e.replace(/^\S+ /, '')).join('; ')
    : app.constraints[0]!.join(' ').trim()
})
