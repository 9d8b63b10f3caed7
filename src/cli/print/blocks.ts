// The block of one change: attributes and nested blocks with their marks, aligned on `=`, what did not change counted
// and left out. In: the bodies before and after, and the planner's field changes, which alone decide what counts as
// changed. Out: lines with a mark each, not yet coloured.
import type { Json } from '../../base/index.ts'
import type { FieldChange, FieldEffect } from '../../model/index.ts'
import { pathsOverlap, touchesSensitive } from '../../planner/index.ts'
import type { Attribute, Block, Entry, MapAttribute } from './body.ts'
import { printableLine } from './printable.ts'
import { isList, lineDifference, quoted, valueText } from './value.ts'

export interface Line {
  readonly depth: number
  readonly mark: '+' | '-' | '~' | '=' | '>' | '.' | ''
  readonly text: string
  /** Why the line matters: `forces rolling restart`. */
  readonly note?: string
  readonly style?: 'hidden' | 'header'
}

export interface Comparison {
  readonly fields: readonly FieldChange[]
  readonly sensitivePaths: readonly string[]
  /** What a field with this effect is marked with, if anything. */
  readonly note: (effect: FieldEffect) => string | undefined
}

/** `before` or `after` null: the whole thing comes or goes. */
export function bodyLines(
  before: readonly Entry[] | null,
  after: readonly Entry[] | null,
  comparison: Comparison,
  depth: number,
): Line[] {
  const pairs = pairsOf(before ?? [], after ?? []).filter(p => isShownWhole(p, before, after))
  const changed = pairs.filter(pair => pair.key === '/id' || stateOf(pair, comparison) !== 'same')
  const hidden = pairs.filter(pair => !changed.includes(pair) && !isDefaultPair(pair))
  const flat = changed.filter(p => p.entry.kind !== 'block')
  const nameWidth = Math.max(0, ...flat.map(p => p.entry.name.length))
  const hiddenBlocks = hidden.filter(p => p.entry.kind === 'block').length
  return apart([
    [
      ...flat.flatMap(pair => flatLines(pair, comparison, depth, nameWidth)),
      ...hiddenLine(hidden.length - hiddenBlocks, 'attribute', depth),
    ],
    ...changed.filter(p => p.entry.kind === 'block').map(pair => blockLines(pair, comparison, depth)),
    hiddenLine(hiddenBlocks, 'block', depth),
  ])
}

function apart(sections: readonly (readonly Line[])[]): Line[] {
  const blank: Line = { depth: 0, mark: '', text: '' }
  return sections
    .filter(lines => lines.length > 0)
    .flatMap((lines, i) => (i === 0 ? lines : [blank, ...lines]))
}

interface Pair {
  readonly key: string
  /** The one that is there, the later one if both are. */
  readonly entry: Entry
  readonly before: Entry | undefined
  readonly after: Entry | undefined
}

type PairState = 'added' | 'removed' | 'changed' | 'same'

// In the order of what comes, with what goes after the entry that it followed.
function pairsOf(before: readonly Entry[], after: readonly Entry[]): Pair[] {
  const key = (e: Entry): string => `${e.kind === 'block' ? 'block ' : ''}${e.path}`
  const old = new Map(before.map(e => [key(e), e]))
  const pairs: Pair[] = after.map(e => ({ key: e.path, entry: e, before: old.get(key(e)), after: e }))
  const position = new Map(after.map((e, i) => [key(e), i]))
  const inserted = new Map<number, Pair[]>()
  let at = -1
  for (const entry of before) {
    const found = position.get(key(entry))
    if (found !== undefined) at = found
    else {
      const pair = { key: entry.path, entry, before: entry, after: undefined }
      inserted.set(at, [...(inserted.get(at) ?? []), pair])
    }
  }
  return [...(inserted.get(-1) ?? []), ...pairs.flatMap((pair, i) => [pair, ...(inserted.get(i) ?? [])])]
}

// Of something new or something that goes, what is as everywhere else is left out without a word.
function isShownWhole(pair: Pair, before: readonly Entry[] | null, after: readonly Entry[] | null): boolean {
  return (before !== null && after !== null) || !isDefaultPair(pair)
}

function isDefaultPair({ entry }: Pair): boolean {
  return entry.kind !== 'map' && entry.isDefault
}

function stateOf({ before, after }: Pair, comparison: Comparison): PairState {
  if (before === undefined) return 'added'
  if (after === undefined) return 'removed'
  if (before.kind === 'attribute' || after.kind === 'attribute') {
    return changesAt(after.path, comparison).length > 0 ? 'changed' : 'same'
  }
  const inner = pairsOf(bodyOf(before), bodyOf(after))
  return inner.some(p => stateOf(p, comparison) !== 'same') ? 'changed' : 'same'
}

function bodyOf(entry: Entry): readonly Entry[] {
  return entry.kind === 'block' ? entry.body : entry.kind === 'map' ? entry.entries : []
}

function changesAt(path: string, { fields }: Comparison): readonly FieldChange[] {
  return fields.filter(f => pathsOverlap(path, f.path))
}

function noteOf(path: string, comparison: Comparison): { note?: string } {
  const notes = changesAt(path, comparison).map(f => comparison.note(f.effect))
  const note = notes.find(n => n !== undefined)
  return note === undefined ? {} : { note }
}

function noteInside(entry: Entry, comparison: Comparison): { note?: string } {
  const own = noteOf(entry.path, comparison)
  if (own.note !== undefined) return own
  const inner = bodyOf(entry).map(e => noteInside(e, comparison))
  return inner.find(n => n.note !== undefined) ?? {}
}

function isSensitive(path: string, comparison: Comparison): boolean {
  return (
    touchesSensitive(path, comparison.sensitivePaths) || changesAt(path, comparison).some(f => f.sensitive)
  )
}

const marks = { added: '+', removed: '-', changed: '~', same: '' } as const

function flatLines(pair: Pair, comparison: Comparison, depth: number, nameWidth: number): Line[] {
  const { entry } = pair
  if (entry.kind === 'map') return mapLines(pair, entry, comparison, depth, nameWidth)
  return attributeLines(pair, comparison, depth, entry.name.padEnd(nameWidth))
}

function attributeLines(pair: Pair, comparison: Comparison, depth: number, name: string): Line[] {
  const before = pair.before as Attribute | undefined
  const after = pair.after as Attribute | undefined
  const state = stateOf(pair, comparison)
  const mark = marks[state]
  const note = state === 'same' ? {} : noteOf(pair.entry.path, comparison)
  const line = (text: string): Line => ({ depth, mark, text: `${name} = ${text}`, ...note })
  if (isSensitive(pair.entry.path, comparison)) return [line('(sensitive value)')]
  const several = severalLines(before?.value, after?.value)
  if (several !== undefined && state !== 'same') {
    const [open, close] = several.isText ? ['<<-EOT', 'EOT'] : ['[', ']']
    return [
      line(open),
      ...several.lines.map(l => ({ depth: depth + 1, mark: l.mark, text: l.text })),
      { depth, mark: '', text: close },
    ]
  }
  const old = before && valueText(before.value, before.unit)
  const next = after && valueText(after.value, after.unit)
  if (state === 'changed') return [line(`${old} -> ${next}`)]
  return [line(next ?? `${old} -> null`)]
}

interface SeveralLines {
  readonly isText: boolean
  readonly lines: ReturnType<typeof lineDifference>
}

/** Texts with line breaks and lists that change are compared line by line; undefined: one line is enough. */
function severalLines(before: Json | undefined, after: Json | undefined): SeveralLines | undefined {
  if (isText(before) && isText(after) && `${before ?? ''}${after ?? ''}`.includes('\n')) {
    return { isText: true, lines: lineDifference(textLines(before), textLines(after)) }
  }
  if (before !== undefined && after !== undefined && isList(before) && isList(after)) {
    return { isText: false, lines: lineDifference(elements(before), elements(after)) }
  }
  return undefined
}

function isText(value: Json | undefined): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

function textLines(text: string | undefined): string[] {
  return text === undefined ? [] : text.replace(/\n$/, '').split('\n').map(printableLine)
}

function elements(list: readonly Json[]): string[] {
  return list.map(each => `${valueText(each)},`)
}

function mapLines(
  pair: Pair,
  entry: MapAttribute,
  comparison: Comparison,
  depth: number,
  nameWidth: number,
): Line[] {
  const inner = pairsOf(pair.before ? bodyOf(pair.before) : [], pair.after ? bodyOf(pair.after) : [])
  const changed = inner.filter(p => stateOf(p, comparison) !== 'same')
  const keyWidth = Math.max(0, ...changed.map(p => quoted(p.entry.name).length))
  const mark = marks[stateOf(pair, comparison)]
  return [
    { depth, mark, text: `${entry.name.padEnd(nameWidth)} = {` },
    ...changed.flatMap(p => attributeLines(p, comparison, depth + 1, quoted(p.entry.name).padEnd(keyWidth))),
    ...hiddenLine(inner.length - changed.length, 'element', depth + 1),
    { depth, mark: '', text: '}' },
  ]
}

function blockLines(pair: Pair, comparison: Comparison, depth: number): Line[] {
  const { before, after, entry } = pair
  const state = stateOf(pair, comparison)
  const whole = state === 'added' || state === 'removed'
  const { name, label } = entry as Block
  const title = label === undefined ? name : `${name} ${quoted(label)}`
  const body = bodyLines(
    before ? bodyOf(before) : null,
    after ? bodyOf(after) : null,
    {
      ...comparison,
      // The note stands once at the block that comes or goes, not at each of its attributes.
      ...(whole ? { note: () => undefined } : {}),
    },
    depth + 1,
  )
  const note = whole ? noteInside(entry, comparison) : {}
  if (body.length === 0) return [{ depth, mark: marks[state], text: `${title} {}`, ...note }]
  return [{ depth, mark: marks[state], text: `${title} {`, ...note }, ...body, { depth, mark: '', text: '}' }]
}

function hiddenLine(count: number, noun: string, depth: number): Line[] {
  if (count === 0) return []
  const text = `# (${count} unchanged ${noun}${count === 1 ? '' : 's'} hidden)`
  return [{ depth, mark: '', text, style: 'hidden' }]
}
