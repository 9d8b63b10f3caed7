// Leaves out of an app's body what it says anyway. The reader of configurations is the judge: what it makes of the body
// must stay the same app, with the same parts hidden.
import { canonicalJson, compareStrings, hasErrors } from '../../base/index.ts'
import type { Json } from '../../base/index.ts'
import { appAddress, appFields, normalizeApp } from '../../model/index.ts'
import type { App } from '../../model/index.ts'
import type { SurfaceBlock, SurfaceBody, SurfaceValue } from '../surface.ts'
import { appWords, decodeApp } from '../vocabulary/index.ts'
import type { Draft, KnownVolumes } from '../vocabulary/index.ts'
import { appBody } from './appbody.ts'
import { differenceAt } from './jsondifference.ts'
import { withoutTableDefaults, wholeApp } from './minimal.ts'
import { Unsayable } from './unsayable.ts'
import type { WrittenBlock, WrittenBody } from './written.ts'

const noVolumes: KnownVolumes = { byName: new Map(), complete: true }

export function shortBody(app: App, sensitivePaths: readonly string[]): WrittenBody {
  const wanted = { app, text: canonicalJson(app), sensitive: hiddenText(sensitivePaths) }
  const isSame = (candidate: WrittenBody): boolean => saysTheSame(candidate, wanted)
  // What the table fills in for Marathon, it mostly does for the words of a configuration, too; else all of it is said.
  const short = appBody(app, withoutTableDefaults(app), sensitivePaths)
  const body = isSame(short) ? short : appBody(app, wholeApp(app), sensitivePaths)
  if (!isSame(body)) {
    const read = readBack(body, app)
    const path = differenceAt(plain(app), read && plain(read), '')
    throw new Unsayable(
      appAddress(app.id),
      `The words of a configuration have nothing that says what stands at ${path ?? '/'} of ${app.id}.`,
    )
  }
  return shortened(body, isSame, true)
}

interface Wanted {
  readonly app: App
  /** Canonical. */
  readonly text: string
  readonly sensitive: string
}

function hiddenText(paths: readonly string[]): string {
  return canonicalJson([...new Set(paths)].sort(compareStrings))
}

function saysTheSame(body: WrittenBody, { app, text, sensitive }: Wanted): boolean {
  const draft = draftOf(body, app)
  const made = appIn(draft, app)
  return made !== undefined && hiddenText(draft.sensitivePaths) === sensitive && canonicalJson(made) === text
}

function readBack(body: WrittenBody, app: App): App | undefined {
  return appIn(draftOf(body, app), app)
}

function draftOf(body: WrittenBody, { id }: App): Draft {
  const resource = { kind: 'app', name: id, path: [], address: id, body: surfaceBody(body) } as const
  return decodeApp(resource, 'hcl', noVolumes)
}

function appIn({ json, diagnostics, incomplete }: Draft, { id, dependencies }: App): App | undefined {
  if (incomplete || hasErrors(diagnostics)) return undefined
  return normalizeApp({ ...json, dependencies }, { id }).app
}

function plain(app: App): Json {
  return JSON.parse(canonicalJson(app)) as Json
}

function surfaceBody({ attributes, blocks }: WrittenBody): SurfaceBody {
  return {
    attributes: Object.fromEntries(
      attributes.map(({ name, value, sensitive }): [string, SurfaceValue] => [name, { value, sensitive }]),
    ),
    blocks: blocks.map(({ type, body }): SurfaceBlock => ({ type, labels: [], body: surfaceBody(body) })),
  }
}

/** One part after the other, blocks first. */
function shortened(
  body: WrittenBody,
  isSame: (candidate: WrittenBody) => boolean,
  isOutermost: boolean,
): WrittenBody {
  let kept = body
  for (const block of body.blocks) {
    const rest = { ...kept, blocks: kept.blocks.filter(b => b !== block) }
    if (mayGo(block, kept) && isSame(rest)) {
      kept = rest
      continue
    }
    const inPlace = (inner: WrittenBody): WrittenBody => ({
      ...kept,
      blocks: kept.blocks.map(b => (b === block ? { ...b, body: inner } : b)),
    })
    kept = inPlace(shortened(block.body, inner => isSame(inPlace(inner)), false))
  }
  for (const attribute of body.attributes) {
    if (mustStay.has(attribute.name) && isOutermost) continue
    const rest = { ...kept, attributes: kept.attributes.filter(a => a !== attribute) }
    if (isSame(rest)) kept = rest
  }
  return kept
}

/** Attributes of an app with a default in the table: where they are said, it is something else. */
const mustStay: ReadonlySet<string> = new Set(
  Object.entries(appWords.attributes).flatMap(([name, word]) =>
    appFields.some(f => f.name === word.field && f.default !== undefined) ? [name] : [],
  ),
)

/** Of several of one type each one counts; one alone may be what there is by default. */
function mayGo({ type, word }: WrittenBlock, { blocks }: WrittenBody): boolean {
  return !word.many || blocks.filter(b => b.type === type).length === 1
}
