// What a lifecycle leaves to others, told without noise: the names of what differs, in one line per object.
import { appFields, fieldsUnder } from '../../model/index.ts'
import type { Field, IgnoredChanges, Plan } from '../../model/index.ts'
import { printableLine } from './printable.ts'
import { quoted } from './value.ts'

/** `2 changes ignored: instances, env["TAG"]`, by address. */
export function ignoredTexts({ ignored = [] }: Plan): ReadonlyMap<string, string> {
  return new Map(ignored.map(each => [each.address, ignoredText(each)]))
}

/** Objects that would change if nothing were ignored, and do not. */
export function ignoredLines(plan: Plan): string[] {
  const changed = new Set(plan.changes.map(c => c.address))
  return [...ignoredTexts(plan)]
    .filter(([address]) => !changed.has(address))
    .map(([address, text]) => `# ${printableLine(address)}: ${text}`)
}

function ignoredText({ fields }: IgnoredChanges): string {
  const names = fields.slice(0, maxNamed).map(f => pathText(f.path))
  const more = fields.length > maxNamed ? ', …' : ''
  return `${fields.length} change${fields.length === 1 ? '' : 's'} ignored: ${names.join(', ')}${more}`
}

const maxNamed = 6

/** A path as HCL writes it: `/env/TAG` is env["TAG"], `/healthChecks(0)/path` is health_check[0].path. */
function pathText(path: string): string {
  let fields: readonly Field[] = appFields
  let text = ''
  for (let rest = path; rest !== '';) {
    const [all = rest, name, indexes = ''] = /^\/([^/(]+)((?:\(\d+\))*)/.exec(rest) ?? []
    const field = fields.find(f => f.name === name)
    if (field === undefined) return printableLine(text === '' ? path.slice(1) : `${text}${rest}`)
    text += `${text === '' ? '' : '.'}${field.hcl}${indexes.replaceAll('(', '[').replaceAll(')', ']')}`
    rest = rest.slice(all.length)
    // Keys may hold slashes, so all that follows is the key.
    if (field.type.kind === 'map') return rest === '' ? text : `${text}[${quoted(rest.slice(1))}]`
    fields = fieldsUnder(field.type)
  }
  return text === 'container.docker.image' ? 'image' : text
}
