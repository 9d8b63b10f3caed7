// All resources in the surface form: every block once per instance, its body evaluated.
import { errorDiagnostic } from '../../../base/index.ts'
import type { SurfaceResource } from '../../surface.ts'
import type { Block } from '../ast.ts'
import { reportError } from '../evaluate.ts'
import { evaluateBody } from './body.ts'
import type { Members } from './declarations.ts'
import { evaluateDependsOn } from './dependson.ts'
import { contextOf } from './finddeclaration.ts'
import type { Instance } from './instance.ts'
import { maxResources, repetitionOf } from './repetition.ts'
import { type Run, scopeIn } from './run.ts'

export interface Resources {
  readonly resources: readonly SurfaceResource[]
  /** Whether some can't be told, or not how many: their mistake is reported. */
  readonly incomplete: boolean
}

export function evaluateResources(run: Run): Resources {
  const resources: SurfaceResource[] = []
  let incomplete = false
  let tooMany = false
  const expand = (members: Members, parent: Instance | undefined): void => {
    const declarations = [...members.volume.values(), ...members.group.values(), ...members.app.values()]
    declarations.sort((a, b) => (a.source === b.source ? a.block.start - b.block.start : 0))
    for (const declaration of declarations) {
      const repetition = repetitionOf(run, declaration, parent)
      if (repetition.kind === 'unknown') incomplete = true
      const instances =
        repetition.kind === 'keyed' ? [...repetition.instances.values()] : [repetition.instance]
      for (const instance of instances) {
        if (resources.length === maxResources) {
          if (!tooMany) reportTooMany(run, instance)
          tooMany = true
          return
        }
        resources.push(evaluateResource(run, instance))
        expand(declaration.members, instance)
      }
    }
  }
  expand(run.declarations.resources, undefined)
  return { resources, incomplete: incomplete || tooMany }
}

function reportTooMany(run: Run, { declaration }: Instance): void {
  const detail = `The configuration describes more than ${maxResources} resources.`
  const subject = declaration.source.range(declaration.block.header)
  run.report(errorDiagnostic('Too many resources', detail, { subject }))
}

const notInBody = new Set(['for_each', 'count', 'depends_on'])

function evaluateResource(run: Run, instance: Instance): SurfaceResource {
  const { declaration, key, path, address } = instance
  const { kind, name, block, source } = declaration
  const scope = scopeIn(run, source, instance, contextOf(declaration), address)
  const own = new Set<string>()
  for (let i: Instance | undefined = instance; i !== undefined; i = i.parent) own.add(i.address)
  const isMember = (inner: Block): boolean =>
    kind === 'group' && (inner.type === 'app' || inner.type === 'group')
  const attributes = block.body.attributes.filter(a => !notInBody.has(a.name))
  const blocks = block.body.blocks.filter(b => !isMember(b) && b.type !== 'lifecycle')
  for (const inner of block.body.blocks) {
    if (inner.type !== 'lifecycle') continue
    const detail = '"lifecycle" blocks are not supported yet in this version.'
    reportError(scope, inner.typeSpan, 'Unsupported block type', detail)
  }
  const body = evaluateBody(run, { ...block.body, attributes, blocks }, scope, own)
  const dependsOn = block.body.attributes.find(a => a.name === 'depends_on')
  const needed = dependsOn && { depends_on: evaluateDependsOn(run, dependsOn, scope, instance, own) }
  return {
    kind,
    name,
    ...(key === undefined ? {} : { key }),
    path,
    address,
    body: needed === undefined ? body : { ...body, attributes: { ...body.attributes, ...needed } },
    range: source.range(block.header),
  }
}
