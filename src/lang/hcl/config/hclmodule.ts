// A module: the HCL files of one directory, read and with their names collected, before anything is evaluated. The root
// of a configuration is one, too. Which modules it calls stands here; the loader fetches them and makes the tree.
import { type Diagnostic, type Range, errorDiagnostic, hasErrors, nearest } from '../../../base/index.ts'
import type { File } from '../ast.ts'
import { evaluate, reportError } from '../evaluate.ts'
import { parseJsonFile } from '../json/file.ts'
import { parseFile } from '../parser.ts'
import { problemsToDiagnostics } from '../problem.ts'
import { Source } from '../source.ts'
import { nameOfKind } from '../type.ts'
import { type Declarations, type ModuleDeclaration, collectDeclarations } from './declarations.ts'
import { type HclVariable, literalScope, readVariable } from './variables.ts'

export interface HclFile {
  readonly name: string
  readonly text: string
}

export interface HclModule {
  readonly declarations: Declarations
  readonly variables: ReadonlyMap<string, HclVariable>
  readonly calls: readonly ModuleCall[]
  readonly diagnostics: readonly Diagnostic[]
  /** False when a file could not be read: what is missing would look like mistakes elsewhere. */
  readonly complete: boolean
  /** The texts that ranges refer to, by name. */
  readonly sources: ReadonlyMap<string, string>
}

export interface ModuleCall {
  readonly name: string
  /** As written: `./blog`, `git::https://…`. */
  readonly source: string
  /** Of the argument. */
  readonly range: Range
}

/** A module with those that it calls, by the names of the calls; one that could not be loaded is not there. */
export interface ModuleTree {
  readonly module: HclModule
  /** `path.module`. */
  readonly directory: string
  readonly calls: ReadonlyMap<string, ModuleTree>
}

export function readModule(files: readonly HclFile[]): HclModule {
  const diagnostics: Diagnostic[] = []
  const report = (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic)
  const sources = new Map<string, string>()
  const trees: File[] = []
  for (const { name, text } of files) {
    const source = new Source(name, text)
    sources.set(name, text)
    const { node, problems } = name.endsWith('.json') ? parseJsonFile(source) : parseFile(source)
    diagnostics.push(...problemsToDiagnostics(source, problems))
    trees.push(node)
  }
  const complete = !hasErrors(diagnostics)
  const declarations = collectDeclarations(complete ? trees : [], report)
  const variables = new Map<string, HclVariable>()
  for (const [name, declaration] of declarations.variables) {
    variables.set(name, readVariable(name, declaration, report))
  }
  const calls = [...declarations.modules.values()].flatMap(m => readCall(m, report) ?? [])
  return { declarations, variables, calls, diagnostics, complete, sources }
}

/** Undefined with a mistake, which is reported. */
function readCall(
  { name, block, source }: ModuleDeclaration,
  report: (diagnostic: Diagnostic) => void,
): ModuleCall | undefined {
  const attribute = block.body.attributes.find(a => a.name === 'source')
  const context = `module "${name}"`
  if (attribute === undefined) {
    const near = nearest(
      'source',
      block.body.attributes.map(a => a.name),
    )
    const advice = near === undefined ? '' : ` Is "${near}" meant to be it?`
    const detail = `A module needs a source: source = "./directory" or source = "git::https://…".${advice}`
    report(
      errorDiagnostic('Missing required argument', detail, { subject: source.range(block.header), context }),
    )
    return undefined
  }
  const { expression } = attribute
  const scope = literalScope(source, d => report({ context, ...d }))
  const value = evaluate(expression, scope)
  if (value.kind === 'string') return { name, source: value.value, range: source.range(expression) }
  if (value.kind !== 'unknown') {
    const detail = `"source" must be a string, this is ${nameOfKind(value)}.`
    reportError(scope, expression, 'Unsuitable value type', detail)
  }
  return undefined
}
