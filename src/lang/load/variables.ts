// Values of variables for a TypeScript module, all as texts: environment, then files in order, then the command line;
// the last one wins, as for HCL.
import { errorDiagnostic } from '../../base/index.ts'
import type { Diagnostic } from '../../base/index.ts'
import { parseJson } from '../json/index.ts'
import type { LoadOptions } from './index.ts'
import { readText } from './texts.ts'

export const variablePrefix = 'SDDC_VAR_'

export async function moduleVariables(
  options: LoadOptions,
  diagnostics: Diagnostic[],
): Promise<Readonly<Record<string, string>>> {
  const vars: Record<string, string> = {}
  for (const [name, value] of Object.entries(options.env)) {
    if (name.startsWith(variablePrefix)) vars[name.slice(variablePrefix.length)] = value
  }
  for (const path of options.varFiles) Object.assign(vars, await variablesIn(path, diagnostics))
  for (const { name, value } of options.vars) vars[name] = value
  return vars
}

async function variablesIn(path: string, diagnostics: Diagnostic[]): Promise<Record<string, string>> {
  const file = await readText(path, diagnostics)
  if (!file) return {}
  if (!path.endsWith('.json')) {
    const detail = `${file.name}: for a TypeScript module write the values as a JSON object, in a file *.json.`
    diagnostics.push(errorDiagnostic('Variable file not understood', detail))
    return {}
  }
  const { json, diagnostics: found } = parseJson(file.text, file.name)
  diagnostics.push(...found)
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return {}
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
}
