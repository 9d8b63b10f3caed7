// What the assertions of a test see beside the names of the configuration: every app as it would be deployed, in the
// words of HCL, and the plan in a few numbers and names.
import { present, type Json } from '../../../base/index.ts'
import {
  appFields,
  fieldsUnder,
  type Desired,
  type DesiredApp,
  type Field,
  type Plan,
} from '../../../model/index.ts'
import { fromJson } from '../config/fromjson.ts'
import { fromDouble } from '../number.ts'
import {
  type Value,
  bool,
  isMapping,
  number,
  object,
  sensitiveMark,
  string,
  tuple,
  withMarks,
} from '../value.ts'

/**
 * `app`, `group` and `volume` as in the configuration, but with everything that is deployed: `app.web.instances`,
 * `app.web.env.TAG`, `group.shop.app.api.mem` (MiB). `apps` has all of them by address, those in modules, too.
 */
export function desiredNames({ apps, groups, volumes }: Desired): Map<string, Value> {
  const roots: Record<'app' | 'group' | 'volume', Branch> = {
    app: branch(),
    group: branch(),
    volume: branch(),
  }
  const all: [string, Value][] = []
  const put = (address: string, own: readonly (readonly [string, Value])[]): void => {
    const steps = stepsOf(address)
    const root = steps[0] as keyof typeof roots
    if (Object.hasOwn(roots, root)) place(roots[root], steps.slice(1), own)
  }
  for (const one of apps) {
    const own = appEntries(one)
    all.push([one.address, object(own)])
    put(one.address, own)
  }
  for (const { address, id } of groups) put(address, [['id', string(id)]])
  for (const { address, name, size, shared } of volumes) {
    put(address, [
      ['name', string(name)],
      ['size', number(fromDouble(size))],
      ['shared', bool(shared)],
    ])
  }
  return new Map<string, Value>([
    ...Object.entries(roots).map(([root, found]) => [root, valueOf(found)] as const),
    ['apps', object(all)],
  ])
}

/**
 * `plan`: `{ empty, add, change, destroy, move, forget, steps, restarts, verdict, seconds, changes, placements,
 * lowest_healthy, warnings }`. `changes` has `{ action, restarts, fields }` by address, `placements` the agents of new
 * instances, `lowest_healthy` the fewest healthy ones on the way; `verdict` is `works`, `waits` or `cannot`.
 */
export function planValue(plan: Plan, empty: boolean): Value {
  const count = (...actions: readonly string[]): Value =>
    number(plan.changes.filter(c => actions.includes(c.action)).length)
  const appChanges = plan.changes.filter(c => c.object === 'app')
  const addresses = new Map<string, string>(appChanges.map(c => [c.id, c.address]))
  const typical = plan.forecast?.profiles.find(p => p.name === 'p50')
  const placements = new Map<string, Value[]>()
  for (const { app, agent } of plan.placements) {
    const address = addresses.get(app) ?? app
    placements.set(address, [...(placements.get(address) ?? []), string(agent)])
  }
  return object([
    ['empty', bool(empty)],
    ['add', count('create')],
    ['change', count('update', 'scale', 'restart')],
    ['destroy', count('delete')],
    ['move', count('move')],
    ['forget', count('forget')],
    ['steps', number(plan.steps.length)],
    ['restarts', number(appChanges.reduce((sum, c) => sum + c.disruption.restarts, 0))],
    ['verdict', string(plan.forecast?.verdict ?? 'works')],
    ['seconds', number(Math.ceil((typical?.durationMs ?? 0) / 1000))],
    [
      'changes',
      object(
        plan.changes.map(c => [
          c.address,
          object([
            ['action', string(c.action)],
            ['restarts', number(c.object === 'app' ? c.disruption.restarts : 0)],
            ['fields', tuple(c.fields.map(f => string(f.path)))],
          ]),
        ]),
      ),
    ],
    ['placements', object([...placements].map(([address, agents]) => [address, tuple(agents)]))],
    [
      'lowest_healthy',
      object(
        Object.entries(typical?.lowestHealthy ?? {}).map(([app, least]) => [
          addresses.get(app) ?? app,
          number(least),
        ]),
      ),
    ],
    ['warnings', tuple(plan.warnings.map(w => string(w.summary)))],
  ])
}

/** `output`: the values by name. */
export function outputValue({ outputs }: Desired): Value {
  return object(
    Object.entries(outputs).map(([name, { value, sensitive }]) => [
      name,
      sensitive ? withMarks(fromJson(value), hidden) : fromJson(value),
    ]),
  )
}

const hidden: ReadonlySet<string> = new Set([sensitiveMark])

function appEntries({ address, app, sensitivePaths }: DesiredApp): (readonly [string, Value])[] {
  const fields = fieldEntries(app, appFields, '', new Set(sensitivePaths))
  return [
    ...fields,
    ['name', string(app.id.slice(app.id.lastIndexOf('/') + 1))],
    ['address', string(address)],
  ]
}

function fieldEntries(
  json: object,
  fields: readonly Field[],
  path: string,
  sensitive: ReadonlySet<string>,
): [string, Value][] {
  return Object.entries(json).flatMap(([key, value]: [string, Json | undefined]): [string, Value][] => {
    if (value === undefined) return []
    const field = fields.find(f => f.name === key)
    const inner = field === undefined ? [] : fieldsUnder(field.type)
    return [[field?.hcl ?? key, fieldValue(value, inner, `${path}/${key}`, sensitive)]]
  })
}

function fieldValue(
  json: Json,
  fields: readonly Field[],
  path: string,
  sensitive: ReadonlySet<string>,
): Value {
  const value = Array.isArray(json)
    ? tuple((json as readonly Json[]).map((e, i) => fieldValue(e, fields, `${path}(${i})`, sensitive)))
    : typeof json === 'object' && json !== null
      ? object(fieldEntries(json, fields, path, sensitive))
      : fromJson(json)
  return sensitive.has(path) ? withMarks(value, hidden) : value
}

/** `group.shop.app.web["eu"]`: `group`, `shop`, `app`, `web`, `eu`. */
function stepsOf(address: string): string[] {
  const steps: string[] = []
  for (const [, bare, quoted, index] of address.matchAll(
    /([^.[\]"]+)(?=[.[]|$)|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]/g,
  )) {
    if (quoted !== undefined) steps.push(JSON.parse(`"${quoted}"`) as string)
    else steps.push(present(bare ?? index, 'a step of an address'))
  }
  return steps
}

interface Branch {
  readonly own: Map<string, Value>
  readonly children: Map<string, Branch>
}

function branch(): Branch {
  return { own: new Map(), children: new Map() }
}

function place(root: Branch, steps: readonly string[], own: readonly (readonly [string, Value])[]): void {
  let at = root
  for (const step of steps) {
    let next = at.children.get(step)
    if (next === undefined) at.children.set(step, (next = branch()))
    at = next
  }
  for (const [name, value] of own) at.own.set(name, value)
}

function valueOf({ own, children }: Branch): Value {
  const entries = new Map<string, Value>([...children].map(([name, child]) => [name, valueOf(child)]))
  for (const [name, value] of own) if (!isMapping(entries.get(name) ?? string(''))) entries.set(name, value)
  return object(entries)
}
