// HCL files to the surface form. First the declarations of all files, then the variables' values, then the settings and
// the locals in the order of their needs, last the resources and outputs; every expression is evaluated once per
// instance. What can't be evaluated is reported and marked as failed, so that one run tells all mistakes.
import { type Diagnostic, hasErrors } from '../../../base/index.ts'
import type { SurfaceConfig, SurfaceValue } from '../../surface.ts'
import type { File } from '../ast.ts'
import type { FunctionContext } from '../functions/function.ts'
import { parseFile } from '../parser.ts'
import { problemsToDiagnostics } from '../problem.ts'
import { Source } from '../source.ts'
import { collectDeclarations } from './declarations.ts'
import { evaluateLocals } from './evaluatelocals.ts'
import { evaluateOutputs } from './outputs.ts'
import { resolveName } from './resolvename.ts'
import { evaluateResources } from './resources.ts'
import { newRun } from './run.ts'
import { evaluateSettings } from './settings.ts'
import { toSurfaceValue } from './surfacevalue.ts'
import { validateVariables } from './validations.ts'
import { type HclInput, type HclVariable, assignVariables, readVariable } from './variables.ts'

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
  /** Files and environment for functions; without it they have none. */
  readonly context?: FunctionContext
}

export interface HclResult {
  /** Also with mistakes, as far as it goes; absent when the text could not be read. */
  readonly config?: SurfaceConfig
  /** `sddc { server = "…" }`: where the cluster's API is. */
  readonly server?: SurfaceValue
  readonly diagnostics: readonly Diagnostic[]
  /** By name, with the values they have. */
  readonly variables: ReadonlyMap<string, SurfaceValue>
  /** The texts that ranges refer to, by name. */
  readonly sources: ReadonlyMap<string, string>
}

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
  const directory = options.directory ?? '.'
  const run = newRun({
    declarations,
    variables,
    values,
    directory,
    context: options.context ?? {},
    report,
    resolve: resolveName,
  })
  const { stack, server } = evaluateSettings(run, options.stack?.given, options.stack?.fallback)
  evaluateLocals(run)
  validateVariables(run)
  const { resources, incomplete } = evaluateResources(run)
  const outputs = evaluateOutputs(run)
  return {
    config: {
      ...(stack === undefined ? {} : { stack }),
      resources,
      outputs,
      ...(incomplete ? { incomplete } : {}),
    },
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
