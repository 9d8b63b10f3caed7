// The modules of a configuration as a tree of calls, one site for each call in the text: what can be said of a module
// before it is known how many instances the call makes. The same directory, called twice, is two sites.
import { type Diagnostic, errorDiagnostic } from '../../../base/index.ts'
import type { ModuleDeclaration } from './declarations.ts'
import type { HclModule, ModuleTree } from './hclmodule.ts'

export interface ModuleSite {
  readonly module: HclModule
  readonly directory: string
  /** Without keys: '' at the root, else `module.blog.`. */
  readonly prefix: string
  readonly outer: ModuleSite | undefined
  /** The block in `outer`. */
  readonly call: ModuleDeclaration | undefined
  readonly inner: Map<string, ModuleSite>
}

/** Calls of modules in one configuration, those of the modules called included. Modules that call others twice double. */
export const maxModuleCalls = 10_000

export function moduleSites(root: ModuleTree, report: (diagnostic: Diagnostic) => void): ModuleSite {
  const site = newSite(root, undefined, undefined)
  const waiting = [{ site, tree: root }]
  let count = 0
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const call of next.site.module.declarations.modules.values()) {
      const tree = next.tree.calls.get(call.name)
      // What can't be read is told, and its outputs are unknown.
      if (tree?.module.complete !== true) continue
      if (++count > maxModuleCalls) {
        const detail = `The configuration calls more than ${maxModuleCalls} modules, those called by modules included.`
        const subject = call.source.range(call.block.header)
        report(errorDiagnostic('Too many modules', detail, { subject }))
        return site
      }
      const inner = newSite(tree, next.site, call)
      next.site.inner.set(call.name, inner)
      waiting.push({ site: inner, tree })
    }
  }
  return site
}

function newSite(
  { module, directory }: ModuleTree,
  outer: ModuleSite | undefined,
  call: ModuleDeclaration | undefined,
): ModuleSite {
  const prefix = outer === undefined || call === undefined ? '' : `${outer.prefix}module.${call.name}.`
  return { module, directory, prefix, outer, call, inner: new Map() }
}
