// Makes one program of a module and what it imports, with esbuild: types are dropped, packages in node_modules stay
// outside, `sddc` becomes this very program, source maps lead back to the user's lines.
import { isBuiltin } from 'node:module'
import { dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Message, Plugin } from 'esbuild'
import { errorDiagnostic, warningDiagnostic } from '../../base/index.ts'
import type { Diagnostic, Range } from '../../base/index.ts'
import { Source } from '../hcl/source.ts'
import { displayName } from './texts.ts'

export interface Bundle {
  /** Absent when there are errors. */
  readonly code?: Uint8Array
  readonly diagnostics: readonly Diagnostic[]
}

// The folder of lang, in src or in dist; the two have the same structure.
const here = fileURLToPath(import.meta.url)
const ownFolder = join(dirname(dirname(here)), sep)
const extension = here.endsWith('.ts') ? 'ts' : 'js'

/** Folders whose frames in a stack trace are not the user's; the build's source maps lead from dist back to src. */
export const ownFolders: readonly string[] = [
  ownFolder,
  join(dirname(dirname(ownFolder)), 'src', 'lang', sep),
]

/** Builds of this process; esbuild's own process is shared by them. */
let runningBuilds = 0

/** `outfile` is where the code will lie; nothing is written. */
export async function bundleModule(entry: string, outfile: string): Promise<Bundle> {
  // Loaded only here: who writes HCL does not wait for it.
  const { build, stop } = await import('esbuild')
  const child = join(ownFolder, 'load', `child.${extension}`)
  runningBuilds++
  try {
    const result = await build({
      stdin: {
        contents: `import { main } from ${JSON.stringify(child)}\nawait main(() => import(${JSON.stringify(entry)}))\n`,
        resolveDir: dirname(entry),
        sourcefile: 'entry.js',
      },
      absWorkingDir: dirname(entry),
      outfile,
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'inline',
      sourcesContent: false,
      logLevel: 'silent',
      plugins: [packagesOutside],
    })
    const warnings = result.warnings.map(w => placed(w, dirname(entry), 'warning'))
    return { code: result.outputFiles[0]!.contents, diagnostics: warnings }
  } catch (error) {
    const { errors } = error as { errors?: readonly Message[] }
    if (!errors) throw error
    return { diagnostics: errors.map(e => placed(e, dirname(entry), 'error')) }
  } finally {
    // esbuild keeps a process for the next build; none is expected.
    if (--runningBuilds === 0) await stop()
  }
}

/** `sddc` is this very program; what lies in node_modules is imported by Node from where it is. */
const packagesOutside: Plugin = {
  name: 'packages-outside',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async args => {
      if (args.path === 'sddc') return { path: join(ownFolder, 'ts', `index.${extension}`) }
      if (args.pluginData === packagesOutside || isBuiltin(args.path)) return undefined
      const { importer, kind, resolveDir } = args
      const found = await build.resolve(args.path, {
        importer,
        kind,
        resolveDir,
        pluginData: packagesOutside,
      })
      if (found.errors.length > 0) return { errors: [missing(args.path, found.errors[0])] }
      if (found.external) return found
      const inPackages = found.path.split(sep).includes('node_modules')
      return inPackages ? { path: pathToFileURL(found.path).href, external: true } : found
    })
  },
}

/** What cannot be imported, with what to do about it: the usual case is a package that nobody has installed here. */
function missing(path: string, error: Message | undefined): { text: string } {
  const name = path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/')
  const isPackage = error?.text.startsWith('Could not resolve') === true
  if (!isPackage) return { text: error?.text ?? `${path} cannot be imported` }
  return {
    text:
      `There is no package ${JSON.stringify(name)} in a node_modules folder here or above. ` +
      `Install it (npm install ${name}), or, if a file is meant, begin with ./: ${JSON.stringify(`./${path}`)}`,
  }
}

function placed(message: Message, directory: string, severity: 'error' | 'warning'): Diagnostic {
  const { location, notes } = message
  const detail = [message.text, ...notes.map(n => n.text)].join(' ')
  const make = severity === 'error' ? errorDiagnostic : warningDiagnostic
  const file = location ? displayName(resolve(directory, location.file)) : undefined
  const subject =
    location && file !== undefined
      ? oneLine(file, location.lineText, location.line, location.column, location.length)
      : undefined
  return make('Module can not be read', `${detail}.`.replace(/\.\.$/, '.'), { subject })
}

/** A range from a line's text and a place in it in UTF-8 bytes. The loader sets `byte` right. */
function oneLine(file: string, text: string, line: number, byteColumn: number, bytes: number): Range {
  const buffer = Buffer.from(text)
  const start = buffer.subarray(0, byteColumn).toString().length
  const end = buffer.subarray(0, byteColumn + bytes).toString().length
  const { start: from, end: to } = new Source(file, text).range({ start, end })
  return { file, start: { ...from, line }, end: { ...to, line } }
}
