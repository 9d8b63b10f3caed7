// Sets the places right that come from a module's process: the engine tells a call's line and column in UTF-16 units,
// a diagnostic wants the range of a name, in grapheme clusters, with bytes. Here the texts are at hand; the properties
// of each constructor's options are looked up in them, too.
import type { Diagnostic, Range } from '../../base/index.ts'
import type { Source, Span } from '../hcl/source.ts'
import type { SurfaceConfig, SurfaceResource, SurfaceValue } from '../surface.ts'
import { propertiesOfCall } from './properties.ts'

/** `textOf` gives the text of a file and the name that diagnostics show for it. */
export class ModulePlaces {
  readonly #textOf: (file: string) => Source | undefined
  readonly #sources = new Map<string, Source | undefined>()

  constructor(textOf: (file: string) => Source | undefined) {
    this.#textOf = textOf
  }

  config(config: SurfaceConfig): SurfaceConfig {
    return { ...config, resources: config.resources.map(r => this.#resource(r)) }
  }

  diagnostic(diagnostic: Diagnostic): Diagnostic {
    const { subject } = diagnostic
    if (!subject || subject.start.byte !== 0) return diagnostic
    return { ...diagnostic, subject: this.#call(subject)?.range ?? subject }
  }

  #resource(resource: SurfaceResource): SurfaceResource {
    const call = resource.range && this.#call(resource.range)
    if (!call) return resource
    const { source, offset, range } = call
    const spans = propertiesOfCall(source.text, offset)
    const attributes = Object.fromEntries(
      Object.entries(resource.body.attributes).map(([name, value]): [string, SurfaceValue] => {
        const found = spans.get(name)
        if (!found) return [name, value]
        return [name, { ...value, range: source.range(found.value), nameRange: source.range(found.name) }]
      }),
    )
    return { ...resource, range, body: { ...resource.body, attributes, end: range } }
  }

  #call(range: Range): { source: Source; offset: number; range: Range } | undefined {
    const source = this.#source(range.file)
    if (!source) return undefined
    const offset = offsetOf(source.text, range.start.line, range.start.column)
    const word = /^[\w$]+/.exec(source.text.slice(offset, offset + 100))
    const span: Span = { start: offset, end: offset + (word?.[0].length ?? 0) }
    return { source, offset, range: source.range(span) }
  }

  #source(file: string): Source | undefined {
    if (!this.#sources.has(file)) this.#sources.set(file, this.#textOf(file))
    return this.#sources.get(file)
  }
}

/** The offset of a line and column, both from 1, the column in UTF-16 units. */
function offsetOf(text: string, line: number, column: number): number {
  let start = 0
  for (let i = 1; i < line; i++) {
    const end = text.indexOf('\n', start)
    if (end < 0) return text.length
    start = end + 1
  }
  return Math.min(start + column - 1, text.length)
}
