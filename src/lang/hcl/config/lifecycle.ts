// lifecycle { … } of a resource: how it may change and end, and the conditions that must hold for it. A meta block: it
// says something about the resource and is no part of its body, so `dynamic` can't make it.
import { didYouMean } from '../../../base/index.ts'
import type { SurfaceLifecycle, SurfacePath, SurfaceValue } from '../../surface.ts'
import { argumentNames, lifecycleConstruct } from '../../vocabulary/index.ts'
import type { Attribute, Block, Expression, Step } from '../ast.ts'
import { tryConvert } from '../convert.ts'
import { type Scope, evaluate, reportError } from '../evaluate.ts'
import { formatNum } from '../number.ts'
import { boolType, nameOfKind } from '../type.ts'
import type { Value } from '../value.ts'
import {
  type Condition,
  checkCondition,
  failedPostcondition,
  failedPrecondition,
  readCondition,
} from './conditions.ts'
import type { Run } from './run.ts'
import { surfaceAttribute } from './surfaceattribute.ts'

export interface Lifecycle {
  readonly said?: SurfaceLifecycle
  readonly preconditions: readonly Condition[]
  readonly postconditions: readonly Condition[]
}

const nothing: Lifecycle = { preconditions: [], postconditions: [] }

const known = argumentNames(lifecycleConstruct)
const blockTypes = Object.keys(lifecycleConstruct.blocks ?? {})

/** What other tools have here, and what does that job. */
const elsewhere: Readonly<Record<string, string>> = {
  create_before_destroy:
    'An app is changed by a rolling update: how many instances stay up meanwhile, and how many may run beside them, is said in upgrade_strategy { minimum_health_capacity, maximum_over_capacity }.',
  replace_triggered_by:
    'An app restarts when something in its definition changes: put what shall trigger that into a value of env, for example env = { CONFIG = sha256(jsonencode(local.config)) }.',
  enabled: 'An app that shall be there only sometimes has count = var.enabled ? 1 : 0.',
}

/** `blocks` are those of the resource's body; others than lifecycle take no part. */
export function evaluateLifecycle(run: Run, blocks: readonly Block[], scope: Scope): Lifecycle {
  const [first, ...more] = blocks.filter(b => b.type === 'lifecycle')
  if (first === undefined) return nothing
  for (const block of more) {
    const detail = 'A resource has one lifecycle block.'
    reportError(scope, block.header, 'Duplicate lifecycle block', detail)
  }
  const [label] = first.labels
  if (label !== undefined) {
    reportError(scope, label, 'Extraneous label for lifecycle', '"lifecycle" blocks have no labels.')
  }
  const said: { -readonly [K in keyof SurfaceLifecycle]: SurfaceLifecycle[K] } = {
    range: scope.source.range(first.header),
  }
  for (const attribute of first.body.attributes) {
    switch (attribute.name) {
      case 'ignore_changes':
        said.ignoreChanges = ignoredIn(attribute.expression, scope)
        break
      case 'prevent_destroy':
        said.preventDestroy = flag(run, attribute, scope)
        break
      case 'destroy':
        said.destroy = flag(run, attribute, scope)
        break
      default:
        reportUnknownArgument(attribute, scope)
    }
  }
  const preconditions: Condition[] = []
  const postconditions: Condition[] = []
  for (const block of first.body.blocks) {
    if (!blockTypes.includes(block.type)) {
      reportUnknownBlock(block, scope)
      continue
    }
    const condition = readCondition(block, scope)
    if (condition !== undefined) {
      ;(block.type === 'precondition' ? preconditions : postconditions).push(condition)
    }
  }
  return { said, preconditions, postconditions }
}

export function checkPreconditions({ preconditions }: Lifecycle, scope: Scope): void {
  for (const condition of preconditions) checkCondition(condition, scope, failedPrecondition)
}

/** `self` is asked for only when there is a condition. */
export function checkPostconditions({ postconditions }: Lifecycle, scope: Scope, self: () => Value): void {
  if (postconditions.length === 0) return
  const inner: Scope = { ...scope, names: { name: 'self', value: self(), outer: scope.names } }
  for (const condition of postconditions) checkCondition(condition, inner, failedPostcondition)
}

function reportUnknownArgument({ name, nameSpan }: Attribute, scope: Scope): void {
  const instead = Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined
  if (instead !== undefined) {
    reportError(scope, nameSpan, 'Unsupported argument', `There is no "${name}" here. ${instead}`)
    return
  }
  const near = blockTypes.includes(name)
    ? ` It is a block: write ${name} { … } without an equals sign.`
    : didYouMean(name, [...known, ...blockTypes]) || ` It has: ${known.join(', ')}.`
  const detail = `A lifecycle block has no argument "${name}".${near}`
  reportError(scope, nameSpan, 'Unsupported argument', detail)
}

function reportUnknownBlock({ type, typeSpan }: Block, scope: Scope): void {
  const advice = known.includes(type)
    ? ` It is an argument: write ${type} = ….`
    : type === 'dynamic'
      ? ' What is in it is written out: it is about the resource, not part of it.'
      : didYouMean(type, blockTypes) || ` It has: ${blockTypes.join(', ')}.`
  const detail = `A lifecycle block has no block of type "${type}".${advice}`
  reportError(scope, typeSpan, 'Unsupported block type', detail)
}

function flag(run: Run, attribute: Attribute, scope: Scope): SurfaceValue {
  const { expression, name } = attribute
  const value = evaluate(expression, scope)
  const converted = tryConvert(value, boolType)
  if (converted !== undefined && ['bool', 'null', 'unknown'].includes(converted.kind)) {
    return surfaceAttribute(run, attribute, converted, scope)
  }
  const detail = `"${name}" must be true or false; this is ${nameOfKind(value)}.`
  const unknown = reportError(scope, expression, 'Unsuitable value type', detail)
  return surfaceAttribute(run, attribute, unknown, scope)
}

const summary = 'Invalid ignore_changes'

/** Names, not values: they are never evaluated. */
function ignoredIn(expression: Expression, scope: Scope): 'all' | readonly SurfacePath[] {
  if (expression.kind === 'traversal' && expression.root === 'all' && expression.steps.length === 0)
    return 'all'
  if (expression.kind !== 'tuple') {
    const detail =
      'A list of names is required, as in ignore_changes = [instances, env["TAG"]], or the word all.'
    reportError(scope, expression, summary, detail)
    return []
  }
  return expression.elements.flatMap(element => {
    const path = pathOf(element, scope)
    return path === undefined ? [] : [path]
  })
}

function pathOf(element: Expression, scope: Scope): SurfacePath | undefined {
  const range = scope.source.range(element)
  const quoted = element.kind === 'template' && element.parts.length === 1 ? element.parts[0] : undefined
  if (quoted?.kind === 'literal') return { text: quoted.text, range }
  if (element.kind !== 'traversal') {
    const detail =
      'Each element names an argument or a block, without quotes: instances, env["TAG"], health_check.'
    reportError(scope, element, summary, detail)
    return undefined
  }
  if (element.root === 'all' && element.steps.length === 0) {
    reportError(scope, element, summary, 'For everything write ignore_changes = all, without brackets.')
    return undefined
  }
  return { text: element.root + element.steps.map(stepText).join(''), range }
}

function stepText(step: Step): string {
  if (step.kind === 'attribute') return `.${step.name}`
  return `[${typeof step.key === 'string' ? JSON.stringify(step.key) : formatNum(step.key)}]`
}
