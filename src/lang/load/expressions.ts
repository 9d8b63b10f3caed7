// The configuration of a directory as something to ask questions of, for the console. A directory without any HCL is an
// empty configuration: functions work everywhere.
import { basename, resolve } from 'node:path'
import { type Diagnostic, assert } from '../../base/index.ts'
import { stackNameFrom } from '../assemble/index.ts'
import { type Expressions, evaluateHclFiles } from '../hcl/index.ts'
import { evaluateHcl } from './hcl.ts'
import { hclFilesIn } from './hclfiles.ts'
import type { LoadOptions } from './options.ts'
import { listDirectory, readAll } from './texts.ts'

export interface LoadedExpressions {
  readonly expressions: Expressions
  /** Of the configuration. With errors the expressions see as much of it as could be read. */
  readonly diagnostics: readonly Diagnostic[]
  readonly sources: ReadonlyMap<string, string>
}

/** Variables without a value are unknown. */
export async function loadExpressions(target: string, options: LoadOptions): Promise<LoadedExpressions> {
  const directory = resolve(target)
  const diagnostics: Diagnostic[] = []
  const names = (await listDirectory(directory, diagnostics)) ?? []
  const files = await readAll(directory, hclFilesIn(names), diagnostics)
  const texts = files.map(({ name, text }) => [name, text] as const)
  const stack = stackNameFrom(basename(directory))
  const found = await evaluateHcl(files, directory, names, { ...options, unknownVariables: 'allowed' }, stack)
  const expressions = found.expressions ?? evaluateHclFiles([]).expressions
  assert(expressions !== undefined, 'an empty configuration can be asked')
  return {
    expressions,
    diagnostics: [...diagnostics, ...found.diagnostics],
    sources: new Map([...texts, ...found.sources]),
  }
}
