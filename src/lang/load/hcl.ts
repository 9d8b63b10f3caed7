// Hands HCL texts to the evaluator, with the values of variables in the order of their precedence, low to high:
// environment, `sddc.vars.hcl`, `*.auto.vars.hcl` by name, then files and values of the command line in the order given there.
import { join } from 'node:path'
import { hasErrors } from '../../base/index.ts'
import type { Diagnostic } from '../../base/index.ts'
import { evaluateModules, readModule } from '../hcl/index.ts'
import type { Expressions, HclInput, HclModule, ModuleTree } from '../hcl/index.ts'
import type { SurfaceConfig } from '../surface.ts'
import { environmentAccess } from './environment.ts'
import { type ReadFile, fileAccess } from './fileaccess.ts'
import { valueFilesIn } from './hclfiles.ts'
import type { LoadOptions } from './options.ts'
import { readText } from './texts.ts'
import type { TextFile } from './texts.ts'
import { variablePrefix } from './variables.ts'

export interface EvaluatedHcl {
  readonly config?: SurfaceConfig
  readonly diagnostics: readonly Diagnostic[]
  /** Texts by name that ranges refer to: files and values of variables, too. */
  readonly sources: ReadonlyMap<string, string>
  /** What functions read: files, and variables of the environment by name. */
  readonly files: readonly ReadFile[]
  readonly environment: readonly string[]
  /** Variables without a value, where that is allowed. */
  readonly missing: readonly string[]
  readonly expressions?: Expressions
}

/** `names` is what the directory holds; `fallbackStack` is the stack's name where nothing else gives one. */
export async function evaluateHcl(
  files: readonly TextFile[],
  directory: string,
  names: readonly string[],
  options: LoadOptions,
  fallbackStack: string | undefined,
): Promise<EvaluatedHcl> {
  const diagnostics: Diagnostic[] = []
  const inputs: HclInput[] = Object.entries(options.env)
    .filter(([name]) => name.startsWith(variablePrefix))
    .map(([name, value]) => ({
      kind: 'value',
      from: 'environment',
      name: name.slice(variablePrefix.length),
      value,
    }))
  const own = valueFilesIn(names).map(name => ({ kind: 'file', path: join(directory, name) }) as const)
  for (const given of [...own, ...options.given]) {
    if (given.kind === 'value') {
      inputs.push({ ...given, from: 'flag' })
      continue
    }
    const file = given.kind === 'text' ? given : await readText(given.path, diagnostics)
    if (file) inputs.push({ kind: 'file', name: file.name, text: file.text })
  }
  if (hasErrors(diagnostics)) {
    return { diagnostics, sources: new Map(), files: [], environment: [], missing: [] }
  }
  const stack = {
    ...(options.stack === undefined ? {} : { given: options.stack }),
    ...(fallbackStack === undefined ? {} : { fallback: fallbackStack }),
  }
  const reads = fileAccess(directory)
  const environment = environmentAccess(options.env)
  // Relative paths start at the configuration, wherever the program was started: the same text gives the same plan.
  const module = readModule(files)
  const loaded = await withModules(module, directory, names, options)
  diagnostics.push(...loaded.diagnostics)
  const found = evaluateModules(loaded.tree, {
    inputs,
    stack,
    context: { files: reads, environment },
    ...(options.unknownVariables === undefined ? {} : { unknownVariables: options.unknownVariables }),
  })
  const { server } = found
  const config = found.config && { ...found.config, ...(server === undefined ? {} : { server }) }
  return {
    ...(config ? { config } : {}),
    diagnostics: [...diagnostics, ...found.diagnostics],
    sources: found.sources,
    files: reads.files(),
    environment: environment.names(),
    missing: found.missing,
    ...(found.expressions === undefined ? {} : { expressions: found.expressions }),
  }
}

async function withModules(
  module: HclModule,
  directory: string,
  names: readonly string[],
  options: LoadOptions,
): Promise<{ readonly tree: ModuleTree; readonly diagnostics: readonly Diagnostic[] }> {
  if (module.calls.length === 0) {
    return { tree: { module, directory: '.', calls: new Map() }, diagnostics: [] }
  }
  // Loaded only here: most configurations are one directory.
  const { loadModules } = await import('./modules.ts')
  return loadModules(module, directory, names, { env: options.env })
}
