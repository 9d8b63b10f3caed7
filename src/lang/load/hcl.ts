// Hands HCL texts to the evaluator, with the values of variables in the order of their precedence, low to high:
// environment, `sddc.vars.hcl`, `*.auto.vars.hcl` by name, then files and values of the command line.
import { join } from 'node:path'
import { hasErrors } from '../../base/index.ts'
import type { Diagnostic } from '../../base/index.ts'
import { evaluateHclFiles } from '../hcl/index.ts'
import type { HclInput } from '../hcl/index.ts'
import type { SurfaceConfig } from '../surface.ts'
import { environmentAccess } from './environment.ts'
import { type ReadFile, fileAccess } from './fileaccess.ts'
import type { LoadOptions } from './options.ts'
import { readText } from './texts.ts'
import type { TextFile } from './texts.ts'
import { jsonVariables, variablePrefix } from './variables.ts'

export interface EvaluatedHcl {
  readonly config?: SurfaceConfig
  readonly diagnostics: readonly Diagnostic[]
  /** Texts by name that ranges refer to: files and values of variables, too. */
  readonly sources: ReadonlyMap<string, string>
  /** What functions read: files, and variables of the environment by name. */
  readonly files: readonly ReadFile[]
  readonly environment: readonly string[]
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
  const automatic = names.filter(n => n.endsWith('.auto.vars.hcl'))
  const own = [...(names.includes('sddc.vars.hcl') ? ['sddc.vars.hcl'] : []), ...automatic]
  for (const path of [...own.map(n => join(directory, n)), ...options.varFiles]) {
    const file = await readText(path, diagnostics)
    if (!file) continue
    if (!path.endsWith('.json')) inputs.push({ kind: 'file', name: file.name, text: file.text })
    else {
      for (const [name, value] of Object.entries(jsonVariables(file, diagnostics))) {
        if (value !== undefined) inputs.push({ kind: 'value', from: 'flag', name, value })
      }
    }
  }
  for (const { name, value } of options.vars) inputs.push({ kind: 'value', from: 'flag', name, value })
  if (hasErrors(diagnostics)) return { diagnostics, sources: new Map(), files: [], environment: [] }
  const stack = {
    ...(options.stack === undefined ? {} : { given: options.stack }),
    ...(fallbackStack === undefined ? {} : { fallback: fallbackStack }),
  }
  const reads = fileAccess(directory)
  const environment = environmentAccess(options.env)
  // Relative paths start at the configuration, wherever the program was started: the same text gives the same plan.
  const found = evaluateHclFiles(files, {
    inputs,
    stack,
    directory: '.',
    context: { files: reads, environment },
  })
  const { server } = found
  const config = found.config && { ...found.config, ...(server === undefined ? {} : { server }) }
  return {
    ...(config ? { config } : {}),
    diagnostics: [...diagnostics, ...found.diagnostics],
    sources: found.sources,
    files: reads.files(),
    environment: environment.names(),
  }
}
