// Values of variables for a TypeScript module, all as texts: environment, then values and files of the command line in
// the order given; the last one wins, as for HCL.
import type { Diagnostic } from '../../base/index.ts'
import { toSurfaceValue } from '../hcl/config/surfacevalue.ts'
import { parseVarFile } from '../hcl/index.ts'
import type { LoadOptions } from './options.ts'
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
  for (const given of options.given) {
    if (given.kind === 'value') vars[given.name] = given.value
    else {
      const file = given.kind === 'text' ? given : await readText(given.path, diagnostics)
      if (file) Object.assign(vars, variablesIn(file, diagnostics))
    }
  }
  return vars
}

/** A variable file: `name = value` as HCL, or one JSON object. */
function variablesIn(
  file: { readonly name: string; readonly text: string },
  diagnostics: Diagnostic[],
): Record<string, string> {
  const { values, diagnostics: found } = parseVarFile(file.name, file.text)
  diagnostics.push(...found)
  return Object.fromEntries(
    [...values].map(([name, { value, range }]) => {
      const json = toSurfaceValue(
        value,
        () => range,
        d => diagnostics.push(d),
      ).value
      return [name, typeof json === 'string' ? json : JSON.stringify(json)]
    }),
  )
}
