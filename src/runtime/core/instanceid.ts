// The ids of instances: `<app>.instance-<uuid>`. The second half of the UUID counts up over all instances of a cluster, so
// that their rows lie in the order in which they were made: a store that sorts takes what is nearly sorted at half the
// price. The first half is a hash, by which people tell them apart.
//
//   hhhhhhhh-hhhh-8hhh-accc-cccccccccccc     h hash, c count; 8 is the UUID version for forms of one's own (RFC 9562)
import { rowHash } from '../../base/index.ts'
import { underscored, type AppId, type InstanceId } from '../../model/index.ts'

/** Characters of a UUID. */
export const uuidLength = 36
/** Hexadecimal digits of the hash, and of the count. */
export const halfDigits = 15

/**
 * `ordinal` is never given twice in a history; `place` tells clusters and histories apart. A server that was set back
 * counts over the same ordinals again, and adopts what it made before: so the count begins with the `history`, from 0.
 */
export function instanceIdOf(app: AppId, place: string, ordinal: number, history = 0): InstanceId {
  const plain = ordinal.toString(16).padStart(halfDigits, '0')
  const count = history === 0 ? plain : twoDigits(history) + plain.slice(2)
  const { high, low } = rowHash(place + count, nothing)
  const [first, second] = [high.toString(16).padStart(8, '0'), low.toString(16).padStart(8, '0')]
  const hash = `${first}-${second.slice(0, 4)}-8${second.slice(4, 7)}`
  return `${startOfIds(app)}${hash}-a${count.slice(0, 3)}-${count.slice(3)}` as InstanceId
}

// Ordinals leave two digits free for the first 2^32 revisions.
function twoDigits(history: number): string {
  return (history % 256).toString(16).padStart(2, '0')
}

/** What the ids of an app's instances begin with. */
export function startOfIds(app: AppId): string {
  if (app !== lastApp) {
    lastApp = app
    lastStart = `${underscored(app)}.instance-`
  }
  return lastStart
}

// A memo of a pure function: instances of an app are made one after another.
let lastApp: AppId | undefined
let lastStart = ''

/** The count in an id, as 15 digits. Undefined: it has another form, as ids of older versions have. */
export function countOf(id: InstanceId): string | undefined {
  const at = id.length - uuidLength
  if (at < 0) return undefined
  for (let i = 0; i < uuidLength; i++) {
    const unit = id.charCodeAt(at + i)
    const wanted = form[i]!
    if (wanted === anyDigit ? !isDigit(unit) : unit !== wanted) return undefined
  }
  return id.slice(at + 20, at + 23) + id.slice(at + 24)
}

/** The number that so many hexadecimal digits say, at most 8, as a signed one. They are digits. */
export function hexAt(text: string, from: number, count: number): number {
  let value = 0
  for (let i = from; i < from + count; i++) {
    const unit = text.charCodeAt(i)
    value = (value << 4) | (unit < 0x3a ? unit - 0x30 : unit - 0x57)
  }
  return value
}

const anyDigit = 0
const form = Array.from('hhhhhhhh-hhhh-8hhh-accc-cccccccccccc', c =>
  c === 'h' || c === 'c' ? anyDigit : c.charCodeAt(0),
)

// 0-9 or a-f.
function isDigit(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || (unit >= 0x61 && unit <= 0x66)
}

const nothing = new Uint8Array(0)
