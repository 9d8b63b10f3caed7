// A configuration in another spelling: the same `Desired`, written as HCL, as a TypeScript module or as JSON. Expressions
// are gone, what they gave stands in their place.
import type { Desired } from '../../model/index.ts'
import { printFile } from '../hcl/print/index.ts'
import { hclTrees } from './hcl.ts'
import type { HclTrees, Settings } from './hcl.ts'
import { hclJson } from './hcljson.ts'
import { lostInMarathon, marathonDefinitions } from './marathon.ts'
import type { MarathonDefinition } from './marathon.ts'
import { typescriptText } from './typescript.ts'

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
}

export function convertDesired(desired: Desired, form: ConvertForm, settings: Settings = {}): Converted {
  switch (form) {
    case 'hcl':
      return fromTrees(hclTrees(desired, settings), 'main.hcl', body => printFile({ body }))
    case 'json':
      return json(desired, settings)
    case 'ts': {
      const text = typescriptText(desired, settings)
      const files = [{ path: 'sddc.config.ts', text }]
      return { files, renamed: new Map(), groups: impliedGroups(desired), lost: [] }
    }
  }
}

/** Marathon's files where they say everything but the settings, volumes and outputs, which get a file of their own. */
function json(desired: Desired, settings: Settings): Converted {
  const lost = lostInMarathon(desired)
  if (lost.length > 0 || desired.apps.length + desired.groups.length === 0) {
    return { ...fromTrees(hclTrees(desired, settings), 'main.hcl.json', hclJson), lost }
  }
  const definitions = marathonDefinitions(desired)
  const rest: Desired = { ...desired, apps: [], groups: [] }
  const others = fromTrees(hclTrees(rest, settings), 'main.hcl.json', hclJson)
  const files = definitions.map((definition, i) => marathonFile(definition, desired.stack, i))
  return { ...others, files: [...files, ...others.files] }
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
  return { files, renamed, groups, lost: [] }
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
