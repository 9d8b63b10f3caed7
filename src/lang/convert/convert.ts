// A configuration in another spelling: the same `Desired`, written as HCL, as a TypeScript module or as JSON. Expressions
// are gone, what they gave stands in their place.
import { errorDiagnostic } from '../../base/index.ts'
import type { Diagnostic } from '../../base/index.ts'
import type { Desired } from '../../model/index.ts'
import { printFile } from '../hcl/print/index.ts'
import { hclTrees } from './hcl.ts'
import type { HclTrees, Settings } from './hcl.ts'
import { hclJson } from './hcljson.ts'
import { lostInMarathon, marathonDefinitions } from './marathon.ts'
import type { MarathonDefinition } from './marathon.ts'
import { typescriptText } from './typescript.ts'
import { Unsayable } from './unsayable.ts'

export const convertForms = ['hcl', 'ts', 'json'] as const
export type ConvertForm = (typeof convertForms)[number]

export interface ConvertedFile {
  /** Relative to the directory of the configuration. */
  readonly path: string
  readonly text: string
}

export interface Converted {
  /** All of them are the configuration; the first one is its main file. */
  readonly files: readonly ConvertedFile[]
  /** Addresses that could not stay: as they were, and as they are now. */
  readonly renamed: ReadonlyMap<string, string>
  /** Groups that were implied by what stands in them, and are written out now. */
  readonly groups: readonly string[]
  /** Why it is not plain Marathon, where that was asked for. */
  readonly lost: readonly string[]
  /** Errors: what can't be said in the form. There are no files then. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface ConvertOptions extends Settings {
  /** One text that is everything: Marathon's definition alone (without stack, volumes and outputs), or HCL's JSON. */
  readonly only?: 'marathon' | 'hcl.json'
}

export function convertDesired(desired: Desired, form: ConvertForm, options: ConvertOptions = {}): Converted {
  try {
    switch (form) {
      case 'hcl':
        return fromTrees(hclTrees(desired, options), 'main.hcl', body => printFile({ body }))
      case 'json':
        return json(desired, options)
      case 'ts': {
        const files = [{ path: 'sddc.config.ts', text: typescriptText(desired, options) }]
        return { ...nothing, files, groups: impliedGroups(desired) }
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof Unsayable)) throw thrown
    const { address, message } = thrown
    const summary = `Not to be written as ${form === 'ts' ? 'TypeScript' : 'HCL'}`
    return { ...nothing, diagnostics: [errorDiagnostic(summary, message, { address })] }
  }
}

const nothing: Converted = { files: [], renamed: new Map(), groups: [], lost: [], diagnostics: [] }

/** Marathon's files where they say everything but the settings, volumes and outputs, which get a file of their own. */
function json(desired: Desired, options: ConvertOptions): Converted {
  const lost = lostInMarathon(desired)
  if (options.only === 'marathon') {
    const files = marathonDefinitions(desired).map((d, i) => marathonFile(d, desired.stack, i))
    return { ...nothing, files, lost: [...lost, ...lostBesides(desired)] }
  }
  const isEmpty = desired.apps.length + desired.groups.length === 0
  if (options.only === 'hcl.json' || lost.length > 0 || isEmpty) {
    return { ...fromTrees(hclTrees(desired, options), 'main.hcl.json', hclJson), lost }
  }
  const files = marathonDefinitions(desired).map((d, i) => marathonFile(d, desired.stack, i))
  const rest: Desired = { ...desired, apps: [], groups: [] }
  const others = fromTrees(hclTrees(rest, options), 'main.hcl.json', hclJson)
  return { ...others, files: [...files, ...others.files] }
}

function lostBesides({ volumes, outputs }: Desired): readonly string[] {
  return [...(volumes.length > 0 ? ['volumes'] : []), ...(Object.keys(outputs).length > 0 ? ['outputs'] : [])]
}

function marathonFile({ kind, json: value }: MarathonDefinition, stack: string, i: number): ConvertedFile {
  const name = i === 0 ? stack : `${stack}-${i + 1}`
  return { path: `${name}.${kind}.json`, text: `${JSON.stringify(value, null, 2)}\n` }
}

function fromTrees(
  { bodies, renamed, groups }: HclTrees,
  name: string,
  write: (body: Parameters<typeof hclJson>[0]) => string,
): Converted {
  const files = [...bodies]
    .sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1))
    .map(([directory, body]) => ({ path: directory + name, text: write(body) }))
  return { ...nothing, files, renamed, groups }
}

/** Groups around something that no text names; only HCL and TypeScript must write them out. */
function impliedGroups(desired: Desired): readonly string[] {
  const known = new Set<string>(desired.groups.map(g => g.id))
  const around = desired.apps.flatMap(({ app }) => {
    const segments = app.id.slice(1).split('/').slice(0, -1)
    return segments.map((_, i) => `/${segments.slice(0, i + 1).join('/')}`)
  })
  return [...new Set(around)].filter(id => !known.has(id))
}
