// Addresses as text, for what need not be in the configuration: `module.blog.group.shop.app.web["eu"]`. Modules come
// first, then groups, then an app; a volume stands in no group. The id that goes with one follows from it alone.
import type { Place, PlaceKind } from '../../model/index.ts'
import { idOf, volumeNameOf } from './ids.ts'

/** Undefined when the text is no address. */
export function placeAt(text: string): Place | undefined {
  const steps = stepsIn(text)
  const last = steps?.at(-1)
  if (steps === undefined || last === undefined || !isInOrder(steps)) return undefined
  const path = steps.slice(0, -1).map(labelled)
  const own = { name: labelled(last), path }
  return {
    kind: last.kind,
    address: steps.map(addressOf).join('.'),
    id: last.kind === 'volume' ? volumeNameOf(own) : idOf(own),
  }
}

interface Step {
  readonly kind: PlaceKind
  readonly name: string
  readonly key?: string | number
}

const oneStep =
  /(app|group|volume|module)\.((?:(?!\.(?:app|group|volume|module)\.)[^[\]"\s])+)(\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?(\.|$)/y

function stepsIn(text: string): readonly Step[] | undefined {
  const steps: Step[] = []
  oneStep.lastIndex = 0
  for (let at = 0; at < text.length; at = oneStep.lastIndex) {
    const found = oneStep.exec(text)
    if (found === null) return undefined
    const [, kind, name, bracket, end] = found
    if (name!.endsWith('.') || (end === '.' && oneStep.lastIndex === text.length)) return undefined
    const key = bracket === undefined ? undefined : keyIn(bracket)
    if (bracket !== undefined && key === undefined) return undefined
    steps.push({ kind: kind as PlaceKind, name: name!, ...(key === undefined ? {} : { key }) })
  }
  return steps
}

function keyIn(bracket: string): string | number | undefined {
  try {
    return (JSON.parse(bracket) as [string | number])[0]
  } catch {
    return undefined
  }
}

const rank: Readonly<Record<PlaceKind, number>> = { module: 0, group: 1, app: 2, volume: 2 }

function isInOrder(steps: readonly Step[]): boolean {
  const hasGroup = steps.some(s => s.kind === 'group')
  return steps.every(({ kind }, i) => {
    const next = steps[i + 1]
    if (next === undefined) return kind !== 'volume' || !hasGroup
    return rank[kind] < 2 && rank[kind] <= rank[next.kind]
  })
}

function labelled({ name, key }: Step): string {
  return key === undefined ? name : `${name}-${key}`
}

function addressOf({ kind, name, key }: Step): string {
  const bracket = key === undefined ? '' : `[${JSON.stringify(key)}]`
  return `${kind}.${name}${bracket}`
}
