// JSON with places: the value, the range of every part of it by Marathon's JSON path, and what is wrong with the text,
// by line and column. A name given twice is a warning: the last one counts, as everywhere.
import { errorDiagnostic, hasErrors, warningDiagnostic } from '../../base/index.ts'
import type { Diagnostic, Json, Range } from '../../base/index.ts'
import { Source, type Span } from '../hcl/source.ts'
import { type JsonMistake, type JsonNode, type JsonObject, readJsonTree } from './tree.ts'

export interface ParsedJson {
  /** Absent when the text is not JSON. */
  readonly json?: Json
  readonly diagnostics: readonly Diagnostic[]
  readonly places: JsonPlaces
}

/** The range of the part of a text that a JSON path names; '' is the whole. Computed when asked: few are. */
export type JsonPlaces = (path: string) => Range | undefined

export function parseJson(text: string, file: string): ParsedJson {
  const source = new Source(file, text)
  const tree = readJsonTree(text, offset => source.position(offset).line)
  const reading: Reading = { source, spans: new Map(), found: [] }
  const places: JsonPlaces = path => {
    const span = reading.spans.get(path)
    return span && source.range(span)
  }
  if (tree.kind === 'mistake') return { diagnostics: [invalid(tree, source)], places }
  const json = toJson(tree, '', reading)
  return { ...(hasErrors(reading.found) ? {} : { json }), diagnostics: reading.found, places }
}

interface Reading {
  readonly source: Source
  /** By path. */
  readonly spans: Map<string, Span>
  readonly found: Diagnostic[]
}

/** A text that is not JSON, as people are told. */
export function invalid(mistake: JsonMistake, source: Source): Diagnostic {
  return errorDiagnostic('Invalid JSON', mistake.detail, { subject: source.range(mistake) })
}

function toJson(node: JsonNode, path: string, reading: Reading): Json {
  reading.spans.set(path, node)
  switch (node.kind) {
    case 'object':
      return objectToJson(node, path, reading)
    case 'array':
      return node.elements.map((e, i) => toJson(e, `${path}(${i})`, reading))
    case 'string':
      return node.text
    case 'word':
      return node.value
    case 'number': {
      const value = Number(node.text)
      if (Number.isFinite(value)) return value
      reading.found.push(
        errorDiagnostic('Invalid JSON', 'This number is too large.', { subject: reading.source.range(node) }),
      )
      return null
    }
  }
}

function objectToJson({ members }: JsonObject, path: string, reading: Reading): Json {
  const result: Record<string, Json> = {}
  for (const { name, nameSpan, value } of members) {
    if (Object.hasOwn(result, name)) {
      const detail = `${JSON.stringify(name)} stands twice in this object; the last one counts. Remove the other.`
      const subject = reading.source.range(nameSpan)
      reading.found.push(warningDiagnostic('Duplicate name', detail, { subject }))
    }
    // A plain assignment to this name would set the prototype.
    const json = toJson(value, `${path}/${name}`, reading)
    Object.defineProperty(result, name, {
      value: json,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return result
}
