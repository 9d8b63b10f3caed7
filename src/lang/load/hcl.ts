// Hands HCL texts to the evaluator, with the values of variables.
import type { Diagnostic } from '../../base/index.ts'
import { evaluateHclFiles } from '../hcl/config/index.ts'
import type { SurfaceConfig } from '../surface.ts'
import type { LoadOptions } from './index.ts'
import { readText } from './texts.ts'
import type { TextFile } from './texts.ts'

export async function evaluateHcl(
  files: readonly TextFile[],
  directory: string,
  options: LoadOptions,
  texts: Map<string, string>,
): Promise<{ readonly config?: SurfaceConfig; readonly diagnostics: readonly Diagnostic[] }> {
  const diagnostics: Diagnostic[] = []
  const varFiles: { name: string; text: string }[] = []
  for (const path of options.varFiles) {
    const file = await readText(path, diagnostics)
    if (!file) continue
    texts.set(file.name, file.text)
    varFiles.push(file)
  }
  const { config, diagnostics: found } = evaluateHclFiles(files, {
    vars: options.vars,
    varFiles,
    env: options.env,
    directory,
  })
  return { ...(config ? { config } : {}), diagnostics: [...diagnostics, ...found] }
}
