// The second pass: from declarations to the surface form. First an order of evaluation is found from the references
// alone (locals, and the `for_each` or `count` of resources), which also finds cycles; then everything is evaluated
// once. What an app, group or volume is called is known without its body, so bodies may refer to each other freely.
//
// A reference to a resource marks the value with its address; the mark travels through locals, templates and functions
// into the attribute where it ends, and makes the dependency.
import { type Diagnostic, didYouMean, errorDiagnostic, hasErrors } from '../../../base/index.ts'
import type {
  SurfaceBlock,
  SurfaceBody,
  SurfaceConfig,
  SurfaceOutput,
  SurfaceResource,
  SurfaceValue,
} from '../../surface.ts'
import type { Attribute, Block, Body, Expression, File, Traversal } from '../ast.ts'
import { ConversionError, convert } from '../convert.ts'
import { type Resolved, type Scope, evaluate, maxLoopRounds, reportError } from '../evaluate.ts'
import { functions } from '../functions/index.ts'
import { asDouble, isWhole } from '../number.ts'
import { parseFile } from '../parser.ts'
import { problemsToDiagnostics } from '../problem.ts'
import { visitTraversals } from '../references.ts'
import { Source, type Span } from '../source.ts'
import { boolType, nameOfKind, numberType, stringType } from '../type.ts'
import {
  type Marks,
  type Value,
  deepMarks,
  isMapping,
  isSensitive,
  number,
  object,
  sensitiveMark,
  sortedKeys,
  string,
  tuple,
  unknownValue,
  withMarks,
} from '../value.ts'
import {
  type Declaration,
  type Declarations,
  type Members,
  type ResourceDeclaration,
  type ResourceKind,
  collectDeclarations,
} from './declarations.ts'
import { type MeasureMemo, maxValueDepth, maxValueSize, measure } from './measure.ts'
import { orderByNeed } from './order.ts'
import { toSurfaceValue } from './surfacevalue.ts'
import {
  type HclInput,
  type HclVariable,
  type VariableValue,
  assignVariables,
  namedAttributes,
  readVariable,
} from './variables.ts'

export interface HclFile {
  readonly name: string
  readonly text: string
}

export interface HclOptions {
  /** In the order of precedence, low to high; the last value of a variable wins. */
  readonly inputs?: readonly HclInput[]
  /** `sddc.stack` in expressions: what the caller was told (wins over the settings block) or else falls back to. */
  readonly stack?: { readonly given?: string; readonly fallback?: string }
  /** `path.module` and `path.root`. */
  readonly directory?: string
}

export interface HclResult {
  /** Absent when there is an error. */
  readonly config?: SurfaceConfig
  /** `sddc { server = "…" }`: where the cluster's API is. */
  readonly server?: SurfaceValue
  readonly diagnostics: readonly Diagnostic[]
  /** By name, with the values they have. */
  readonly variables: ReadonlyMap<string, SurfaceValue>
  /** The texts that ranges refer to, by name. */
  readonly sources: ReadonlyMap<string, string>
}

/** Apps, groups and volumes of one configuration, all `count` and `for_each` included. */
export const maxResources = 100_000

/** Evaluates the files of one directory together; their order means nothing. Never throws on any text. */
export function evaluateHclFiles(files: readonly HclFile[], options: HclOptions = {}): HclResult {
  const diagnostics: Diagnostic[] = []
  const sources = new Map<string, string>()
  const trees: File[] = []
  for (const { name, text } of files) {
    const source = new Source(name, text)
    sources.set(name, text)
    const { node, problems } = parseFile(source)
    diagnostics.push(...problemsToDiagnostics(source, problems))
    trees.push(node)
  }
  // What is missing in a broken file would look like mistakes in the others.
  if (hasErrors(diagnostics)) return { diagnostics, variables: new Map(), sources }
  const report = (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic)
  const declarations = collectDeclarations(trees, report)
  const variables = new Map<string, HclVariable>()
  for (const [name, declaration] of declarations.variables) {
    variables.set(name, readVariable(name, declaration, report))
  }
  const values = assignVariables(
    variables,
    options.inputs ?? [],
    source => void sources.set(source.name, source.text),
    report,
  )
  const evaluation = new Evaluation(declarations, variables, values, options, report)
  const { config, server } = evaluation.run()
  return {
    ...(hasErrors(diagnostics) ? {} : { config }),
    ...(server === undefined ? {} : { server }),
    diagnostics: inOrderOfText(diagnostics, [...sources.keys()]),
    variables: new Map(
      [...values].map(([name, v]) => [name, toSurfaceValue(v.value, { range: v.range }, () => {})]),
    ),
    sources,
  }
}

// As a reader meets them: by file, then by place; what has no place comes first.
function inOrderOfText(diagnostics: readonly Diagnostic[], files: readonly string[]): Diagnostic[] {
  const rank = new Map(files.map((file, i) => [file, i]))
  const place = ({ subject }: Diagnostic): [number, number] =>
    subject === undefined ? [-1, 0] : [rank.get(subject.file) ?? files.length, subject.start.byte]
  return [...diagnostics].sort((a, b) => {
    const [fileA, byteA] = place(a)
    const [fileB, byteB] = place(b)
    return fileA - fileB || byteA - byteB
  })
}

/** One app, group or volume after `for_each` and `count`. */
interface Instance {
  readonly declaration: ResourceDeclaration
  readonly parent: Instance | undefined
  readonly key: string | number | undefined
  /** `each` or `count` inside of it. */
  readonly binding: { readonly root: 'each' | 'count'; readonly value: Value } | undefined
  /** The label, with the key appended. */
  readonly segment: string
  readonly path: readonly string[]
  readonly address: string
}

type Repetition =
  | { readonly kind: 'single'; readonly instance: Instance }
  | {
      readonly kind: 'keyed'
      readonly form: 'for_each' | 'count'
      readonly instances: ReadonlyMap<string | number, Instance>
    }
  | { readonly kind: 'unknown' }

const metaArguments = new Set(['for_each', 'count'])
const roots = ['var', 'local', 'each', 'count', 'app', 'group', 'volume', 'path', 'sddc']
const resourceKinds: readonly string[] = ['app', 'group', 'volume'] satisfies ResourceKind[]

/** One run; everything it remembers is the memo of that run. */
class Evaluation {
  readonly #declarations: Declarations
  readonly #variables: ReadonlyMap<string, HclVariable>
  readonly #values: ReadonlyMap<string, VariableValue>
  readonly #options: HclOptions
  readonly #report: (diagnostic: Diagnostic) => void
  readonly #budget = { rounds: maxLoopRounds }
  readonly #locals = new Map<string, Value>()
  readonly #repetitions = new Map<ResourceDeclaration, Map<Instance | undefined, Repetition>>()
  readonly #instanceValues = new Map<Instance, Value>()
  /** Names of nodes that are part of a cycle: unknown, and already reported. */
  readonly #cyclic = new Set<string>()
  readonly #measured: MeasureMemo = new WeakMap()
  #stack: Value = unknownValue
  #resourceCount = 0
  #tooLarge = false

  constructor(
    declarations: Declarations,
    variables: ReadonlyMap<string, HclVariable>,
    values: ReadonlyMap<string, VariableValue>,
    options: HclOptions,
    report: (diagnostic: Diagnostic) => void,
  ) {
    this.#declarations = declarations
    this.#variables = variables
    this.#values = values
    this.#options = options
    this.#report = report
  }

  run(): { config: SurfaceConfig; server: SurfaceValue | undefined } {
    const settings = this.#settings()
    this.#evaluateInOrder()
    this.#validateVariables()
    const resources: SurfaceResource[] = []
    this.#expandMembers(this.#declarations.resources, undefined, resources)
    const outputs = [...this.#declarations.outputs].flatMap(([name, d]) => this.#output(name, d))
    const { stack, server } = settings
    return { config: { ...(stack === undefined ? {} : { stack }), resources, outputs }, server }
  }

  // sddc { stack = … server = … }

  #settings(): { stack: SurfaceValue | undefined; server: SurfaceValue | undefined } {
    const [first, ...more] = this.#declarations.settings
    for (const { block, source } of more) {
      const detail = `A configuration has one "sddc" block; the first is in ${first!.source.name}.`
      this.#report(
        errorDiagnostic('Duplicate sddc definition', detail, { subject: source.range(block.header) }),
      )
    }
    const { given, fallback } = this.#options.stack ?? {}
    this.#stack = string(given ?? fallback ?? '')
    if (first === undefined) return { stack: undefined, server: undefined }
    const { block, source } = first
    this.#refuseBlocks(block.body, source, 'sddc')
    const named = namedAttributes(block.body, ['stack', 'server'], source, 'sddc', this.#report)
    const scope = this.#scope(source, undefined, 'sddc')
    const stack = this.#settingText(named.get('stack'), scope)
    const server = this.#settingText(named.get('server'), scope)
    if (given === undefined && typeof stack?.value === 'string') this.#stack = string(stack.value)
    return { stack, server }
  }

  #settingText(attribute: Attribute | undefined, scope: Scope): SurfaceValue | undefined {
    if (attribute === undefined) return undefined
    const value = evaluate(attribute.expression, scope)
    if (value.kind !== 'string' && value.kind !== 'unknown') {
      const detail = `"${attribute.name}" must be a string, this is ${nameOfKind(value)}.`
      reportError(scope, attribute.expression, 'Unsuitable value type', detail)
    }
    return this.#surface(attribute, value, scope)
  }

  #refuseBlocks(body: Body, source: Source, context: string): void {
    for (const block of body.blocks) {
      const detail = `There are no "${block.type}" blocks in ${context}.`
      this.#report(
        errorDiagnostic('Unsupported block type', detail, { subject: source.range(block.typeSpan) }),
      )
    }
  }

  // Order and cycles

  #evaluateInOrder(): void {
    const nodes = new Map<
      string,
      {
        expressions: readonly Expression[]
        around: ResourceDeclaration | undefined
        span: Span
        source: Source
      }
    >()
    for (const [name, { attribute, source }] of this.#declarations.locals) {
      nodes.set(`local.${name}`, {
        expressions: [attribute.expression],
        around: undefined,
        span: attribute,
        source,
      })
    }
    this.#eachDeclaration(this.#declarations.resources, declaration => {
      const expressions = declaration.block.body.attributes
        .filter(a => metaArguments.has(a.name))
        .map(a => a.expression)
      const { source, block, parent } = declaration
      nodes.set(staticAddress(declaration), { expressions, around: parent, span: block.header, source })
    })
    const needs = (node: string): string[] => {
      const { expressions, around } = nodes.get(node)!
      const found = new Set<string>()
      if (around !== undefined) found.add(staticAddress(around))
      for (const expression of expressions) {
        visitTraversals(expression, traversal => this.#addNeeds(traversal, around, found))
      }
      return [...found].filter(n => nodes.has(n))
    }
    const { order, cycles } = orderByNeed([...nodes.keys()], needs)
    for (const cycle of cycles) {
      for (const node of cycle) this.#cyclic.add(node)
      const { span, source } = nodes.get(cycle[0]!)!
      const detail = `These values need each other: ${cycle.join(' -> ')}. Break the circle.`
      this.#report(errorDiagnostic('Cycle', detail, { subject: source.range(span) }))
    }
    for (const node of order) {
      const local = node.startsWith('local.') ? this.#declarations.locals.get(node.slice(6)) : undefined
      if (local === undefined) continue
      const scope = this.#scope(local.source, undefined, 'locals')
      const { expression } = local.attribute
      const value = this.#cyclic.has(node)
        ? unknownValue
        : this.#bounded(evaluate(expression, scope), expression, scope)
      this.#locals.set(node.slice(6), value)
    }
  }

  #eachDeclaration(members: Members, visit: (declaration: ResourceDeclaration) => void): void {
    for (const kind of ['app', 'group', 'volume'] as const) {
      for (const declaration of members[kind].values()) {
        visit(declaration)
        this.#eachDeclaration(declaration.members, visit)
      }
    }
  }

  #addNeeds(traversal: Traversal, around: ResourceDeclaration | undefined, into: Set<string>): void {
    const [first] = traversal.steps
    if (traversal.root === 'local' && first?.kind === 'attribute') into.add(`local.${first.name}`)
    if (!resourceKinds.includes(traversal.root) || first?.kind !== 'attribute') return
    let declaration = this.#find(traversal.root as ResourceKind, first.name, around)
    for (let i = 1; declaration !== undefined; i++) {
      into.add(staticAddress(declaration))
      const step = traversal.steps[i]
      if (step?.kind === 'index') continue
      const name = traversal.steps[i + 1]
      if (step?.kind === 'attribute' && resourceKinds.includes(step.name) && name?.kind === 'attribute') {
        declaration = declaration.members[step.name as ResourceKind].get(name.name)
        i++
        continue
      }
      if (step === undefined) this.#eachDeclaration(declaration.members, d => into.add(staticAddress(d)))
      return
    }
  }

  /** Top-level names first, as addresses say; then those of the groups around, from the innermost. */
  #find(
    kind: ResourceKind,
    name: string,
    around: ResourceDeclaration | undefined,
  ): ResourceDeclaration | undefined {
    const top = this.#declarations.resources[kind].get(name)
    if (top !== undefined) return top
    for (let group = around; group !== undefined; group = group.parent) {
      const found = group.members[kind].get(name)
      if (found !== undefined) return found
    }
    return undefined
  }

  // Names

  #scope(source: Source, instance: Instance | undefined, context: string, address?: string): Scope {
    return {
      source,
      report: d => this.#report({ context, ...(address === undefined ? {} : { address }), ...d }),
      functions,
      budget: this.#budget,
      resolve: (traversal, scope) => this.#resolve(traversal, scope, instance),
    }
  }

  #resolve(traversal: Traversal, scope: Scope, instance: Instance | undefined): Resolved {
    const { root, steps } = traversal
    const [first] = steps
    if (!roots.includes(root)) return { value: this.#unknownName(traversal, scope), used: steps.length }
    if (root === 'each' || root === 'count')
      return { value: this.#binding(root, traversal, scope, instance), used: 0 }
    if (root === 'path') {
      const directory = string(this.#options.directory ?? '.')
      return {
        value: object([
          ['module', directory],
          ['root', directory],
        ]),
        used: 0,
      }
    }
    if (root === 'sddc') return { value: object([['stack', this.#stack]]), used: 0 }
    if (first?.kind !== 'attribute') {
      const detail = `Behind "${root}" stands the name of one: ${root}.name.`
      return { value: reportError(scope, traversal, 'Invalid reference', detail), used: steps.length }
    }
    const span = { start: traversal.start, end: first.end }
    if (root === 'var' || root === 'local') {
      const found = root === 'var' ? this.#values.get(first.name)?.value : this.#locals.get(first.name)
      if (found !== undefined) return { value: found, used: 1 }
      return { value: this.#undeclaredValue(root, first.name, span, scope), used: steps.length }
    }
    return this.#resolveResource(root as ResourceKind, traversal, scope, instance)
  }

  #unknownName(traversal: Traversal, scope: Scope): Value {
    const { root } = traversal
    const loops: string[] = []
    for (let name = scope.names; name !== undefined; name = name.outer) loops.push(name.name)
    const advice = this.#declarations.locals.has(root)
      ? ` Did you mean "local.${root}"?`
      : this.#variables.has(root)
        ? ` Did you mean "var.${root}"?`
        : didYouMean(root, [...loops, ...roots, 'true', 'false', 'null']) ||
          (traversal.steps.length === 0 ? ` If it is meant as text, quote it: "${root}".` : '')
    return reportError(
      scope,
      traversal.rootSpan,
      'Unknown variable',
      `There is nothing named "${root}".${advice}`,
    )
  }

  #undeclaredValue(root: 'var' | 'local', name: string, span: Span, scope: Scope): Value {
    if (this.#cyclic.has(`local.${name}`)) return unknownValue
    const known = root === 'var' ? [...this.#variables.keys()] : [...this.#declarations.locals.keys()]
    const what = root === 'var' ? 'input variable' : 'local value'
    const advice =
      didYouMean(name, known) ||
      (root === 'var'
        ? ` Declare it with a block: variable "${name}" {}.`
        : ` Declare it in a block: locals { ${name} = … }.`)
    const detail = `There is no ${what} "${name}".${advice}`
    return reportError(scope, span, `Reference to undeclared ${what}`, detail)
  }

  #binding(
    root: 'each' | 'count',
    traversal: Traversal,
    scope: Scope,
    instance: Instance | undefined,
  ): Value {
    for (let i = instance; i !== undefined; i = i.parent) {
      if (i.binding?.root === root) return i.binding.value
    }
    const argument = root === 'each' ? 'for_each' : 'count'
    const detail = `"${root}" is known only inside a block that has the "${argument}" argument.`
    reportError(scope, traversal, `Reference to "${root}" in context without ${argument}`, detail)
    return unknownValue
  }

  #resolveResource(
    kind: ResourceKind,
    traversal: Traversal,
    scope: Scope,
    from: Instance | undefined,
  ): Resolved {
    const { steps } = traversal
    const first = steps[0] as { name: string; end: number }
    let declaration = this.#find(kind, first.name, from?.declaration)
    let used = 1
    if (declaration === undefined) {
      const detail = this.#undeclaredResource(kind, first.name, from)
      const span = { start: traversal.start, end: first.end }
      return {
        value: reportError(scope, span, 'Reference to undeclared resource', detail),
        used: steps.length,
      }
    }
    let parent = this.#commonParent(declaration, from)
    if (parent === 'elsewhere') return { value: unknownValue, used: steps.length }
    for (;;) {
      const repetition: Repetition = this.#repetition(declaration, parent)
      if (repetition.kind === 'unknown') return { value: unknownValue, used: steps.length }
      let instance: Instance
      if (repetition.kind === 'single') {
        instance = repetition.instance
      } else {
        const step = steps[used]
        if (step?.kind !== 'index') {
          if (step !== undefined)
            return { value: this.#missingKey(declaration, repetition, traversal, scope), used: steps.length }
          return { value: this.#repetitionValue(repetition), used }
        }
        const key = typeof step.key === 'string' ? step.key : asDouble(step.key)
        const found = repetition.instances.get(key)
        if (found === undefined) {
          const known = [...repetition.instances.keys()].map(String)
          const listed = known.length <= 12 ? ` There are: ${known.join(', ')}.` : ''
          const detail = `${staticAddress(declaration)} has no instance with the key ${JSON.stringify(key)}.${didYouMean(String(key), known)}${listed}`
          return { value: reportError(scope, step, 'Invalid index', detail), used: steps.length }
        }
        instance = found
        used++
      }
      const inner = steps[used]
      const name = steps[used + 1]
      if (
        declaration.kind !== 'group' ||
        inner?.kind !== 'attribute' ||
        name?.kind !== 'attribute' ||
        !resourceKinds.includes(inner.name)
      ) {
        return { value: this.#instanceValue(instance), used }
      }
      const member: ResourceDeclaration | undefined = declaration.members[inner.name as ResourceKind].get(
        name.name,
      )
      if (member === undefined) {
        const near = didYouMean(name.name, declaration.members[inner.name as ResourceKind].keys())
        const detail = `${staticAddress(declaration)} has no ${inner.name} "${name.name}".${near}`
        return {
          value: reportError(scope, name, 'Reference to undeclared resource', detail),
          used: steps.length,
        }
      }
      declaration = member
      parent = instance
      used += 2
    }
  }

  // A sibling is found among the groups around the one who asks: the instance of its group is known.
  #commonParent(
    declaration: ResourceDeclaration,
    from: Instance | undefined,
  ): Instance | undefined | 'elsewhere' {
    if (declaration.parent === undefined) return undefined
    for (let i = from; i !== undefined; i = i.parent) if (i.declaration === declaration.parent) return i
    return 'elsewhere'
  }

  #undeclaredResource(kind: ResourceKind, name: string, from: Instance | undefined): string {
    const known = [...this.#declarations.resources[kind].keys()]
    for (let i = from; i !== undefined; i = i.parent) known.push(...i.declaration.members[kind].keys())
    const near = didYouMean(name, known)
    let elsewhere: string | undefined
    this.#eachDeclaration(this.#declarations.resources, d => {
      if (d.kind === kind && d.name === name) elsewhere ??= staticAddress(d)
    })
    const advice = elsewhere === undefined ? near : ` Did you mean "${elsewhere}"?`
    return `There is no ${kind} "${name}" in this configuration.${advice}`
  }

  #missingKey(
    declaration: ResourceDeclaration,
    repetition: Extract<Repetition, { kind: 'keyed' }>,
    traversal: Traversal,
    scope: Scope,
  ): Value {
    const address = staticAddress(declaration)
    const example = repetition.form === 'count' ? '[0]' : '["key"]'
    const detail = `${address} has "${repetition.form}", so it is several. Say which: ${address}${example}, or all: [for x in ${address} : x.id].`
    return reportError(scope, traversal, 'Missing resource instance key', detail)
  }

  // Resources

  #repetition(declaration: ResourceDeclaration, parent: Instance | undefined): Repetition {
    let byParent = this.#repetitions.get(declaration)
    if (byParent === undefined) this.#repetitions.set(declaration, (byParent = new Map()))
    const known = byParent.get(parent)
    if (known !== undefined) return known
    const made = this.#cyclic.has(staticAddress(declaration))
      ? ({ kind: 'unknown' } as const)
      : this.#makeRepetition(declaration, parent)
    byParent.set(parent, made)
    return made
  }

  #makeRepetition(declaration: ResourceDeclaration, parent: Instance | undefined): Repetition {
    const { attributes } = declaration.block.body
    const forEach = attributes.find(a => a.name === 'for_each')
    const count = attributes.find(a => a.name === 'count')
    const scope = this.#scope(declaration.source, parent, contextOf(declaration), staticAddress(declaration))
    if (forEach !== undefined && count !== undefined) {
      reportError(
        scope,
        count.nameSpan,
        'Invalid combination of "count" and "for_each"',
        'Only one of the two can be used.',
      )
      return { kind: 'unknown' }
    }
    if (forEach !== undefined) return this.#forEach(declaration, parent, forEach, scope)
    if (count !== undefined) return this.#count(declaration, parent, count, scope)
    return { kind: 'single', instance: makeInstance(declaration, parent, undefined, undefined) }
  }

  #forEach(
    declaration: ResourceDeclaration,
    parent: Instance | undefined,
    attribute: Attribute,
    scope: Scope,
  ): Repetition {
    const entries = this.#forEachEntries(attribute.expression, scope)
    if (entries === undefined) return { kind: 'unknown' }
    const instances = new Map<string | number, Instance>()
    for (const [key, value] of entries) {
      const binding = {
        root: 'each' as const,
        value: object([
          ['key', string(key)],
          ['value', value],
        ]),
      }
      instances.set(key, makeInstance(declaration, parent, key, binding))
    }
    return { kind: 'keyed', form: 'for_each', instances }
  }

  #forEachEntries(expression: Expression, scope: Scope): [string, Value][] | undefined {
    const summary = 'Invalid for_each argument'
    const value = evaluate(expression, scope)
    if (value.kind === 'unknown') return undefined
    if (value.marks?.has(sensitiveMark) === true || (value.kind === 'set' && isSensitive(value))) {
      reportError(
        scope,
        expression,
        summary,
        "Sensitive values can't be used: the keys would show in addresses.",
      )
      return undefined
    }
    if (isMapping(value)) {
      if (value.entries.has('')) {
        reportError(scope, expression, summary, "A key can't be empty.")
        return undefined
      }
      return sortedKeys(value).map(k => [k, withMarks(value.entries.get(k)!, value.marks)])
    }
    if (value.kind === 'set' && value.elements.every(e => e.kind === 'string' && e.value !== '')) {
      return value.elements.map(e => [(e as { value: string }).value, withMarks(e, value.marks)])
    }
    const advice =
      value.kind === 'tuple' || value.kind === 'list'
        ? ' Lists have no stable keys: write toset([…]) around it.'
        : ''
    const detail = `A map, an object or a set of non-empty strings is required; this is ${nameOfKind(value)}.${advice}`
    reportError(scope, expression, summary, detail)
    return undefined
  }

  #count(
    declaration: ResourceDeclaration,
    parent: Instance | undefined,
    attribute: Attribute,
    scope: Scope,
  ): Repetition {
    const value = evaluate(attribute.expression, scope)
    if (value.kind === 'unknown') return { kind: 'unknown' }
    let wanted: number | undefined
    try {
      const converted = convert(value, numberType)
      if (converted.kind === 'number' && isWhole(converted.value)) wanted = asDouble(converted.value)
    } catch (thrown) {
      if (!(thrown instanceof ConversionError)) throw thrown
    }
    if (wanted === undefined || wanted < 0 || wanted > maxResources) {
      const detail = `A whole number from 0 to ${maxResources} is required.`
      reportError(scope, attribute.expression, 'Invalid count argument', detail)
      return { kind: 'unknown' }
    }
    const instances = new Map<string | number, Instance>()
    for (let i = 0; i < wanted; i++) {
      const binding = { root: 'count' as const, value: object([['index', number(i)]]) }
      instances.set(i, makeInstance(declaration, parent, i, binding))
    }
    return { kind: 'keyed', form: 'count', instances }
  }

  #repetitionValue(repetition: Repetition): Value {
    if (repetition.kind === 'unknown') return unknownValue
    if (repetition.kind === 'single') return this.#instanceValue(repetition.instance)
    const values = [...repetition.instances].map(([key, i]) => [String(key), this.#instanceValue(i)] as const)
    return repetition.form === 'count' ? tuple(values.map(([, v]) => v)) : object(values)
  }

  #instanceValue(instance: Instance): Value {
    const known = this.#instanceValues.get(instance)
    if (known !== undefined) return known
    const { declaration, path, segment, address } = instance
    const entries: [string, Value][] = [
      ['id', string(`/${[...path, segment].join('/')}`)],
      ['name', string(segment)],
      ['address', string(address)],
    ]
    if (declaration.kind === 'group') {
      for (const kind of ['app', 'group'] as const) {
        const members = [...declaration.members[kind].values()]
        const values = members.map(
          m => [m.name, this.#repetitionValue(this.#repetition(m, instance))] as const,
        )
        entries.push([kind, object(values)])
      }
    }
    const value = withMarks(object(entries), new Set([address]))
    this.#instanceValues.set(instance, value)
    return value
  }

  #expandMembers(members: Members, parent: Instance | undefined, into: SurfaceResource[]): void {
    const declarations = [...members.volume.values(), ...members.group.values(), ...members.app.values()]
    declarations.sort((a, b) => (a.source === b.source ? a.block.start - b.block.start : 0))
    for (const declaration of declarations) {
      const repetition = this.#repetition(declaration, parent)
      if (repetition.kind === 'unknown') continue
      const instances =
        repetition.kind === 'single' ? [repetition.instance] : [...repetition.instances.values()]
      for (const instance of instances) {
        if (++this.#resourceCount > maxResources) {
          if (this.#resourceCount > maxResources + 1) return
          const detail = `The configuration describes more than ${maxResources} resources.`
          const subject = declaration.source.range(declaration.block.header)
          this.#report(errorDiagnostic('Too many resources', detail, { subject }))
          return
        }
        into.push(this.#resource(instance))
        this.#expandMembers(declaration.members, instance, into)
      }
    }
  }

  #resource(instance: Instance): SurfaceResource {
    const { declaration, key, path, address } = instance
    const { kind, name, block, source } = declaration
    const scope = this.#scope(source, instance, contextOf(declaration), address)
    const own = new Set<string>()
    for (let i: Instance | undefined = instance; i !== undefined; i = i.parent) own.add(i.address)
    const isMember = (inner: Block): boolean =>
      kind === 'group' && (inner.type === 'app' || inner.type === 'group')
    const { attributes, blocks } = block.body
    const dependsOn = attributes.find(a => a.name === 'depends_on')
    const rest = attributes.filter(a => !metaArguments.has(a.name) && a !== dependsOn)
    const ownBody = { ...block.body, attributes: rest, blocks: blocks.filter(b => !isMember(b)) }
    const body = this.#body(ownBody, scope, own)
    return {
      kind,
      name,
      ...(key === undefined ? {} : { key }),
      path,
      address,
      body:
        dependsOn === undefined
          ? body
          : withDependsOn(body, this.#dependsOn(dependsOn, scope, instance, own)),
      range: source.range(block.header),
    }
  }

  #block(block: Block, body: Body, scope: Scope, own: ReadonlySet<string> | undefined): SurfaceBlock {
    return {
      type: block.type,
      labels: block.labels.map(l => ({ text: l.text, range: scope.source.range(l) })),
      body: this.#body(body, scope, own),
      range: scope.source.range(block.header),
    }
  }

  #body(body: Body, scope: Scope, own: ReadonlySet<string> | undefined): SurfaceBody {
    const attributes: [string, SurfaceValue][] = []
    for (const attribute of body.attributes) {
      const value = evaluate(attribute.expression, scope)
      if (value.kind !== 'null')
        attributes.push([attribute.name, this.#surface(attribute, value, scope, own)])
    }
    const blocks: SurfaceBlock[] = []
    for (const block of body.blocks) {
      if (block.type === 'dynamic') this.#dynamic(block, scope, blocks, own)
      else blocks.push(this.#block(block, block.body, scope, own))
    }
    return { attributes: Object.fromEntries(attributes), blocks, end: scope.source.range(body.close) }
  }

  // dynamic "port" { for_each = … iterator = p labels = […] content { … } }
  #dynamic(block: Block, scope: Scope, into: SurfaceBlock[], own: ReadonlySet<string> | undefined): void {
    const [label, extra] = block.labels
    if (label === undefined || extra !== undefined) {
      const detail = 'A dynamic block has one label, the type of the blocks it makes: dynamic "port" { … }.'
      reportError(scope, extra ?? block.typeSpan, 'Invalid dynamic block', detail)
      return
    }
    const named = namedAttributes(
      block.body,
      ['for_each', 'iterator', 'labels'],
      scope.source,
      `dynamic "${label.text}"`,
      scope.report,
    )
    const forEach = named.get('for_each')
    const content = block.body.blocks.find(b => b.type === 'content')
    if (forEach === undefined || content === undefined) {
      const missing = forEach === undefined ? 'the argument "for_each"' : 'a "content" block'
      reportError(scope, block.header, 'Missing required argument', `A dynamic block needs ${missing}.`)
      return
    }
    const iterator = named.get('iterator')?.expression
    if (iterator !== undefined && (iterator.kind !== 'traversal' || iterator.steps.length > 0)) {
      reportError(scope, iterator, 'Invalid expression', 'The iterator is a plain name, without quotes.')
      return
    }
    const name = iterator?.kind === 'traversal' ? iterator.root : label.text
    for (const [key, value] of this.#dynamicEntries(forEach.expression, scope)) {
      const element = object([
        ['key', key],
        ['value', value],
      ])
      const inner: Scope = { ...scope, names: { name, value: element, outer: scope.names } }
      const labels = this.#dynamicLabels(named.get('labels'), inner)
      into.push({
        type: label.text,
        labels,
        body: this.#body(content.body, inner, own),
        range: scope.source.range(block.header),
      })
    }
  }

  #dynamicEntries(expression: Expression, scope: Scope): [Value, Value][] {
    const value = evaluate(expression, scope)
    if (value.kind === 'unknown') return []
    if (isMapping(value))
      return sortedKeys(value).map(k => [string(k), withMarks(value.entries.get(k)!, value.marks)])
    if (value.kind === 'set') return value.elements.map(e => [e, e])
    if (value.kind === 'tuple' || value.kind === 'list') return value.elements.map((e, i) => [number(i), e])
    const detail = `A collection is required to make blocks from; this is ${nameOfKind(value)}.`
    reportError(scope, expression, 'Invalid dynamic for_each value', detail)
    return []
  }

  #dynamicLabels(attribute: Attribute | undefined, scope: Scope): SurfaceBlock['labels'] {
    if (attribute === undefined) return []
    const range = scope.source.range(attribute.expression)
    const value = evaluate(attribute.expression, scope)
    try {
      const list = convert(value, { kind: 'list', element: stringType })
      if (list.kind === 'list')
        return list.elements.flatMap(e => (e.kind === 'string' ? [{ text: e.value, range }] : []))
    } catch (thrown) {
      if (!(thrown instanceof ConversionError)) throw thrown
      reportError(
        scope,
        attribute.expression,
        'Invalid dynamic block labels',
        `A list of strings is required: ${thrown.message}.`,
      )
    }
    return []
  }

  #dependsOn(attribute: Attribute, scope: Scope, instance: Instance, own: ReadonlySet<string>): SurfaceValue {
    const { expression } = attribute
    const places = {
      range: scope.source.range(expression),
      nameRange: scope.source.range(attribute.nameSpan),
    }
    const addresses = new Set<string>()
    if (expression.kind !== 'tuple') {
      reportError(
        scope,
        expression,
        'Invalid depends_on argument',
        'A list of references is required: depends_on = [app.db].',
      )
      return { value: [], ...places }
    }
    for (const element of expression.elements) {
      if (element.kind !== 'traversal' || !resourceKinds.includes(element.root)) {
        const detail =
          'Each element names an app, a group or a volume, without quotes: app.db, group.shop.app.api.'
        reportError(scope, element, 'Invalid depends_on reference', detail)
        continue
      }
      const { value, used } = this.#resolveResource(element.root as ResourceKind, element, scope, instance)
      if (value.kind === 'unknown') continue
      const rest = element.steps[used]
      if (rest !== undefined) {
        const detail = 'A dependency is on an app, group or volume as a whole, not on one of its attributes.'
        reportError(scope, rest, 'Invalid depends_on reference', detail)
        continue
      }
      for (const address of ownAddresses(value)) {
        if (!own.has(address)) addresses.add(address)
        else
          reportError(
            scope,
            element,
            'Invalid depends_on reference',
            `${instance.address} can't depend on itself or on the group around it.`,
          )
      }
    }
    const list = [...addresses]
    return { value: list, ...places, ...(list.length === 0 ? {} : { references: list }) }
  }

  #surface(attribute: Attribute, value: Value, scope: Scope, own?: ReadonlySet<string>): SurfaceValue {
    const range = scope.source.range(attribute.expression)
    const nameRange = scope.source.range(attribute.nameSpan)
    const bounded = this.#bounded(value, attribute.expression, scope)
    const surface = toSurfaceValue(bounded, { range, nameRange }, scope.report)
    if (surface.references === undefined || own === undefined) return surface
    // To mention oneself is no dependency.
    const { references, ...rest } = surface
    const others = references.filter(r => !own.has(r))
    return others.length === 0 ? rest : { ...rest, references: others }
  }

  // Locals that hold one another twice double with each step; nothing else here is bounded by the text's length.
  #bounded(value: Value, span: Span, scope: Scope): Value {
    const { depth, size } = measure(value, this.#measured)
    if (depth <= maxValueDepth && size <= maxValueSize) return value
    // One is enough: those after it grow out of the same.
    if (this.#tooLarge) return unknownValue
    this.#tooLarge = true
    const detail = `A value holds at most ${maxValueSize} parts, ${maxValueDepth} inside one another.`
    return reportError(scope, span, 'Value too large', detail)
  }

  // Outputs and validations

  #output(name: string, { block, source }: Declaration): SurfaceOutput[] {
    const context = `output "${name}"`
    const scope = this.#scope(source, undefined, context)
    this.#refuseBlocks(block.body, source, 'output')
    const known = ['value', 'description', 'sensitive', 'depends_on']
    const named = namedAttributes(block.body, known, source, context, this.#report)
    const attribute = named.get('value')
    if (attribute === undefined) {
      reportError(scope, block.header, 'Missing required argument', 'An output needs the argument "value".')
      return []
    }
    const value = evaluate(attribute.expression, scope)
    const hidden = named.get('sensitive')
    const flag = hidden === undefined ? undefined : evaluate(hidden.expression, scope)
    if (flag !== undefined && flag.kind !== 'bool' && flag.kind !== 'unknown') {
      reportError(scope, hidden!.expression, 'Unsuitable value type', '"sensitive" must be true or false.')
    }
    const sensitive = flag?.kind === 'bool' && flag.value
    if (!sensitive && isSensitive(value)) {
      const detail =
        'The value comes from something sensitive. To show it only on request set sensitive = true here.'
      reportError(scope, attribute.expression, 'Output refers to sensitive values', detail)
    }
    const about = named.get('description')
    const description = about === undefined ? undefined : evaluate(about.expression, scope)
    const surface = this.#surface(attribute, sensitive ? withMarks(value, hiddenMarks) : value, scope)
    return [
      { name, value: surface, ...(description?.kind === 'string' ? { description: description.value } : {}) },
    ]
  }

  #validateVariables(): void {
    for (const variable of this.#variables.values()) {
      const given = this.#values.get(variable.name)
      if (given === undefined || given.value.kind === 'unknown') continue
      const { source } = variable.declaration
      const scope = this.#scope(source, undefined, `variable "${variable.name}"`)
      for (const { condition, message } of variable.validations) {
        const value = evaluate(condition.expression, scope)
        if (value.kind === 'unknown') continue
        const verdict = this.#verdict(value, condition, scope)
        if (verdict !== false) continue
        const text = message === undefined ? undefined : evaluate(message.expression, scope)
        const said =
          text?.kind === 'string' && !isSensitive(text) ? text.value : 'The value does not pass the check.'
        const { line } = source.position(condition.start)
        const detail = `${said} (Checked by the validation at ${source.name}:${line}.)`
        scope.report(errorDiagnostic('Invalid value for variable', detail, { subject: given.range }))
      }
    }
  }

  #verdict(value: Value, condition: Attribute, scope: Scope): boolean | undefined {
    try {
      const converted = convert(value, boolType)
      if (converted.kind === 'bool') return converted.value
    } catch (thrown) {
      if (!(thrown instanceof ConversionError)) throw thrown
    }
    reportError(
      scope,
      condition.expression,
      'Invalid validation condition',
      'The condition must be true or false.',
    )
    return undefined
  }
}

const hiddenMarks: Marks = new Set([sensitiveMark])

function makeInstance(
  declaration: ResourceDeclaration,
  parent: Instance | undefined,
  key: string | number | undefined,
  binding: Instance['binding'],
): Instance {
  const { kind, name } = declaration
  const bracket = key === undefined ? '' : typeof key === 'number' ? `[${key}]` : `[${JSON.stringify(key)}]`
  return {
    declaration,
    parent,
    key,
    binding,
    segment: key === undefined ? name : `${name}-${key}`,
    path: parent === undefined ? [] : [...parent.path, parent.segment],
    address: `${parent === undefined ? '' : `${parent.address}.`}${kind}.${name}${bracket}`,
  }
}

function withDependsOn(body: SurfaceBody, dependsOn: SurfaceValue): SurfaceBody {
  return { ...body, attributes: { ...body.attributes, depends_on: dependsOn } }
}

/** Without keys: one per block of the text. */
function staticAddress(declaration: ResourceDeclaration): string {
  const own = `${declaration.kind}.${declaration.name}`
  return declaration.parent === undefined ? own : `${staticAddress(declaration.parent)}.${own}`
}

function contextOf(declaration: ResourceDeclaration): string {
  return `${declaration.kind} ${JSON.stringify(declaration.name)}`
}

// A single resource carries its address on itself; several are a tuple or object of such.
function ownAddresses(value: Value): string[] {
  if (value.marks !== undefined) return [...value.marks]
  return [...(deepMarks(value) ?? [])]
}
