// Values of variables for a TypeScript module, all as texts: environment, then files in order, then the command line;
// the last one wins, as for HCL.
import { errorDiagnostic } from '../../base/index.ts'
import type { Diagnostic, Json } from '../../base/index.ts'
import { toSurfaceValue } from '../hcl/config/surfacevalue.ts'
import { parseVarFile } from '../hcl/index.ts'
import { parseJson } from '../json/index.ts'
import type { LoadOptions } from './options.ts'
import { readText } from './texts.ts'
import type { TextFile } from './texts.ts'

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

/** A variable file: `name = value` as HCL, or one JSON object. */
async function variablesIn(path: string, diagnostics: Diagnostic[]): Promise<Record<string, string>> {
  const file = await readText(path, diagnostics)
  if (!file) return {}
  const values = file.name.endsWith('.json')
    ? jsonVariables(file, diagnostics)
    : hclVariables(file, diagnostics)
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
}

export function jsonVariables(
  file: TextFile,
  diagnostics: Diagnostic[],
): Readonly<Record<string, Json | undefined>> {
  const { json, diagnostics: found, places } = parseJson(file.text, file.name)
  diagnostics.push(...found)
  if (json === undefined) return {}
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    return json as Readonly<Record<string, Json | undefined>>
  }
  const detail = 'The file must hold one object: { "name": value, … }.'
  diagnostics.push(errorDiagnostic('Variable file not understood', detail, { subject: places('') }))
  return {}
}

function hclVariables(file: TextFile, diagnostics: Diagnostic[]): Readonly<Record<string, Json>> {
  const { values, diagnostics: found } = parseVarFile(file.name, file.text)
  diagnostics.push(...found)
  return Object.fromEntries(
    [...values].map(([name, v]) => [
      name,
      toSurfaceValue(v.value, { range: v.range }, d => diagnostics.push(d)).value,
    ]),
  )
}
