// What `sddc get` does: fetches the modules that the HCL of a directory calls and brings its lock file up to date. Nothing
// is evaluated, so values of variables are not asked for.
import { resolve } from 'node:path'
import type { Diagnostic } from '../../base/index.ts'
import { readModule } from '../hcl/index.ts'
import { hclFilesIn } from './hclfiles.ts'
import { type GotModule, type ModuleOptions, loadModules } from './modules.ts'
import { listDirectory, readAll } from './texts.ts'

export interface Got {
  readonly modules: readonly GotModule[]
  readonly diagnostics: readonly Diagnostic[]
  /** Texts by the file names that diagnostics carry. */
  readonly sources: ReadonlyMap<string, string>
}

export async function getModules(target: string, options: ModuleOptions): Promise<Got> {
  const directory = resolve(target)
  const diagnostics: Diagnostic[] = []
  const sources = new Map<string, string>()
  const names = await listDirectory(directory, diagnostics)
  if (names === undefined) return { modules: [], diagnostics, sources }
  const module = readModule(await readAll(directory, hclFilesIn(names), diagnostics))
  const loaded = await loadModules(module, directory, names, options)
  const trees = new Set([loaded.tree])
  for (const tree of trees) {
    diagnostics.push(...tree.module.diagnostics)
    for (const [name, text] of tree.module.sources) sources.set(name, text)
    for (const called of tree.calls.values()) trees.add(called)
  }
  return { modules: loaded.got, diagnostics: [...diagnostics, ...loaded.diagnostics], sources }
}
