// Messages between server and agent as text. Rows of assign and report are by far the most of what is said, so they
// travel as short lists:
//
//   assign   shared [{ start, goal, cause, specHash, version, resources, graceMs }]
//            rows   [[number of the shared part, end of the instance's id, incarnation, gen, ...ports]]
//   report   starts [text]
//            rows   [[number of the start, end of the id, incarnation, statusSeq, condition, agoMs, { more }?]]
//
// An id is cut before its UUID. All else is JSON as the types say. decode/wirerows.ts reads it.
import type { App } from './app.ts'
import type { AgentMessage, AssignmentRow, ReportRow, ServerMessage } from './protocol.ts'

export function serverMessageText(message: ServerMessage): string {
  if (message.kind === 'assign') return assignText(message)
  if (message.kind !== 'specs') return JSON.stringify(message)
  const parts = message.specs.map(({ hash, app }) => `{"hash":${JSON.stringify(hash)},"app":${textOf(app)}}`)
  return `{"kind":"specs","specs":[${parts.join(',')}]}`
}

export function agentMessageText(message: AgentMessage): string {
  if (message.kind !== 'report') return JSON.stringify(message)
  return JSON.stringify({ ...message, ...wireReports(message.rows) })
}

// Specifications go to every agent that runs the app, thousands of times the same, and are the longest part of what is
// said: the text of each app is made once and kept with it. A memo of a pure function: apps are never changed.
const texts = new WeakMap<App, string>()

function textOf(app: App): string {
  let text = texts.get(app)
  if (text === undefined) texts.set(app, (text = JSON.stringify(app)))
  return text
}

type SharedPart = Omit<AssignmentRow, 'instance' | 'incarnation' | 'gen' | 'ports'> & {
  readonly start: string
}

// There are millions of rows: their text is put together without a list for each.
function assignText({ rows, ...head }: Extract<ServerMessage, { kind: 'assign' }>): string {
  const shared: SharedPart[] = []
  const numbersOf = new Map<string, number[]>()
  let last = -1
  const numberOf = (row: AssignmentRow): number => {
    if (last >= 0 && isPartOf(shared[last]!, row)) return last
    let numbers = numbersOf.get(row.specHash)
    if (numbers === undefined) numbersOf.set(row.specHash, (numbers = []))
    const found = numbers.find(number => isPartOf(shared[number]!, row))
    if (found !== undefined) return (last = found)
    const { goal, cause, specHash, version, resources, graceMs } = row
    const start = row.instance.slice(0, cutOf(row.instance))
    last = shared.push({ start, goal, cause, specHash, version, resources, graceMs }) - 1
    numbers.push(last)
    return last
  }
  let texts = ''
  for (const row of rows) {
    const end = JSON.stringify(row.instance.slice(cutOf(row.instance)))
    const ports = row.ports.length === 0 ? '' : `,${row.ports.join(',')}`
    texts += `${texts === '' ? '' : ','}[${numberOf(row)},${end},${row.incarnation},${row.gen}${ports}]`
  }
  return `${JSON.stringify({ ...head, shared }).slice(0, -1)},"rows":[${texts}]}`
}

function wireReports(rows: readonly ReportRow[]): { starts: string[]; rows: unknown[] } {
  const starts: string[] = []
  const numbers = new Map<string, number>()
  return {
    starts,
    rows: rows.map(({ instance, incarnation, statusSeq, condition, agoMs, ...more }) => {
      const start = instance.slice(0, cutOf(instance))
      let number = numbers.get(start)
      if (number === undefined) numbers.set(start, (number = starts.push(start) - 1))
      const row = [number, instance.slice(start.length), incarnation, statusSeq, condition, agoMs]
      return isEmpty(more) ? row : [...row, more]
    }),
  }
}

/** Characters of a UUID. */
const uuidLength = 36

function cutOf(id: string): number {
  return Math.max(0, id.length - uuidLength)
}

function isPartOf(part: SharedPart, row: AssignmentRow): boolean {
  return (
    part.specHash === row.specHash &&
    part.goal === row.goal &&
    part.cause === row.cause &&
    part.version === row.version &&
    part.graceMs === row.graceMs &&
    part.start.length === cutOf(row.instance) &&
    row.instance.startsWith(part.start) &&
    (part.resources === row.resources || sameResources(part.resources, row.resources))
  )
}

function sameResources(a: AssignmentRow['resources'], b: AssignmentRow['resources']): boolean {
  return a.cpuMilli === b.cpuMilli && a.memKiB === b.memKiB && a.diskKiB === b.diskKiB && a.gpus === b.gpus
}

function isEmpty(more: Partial<ReportRow>): boolean {
  for (const name in more) if (more[name as keyof ReportRow] !== undefined) return false
  return true
}
