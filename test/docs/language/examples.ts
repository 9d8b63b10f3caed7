// The examples of the language: one directory per construct, with everything that is read from it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../../support/processes.ts'

export const examplesDirectory = join(repository, 'examples', 'language')

export const exampleNames: readonly string[] = readdirSync(examplesDirectory, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(entry => entry.name)
  .sort()

/** Texts by path below examples/language, in order. */
export const exampleTexts: ReadonlyMap<string, string> = new Map(
  readdirSync(examplesDirectory, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
    .map(path => [path.slice(examplesDirectory.length + 1), readFileSync(path, 'utf8')]),
)
