// `sddc init`: writes a first configuration into a directory. What is there already is never touched, and where there
// is a configuration already, nothing is written beside it.
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CodedError } from '../../base/index.ts'
import { usageError } from '../commandline/command.ts'
import { exit, type Context } from '../context.ts'
import { printableLine } from '../print/printable.ts'
import { hclStarter, ignoredFiles, typescriptSettings, typescriptStarter } from '../starters.ts'

export interface InitOptions {
  readonly directory: string | undefined
  readonly ts: boolean
  readonly hcl: boolean
}

export function initCommand(context: Context, options: InitOptions): number {
  if (options.ts && options.hcl) {
    throw usageError('--ts and --hcl exclude each other', 'Like this: sddc init --ts')
  }
  const directory = resolve(context.directory, options.directory ?? '.')
  const files = options.ts ? typescriptFiles : hclFiles
  refuseOther(directory, files)
  mkdirSync(directory, { recursive: true })
  const { terminal } = context
  const shown = (name: string): string => printableLine(join(options.directory ?? '', name))
  for (const [name, text] of Object.entries(files)) {
    const isNew = writeNew(join(directory, name), text)
    terminal.out(`${isNew ? 'wrote' : 'kept '} ${shown(name)}`)
  }
  if (options.ts && linkTypes(directory)) {
    terminal.out(`wrote ${shown(typesLink)} (a link to this program, for editors and tsc)`)
  }
  const where = relative(context.directory, directory)
  terminal.out(
    `\nNext: ${terminal.paint.bold(printableLine(`sddc plan${where === '' ? '' : ` ${quoted(where)}`}`))}`,
  )
  return exit.done
}

type Files = Readonly<Record<string, string>>

const hclFiles: Files = { 'main.hcl': hclStarter, '.gitignore': ignoredFiles }
const typescriptFiles: Files = {
  'sddc.config.ts': typescriptStarter,
  'tsconfig.json': typescriptSettings,
  '.gitignore': `node_modules/\n${ignoredFiles}`,
}

const typesLink = join('node_modules', 'sddc')

/** A second starter beside a configuration would become part of it. */
function refuseOther(directory: string, files: Files): void {
  const names = existsSync(directory) ? readdirSync(directory) : []
  const found = names.filter(n => isConfiguration(n) && !Object.hasOwn(files, n))
  if (found.length === 0) return
  const named = `${found.slice(0, 3).join(', ')}${found.length > 3 ? ', …' : ''}`
  throw new CodedError('USAGE', `There is a configuration already: ${named}`, {
    advice: 'Give a new directory: sddc init shop',
  })
}

function isConfiguration(name: string): boolean {
  return (
    name.endsWith('.hcl') ||
    name.endsWith('.hcl.json') ||
    name === 'sddc.config.ts' ||
    /\.(app|group)\.json$/.test(name)
  )
}

/** False when there is such a file, whatever it holds. */
function writeNew(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/**
 * A link in node_modules, so that `import … from 'sddc'` has types although nothing is installed. It is of this machine
 * and not committed; `sddc init --ts` makes it anew. False where the package is found already.
 */
function linkTypes(directory: string): boolean {
  if (isFound(directory)) return false
  mkdirSync(join(directory, 'node_modules'), { recursive: true })
  const program = fileURLToPath(new URL('../../../', import.meta.url))
  // A junction needs no rights on Windows; elsewhere the type says nothing.
  symlinkSync(program, join(directory, typesLink), 'junction')
  return true
}

function isFound(directory: string): boolean {
  try {
    createRequire(join(directory, 'sddc.config.ts')).resolve('sddc/package.json')
    return true
  } catch {
    return false
  }
}

function quoted(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}
