// The one place where the tables of rules meet the functions that they are about: what changes shape is followed here,
// and the tables stay.
import type { Diagnostic, Json } from '../../../../src/base/index.ts'
import type { AgentId, App, Attribute, Constraint } from '../../../../src/model/index.ts'
import { attributeText, normalizeApp, parseAttributes, validateApp } from '../../../../src/model/index.ts'
import { constraintAccepts } from '../../../../src/runtime/core/allocate/constraints.ts'
import { PlacedCounts } from '../../../../src/runtime/core/allocate/placed.ts'
import { agentNamed } from '../allocate/fixtures.ts'

type Agent = ReturnType<typeof agentNamed>

/** `a1 rack:1;disk:hdd`: an agent with the host name `a1.example`. Sets are written `zones:{b,a}`. */
export function agentOf(text: string): Agent {
  const [id = '', ...attributes] = text.split(' ')
  return agentNamed(id, { attributes: attributesOf(attributes.join(' ')) })
}

function attributesOf(text: string): Readonly<Record<string, Attribute>> {
  const sets: Record<string, Attribute> = {}
  const rest = text.split(';').filter(part => {
    const [, name, inner] = /^(\w+):\{(.*)\}$/.exec(part) ?? []
    if (name === undefined) return true
    sets[name] = { kind: 'set', value: inner!.split(',') }
    return false
  })
  const parsed = parseAttributes(rest.join(';'))
  if (!parsed.ok) throw new Error(parsed.error)
  return { ...parsed.value, ...sets }
}

export { attributeText }

/** The agents that one more instance may go to. */
export function accepted(
  constraints: readonly Constraint[],
  agents: readonly Agent[],
  placed: readonly Agent[],
): readonly AgentId[] {
  const counts = new PlacedCounts(constraints)
  for (const agent of placed) counts.add(agent)
  return agents.filter(a => constraints.every(c => constraintAccepts(c, a, counts))).map(a => a.id)
}

/** An app as it comes in over the API: what is kept, or `path message` for each mistake. */
export function submitted(definition: Json): { readonly app?: App; readonly errors: readonly string[] } {
  const { app, diagnostics } = normalizeApp(definition)
  return checked(app, diagnostics)
}

export function checked(
  app: App | undefined,
  diagnostics: readonly Diagnostic[],
): { readonly app?: App; readonly errors: readonly string[] } {
  const errors = [...diagnostics, ...(app === undefined ? [] : validateApp(app))]
    .filter(d => d.severity === 'error')
    .map(d => `${d.path} ${d.summary}`)
  return app === undefined || errors.length > 0 ? { errors } : { app, errors }
}
