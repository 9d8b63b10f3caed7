// Events as bytes: a commit that starts a thousand tasks has thousands of them, which differ in a few ids. As JSON they
// would be most of what is written. A short text is written once per commit and named by number afterwards; of a long
// one (an id of an instance or a task) only what differs from the long one before; names of fields once per sequence.
//
//   events = count, then per event: text type, fields | 4, status of a task, whose fields have fixed places
//   fields = number of a known sequence of names, or 0, count, texts; then a value per name
//   text   = 2n + 1: the n-th short text | 2 · kind, then length and bytes
//   value  = a tag, then what the tag says
import { assert, type ByteReader, type ByteWriter, type Json } from '../../base/index.ts'
import type { ClusterEvent, TaskStatus } from '../core/types.ts'

/** Longer texts are mostly ids that come once or twice. */
const longestShared = 40
/** Texts known by number at most: beyond, looking them up costs more than it saves. */
const maxShared = 4096

/** Where a text would begin: no text begins so. */
const statusHead = 4

const tag = { null: 0, false: 1, true: 2, integer: 3, number: 4, text: 5, list: 6, object: 7 } as const

type Fields = Readonly<Record<string, Json | undefined>>

export function encodeEvents(w: ByteWriter, events: readonly ClusterEvent[]): void {
  new EventWriter(w).events(events)
}

/** Throws for bytes that are no events. */
export function decodeEvents(r: ByteReader): ClusterEvent[] {
  return new EventReader(r).events()
}

class EventWriter {
  readonly #w: ByteWriter
  readonly #numbers = new Map<string, number>()
  readonly #sequences: (readonly string[])[] = []
  #lastLong = ''

  constructor(w: ByteWriter) {
    this.#w = w
  }

  events(events: readonly ClusterEvent[]): void {
    this.#w.integer(events.length)
    for (const event of events) {
      if ('status' in event) {
        this.#w.integer(statusHead)
        this.#status(event.status)
      } else {
        this.#text(event.type)
        this.#fields(event.data)
      }
    }
  }

  #status(task: TaskStatus): void {
    const w = this.#w
    this.#delta(task.instance)
    w.integer(task.incarnation)
    this.#text(task.app)
    this.#text(task.agent)
    this.#text(task.host)
    this.#text(task.status)
    this.#text(task.message)
    w.integer(task.ports.length)
    for (const port of task.ports) w.integer(port)
    w.integer(task.version)
  }

  #fields(fields: Fields): void {
    const names = Object.keys(fields).filter(name => fields[name] !== undefined)
    const known = this.#sequences.findIndex(s => sameTexts(s, names))
    this.#w.integer(known + 1)
    if (known < 0) {
      this.#w.integer(names.length)
      for (const name of names) this.#text(name)
      if (this.#sequences.length < maxSequences) this.#sequences.push(names)
    }
    for (const name of names) this.#value(fields[name]!)
  }

  #value(value: Json): void {
    const w = this.#w
    if (typeof value === 'string') {
      w.byte(tag.text)
      this.#text(value)
    } else if (value === null) w.byte(tag.null)
    else if (typeof value === 'boolean') w.byte(value ? tag.true : tag.false)
    else if (typeof value === 'number') {
      if (Number.isSafeInteger(value) && !Object.is(value, -0) && Math.abs(value) < greatestInteger) {
        w.byte(tag.integer)
        w.signed(value)
      } else {
        w.byte(tag.number)
        w.text(String(value))
      }
    } else if (isList(value)) {
      w.byte(tag.list)
      w.integer(value.length)
      for (const part of value) this.#value(part)
    } else {
      w.byte(tag.object)
      this.#fields(value)
    }
  }

  #text(text: string): void {
    const w = this.#w
    if (text.length > longestShared) {
      w.integer(2)
      this.#delta(text)
      return
    }
    const number = this.#numbers.get(text)
    if (number !== undefined) return w.integer(2 * number + 1)
    if (this.#numbers.size < maxShared) this.#numbers.set(text, this.#numbers.size)
    w.integer(0)
    w.text(text)
  }

  #delta(text: string): void {
    const same = sharedStart(this.#lastLong, text)
    this.#lastLong = text
    this.#w.integer(same)
    this.#w.text(same === 0 ? text : text.slice(same))
  }
}

class EventReader {
  readonly #r: ByteReader
  readonly #texts: string[] = []
  readonly #sequences: (readonly string[])[] = []
  #lastLong = ''

  constructor(r: ByteReader) {
    this.#r = r
  }

  events(): ClusterEvent[] {
    return this.#r.list((): ClusterEvent => {
      const head = this.#r.integer()
      if (head === statusHead) return { type: 'status_update_event', status: this.#status() }
      return { type: this.#textAfter(head), data: this.#fields() }
    })
  }

  #status(): TaskStatus {
    const r = this.#r
    return {
      instance: this.#delta() as TaskStatus['instance'],
      incarnation: r.integer(),
      app: this.#text() as TaskStatus['app'],
      agent: this.#text() as TaskStatus['agent'],
      host: this.#text(),
      status: this.#text(),
      message: this.#text(),
      ports: r.list(() => r.integer()),
      version: r.integer() as TaskStatus['version'],
    }
  }

  #fields(): { [name: string]: Json } {
    const known = this.#r.integer()
    let names = this.#sequences[known - 1]
    assert(known === 0 || names !== undefined, 'fields of an unknown sequence')
    if (names === undefined) {
      names = this.#r.list(() => this.#text())
      if (this.#sequences.length < maxSequences) this.#sequences.push(names)
    }
    const fields: { [name: string]: Json } = {}
    for (const name of names) fields[name] = this.#value()
    return fields
  }

  #value(): Json {
    const kind = this.#r.byte()
    switch (kind) {
      case tag.null:
        return null
      case tag.false:
        return false
      case tag.true:
        return true
      case tag.integer:
        return this.#r.signed()
      case tag.number:
        return Number(this.#r.text())
      case tag.text:
        return this.#text()
      case tag.list:
        return this.#r.list(() => this.#value())
      default:
        assert(kind === tag.object, `value of an unknown kind: ${kind}`)
        return this.#fields()
    }
  }

  #text(): string {
    return this.#textAfter(this.#r.integer())
  }

  #delta(): string {
    const same = this.#r.integer()
    assert(same <= this.#lastLong.length, 'a text shares more than there is')
    this.#lastLong = this.#lastLong.slice(0, same) + this.#r.text()
    return this.#lastLong
  }

  #textAfter(head: number): string {
    if (head === 2) return this.#delta()
    if (head === 0) {
      const text = this.#r.text()
      if (this.#texts.length < maxShared) this.#texts.push(text)
      return text
    }
    const text = this.#texts[(head - 1) / 2]
    assert(text !== undefined, 'a text of an unknown number')
    return text
  }
}

/** Kinds of events are a few dozen. */
const maxSequences = 64
/** Doubled, it must still be a safe integer. */
const greatestInteger = 2 ** 51

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

// A surrogate pair is not cut in two: each half alone would not survive UTF-8.
function sharedStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length)
  let same = 0
  while (same < most && a.charCodeAt(same) === b.charCodeAt(same)) same++
  const unit = same > 0 ? b.charCodeAt(same - 1) : 0
  return unit >= 0xd800 && unit <= 0xdbff ? same - 1 : same
}
