// Reads the project's own sources for the tests of the house. No parser: a scanner that knows comments and strings is
// enough, and does not depend on what it checks.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { repository } from '../support/processes.ts'

export interface Source {
  /** Relative to the repository, with forward slashes. */
  readonly path: string
  readonly text: string
}

/** Files that git tracks or would track, without those it ignores. Also works on files not committed yet. */
export function trackedFiles(...patterns: readonly string[]): readonly Source[] {
  const arguments_ = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...patterns]
  const listed = execFileSync('git', arguments_, { cwd: repository, encoding: 'utf8', maxBuffer: 2 ** 26 })
  return [...new Set(listed.split('\0'))]
    .filter(path => path !== '' && existsSync(join(repository, path)))
    .map(path => ({ path, text: readFileSync(join(repository, path), 'utf8') }))
}

/** What a file imports: for own files the path in the repository, else the package or `node:` name. */
export function importsOf(source: Source): readonly string[] {
  const code = withoutComments(source.text)
  const statements = code.matchAll(/^(?:import|export)\b(?:[\w\s{},*$]*\bfrom)?\s*(['"])([^'"\n]+)\1/gm)
  const calls = code.matchAll(/\bimport\(\s*(['"])([^'"\n]+)\1/g)
  return [...statements, ...calls].map(match => resolved(source.path, match[2]!))
}

function resolved(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  return normalize(join(dirname(from), specifier)).replaceAll('\\', '/')
}

/** The text with comments blanked out; strings and templates stay. */
export function withoutComments(text: string): string {
  return text.replace(
    /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    piece => (piece.startsWith('/') ? piece.replace(/[^\n]/g, ' ') : piece),
  )
}
