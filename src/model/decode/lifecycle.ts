// What a configuration or a plan says about how an object may change and end.
import type { KeptLifecycle, Lifecycle } from '../lifecycle.ts'
import { maxListLength } from '../schema/limits.ts'
import { flag, list, record, refuse, text } from './decoder.ts'
import type { Decoder } from './decoder.ts'

export const yes: Decoder<true> = value => (value === true ? value : refuse('must be true, or absent'))

const kept = { preventDestroy: yes, destroy: flag }

export const keptLifecycle: Decoder<KeptLifecycle> = record({}, kept)

export const lifecycle: Decoder<Lifecycle> = record(
  {},
  { ...kept, ignoreChanges: list(text(2000), maxListLength) },
)
