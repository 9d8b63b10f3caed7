// `sddc convert`: writes a configuration down in another form. What was written is read again before it is kept: it must
// mean the same. Nothing is overwritten without --force, and sensitive values reach no terminal unless asked for.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import {
  CodedError,
  errorDiagnostic,
  hasErrors,
  warningDiagnostic,
  type Diagnostic,
} from '../../base/index.ts'
import {
  convertDesired,
  convertForms,
  firstDifference,
  type Converted,
  type ConvertForm,
  type ConvertOptions,
} from '../../lang/convert/index.ts'
import { loadConfiguration } from '../../lang/load/index.ts'
import type { Desired } from '../../model/index.ts'
import { usageError } from '../commandline/command.ts'
import { configurationOf, type ConfigurationOptions, type LoadedConfiguration } from '../configuration.ts'
import { exit, type Context } from '../context.ts'
import { printableLine } from '../print/printable.ts'
import { printProblems } from '../problems.ts'

export interface ConvertCommandOptions extends ConfigurationOptions {
  readonly to: string | undefined
  /** A file or a directory; standard output if not given. */
  readonly output: string | undefined
  readonly force: boolean
  readonly showSensitive: boolean
}

/** Where standard output is: bare text, as a file would hold it. */
export interface ConvertOutput {
  write(text: string): void
}

export async function convertCommand(
  context: Context,
  options: ConvertCommandOptions,
  standard: ConvertOutput = { write: text => void process.stdout.write(text) },
): Promise<number> {
  const form = formOf(options.to)
  const target = targetOf(context, options.output, form)
  const loaded = await configurationOf(context, options)
  if (loaded === undefined) return exit.error
  const { converted, mistakes } = await convert(context, loaded, form, target)
  printProblems(context, [...mistakes, ...conditionsLost(loaded)], () => undefined)
  if (hasErrors(mistakes)) return exit.error
  const secrets = secretsIn(loaded.desired)
  if (target.kind === 'standard') {
    if (secrets.length > 0 && !options.showSensitive) throw secretsRefused(secrets)
    tell(context, converted, [])
    standard.write(converted.files[0]!.text)
    return exit.done
  }
  const files = filesAt(target, converted)
  refuseOther(context, target, files, options.force)
  for (const [path, text] of files) {
    mkdirSync(dirname(path), { recursive: true })
    // What must not be shown is for its owner's eyes.
    if (options.force) rmSync(path, { force: true })
    writeFileSync(path, text, { flag: 'wx', mode: secrets.length > 0 ? 0o600 : 0o666 })
    context.terminal.out(`wrote ${shown(context, path)}`)
  }
  tell(context, converted, secrets)
  tellNext(context, loaded, target)
  return exit.done
}

/** Conditions are expressions, and of expressions only what they give is kept. */
function conditionsLost({ expressions }: LoadedConfiguration): readonly Diagnostic[] {
  const asked = expressions?.conditions() ?? []
  if (asked.length === 0) return []
  const named = asked.slice(0, maxNamed).join(', ')
  const more = asked.length > maxNamed ? ` and ${asked.length - maxNamed} more` : ''
  const detail = `Those of ${named}${more} stay behind: write them again in the new form where you need them.`
  return [warningDiagnostic('Conditions are not converted', detail)]
}

const maxNamed = 8

function formOf(to: string | undefined): ConvertForm {
  const form = convertForms.find(f => f === to)
  if (form !== undefined) return form
  const what = to === undefined ? '"--to" is missing' : `"${to}" is no form`
  throw usageError(`${what}; known: ${convertForms.join(', ')}`, 'Like this: sddc convert --to hcl -o shop')
}

type Target =
  | { readonly kind: 'standard' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'directory'; readonly path: string }

const endings: Readonly<Record<ConvertForm, RegExp>> = {
  hcl: /\.hcl$/,
  ts: /\.ts$/,
  json: /\.json$/,
}

/** A name that ends as files of the form do is a file. */
function targetOf(context: Context, output: string | undefined, form: ConvertForm): Target {
  if (output === undefined) return { kind: 'standard' }
  const path = resolve(context.directory, output)
  if (endings[form].test(path)) return { kind: 'file', path }
  if (!Object.values(endings).some(e => e.test(path))) return { kind: 'directory', path }
  const name = form === 'ts' ? 'sddc.config.ts' : `main.${form}`
  throw usageError(
    `${output} does not end as files of this form do`,
    `Give a directory, or a name like ${name}.`,
  )
}

interface Conversion {
  readonly converted: Converted
  readonly mistakes: readonly Diagnostic[]
}

async function convert(
  context: Context,
  { desired, server }: LoadedConfiguration,
  form: ConvertForm,
  target: Target,
): Promise<Conversion> {
  const settings: ConvertOptions = server === undefined ? {} : { server }
  const whole = convertDesired(desired, form, settings)
  if (hasErrors(whole.diagnostics)) return { converted: whole, mistakes: whole.diagnostics }
  const different = await differenceWhenRead(desired, whole)
  if (different !== undefined) return { converted: whole, mistakes: [different] }
  if (target.kind === 'directory') return { converted: whole, mistakes: [] }
  if (form === 'json') return oneJson(context, desired, settings, target)
  return { converted: whole, mistakes: whole.files.length > 1 ? [severalFiles(whole)] : [] }
}

/** One file of JSON: Marathon's where it says enough or is asked for by its name, else HCL's. */
function oneJson(context: Context, desired: Desired, settings: ConvertOptions, target: Target): Conversion {
  const marathon = convertDesired(desired, 'json', { ...settings, only: 'marathon' })
  const isAsked = target.kind === 'file' && !target.path.endsWith('.hcl.json')
  if (marathon.lost.length === 0 && marathon.files.length === 1 && (isAsked || target.kind === 'standard')) {
    context.terminal.note(
      `A Marathon definition does not name its stack: apply it with --stack ${desired.stack}, or write a directory with -o.`,
    )
    return { converted: marathon, mistakes: [] }
  }
  if (isAsked) {
    const lost = marathon.lost.length > 0 ? marathon.lost.join('; ') : 'more than one group or app'
    const detail = `Marathon's definitions have no place for: ${lost}. Write a directory, or a file whose name ends in .hcl.json.`
    return { converted: marathon, mistakes: [errorDiagnostic('More than Marathon can say', detail)] }
  }
  const converted = convertDesired(desired, 'json', { ...settings, only: 'hcl.json' })
  return { converted, mistakes: converted.files.length > 1 ? [severalFiles(converted)] : [] }
}

function severalFiles({ files }: Converted): Diagnostic {
  const names = files.map(f => f.path).join(', ')
  const detail = `Modules have directories of their own: ${names}. Name a directory: -o DIR.`
  return errorDiagnostic('Several files', detail)
}

/** Loads what was written, from a directory that nobody else sees. */
async function differenceWhenRead(desired: Desired, converted: Converted): Promise<Diagnostic | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 'sddc-convert-'))
  try {
    for (const { path, text } of converted.files) {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), text, { mode: 0o600 })
    }
    const read = await loadConfiguration(directory, { given: [], env: {} })
    const wrong = read.diagnostics.find(d => d.severity === 'error')
    const path = read.desired && firstDifference(desired, read.desired, converted)
    if (read.desired && path === undefined) return undefined
    const why = wrong ? `${wrong.summary}: ${wrong.detail}` : `it would differ at ${path ?? '/'}.`
    const detail = `What was written would not mean the same when it is read again; nothing was kept. The reason: ${why}`
    return errorDiagnostic('Not to be converted', detail)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

// What is told

function secretsIn({ apps, outputs }: Desired): readonly string[] {
  return [
    ...apps.flatMap(a => a.sensitivePaths.map(p => `${p} of ${a.address}`)),
    ...Object.entries(outputs).flatMap(([name, o]) => (o.sensitive ? [`output "${name}"`] : [])),
  ]
}

function secretsRefused(secrets: readonly string[]): CodedError {
  return new CodedError('USAGE', `The text would show sensitive values: ${listed(secrets)}`, {
    advice: 'Write it to a file that only you can read, with -o, or print it with --show-sensitive.',
  })
}

function tell({ terminal }: Context, { renamed, groups, lost }: Converted, secrets: readonly string[]): void {
  if (secrets.length > 0)
    terminal.note(
      `${terminal.paint.yellow('Warning:')} the files hold sensitive values in clear text, marked as sensitive: ` +
        `${listed(secrets)}. Only you can read them; keep them out of version control, or put variables in their place.`,
    )
  if (lost.length > 0)
    terminal.note(`HCL's JSON form is used: Marathon's definitions have no place for ${lost.join('; ')}.`)
  if (renamed.size > 0) {
    const names = [...renamed].map(([before, now]) => `${before} is now ${now}`)
    terminal.note(`Some addresses could not stay (ids do): ${listed(names)}.`)
  }
  if (groups.length > 0)
    terminal.note(`Groups that stood only in ids are written out now: ${listed(groups)}.`)
}

const maxListed = 8

function listed(names: readonly string[]): string {
  const more = names.length - maxListed
  return printableLine(names.slice(0, maxListed).join(', ') + (more > 0 ? ` and ${more} more` : ''))
}

function tellNext(context: Context, { desired, kind }: LoadedConfiguration, target: Target): void {
  if (target.kind === 'standard') return
  const { terminal } = context
  const directory = target.kind === 'file' ? dirname(target.path) : target.path
  const name = basename(target.path)
  const isLoaded =
    target.kind === 'directory' || name !== name.replace(/\.(hcl|hcl\.json|app\.json|group\.json)$/, '')
  if (!isLoaded && name !== 'sddc.config.ts') {
    const wanted = name.endsWith('.ts') ? 'sddc.config.ts' : 'NAME.app.json or NAME.group.json'
    terminal.note(`In a configuration the file must be called ${wanted}.`)
  }
  const isMarathon = target.kind === 'file' && name.endsWith('.json') && !name.endsWith('.hcl.json')
  const where = isMarathon
    ? `${shown(context, target.path)} --stack ${desired.stack}`
    : shown(context, directory)
  terminal.out(`\nNext: ${terminal.paint.bold(`sddc plan ${where}`)}`)
  const before = kind === 'file' ? 'the Marathon file' : 'the old form'
  terminal.out(
    `It means the same under the same stack ("${desired.stack}"): what ${before} applied does not change. ` +
      'Remove the old form when the plan is empty.',
  )
}

function shown({ directory }: Context, path: string): string {
  const name = relative(directory, path)
  return printableLine(name === '' ? '.' : name)
}

function filesAt(
  target: Exclude<Target, { kind: 'standard' }>,
  { files }: Converted,
): ReadonlyMap<string, string> {
  if (target.kind === 'file') return new Map([[target.path, files[0]!.text]])
  return new Map(files.map(f => [join(target.path, f.path), f.text]))
}

/** What stands there already, and what would become one configuration with the new files. */
function refuseOther(
  context: Context,
  target: Exclude<Target, { kind: 'standard' }>,
  files: ReadonlyMap<string, string>,
  force: boolean,
): void {
  if (force) return
  const there = [...files.keys()].filter(path => existsSync(path)).map(path => shown(context, path))
  if (there.length > 0) {
    throw new CodedError('USAGE', `There is a file already: ${listed(there)}`, {
      advice: 'Name another directory, or overwrite it with --force.',
    })
  }
  const directory = target.kind === 'file' ? dirname(target.path) : target.path
  const names = existsSync(directory) ? readdirSync(directory) : []
  const others = names.filter(n => /\.(hcl|hcl\.json|app\.json|group\.json)$|^sddc\.config\.ts$/.test(n))
  if (others.length === 0) return
  throw new CodedError('USAGE', `There is a configuration already: ${listed(others)}`, {
    advice:
      'All files of a directory are one configuration, so everything would be there twice. Name another directory, ' +
      'or write beside it with --force and remove the old files.',
  })
}
