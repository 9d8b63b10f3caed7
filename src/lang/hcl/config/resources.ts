// All resources in the surface form: every block once per instance, its body evaluated.
import { assert, errorDiagnostic } from '../../../base/index.ts'
import type { SurfaceResource } from '../../surface.ts'
import type { Block } from '../ast.ts'
import { metaNames } from './argumentvalue.ts'
import { evaluateBody } from './body.ts'
import type { Members } from './declarations.ts'
import { evaluateDependsOn } from './dependson.ts'
import { contextOf } from './finddeclaration.ts'
import type { Instance } from './instance.ts'
import { checkPostconditions, checkPreconditions, evaluateLifecycle } from './lifecycle.ts'
import { maxResources, repetitionOf } from './repetition.ts'
import { type Run, scopeIn } from './run.ts'
import { selfValue } from './selfvalue.ts'

export interface Resources {
  readonly resources: readonly SurfaceResource[]
  /** Whether some can't be told, or not how many: their mistake is reported. */
  readonly incomplete: boolean
}

export function evaluateResources(root: Run): Resources {
  const found: Found = { resources: [], incomplete: false, tooMany: false }
  expandModule(root, found)
  return { resources: found.resources, incomplete: found.incomplete || found.tooMany }
}

interface Found {
  readonly resources: SurfaceResource[]
  incomplete: boolean
  tooMany: boolean
}

function expandModule(run: Run, found: Found): void {
  expandMembers(run, run.declarations.resources, undefined, found)
  for (const [name, declaration] of run.declarations.modules) {
    const runs = run.inner.get(name)
    if (runs === undefined || repetitionOf(run, declaration, undefined).kind === 'unknown') {
      found.incomplete = true
    }
    for (const [instance, inner] of runs ?? []) {
      add(run, instance, evaluateModule, found)
      expandModule(inner, found)
    }
  }
}

function expandMembers(run: Run, members: Members, parent: Instance | undefined, found: Found): void {
  const declarations = [...members.volume.values(), ...members.group.values(), ...members.app.values()]
  declarations.sort((a, b) => (a.source === b.source ? a.block.start - b.block.start : 0))
  for (const declaration of declarations) {
    const repetition = repetitionOf(run, declaration, parent)
    if (repetition.kind === 'unknown') found.incomplete = true
    const instances = repetition.kind === 'keyed' ? repetition.instances.values() : [repetition.instance]
    for (const instance of instances) {
      if (found.tooMany) return
      add(run, instance, evaluateResource, found)
      expandMembers(run, declaration.members, instance, found)
    }
  }
}

function add(
  run: Run,
  instance: Instance,
  evaluate: (run: Run, instance: Instance) => SurfaceResource,
  found: Found,
): void {
  if (found.tooMany) return
  if (found.resources.length < maxResources) {
    found.resources.push(evaluate(run, instance))
    return
  }
  found.tooMany = true
  const { source, block } = instance.declaration
  const detail = `The configuration describes more than ${maxResources} resources.`
  run.report(errorDiagnostic('Too many resources', detail, { subject: source.range(block.header) }))
}

/** An instance of a module is a group: the one that holds everything in it. */
function evaluateModule(run: Run, instance: Instance): SurfaceResource {
  const { declaration, key, path, address } = instance
  const { name, block, source } = declaration
  const scope = scopeIn(run, source, instance, contextOf(declaration), address)
  const dependsOn = block.body.attributes.find(a => a.name === 'depends_on')
  const attributes = dependsOn && {
    depends_on: evaluateDependsOn(run, dependsOn, scope, instance, new Set([address])),
  }
  return {
    kind: 'group',
    name,
    ...(key === undefined ? {} : { key }),
    path,
    address,
    body: { attributes: attributes ?? {}, blocks: [], end: source.range(block.body.close) },
    range: source.range(block.header),
  }
}

function evaluateResource(run: Run, instance: Instance): SurfaceResource {
  const { declaration, key, path, address } = instance
  const { kind, name, block, source } = declaration
  assert(kind !== 'module', 'a module is no resource of its own')
  const scope = scopeIn(run, source, instance, contextOf(declaration), address)
  const own = new Set<string>()
  for (let i: Instance | undefined = instance; i !== undefined; i = i.parent) own.add(i.address)
  const isMember = (inner: Block): boolean =>
    kind === 'group' && (inner.type === 'app' || inner.type === 'group')
  const attributes = block.body.attributes.filter(a => !metaNames.has(a.name))
  const blocks = block.body.blocks.filter(b => !isMember(b) && b.type !== 'lifecycle')
  const lifecycle = evaluateLifecycle(run, block.body.blocks, scope)
  checkPreconditions(lifecycle, scope)
  const body = evaluateBody(run, { ...block.body, attributes, blocks }, scope, own)
  const dependsOn = block.body.attributes.find(a => a.name === 'depends_on')
  const needed = dependsOn && { depends_on: evaluateDependsOn(run, dependsOn, scope, instance, own) }
  const whole = needed === undefined ? body : { ...body, attributes: { ...body.attributes, ...needed } }
  checkPostconditions(lifecycle, scope, () => selfValue(kind, instance, whole))
  return {
    kind,
    name,
    ...(key === undefined ? {} : { key }),
    path,
    address,
    body: whole,
    ...(lifecycle.said === undefined ? {} : { lifecycle: lifecycle.said }),
    range: source.range(block.header),
  }
}
