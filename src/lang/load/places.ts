// Sets the places right that come from a module's process: the engine tells a call's line and column in UTF-16 units,
// a diagnostic wants the range of a name, in grapheme clusters, with bytes. Here the texts are at hand; the properties
// of each constructor's options are looked up in them, too.
import type { Diagnostic, Range } from '../../base/index.ts'
import type { Source, Span } from '../hcl/source.ts'
import type {
  SurfaceConfig,
  SurfaceLifecycle,
  SurfacePartPlace,
  SurfaceResource,
  SurfaceValue,
} from '../surface.ts'
import { optionsOfCall } from './properties.ts'
import type { WrittenPart, WrittenValue } from './properties.ts'

interface Call {
  readonly source: Source
  /** The name of the function. */
  readonly range: Range
  readonly options: WrittenValue | undefined
  /** Of the options, by name. */
  readonly parts: ReadonlyMap<string, SurfacePartPlace>
}

/** `textOf` gives the text of a file and the name that diagnostics show for it. */
export class ModulePlaces {
  readonly #textOf: (file: string) => Source | undefined
  readonly #sources = new Map<string, Source | undefined>()
  readonly #calls = new Map<string, Call | undefined>()
  readonly #lineStarts = new Map<Source, readonly number[]>()

  constructor(textOf: (file: string) => Source | undefined) {
    this.#textOf = textOf
  }

  config(config: SurfaceConfig): SurfaceConfig {
    const { moves, imports, removals } = config
    return {
      ...config,
      resources: config.resources.map(r => this.#resource(r)),
      ...(moves
        ? {
            moves: moves.map(m => ({
              ...this.#placed(m),
              from: this.#placed(m.from),
              to: this.#placed(m.to),
            })),
          }
        : {}),
      ...(imports
        ? {
            imports: imports.map(i => ({
              ...this.#placed(i),
              to: this.#placed(i.to),
              ...(i.id ? { id: this.#placed(i.id) } : {}),
            })),
          }
        : {}),
      ...(removals
        ? {
            removals: removals.map(r => ({
              ...this.#placed(r),
              from: this.#placed(r.from),
              ...(r.destroy ? { destroy: this.#placed(r.destroy) } : {}),
            })),
          }
        : {}),
    }
  }

  /** A diagnostic of the module's process; its path is a JSON pointer into the options of the call it points to. */
  diagnostic(diagnostic: Diagnostic): Diagnostic {
    const { subject, path, ...rest } = diagnostic
    if (!subject || subject.start.byte !== 0) return diagnostic
    const call = this.#call(subject)
    if (!call) return { ...rest, subject }
    const part = path === undefined ? undefined : nearestPart(call.options, path)
    return { ...rest, subject: part ? call.source.range(part.span) : call.range }
  }

  /** What stands for a call. */
  #placed<T extends { readonly range?: Range }>(part: T): T {
    const range = part.range && this.#call(part.range)?.range
    return range ? { ...part, range } : part
  }

  #resource(resource: SurfaceResource): SurfaceResource {
    const call = resource.range && this.#call(resource.range)
    if (!call) return resource
    const { source, range, options, parts } = call
    const attributes = Object.fromEntries(
      Object.entries(resource.body.attributes).map(([name, value]): [string, SurfaceValue] => {
        const found = parts.get(name)
        return [name, found ? { ...value, ...found } : value]
      }),
    )
    const { lifecycle } = resource
    const written = options?.parts.get('lifecycle')
    const placed = lifecycle && written ? { lifecycle: lifecyclePlaces(lifecycle, written, source) } : {}
    return { ...resource, ...placed, range, body: { ...resource.body, attributes, end: range } }
  }

  /** Many resources may come from one call, in a loop. */
  #call(range: Range): Call | undefined {
    const key = `${range.file}:${range.start.line}:${range.start.column}`
    if (!this.#calls.has(key)) this.#calls.set(key, this.#read(range))
    return this.#calls.get(key)
  }

  #read(range: Range): Call | undefined {
    const source = this.#source(range.file)
    if (!source) return undefined
    const offset = this.#offsetOf(source, range.start.line, range.start.column)
    const word = /^[\w$]+/.exec(source.text.slice(offset, offset + 100))
    const span: Span = { start: offset, end: offset + (word?.[0].length ?? 0) }
    const options = optionsOfCall(source.text, offset)
    const parts = new Map([...(options?.parts ?? [])].map(([name, part]) => [name, placeOf(part, source)]))
    return { source, range: source.range(span), options, parts }
  }

  /** The offset of a line and column, both from 1, the column in UTF-16 units. */
  #offsetOf(source: Source, line: number, column: number): number {
    const starts = this.#lineStarts.get(source) ?? lineStarts(source.text)
    this.#lineStarts.set(source, starts)
    return Math.min((starts[line - 1] ?? source.text.length) + column - 1, source.text.length)
  }

  #source(file: string): Source | undefined {
    if (!this.#sources.has(file)) this.#sources.set(file, this.#textOf(file))
    return this.#sources.get(file)
  }
}

function placeOf({ name, span, parts }: WrittenPart, source: Source): SurfacePartPlace {
  const inner = new Map([...parts].map(([step, part]) => [step, placeOf(part, source)] as const))
  return {
    range: source.range(span),
    ...(name ? { nameRange: source.range(name) } : {}),
    ...(inner.size > 0 ? { parts: inner } : {}),
  }
}

function lifecyclePlaces(
  lifecycle: SurfaceLifecycle,
  written: WrittenPart,
  source: Source,
): SurfaceLifecycle {
  const { ignoreChanges, preventDestroy, destroy } = lifecycle
  const rangeOf = (name: string, item?: number): Range => {
    const part = written.parts.get(name)
    const found = item === undefined ? part : (part?.parts.get(String(item)) ?? part)
    return source.range((found ?? written).span)
  }
  return {
    ...lifecycle,
    range: source.range(written.name ?? written.span),
    ...(ignoreChanges === undefined || ignoreChanges === 'all'
      ? {}
      : { ignoreChanges: ignoreChanges.map((p, i) => ({ ...p, range: rangeOf('ignoreChanges', i) })) }),
    ...(preventDestroy ? { preventDestroy: { ...preventDestroy, range: rangeOf('preventDestroy') } } : {}),
    ...(destroy ? { destroy: { ...destroy, range: rangeOf('destroy') } } : {}),
  }
}

/** The part that a JSON pointer leads to, or the nearest one around it. */
function nearestPart(options: WrittenValue | undefined, pointer: string): WrittenPart | undefined {
  let found: WrittenPart | undefined
  let at = options
  for (const step of pointer.split('/').slice(1)) {
    const part = at?.parts.get(step.replaceAll('~1', '/').replaceAll('~0', '~'))
    if (!part) break
    found = part
    at = part
  }
  return found
}

function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}
