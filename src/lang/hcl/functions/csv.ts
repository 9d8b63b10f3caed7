// CSV (RFC 4180): a header with the names, then rows of as many fields. Empty lines are skipped.
import { toCollection } from '../convert.ts'
import { stringType } from '../type.ts'
import { type Type, type Value, object, tuple } from '../value.ts'
import { stringOf, text } from './arguments.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { refuseManyElements, textValue } from './results.ts'

export const csvFunctions: readonly HclFunction[] = [
  {
    name: 'csvdecode',
    summary: 'The rows of a CSV text as objects, named by its header',
    group: 'encoding',
    examples: [['csvdecode("name,port\\nweb,80\\n")', '[{ "name" = "web", "port" = "80" }]']],
    returns: 'a list of objects of strings',
    parameters: [text('string')],
    call: ([s]) => decodeCsv(stringOf(s)),
  },
]

interface Row {
  readonly line: number
  readonly fields: readonly string[]
}

function decodeCsv(source: string): Value {
  const [header, ...rows] = readRows(source)
  if (header === undefined) throw new FunctionError('the header line is missing', 0)
  const double = header.fields.find((name, i) => header.fields.indexOf(name) !== i)
  if (double !== undefined) throw new FunctionError(`two columns are named "${double}"`, 0)
  refuseManyElements(rows.length * header.fields.length)
  const elements = rows.map(({ line, fields }) => {
    if (fields.length !== header.fields.length) {
      const counts = `${fields.length} fields, the header ${header.fields.length}`
      throw new FunctionError(`line ${line} has ${counts}`, 0)
    }
    return object(header.fields.map((name, i) => [name, textValue(fields[i]!)]))
  })
  return toCollection(tuple(elements), 'list', rowType(header))
}

// The names are known even when there are no rows.
function rowType({ fields }: Row): Type {
  const attributes = fields.map(name => [name, { type: stringType, optional: false }] as const)
  return { kind: 'object', attributes: new Map(attributes) }
}

function readRows(source: string): Row[] {
  const whole = source.replaceAll('\r\n', '\n')
  const rows: Row[] = []
  let line = 1
  let at = 0
  while (at < whole.length) {
    const first = line
    const fields: string[] = []
    let end: string | undefined
    do {
      const field = whole[at] === '"' ? quotedField(whole, at) : bareField(whole, at)
      end = whole[field.end]
      line += field.newlines
      if (end !== undefined && end !== ',' && end !== '\n') {
        throw new FunctionError(`a quote stands where none may on line ${line}`, 0)
      }
      fields.push(field.text)
      at = field.end + 1
    } while (end === ',')
    line++
    if (fields.length > 1 || fields[0] !== '' || whole[at - 2] === '"') rows.push({ line: first, fields })
  }
  return rows
}

interface Field {
  readonly text: string
  /** Where the text goes on. */
  readonly end: number
  readonly newlines: number
}

function bareField(whole: string, start: number): Field {
  let end = start
  while (end < whole.length && !',\n"'.includes(whole[end]!)) end++
  return { text: whole.slice(start, end), end, newlines: 0 }
}

// Ends at a quote that is not doubled. One that is not closed "ends" at its start, where no quote may follow.
function quotedField(whole: string, start: number): Field {
  let end = start + 1
  let newlines = 0
  for (; whole[end] !== '"' || whole[end + 1] === '"'; end += whole[end] === '"' ? 2 : 1) {
    if (end >= whole.length) return { text: '', end: start, newlines: 0 }
    if (whole[end] === '\n') newlines++
  }
  return { text: whole.slice(start + 1, end).replaceAll('""', '"'), end: end + 1, newlines }
}
