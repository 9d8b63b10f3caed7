// Templates as text: in quotes or as a heredoc. Strip markers and the common indent are worked into the tree already, so
// the text needs them only where it can't say the same otherwise.
import type { Expression, Template, TemplatePart } from '../ast.ts'
import { escaped, fitsHeredoc, heredocEscaped } from './text.ts'

/** `show` prints the expressions in it. */
export function templateText({ form, parts }: Template, depth: number, show: Show): string {
  const whole = joined(parts)
  const heredoc = form === 'heredoc' ? heredocText(whole, depth, show) : undefined
  return heredoc ?? `"${partsText(whole, 'quoted', '', show)}"`
}

type Form = Template['form']
type Show = (expression: Expression) => string

// A literal may come in pieces, and empty ones say nothing: next to each other they could read as something else.
function joined(parts: readonly TemplatePart[]): readonly TemplatePart[] {
  const result: TemplatePart[] = []
  for (const part of parts) {
    const last = result[result.length - 1]
    if (part.kind !== 'literal') result.push(part)
    else if (last?.kind === 'literal') result[result.length - 1] = { ...last, text: last.text + part.text }
    else if (part.text !== '') result.push(part)
  }
  return result
}

/** `next` introduces what follows the parts, which are joined. */
function partsText(parts: readonly TemplatePart[], form: Form, next: '' | '%', show: Show): string {
  return parts
    .map((part, i) => {
      const after = parts[i + 1]
      const introducer = after === undefined ? next : introducerOf(after)
      if (part.kind === 'literal') return literalText(part.text, form, introducer)
      const before = parts[i - 1]
      // The blank, which the marker takes away again, keeps a "$" from doubling the one of "${".
      const isDoubled =
        form === 'heredoc' && before?.kind === 'literal' && before.text.endsWith(introducerOf(part) || ' ')
      return sequenceText(part, form, isDoubled ? '~' : '', show)
    })
    .join('')
}

function introducerOf(part: TemplatePart): '' | '$' | '%' {
  if (part.kind === 'literal') return ''
  return part.kind === 'interpolation' ? '$' : '%'
}

function literalText(text: string, form: Form, next: '' | '$' | '%'): string {
  if (form === 'quoted') return escaped(text, next || undefined)
  return heredocEscaped(text) + (next !== '' && text.endsWith(next) ? ' ' : '')
}

function sequenceText(
  part: Exclude<TemplatePart, { kind: 'literal' }>,
  form: Form,
  strip: '' | '~',
  show: Show,
): string {
  if (part.kind === 'interpolation') return `\${${strip}${strip && ' '}${show(part.expression)}}`
  const closing = (written: readonly TemplatePart[], keyword: string): string => {
    const inner = joined(written)
    const last = inner[inner.length - 1]
    const isDoubled = form === 'heredoc' && last?.kind === 'literal' && last.text.endsWith('%')
    return `${partsText(inner, form, '%', show)}%{${isDoubled ? '~' : ''} ${keyword} }`
  }
  if (part.kind === 'for') {
    const names = part.key === undefined ? part.value : `${part.key}, ${part.value}`
    const head = `%{${strip} for ${names} in ${show(part.collection)} }`
    return head + closing(part.body, 'endfor')
  }
  const head = `%{${strip} if ${show(part.condition)} }`
  if (part.no.length === 0) return head + closing(part.yes, 'endif')
  return head + closing(part.yes, 'else') + closing(part.no, 'endif')
}

/** Undefined for a text that only quotes can hold. Ends with the newline behind the marker. */
function heredocText(parts: readonly TemplatePart[], depth: number, show: Show): string | undefined {
  if (!literalsIn(parts).every(fitsHeredoc)) return undefined
  let body = partsText(parts, 'heredoc', '', show)
  if (body !== '' && !body.endsWith('\n')) {
    // The last line's newline is part of the text; a marker takes it away, and only a sequence has one.
    if (parts[parts.length - 1]?.kind === 'literal') return undefined
    body = `${body.slice(0, -1)} ~}\n`
  }
  const lines = body.split('\n').map(line => line.trim())
  let marker = 'EOT'
  for (let i = 2; lines.includes(marker); i++) marker = `EOT${i}`
  const [first] = parts
  if (first?.kind !== 'literal' || parts.length > 1 || !isIndentable(first.text))
    return `<<${marker}\n${body}${marker}\n`
  const indent = '  '.repeat(depth)
  return `<<-${marker}\n${body.replace(/^(?=.*\S)/gm, `${indent}  `)}${indent}${marker}\n`
}

/** Whether `<<-` takes away what is put before each line, and nothing else. */
function isIndentable(text: string): boolean {
  const lines = text.split('\n').filter(line => line.trim() !== '')
  return lines.some(line => /^[!-~]/.test(line)) && lines.every(line => /^[ \t]*[!-~]/.test(line))
}

function literalsIn(parts: readonly TemplatePart[]): readonly string[] {
  return parts.flatMap(part => {
    if (part.kind === 'literal') return [part.text]
    if (part.kind === 'if') return [...literalsIn(part.yes), ...literalsIn(part.no)]
    return part.kind === 'for' ? literalsIn(part.body) : []
  })
}
