// A configuration in another spelling: the same `Desired`, written as HCL, as a TypeScript module or as JSON. Expressions
// are gone, what they gave stands in their place.
import type { Desired } from '../../model/index.ts'
import { printFile } from '../hcl/print/index.ts'
import { hclTrees } from './hcl.ts'
import type { Settings } from './hcl.ts'
import { typescriptText } from './typescript.ts'

export const convertForms = ['hcl', 'ts', 'json'] as const
export type ConvertForm = (typeof convertForms)[number]

export interface ConvertedFile {
  /** Relative to the directory of the configuration. */
  readonly path: string
  readonly text: string
}

export interface Converted {
  readonly files: readonly ConvertedFile[]
  /** Addresses that could not stay: as they were, and as they are now. */
  readonly renamed: ReadonlyMap<string, string>
}

export function convertDesired(desired: Desired, form: ConvertForm, settings: Settings = {}): Converted {
  switch (form) {
    case 'ts':
      return {
        files: [{ path: 'sddc.config.ts', text: typescriptText(desired, settings) }],
        renamed: new Map(),
      }
    case 'hcl':
    case 'json': {
      const { bodies, renamed } = hclTrees(desired, settings)
      const files = [...bodies].map(([directory, body]) => ({
        path: `${directory}main.hcl`,
        text: printFile({ body }),
      }))
      return { files, renamed }
    }
  }
}
