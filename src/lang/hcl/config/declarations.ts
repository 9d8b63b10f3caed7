// The first pass over the trees: which variables, locals, outputs and resources there are, each name once per scope.
// Nothing is evaluated yet, so the order of files and blocks means nothing.
import { type Diagnostic, didYouMean, errorDiagnostic } from '../../../base/index.ts'
import type { Attribute, Block, File } from '../ast.ts'
import type { Source } from '../source.ts'

export interface Declaration {
  readonly block: Block
  readonly source: Source
}

export type ResourceKind = 'app' | 'group' | 'volume'

/** A block that stands for one instance or, with `for_each` or `count`, for several. */
export interface RepeatableDeclaration extends Declaration {
  readonly kind: ResourceKind | 'module'
  readonly name: string
  /** The group around it. */
  readonly parent: ResourceDeclaration | undefined
  /** Of a group. */
  readonly members: Members
}

export interface ResourceDeclaration extends RepeatableDeclaration {
  readonly kind: ResourceKind
}

export interface ModuleDeclaration extends RepeatableDeclaration {
  readonly kind: 'module'
}

/** In the order of the text. */
export type Members = Readonly<Record<ResourceKind, Map<string, ResourceDeclaration>>>

export interface LocalDeclaration {
  readonly attribute: Attribute
  readonly source: Source
}

export interface Declarations {
  readonly settings: Declaration[]
  readonly variables: Map<string, Declaration>
  readonly locals: Map<string, LocalDeclaration>
  readonly outputs: Map<string, Declaration>
  readonly checks: Map<string, Declaration>
  readonly resources: Members
  readonly modules: Map<string, ModuleDeclaration>
  readonly moves: Declaration[]
  readonly imports: Declaration[]
  readonly removals: Declaration[]
}

type Report = (diagnostic: Diagnostic) => void

interface BlockKind {
  /** How many labels a block of this kind has. */
  readonly labels: 0 | 1
  readonly collect: (declaration: Declaration, found: Declarations, report: Report) => void
}

/** What may stand at the top level: one row for each kind of block, in the order in which messages list them. */
const blockKinds: Readonly<Record<string, BlockKind>> = {
  sddc: { labels: 0, collect: (declaration, found) => void found.settings.push(declaration) },
  variable: { labels: 1, collect: (d, found, report) => addOnce(found.variables, d, report) },
  locals: { labels: 0, collect: collectLocals },
  output: { labels: 1, collect: (d, found, report) => addOnce(found.outputs, d, report) },
  check: { labels: 1, collect: (d, found, report) => addOnce(found.checks, d, report) },
  group: { labels: 1, collect: (d, found, report) => collectResource('group', d, found, report) },
  app: { labels: 1, collect: (d, found, report) => collectResource('app', d, found, report) },
  volume: { labels: 1, collect: (d, found, report) => collectResource('volume', d, found, report) },
  module: { labels: 1, collect: collectModule },
  moved: { labels: 0, collect: (declaration, found) => void found.moves.push(declaration) },
  import: { labels: 0, collect: (declaration, found) => void found.imports.push(declaration) },
  removed: { labels: 0, collect: (declaration, found) => void found.removals.push(declaration) },
}

export function collectDeclarations(files: readonly File[], report: Report): Declarations {
  const found: Declarations = {
    settings: [],
    variables: new Map(),
    locals: new Map(),
    outputs: new Map(),
    checks: new Map(),
    resources: noMembers(),
    modules: new Map(),
    moves: [],
    imports: [],
    removals: [],
  }
  for (const file of files) collectFile(file, found, report)
  return found
}

function collectFile({ source, body }: File, found: Declarations, report: Report): void {
  for (const attribute of body.attributes) {
    const detail = `There are no arguments at the top level. Set "${attribute.name}" inside a block, or as a value of locals { }.`
    report(errorDiagnostic('Unsupported argument', detail, { subject: source.range(attribute.nameSpan) }))
  }
  for (const block of body.blocks) {
    const kind = Object.hasOwn(blockKinds, block.type) ? blockKinds[block.type] : undefined
    if (kind === undefined) reportUnknownBlock(block, source, report)
    else if (hasLabels(block, source, kind.labels, report)) kind.collect({ block, source }, found, report)
  }
}

function collectLocals({ block, source }: Declaration, found: Declarations, report: Report): void {
  for (const attribute of block.body.attributes) {
    const first = found.locals.get(attribute.name)
    if (first === undefined) {
      found.locals.set(attribute.name, { attribute, source })
      continue
    }
    const detail = `A local value "${attribute.name}" was already declared at ${place(first.source, first.attribute.start)}.`
    report(
      errorDiagnostic('Duplicate local value definition', detail, {
        subject: source.range(attribute.nameSpan),
      }),
    )
  }
  for (const inner of block.body.blocks) {
    const detail = `locals { } holds only values: write ${inner.type} = { … } for an object.`
    report(errorDiagnostic('Unsupported block type', detail, { subject: source.range(inner.typeSpan) }))
  }
}

function collectResource(
  kind: ResourceKind,
  declaration: Declaration,
  found: Declarations,
  report: Report,
): void {
  addResource(kind, declaration, undefined, found.resources, report)
}

function addResource(
  kind: ResourceKind,
  { block, source }: Declaration,
  parent: ResourceDeclaration | undefined,
  into: Members,
  report: Report,
): void {
  const members = noMembers()
  const name = block.labels[0]!.text
  const resource: ResourceDeclaration = { kind, name, block, source, parent, members }
  addOnce(into[kind], resource, report)
  if (kind !== 'group') return
  for (const inner of block.body.blocks) {
    if (inner.type !== 'app' && inner.type !== 'group') continue
    if (!hasLabels(inner, source, 1, report)) continue
    addResource(inner.type, { block: inner, source }, resource, members, report)
  }
}

/** A reference must be able to say the name, and it becomes a segment of ids. */
const moduleName = /^[a-z]([a-z0-9-]*[a-z0-9])?$/

function collectModule({ block, source }: Declaration, found: Declarations, report: Report): void {
  const label = block.labels[0]!
  if (!moduleName.test(label.text)) {
    const detail = `${JSON.stringify(label.text)} is not a name of a module: lower-case letters, digits and inner hyphens are taken, a letter first.`
    report(errorDiagnostic('Invalid name', detail, { subject: source.range(label) }))
    return
  }
  const module: ModuleDeclaration = {
    kind: 'module',
    name: label.text,
    block,
    source,
    parent: undefined,
    members: noMembers(),
  }
  addOnce(found.modules, module, report)
}

function addOnce<D extends Declaration>(into: Map<string, D>, declaration: D, report: Report): void {
  const { block, source } = declaration
  const name = block.labels[0]!.text
  const first = into.get(name)
  if (first === undefined) {
    into.set(name, declaration)
    return
  }
  const article = /^[aeiou]/.test(block.type) ? 'An' : 'A'
  const detail = `${article} ${block.type} "${name}" was already declared at ${place(first.source, first.block.start)}. Names must be unique.`
  report(
    errorDiagnostic(`Duplicate ${block.type} definition`, detail, { subject: source.range(block.header) }),
  )
}

function hasLabels(block: Block, source: Source, wanted: 0 | 1, report: Report): boolean {
  const extra = block.labels[wanted]
  if (extra !== undefined) {
    const detail =
      wanted === 0
        ? `"${block.type}" blocks have no labels.`
        : `"${block.type}" blocks have one label: the name.`
    report(errorDiagnostic(`Extraneous label for ${block.type}`, detail, { subject: source.range(extra) }))
    return false
  }
  if (block.labels.length === wanted) return true
  const detail = `"${block.type}" blocks have one label: ${block.type} "name" { … }.`
  report(errorDiagnostic(`Missing name for ${block.type}`, detail, { subject: source.range(block.typeSpan) }))
  return false
}

function reportUnknownBlock(block: Block, source: Source, report: Report): void {
  const subject = source.range(block.typeSpan)
  const known = Object.keys(blockKinds)
  const near = didYouMean(block.type, known)
  const listed = near === '' ? ` Known are: ${known.join(', ')}.` : near
  report(
    errorDiagnostic(
      'Unsupported block type',
      `There are no "${block.type}" blocks at the top level.${listed}`,
      {
        subject,
      },
    ),
  )
}

function noMembers(): Members {
  return { app: new Map(), group: new Map(), volume: new Map() }
}

function place(source: Source, offset: number): string {
  const { line, column } = source.position(offset)
  return `${source.name}:${line},${column}`
}
