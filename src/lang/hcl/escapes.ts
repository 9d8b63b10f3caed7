// The literal text of a template: backslash escapes (quoted strings only) and the doubled introducers `$${` and `%%{`.
import type { Problem } from './problem.ts'

const simple: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' }

/** The text of the literal token from `start` to `end` of `text`, NFC-normalised. */
export function decodeLiteral(
  text: string,
  start: number,
  end: number,
  quoted: boolean,
  report: (problem: Problem) => void,
): string {
  const raw = text.slice(start, end)
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i)
    // A backslash, or a brace behind "$$" or "%%". Beyond ASCII a text may have to be normalised.
    if (c > 127 || c === 92 || (c === 123 && i > start + 1)) return decodeSpecial(raw, start, quoted, report)
  }
  return raw
}

function decodeSpecial(
  raw: string,
  start: number,
  quoted: boolean,
  report: (problem: Problem) => void,
): string {
  const pieces: string[] = []
  let from = 0
  for (let i = 0; i < raw.length;) {
    const c = raw[i]!
    if ((c === '$' || c === '%') && raw[i + 1] === c && raw[i + 2] === '{') {
      pieces.push(raw.slice(from, i), `${c}{`)
      i += 3
      from = i
    } else if (quoted && c === '\\') {
      const { text, length } = decodeEscape(raw, i, start, report)
      pieces.push(raw.slice(from, i), text)
      i += length
      from = i
    } else {
      i++
    }
  }
  pieces.push(raw.slice(from))
  return pieces.join('').normalize('NFC')
}

function decodeEscape(
  raw: string,
  at: number,
  start: number,
  report: (problem: Problem) => void,
): { text: string; length: number } {
  const letter = raw[at + 1] ?? ''
  const known = Object.hasOwn(simple, letter) ? simple[letter] : undefined
  if (known !== undefined) return { text: known, length: 2 }
  if (letter === 'u' || letter === 'U') {
    const wanted = letter === 'u' ? 4 : 8
    const digits = /^[0-9a-fA-F]*/.exec(raw.slice(at + 2, at + 2 + wanted))![0]
    const length = 2 + digits.length
    if (digits.length < wanted) {
      const detail = `The escape \\${letter} takes exactly ${wanted} hexadecimal digits.`
      report({ summary: 'Invalid escape sequence', detail, start: start + at, end: start + at + length })
      return { text: '', length }
    }
    const code = Number.parseInt(digits, 16)
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      const detail = `U+${digits.toUpperCase()} is not a character. Write astral characters with \\U and eight digits.`
      report({ summary: 'Invalid escape sequence', detail, start: start + at, end: start + at + length })
      return { text: '', length }
    }
    return { text: String.fromCodePoint(code), length }
  }
  const width = (raw.codePointAt(at + 1) ?? 0) > 0xffff ? 3 : Math.min(2, raw.length - at)
  const advice =
    letter === "'" || letter === '/' ? ' This character needs no backslash.' : ' Write \\\\ for a backslash.'
  report({
    summary: 'Invalid escape sequence',
    detail: `There is no escape "${raw.slice(at, at + width)}"; known are \\n \\r \\t \\" \\\\ \\uNNNN \\UNNNNNNNN.${advice}`,
    start: start + at,
    end: start + at + width,
  })
  return { text: '', length: width }
}
