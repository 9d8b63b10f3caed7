// From the surface form to `Desired`: ids, dependencies, groups, volumes, outputs, what must not be shown. HCL and
// TypeScript both end here, so the same meaning gives the identical value.
import { by, compareStrings, errorDiagnostic, hasErrors } from '../../base/index.ts'
import type { Diagnostic, Json, Range } from '../../base/index.ts'
import { fieldAt, normalizeApp, validateAll, validateApp } from '../../model/index.ts'
import type {
  App,
  AppId,
  Desired,
  DesiredApp,
  DesiredGroup,
  DesiredOutput,
  DesiredVolume,
  GroupId,
  StackName,
} from '../../model/index.ts'
import type { SurfaceConfig, SurfaceOutput, SurfaceResource } from '../surface.ts'
import {
  appWords,
  complain,
  contextOf,
  decodeApp,
  fromTypeScript,
  groupWords,
  hideSensitive,
  isCertain,
  newDraft,
  placeOf,
  readBody,
  volumeWords,
} from '../vocabulary/index.ts'
import type { Dialect, Draft, KnownVolumes } from '../vocabulary/index.ts'
import { dependenciesOf } from './dependencies.ts'
import { idOf, isSegment, labelOf, volumeNameOf } from './ids.ts'
import { readRefactorings } from './refactorings.ts'
import { indexAddresses } from './references.ts'
import type { AddressIndex } from './references.ts'
import { lifecycleOf } from './lifecycle.ts'

export interface Assembled {
  /** Absent when there are errors. */
  readonly desired?: Desired
  readonly diagnostics: readonly Diagnostic[]
  /** Where each object is written, by address. */
  readonly sources: ReadonlyMap<string, Range>
}

/** `isAlone`: false when other parts of the same configuration stand elsewhere. */
export function assemble(
  config: SurfaceConfig,
  stack: StackName,
  dialect: Dialect = 'hcl',
  isAlone = true,
): Assembled {
  const resources = config.resources.map(r => inWords(r, dialect))
  const index = indexAddresses(resources)
  const volumes = resources.filter(r => r.kind === 'volume').map(r => readVolume(r, dialect))
  const known = knownVolumes(volumes, config.incomplete !== true)
  const drafts = volumes.map(v => v.draft)
  const groups: DesiredGroup[] = []
  const apps: DesiredApp[] = []
  for (const resource of resources) {
    if (resource.kind === 'group') {
      const draft = readGroup(resource, dialect)
      drafts.push(draft)
      const dependencies = dependenciesOf(resource, draft.references, index)
      const lifecycle = lifecycleOf(draft)
      groups.push({ address: resource.address, id: idOf(resource) as GroupId, dependencies, ...lifecycle })
    }
    if (resource.kind !== 'app') continue
    const draft = decodeApp(resource, dialect, known)
    checkName(draft)
    drafts.push(draft)
    const lifecycle = lifecycleOf(draft)
    const app = finishApp(draft, index)
    if (app) {
      const sensitivePaths = [...new Set(draft.sensitivePaths)].sort(compareStrings)
      apps.push({ address: resource.address, app, sensitivePaths, ...lifecycle })
    }
  }
  const refactorings = readRefactorings(config, isAlone)
  const diagnostics: Diagnostic[] = [
    ...duplicates(resources),
    ...onceEach(drafts.flatMap(d => hideSensitive(d.diagnostics, d.resource))),
    ...refactorings.diagnostics,
  ]
  const incomplete =
    config.incomplete === true ||
    refactorings.incomplete ||
    drafts.some(d => d.incomplete) ||
    config.outputs.some(o => o.value.failed)
  const sources = new Map(resources.flatMap(r => (r.range ? [[r.address, r.range] as const] : [])))
  if (incomplete || hasErrors(diagnostics)) return { diagnostics, sources }
  diagnostics.push(...checkWhole(apps, groups, sources))
  if (hasErrors(diagnostics)) return { diagnostics, sources }
  const desired: Desired = {
    format: 1,
    stack,
    apps: apps.sort(by(a => a.app.id)),
    groups: groups.sort(by(g => g.id)),
    volumes: volumes.map(v => v.volume).sort(by(v => v.name)),
    outputs: outputsOf(config.outputs),
    ...refactorings.said,
  }
  return { desired, diagnostics, sources }
}

/** One mistake in the text is told once, for the first of the instances or blocks that it is made for. */
function onceEach(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const told = new Set<string>()
  return diagnostics.filter(({ subject, summary, detail }) => {
    if (subject === undefined) return true
    const key = `${subject.file} ${subject.start.byte} ${subject.end.byte} ${summary} ${detail}`
    if (told.has(key)) return false
    told.add(key)
    return true
  })
}

function inWords(resource: SurfaceResource, dialect: Dialect): SurfaceResource {
  if (dialect === 'hcl') return resource
  const words = { app: appWords, group: groupWords, volume: volumeWords }[resource.kind]
  return { ...resource, body: fromTypeScript(resource.body, words) }
}

/** Two objects with one id; groups may be written in several places, as long as only one says something of its own. */
function duplicates(resources: readonly SurfaceResource[]): Diagnostic[] {
  const first = new Map<string, SurfaceResource>()
  const found: Diagnostic[] = []
  for (const resource of resources) {
    const key = resource.kind === 'volume' ? `volume ${volumeNameOf(resource)}` : idOf(resource)
    const before = first.get(key)
    if (!before) {
      first.set(key, resource)
      continue
    }
    const where = before.range ? ` at ${before.range.file}:${before.range.start.line}` : ''
    const same = before.kind === resource.kind
    const detail = same
      ? `${idOrName(resource)} is already defined${where}. Rename one of the two, or remove it.`
      : `${idOrName(resource)} is already the id of the ${before.kind} that is defined${where}; an id names one thing.`
    found.push(
      errorDiagnostic(`Duplicate ${resource.kind} "${resource.name}"`, detail, {
        subject: resource.range,
        context: contextOf(resource),
        address: resource.address,
      }),
    )
  }
  return found
}

function idOrName(resource: SurfaceResource): string {
  return resource.kind === 'volume' ? `The volume ${volumeNameOf(resource)}` : idOf(resource)
}

interface ReadVolume {
  readonly volume: DesiredVolume
  /** The last segment of its id: what an app in the same group calls it. */
  readonly label: string
  readonly draft: Draft
}

function readVolume(resource: SurfaceResource, dialect: Dialect): ReadVolume {
  const draft = newDraft(resource, dialect)
  checkName(draft)
  const part = readBody(draft, resource.body, volumeWords, draft.context, resource.range)
  const size = part.fields.get('size')
  if (size && (size.value as number) <= 0) {
    complain(draft, 'Invalid size', 'A volume must be larger than nothing.', size.source.range)
  }
  const volume = {
    address: resource.address,
    name: volumeNameOf(resource),
    size: (size?.value as number | undefined) ?? 0,
    shared: part.fields.get('shared')?.value === true,
    ...lifecycleOf(draft),
  }
  return { volume, label: labelOf(resource), draft }
}

function knownVolumes(volumes: readonly ReadVolume[], complete: boolean): KnownVolumes {
  const byName = new Map<string, { readonly size?: number }>()
  const sizeOf = ({ volume, draft }: ReadVolume) => (isGood(draft) ? { size: volume.size } : {})
  for (const volume of volumes) byName.set(volume.label, sizeOf(volume))
  // A name of one wins over the label of another.
  for (const volume of volumes) byName.set(volume.volume.name, sizeOf(volume))
  return { byName, complete }
}

function readGroup(resource: SurfaceResource, dialect: Dialect): Draft {
  const draft = newDraft(resource, dialect)
  checkName(draft)
  readBody(draft, resource.body, groupWords, draft.context, resource.range)
  return draft
}

function checkName(draft: Draft): void {
  const label = labelOf(draft.resource)
  if (isSegment(label)) return
  const near = label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  const advice = near === '' ? '' : ` For example: ${JSON.stringify(near)}.`
  const detail = `${JSON.stringify(label)} is not a name: lower-case letters, digits, inner hyphens and dots are taken.${advice}`
  complain(draft, 'Invalid name', detail, draft.resource.range)
}

function isGood(draft: Draft): boolean {
  return !draft.incomplete && !hasErrors(draft.diagnostics)
}

/** The normalised app; undefined when something is wrong with it, which is told: in the draft, or before. */
function finishApp(draft: Draft, index: AddressIndex): App | undefined {
  const { resource } = draft
  const isInGoodGroups = resource.path.every(isSegment)
  const dependencies = dependenciesOf(resource, draft.references, index)
  const input = { ...draft.json, ...(dependencies.length > 0 ? { dependencies } : {}) }
  const { app, diagnostics } = normalizeApp(input, { id: idOf(resource) as AppId })
  const found = [...diagnostics, ...(app ? validateApp(app) : [])].filter(
    // A group's name is the group's mistake.
    d => d.path !== '/id' || isInGoodGroups,
  )
  // Where something is missing already, only what is wrong with a value that stands there is told.
  const told = isGood(draft) ? found : found.filter(d => isCertain(draft, d.path ?? '/'))
  draft.diagnostics.push(...told.map(d => placed(draft, d)))
  return isGood(draft) ? app : undefined
}

/**
 * A diagnostic of the model, which knows JSON paths, at the place in the text that the path came from. Marathon's own
 * words for a rule are for its clients; here the detail says it.
 */
function placed(draft: Draft, diagnostic: Diagnostic): Diagnostic {
  const path = diagnostic.path ?? '/'
  return {
    ...diagnostic,
    summary:
      diagnostic.severity === 'error'
        ? `Invalid ${wordAt(draft, path)}`
        : `${wordAt(draft, path)}: ${diagnostic.summary}`,
    subject: placeOf(draft, path === '/' ? '' : path),
    context: draft.context,
    address: draft.resource.address,
  }
}

/** The field as the author writes it. */
function wordAt(draft: Draft, path: string): string {
  if (path === '/') return 'app'
  if (path === '/id') return 'name'
  const field = fieldAt(path)
  if (!field) return path.slice(1)
  return draft.dialect === 'hcl' ? field.hcl : field.typescript
}

/** Rules over all apps together: cycles and clashes of ids. The model speaks of ids, people of addresses. */
export function checkWhole(
  apps: readonly DesiredApp[],
  groups: readonly DesiredGroup[],
  sources: ReadonlyMap<string, Range>,
): readonly Diagnostic[] {
  const addresses = new Map<string, string>([
    ...groups.map(g => [g.id, g.address] as const),
    ...apps.map(a => [a.app.id, a.address] as const),
  ])
  const found = validateAll(
    apps.map(a => a.app),
    groups,
  )
  return found.map(d => {
    const address = d.address === undefined ? undefined : (addresses.get(d.address) ?? d.address)
    const subject = d.subject ?? (address === undefined ? undefined : sources.get(address))
    return { ...d, summary: d.summary.replace(/\.\s*$/, ''), address, subject }
  })
}

export function outputsOf(outputs: readonly SurfaceOutput[]): Readonly<Record<string, DesiredOutput>> {
  const entries = outputs.map(({ name, value, description }): [string, DesiredOutput] => [
    name,
    {
      value: value.value satisfies Json,
      sensitive: (value.sensitive ?? []).length > 0,
      ...(description === undefined ? {} : { description }),
    },
  ])
  return Object.fromEntries(entries.sort(([a], [b]) => compareStrings(a, b)))
}
