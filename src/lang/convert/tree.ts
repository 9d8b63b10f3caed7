// A configuration as the tree that people write: groups and modules with what stands in them, found from the addresses.
// An address is read along the id, since labels may hold dots and hyphens.
import { by } from '../../base/index.ts'
import { appAddress, groupAddress } from '../../model/index.ts'
import type { Desired, Lifecycle } from '../../model/index.ts'
import { shortBody } from './shortbody.ts'
import { sizeText } from './units.ts'
import type { WrittenBody } from './written.ts'

export type NodeKind = 'app' | 'group' | 'module' | 'volume'

export interface Node {
  readonly kind: NodeKind
  readonly name: string
  readonly key?: string | number
  /** The id in the cluster; of a volume its name. */
  readonly id: string
  readonly address: string
  readonly body: WrittenBody
  /** Ids. */
  readonly dependencies: readonly string[]
  readonly lifecycle?: Lifecycle
  readonly members: readonly Node[]
  /** A group that no text names, but things stand in it. */
  readonly isImplied: boolean
}

interface Step {
  readonly kind: NodeKind
  readonly name: string
  readonly key?: string | number
}

interface Growing extends Step {
  readonly id: string
  readonly address: string
  readonly members: Growing[]
  body: WrittenBody
  dependencies: readonly string[]
  lifecycle?: Lifecycle | undefined
  isImplied: boolean
}

const nothing: WrittenBody = { attributes: [], blocks: [] }

/** What stands at the top level. */
export function treeOf(desired: Desired): readonly Node[] {
  const root: Growing[] = []
  for (const { address, id, dependencies, lifecycle } of desired.groups) {
    const node = grow(root, stepsOf(address, id) ?? stepsOf(groupAddress(id), id)!)
    Object.assign(node, { dependencies, lifecycle, isImplied: false })
  }
  for (const { address, app, sensitivePaths, lifecycle } of desired.apps) {
    const node = grow(root, stepsOf(address, app.id) ?? stepsOf(appAddress(app.id), app.id)!)
    const body = shortBody(app, sensitivePaths)
    Object.assign(node, { body, dependencies: app.dependencies, lifecycle, isImplied: false })
  }
  for (const { address, name, size, shared, lifecycle } of desired.volumes) {
    const steps = volumeSteps(address, name) ?? [{ kind: 'volume' as const, name }]
    const node = grow(root, steps, name)
    const attributes = [
      { name: 'size', value: sizeText(size), sensitive: [] },
      ...(shared ? [{ name: 'shared', value: true, sensitive: [] }] : []),
    ]
    Object.assign(node, { body: { attributes, blocks: [] }, lifecycle, isImplied: false })
  }
  return root.map(finished).sort(inOrder)
}

function finished(node: Growing): Node {
  const { lifecycle, members, ...rest } = node
  const inner = members.map(finished).sort(inOrder)
  return { ...rest, members: inner, ...(lifecycle === undefined ? {} : { lifecycle }) }
}

const order: Readonly<Record<NodeKind, number>> = { volume: 0, app: 1, group: 2, module: 3 }

const inOrder = by<Node>(m => `${order[m.kind]}${m.id}`)

/** The node that the steps lead to, with all above it. */
function grow(root: Growing[], steps: readonly Step[], id?: string): Growing {
  let members = root
  let node: Growing | undefined
  for (const [i, step] of steps.entries()) {
    const { kind, name, key } = step
    let found = members.find(m => m.kind === kind && m.name === name && m.key === key)
    if (!found) {
      const segments = steps.slice(0, i + 1).map(labelOf)
      const own = id !== undefined && i === steps.length - 1 ? id : `/${segments.join('/')}`
      const address = addressOf(steps.slice(0, i + 1))
      found = {
        ...step,
        id: own,
        address,
        members: [],
        body: nothing,
        dependencies: [],
        isImplied: true,
      }
      members.push(found)
    }
    node = found
    members = found.members
  }
  return node!
}

/** The last segment of the id. */
export function labelOf({ name, key }: { readonly name: string; readonly key?: string | number }): string {
  return key === undefined ? name : `${name}-${key}`
}

function addressOf(steps: readonly Step[]): string {
  return steps
    .map(({ kind, name, key }) => `${kind}.${name}${key === undefined ? '' : `[${JSON.stringify(key)}]`}`)
    .join('.')
}

function stepsOf(address: string, id: string): readonly Step[] | undefined {
  const steps: Step[] = []
  let rest = address
  for (const segment of id.slice(1).split('/')) {
    const found = takeStep(rest, segment)
    if (!found) return undefined
    steps.push(found.step)
    rest = found.rest
  }
  return rest === '' ? steps : undefined
}

/** `group.shop["eu"].app.web` with the segment `shop-eu`: the step, and `app.web`. */
function takeStep(address: string, segment: string): { step: Step; rest: string } | undefined {
  const kind = /^(app|group|module|volume)\./.exec(address)?.[1] as NodeKind | undefined
  if (kind === undefined) return undefined
  const text = address.slice(kind.length + 1)
  if (text === segment || text.startsWith(`${segment}.`))
    return { step: { kind, name: segment }, rest: text.slice(segment.length + 1) }
  const found = /^([^"]*?)\[("(?:[^"\\]|\\.)*"|\d+)\](?:\.|$)/s.exec(text)
  if (!found) return undefined
  const step = { kind, name: found[1]!, key: JSON.parse(found[2]!) as string | number }
  return labelOf(step) === segment ? { step, rest: text.slice(found[0].length) } : undefined
}

/** Names of volumes are flat: the labels around one are part of it. */
function volumeSteps(address: string, name: string): readonly Step[] | undefined {
  const steps: Step[] = []
  const pattern = /(app|group|module|volume)\.([^."[]+)(?:\[("(?:[^"\\]|\\.)*"|\d+)\])?(?:\.|$)/sy
  for (let found = pattern.exec(address); found; found = pattern.exec(address)) {
    const key = found[3] === undefined ? {} : { key: JSON.parse(found[3]) as string | number }
    steps.push({ kind: found[1] as NodeKind, name: found[2]!, ...key })
    if (pattern.lastIndex === address.length) {
      return steps.map(labelOf).join('-') === name ? steps : undefined
    }
  }
  return undefined
}
