// Leaves out of an app's body what it says anyway. The reader of configurations is the judge: what it makes of the body
// must stay the same app, with the same parts hidden.
import { assert, canonicalJson, compareStrings, hasErrors } from '../../base/index.ts'
import { normalizeApp } from '../../model/index.ts'
import type { App } from '../../model/index.ts'
import type { SurfaceBlock, SurfaceBody, SurfaceValue } from '../surface.ts'
import { decodeApp } from '../vocabulary/index.ts'
import type { KnownVolumes } from '../vocabulary/index.ts'
import type { WrittenBlock, WrittenBody } from './written.ts'

const noVolumes: KnownVolumes = { byName: new Map(), complete: true }

export function shorten(body: WrittenBody, app: App, sensitivePaths: readonly string[]): WrittenBody {
  const wanted = { app, sensitivePaths: [...new Set(sensitivePaths)].sort(compareStrings) }
  const isSame = (candidate: WrittenBody): boolean => saysTheSame(candidate, wanted)
  assert(isSame(body), `the words of ${app.id} are read as the app`)
  return shortened(body, isSame)
}

interface Wanted {
  readonly app: App
  readonly sensitivePaths: readonly string[]
}

function saysTheSame(body: WrittenBody, { app, sensitivePaths }: Wanted): boolean {
  const resource = { kind: 'app', name: app.id, path: [], address: app.id, body: surfaceBody(body) } as const
  const { json, diagnostics, sensitivePaths: hidden, incomplete } = decodeApp(resource, 'hcl', noVolumes)
  if (incomplete || hasErrors(diagnostics)) return false
  const { dependencies } = app
  const { app: made } = normalizeApp({ ...json, dependencies }, { id: app.id })
  return (
    made !== undefined &&
    canonicalJson(made) === canonicalJson(app) &&
    canonicalJson([...new Set(hidden)].sort(compareStrings)) === canonicalJson(sensitivePaths)
  )
}

function surfaceBody({ attributes, blocks }: WrittenBody): SurfaceBody {
  return {
    attributes: Object.fromEntries(
      attributes.map(({ name, value, sensitive }): [string, SurfaceValue] => [name, { value, sensitive }]),
    ),
    blocks: blocks.map(({ type, body }): SurfaceBlock => ({ type, labels: [], body: surfaceBody(body) })),
  }
}

/** One part after the other, blocks first; one of several alike stays, since their number says something. */
function shortened(body: WrittenBody, isSame: (candidate: WrittenBody) => boolean): WrittenBody {
  let kept = body
  for (const block of body.blocks) {
    const rest = { ...kept, blocks: kept.blocks.filter(b => b !== block) }
    if (mayGo(block) && isSame(rest)) {
      kept = rest
      continue
    }
    const inPlace = (inner: WrittenBody): WrittenBody => ({
      ...kept,
      blocks: kept.blocks.map(b => (b === block ? { ...b, body: inner } : b)),
    })
    kept = inPlace(shortened(block.body, inner => isSame(inPlace(inner))))
  }
  for (const attribute of body.attributes) {
    const rest = { ...kept, attributes: kept.attributes.filter(a => a !== attribute) }
    if (isSame(rest)) kept = rest
  }
  return kept
}

function mayGo({ type, word }: WrittenBlock): boolean {
  return !word.many || type === 'network'
}
