// moved { from = … to = … }, import { to = … id = … }, removed { from = … lifecycle { destroy = … } }. Addresses are
// names, not values: what they mean need not be there, so they are read and never evaluated.
import { didYouMean } from '../../../base/index.ts'
import { argumentNames, constructs } from '../../vocabulary/index.ts'
import type {
  SurfaceAddress,
  SurfaceImport,
  SurfaceMove,
  SurfaceRemoval,
  SurfaceValue,
} from '../../surface.ts'
import type { Attribute, Block, Expression } from '../ast.ts'
import { tryConvert } from '../convert.ts'
import { type Scope, evaluate, reportError } from '../evaluate.ts'
import { asDouble, isWhole } from '../number.ts'
import { boolType, nameOfKind, stringType } from '../type.ts'
import { namedAttributes, refuseBlocks } from './attributes.ts'
import type { Declaration, Members } from './declarations.ts'
import { isResourceKind } from './finddeclaration.ts'
import type { ModuleSite } from './modulesite.ts'
import { type Run, scopeIn } from './run.ts'
import { surfaceAttribute } from './surfaceattribute.ts'

/** Of one instance of a module; addresses in it begin where the module does. */
export interface Refactorings {
  readonly moves: readonly SurfaceMove[]
  readonly imports: readonly SurfaceImport[]
  readonly removals: readonly SurfaceRemoval[]
}

export function evaluateRefactorings(run: Run): Refactorings {
  const { moves, imports, removals } = run.declarations
  return {
    moves: moves.flatMap(d => evaluateMove(run, d) ?? []),
    imports: imports.flatMap(d => evaluateImport(run, d) ?? []),
    removals: removals.flatMap(d => evaluateRemoval(run, d) ?? []),
  }
}

function evaluateMove(run: Run, { block, source }: Declaration): SurfaceMove | undefined {
  const scope = scopeIn(run, source, undefined, 'moved', run.instance?.address)
  refuseBlocks(block.body, source, 'moved', run.report)
  const named = namedAttributes(block.body, argumentNames(constructs.moved), source, 'moved', run.report)
  const from = addressIn(run, named, 'from', block, scope)
  const to = addressIn(run, named, 'to', block, scope)
  return from && to && { from, to, range: source.range(block.header) }
}

function evaluateImport(run: Run, { block, source }: Declaration): SurfaceImport | undefined {
  const scope = scopeIn(run, source, undefined, 'import', run.instance?.address)
  refuseBlocks(block.body, source, 'import', run.report)
  const named = namedAttributes(block.body, argumentNames(constructs.import), source, 'import', run.report)
  const to = addressIn(run, named, 'to', block, scope)
  const written = named.get('id')
  const id = written && textOf(run, written, scope)
  return to && { to, ...(id === undefined ? {} : { id }), range: source.range(block.header) }
}

function evaluateRemoval(run: Run, { block, source }: Declaration): SurfaceRemoval | undefined {
  const scope = scopeIn(run, source, undefined, 'removed', run.instance?.address)
  const named = namedAttributes(block.body, argumentNames(constructs.removed), source, 'removed', run.report)
  const from = addressIn(run, named, 'from', block, scope)
  const destroy = destroyIn(run, block, scope)
  return from && { from, ...(destroy === undefined ? {} : { destroy }), range: source.range(block.header) }
}

function destroyIn(run: Run, { body }: Block, scope: Scope): SurfaceValue | undefined {
  const lifecycles = body.blocks.filter(b => b.type === 'lifecycle')
  for (const inner of body.blocks) {
    if (inner.type === 'lifecycle' && inner === lifecycles[0]) continue
    const detail =
      inner.type === 'lifecycle'
        ? 'A removed block has one lifecycle block.'
        : `There are no "${inner.type}" blocks in removed.${didYouMean(inner.type, ['lifecycle'])}`
    reportError(scope, inner.typeSpan, 'Unsupported block type', detail)
  }
  const [lifecycle] = lifecycles
  if (lifecycle === undefined) return undefined
  refuseBlocks(lifecycle.body, scope.source, 'lifecycle', run.report)
  const named = namedAttributes(
    lifecycle.body,
    argumentNames(constructs.removed.blocks.lifecycle),
    scope.source,
    'removed',
    run.report,
  )
  const attribute = named.get('destroy')
  if (attribute === undefined) return undefined
  const value = evaluate(attribute.expression, scope)
  const converted = tryConvert(value, boolType)
  if (converted?.kind === 'bool' || converted?.kind === 'unknown') {
    return surfaceAttribute(run, attribute, converted, scope)
  }
  const detail = `"destroy" must be true or false; this is ${nameOfKind(value)}.`
  const unknown = reportError(scope, attribute.expression, 'Unsuitable value type', detail)
  return surfaceAttribute(run, attribute, unknown, scope)
}

function textOf(run: Run, attribute: Attribute, scope: Scope): SurfaceValue {
  const value = evaluate(attribute.expression, scope)
  const converted = tryConvert(value, stringType)
  if (converted?.kind === 'string' || converted?.kind === 'unknown') {
    return surfaceAttribute(run, attribute, converted, scope)
  }
  const detail = `"${attribute.name}" must be a string; this is ${nameOfKind(value)}.`
  const unknown = reportError(scope, attribute.expression, 'Unsuitable value type', detail)
  return surfaceAttribute(run, attribute, unknown, scope)
}

function addressIn(
  run: Run,
  named: ReadonlyMap<string, Attribute>,
  name: string,
  block: Block,
  scope: Scope,
): SurfaceAddress | undefined {
  const attribute = named.get(name)
  if (attribute === undefined) {
    // A misspelt one is told already.
    if (block.body.attributes.some(a => didYouMean(a.name, [name]) !== '')) return undefined
    const detail = `A ${block.type} block needs the argument "${name}": an address.`
    reportError(scope, block.header, 'Missing required argument', detail)
    return undefined
  }
  const { expression } = attribute
  if (expression.kind === 'invalid') return undefined
  const steps = stepsOf(expression)
  if (steps === undefined) {
    const detail =
      'An address is written without quotes and with fixed keys: app.web, app.worker["eu"], group.shop.app.api, module.blog.'
    reportError(scope, expression, 'Invalid address', detail)
    return undefined
  }
  return {
    text: run.prefix + steps.map(textOfStep).join('.'),
    range: scope.source.range(expression),
    ...(isDeclared(run.site, steps) ? { declared: true } : {}),
  }
}

interface AddressStep {
  readonly kind: 'app' | 'group' | 'volume' | 'module'
  readonly name: string
  readonly key?: string | number
}

/** Pairs of a kind and a name, each with or without a key; undefined when it is something else. */
function stepsOf(expression: Expression): readonly AddressStep[] | undefined {
  if (expression.kind !== 'traversal') return undefined
  const steps: AddressStep[] = []
  const rest = [...expression.steps]
  for (let kind: string | undefined = expression.root; kind !== undefined;) {
    const name = rest.shift()
    if (name?.kind !== 'attribute' || !isKind(kind)) return undefined
    let next = rest.shift()
    let key: string | number | undefined
    if (next?.kind === 'index') {
      if (typeof next.key !== 'string' && !isWhole(next.key)) return undefined
      key = typeof next.key === 'string' ? next.key : asDouble(next.key)
      next = rest.shift()
    }
    steps.push({ kind, name: name.name, ...(key === undefined ? {} : { key }) })
    if (next?.kind === 'index') return undefined
    kind = next?.name
  }
  return steps
}

function isKind(word: string): word is AddressStep['kind'] {
  return word === 'module' || isResourceKind(word)
}

function textOfStep({ kind, name, key }: AddressStep): string {
  return `${kind}.${name}${key === undefined ? '' : `[${JSON.stringify(key)}]`}`
}

/** Whether there is such a block, however many instances it stands for. */
function isDeclared(from: ModuleSite, steps: readonly AddressStep[]): boolean {
  let site: ModuleSite | undefined = from
  let members: Members | undefined = from.module.declarations.resources
  for (const { kind, name } of steps) {
    if (kind === 'module') {
      site = site?.inner.get(name)
      members = site?.module.declarations.resources
      if (site === undefined) return false
      continue
    }
    const declaration: { readonly members: Members } | undefined = members?.[kind].get(name)
    if (declaration === undefined) return false
    members = declaration.members
  }
  return true
}
