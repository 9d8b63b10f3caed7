// Text to tokens, in one pass over the character codes. A stack of modes tells code from template text: a quote or a
// heredoc opens template text, `${` and `%{` open code inside of it, and the brace that was open at that moment closes
// it. A comment to the end of its line stands for its newline. Source: the HCL native syntax specification, "Lexical
// Elements" and "Template Expressions".
import type { Problem } from './problem.ts'
import type { Source } from './source.ts'
import { T, type TokenKind, type Tokens } from './tokens.ts'

interface TemplateMode {
  readonly kind: 'quote' | 'heredoc'
  /** Of the opening token, for "unterminated". */
  readonly start: number
  /** The word that ends a heredoc. */
  readonly marker: string
}

interface CodeMode {
  readonly kind: 'code'
  /** Braces open inside of this `${ }`. */
  braces: number
}

type Mode = TemplateMode | CodeMode

/** Never throws. The last token is always `end`. */
export function lex(source: Source): { readonly tokens: Tokens; readonly problems: readonly Problem[] } {
  const text = source.text
  const length = text.length
  const kinds: TokenKind[] = []
  const starts: number[] = []
  const ends: number[] = []
  const problems: Problem[] = []
  const modes: Mode[] = []
  const told = new Set<string>()
  let at = source.first

  lexCode()
  emit(T.end, length, length)
  return { tokens: { kinds, starts, ends }, problems }

  function emit(kind: TokenKind, start: number, end: number): void {
    kinds.push(kind)
    starts.push(start)
    ends.push(end)
  }

  function invalid(start: number, end: number, summary: string, detail: string, once = false): void {
    emit(T.invalid, start, end)
    at = end
    if (once && told.has(detail)) return
    told.add(detail)
    problems.push({ summary, detail, start, end })
  }

  // The outer loop. Template text is read in the same loop, so that nesting costs no stack.
  function lexCode(): void {
    while (at < length) {
      const mode = modes[modes.length - 1]
      if (mode !== undefined && mode.kind !== 'code') {
        if (mode.kind === 'quote') lexQuoted(mode)
        else lexHeredoc(mode)
      } else {
        lexToken(mode)
      }
    }
    // Code that is open at the end of the text is the parser's to report.
    const open = modes[modes.length - 1]
    if (open === undefined || open.kind === 'code') return
    reportUnterminated(open)
    emit(T.invalid, length, length)
  }

  function reportUnterminated(mode: TemplateMode): void {
    if (mode.kind === 'quote') {
      problems.push({
        summary: 'Unterminated string literal',
        detail: 'The string that starts here has no closing quote.',
        start: mode.start,
        end: mode.start + 1,
      })
      return
    }
    const marked = text.slice(mode.start).trimEnd().endsWith(`\n${mode.marker}`)
    problems.push({
      summary: 'Unterminated template string',
      detail: marked
        ? `The line with the closing marker "${mode.marker}" must end with a newline, also at the end of the file.`
        : `The heredoc that starts here has no line with only its closing marker "${mode.marker}".`,
      start: mode.start,
      end: Math.min(length, text.indexOf(mode.marker, mode.start) + mode.marker.length),
    })
  }

  function lexToken(mode: CodeMode | undefined): void {
    const start = at
    const c = text.charCodeAt(at)
    if (c === 32 || c === 9) {
      at++
      return
    }
    if (isIdentifierStart(c)) {
      at++
      while (at < length && isIdentifierPart(text.charCodeAt(at))) at++
      if (at < length && text.charCodeAt(at) > 0x7f) readWideIdentifier()
      emit(T.identifier, start, at)
      return
    }
    if (c >= 48 && c <= 57) {
      readNumber()
      emit(T.number, start, at)
      return
    }
    const next = at + 1 < length ? text.charCodeAt(at + 1) : -1
    switch (c) {
      case 10: // newline
        return take(T.newline, 1)
      case 13:
        if (next === 10) return take(T.newline, 2)
        return invalid(
          start,
          start + 1,
          'Invalid character',
          'A carriage return must be followed by a line feed.',
        )
      case 34: // "
        modes.push({ kind: 'quote', start, marker: '' })
        return take(T.openQuote, 1)
      case 35: // #
        return readLineComment()
      case 47: // /
        if (next === 47) return readLineComment()
        if (next === 42) return readBlockComment()
        return take(T.slash, 1)
      case 123: // {
        if (mode !== undefined) mode.braces++
        return take(T.openBrace, 1)
      case 125: // }
        if (mode !== undefined) {
          if (mode.braces === 0) {
            modes.pop()
            return take(T.sequenceEnd, 1)
          }
          mode.braces--
        }
        return take(T.closeBrace, 1)
      case 126: // ~
        if (next === 125 && mode !== undefined && mode.braces === 0) {
          modes.pop()
          return take(T.sequenceEnd, 2)
        }
        return unsupported('There is no bitwise operator "~".')
      case 91:
        return take(T.openBracket, 1)
      case 93:
        return take(T.closeBracket, 1)
      case 40:
        return take(T.openParen, 1)
      case 41:
        return take(T.closeParen, 1)
      case 44:
        return take(T.comma, 1)
      case 46: // .
        if (next === 46 && text.charCodeAt(at + 2) === 46) return take(T.ellipsis, 3)
        return take(T.dot, 1)
      case 61: // =
        if (next === 61) return take(T.equalEqual, 2)
        return next === 62 ? take(T.fatArrow, 2) : take(T.equal, 1)
      case 63:
        return take(T.question, 1)
      case 58: // :
        return next === 58 ? take(T.doubleColon, 2) : take(T.colon, 1)
      case 43:
        return take(T.plus, 1)
      case 45:
        return take(T.minus, 1)
      case 42: // *
        if (next === 42) {
          return invalid(start, start + 2, 'Unsupported operator', 'There is no operator "**".', true)
        }
        return take(T.star, 1)
      case 37:
        return take(T.percent, 1)
      case 33: // !
        return next === 61 ? take(T.notEqual, 2) : take(T.not, 1)
      case 38: // &
        if (next === 38) return take(T.and, 2)
        return unsupported('There is no bitwise operator "&". Did you mean the logical "&&"?')
      case 124: // |
        if (next === 124) return take(T.or, 2)
        return unsupported('There is no bitwise operator "|". Did you mean the logical "||"?')
      case 94:
        return unsupported('There is no bitwise operator "^".')
      case 60: // <
        if (next === 60 && readHeredocStart()) return
        return next === 61 ? take(T.lessEqual, 2) : take(T.less, 1)
      case 62:
        return next === 61 ? take(T.greaterEqual, 2) : take(T.greater, 1)
      case 39:
        return readQuotedLikeRun(
          39,
          'Single quotes do not delimit strings here. Write the string in double quotes.',
        )
      case 96:
        return readQuotedLikeRun(
          96,
          'Backticks do not delimit strings here. For text over several lines write a heredoc: <<EOT.',
        )
      case 59:
        return invalid(
          start,
          start + 1,
          'Invalid character',
          'The ";" does not separate arguments. Begin a new line for each argument.',
          true,
        )
      default:
        return lexUnusual(c, start)
    }
  }

  function take(kind: TokenKind, width: number): void {
    emit(kind, at, at + width)
    at += width
  }

  function unsupported(detail: string): void {
    invalid(at, at + 1, 'Unsupported operator', detail, true)
  }

  function lexUnusual(c: number, start: number): void {
    if (c > 0x7f && wideIdentifierStart.test(String.fromCodePoint(text.codePointAt(at)!))) {
      readWideIdentifier()
      emit(T.identifier, start, at)
      return
    }
    const character = String.fromCodePoint(text.codePointAt(at)!)
    const end = start + character.length
    if (c === 0x201c || c === 0x201d || c === 0x201e) {
      const detail = 'Curly quotes do not delimit strings. Write straight double quotes: "…".'
      return invalid(start, end, 'Invalid character', detail, true)
    }
    const code = `U+${text.codePointAt(at)!.toString(16).toUpperCase().padStart(4, '0')}`
    if (c === 0xa0 || c === 0x2003 || c === 0x3000 || c === 11 || c === 12) {
      const detail = `This is ${code}, which looks like a space. Write an ordinary space.`
      return invalid(start, end, 'Invalid character', detail, true)
    }
    const shown = c < 32 || c === 127 ? code : `"${character}" (${code})`
    invalid(start, end, 'Invalid character', `${shown} has no meaning here.`, true)
  }

  // 'text' or `text`: one finding and one token for the whole run, so that its inside is not read as code.
  function readQuotedLikeRun(quote: number, detail: string): void {
    const start = at
    let end = start + 1
    while (end < length && text.charCodeAt(end) !== quote && text.charCodeAt(end) !== 10) end++
    if (text.charCodeAt(end) !== quote) end = start + 1
    else end++
    invalid(start, end, 'Invalid character', detail)
  }

  // Only behind a first character that was checked, or at one that is known to start an identifier.
  function readWideIdentifier(): void {
    while (at < length) {
      const unit = text.charCodeAt(at)
      if (unit <= 0x7f) {
        if (!isIdentifierPart(unit)) return
        at++
        continue
      }
      const character = String.fromCodePoint(text.codePointAt(at)!)
      if (!wideIdentifierPart.test(character)) return
      at += character.length
    }
  }

  // The longest run of digits, dots and exponents that does not end in a dot.
  function readNumber(): void {
    let end = at + 1
    for (let i = end; i < length;) {
      const c = text.charCodeAt(i)
      if (c >= 48 && c <= 57) {
        i++
        end = i
      } else if (c === 46) {
        i++
      } else if (c === 69 || c === 101) {
        let digit = i + 1
        const sign = text.charCodeAt(digit)
        if (sign === 43 || sign === 45) digit++
        const d = text.charCodeAt(digit)
        if (!(d >= 48 && d <= 57)) break
        if (text.charCodeAt(i - 1) === 46) break
        i = digit + 1
        end = i
      } else {
        break
      }
    }
    at = end
  }

  function readLineComment(): void {
    const newline = text.indexOf('\n', at)
    const end = newline === -1 ? length : newline + 1
    emit(T.newline, at, end)
    at = end
  }

  function readBlockComment(): void {
    const close = text.indexOf('*/', at + 2)
    if (close === -1) {
      const start = at
      emit(T.invalid, start, length)
      at = length
      problems.push({
        summary: 'Unterminated comment',
        detail: 'The comment that starts here has no closing "*/".',
        start,
        end: start + 2,
      })
      return
    }
    at = close + 2
  }

  // <<ID or <<-ID and its newline; anything else is two "less than". A quoted marker, as shells have it, is reported
  // and read as if bare, so that the text behind it is not taken for code.
  function readHeredocStart(): boolean {
    let i = at + 2
    if (text.charCodeAt(i) === 45) i++
    const quote = text.charCodeAt(i)
    const isQuoted = quote === 34 || quote === 39
    if (isQuoted) i++
    const name = i
    if (!isIdentifierStart(text.charCodeAt(i))) return false
    while (i < length && isIdentifierPart(text.charCodeAt(i))) i++
    const marker = text.slice(name, i)
    if (isQuoted && text.charCodeAt(i++) !== quote) return false
    const end = i
    if (text.charCodeAt(i) === 13) i++
    if (text.charCodeAt(i) !== 10) return false
    if (isQuoted) {
      problems.push({
        summary: 'Invalid heredoc marker',
        detail: `The marker of a heredoc is a bare word: <<${marker}. For a plain "\${" in the text write "$\${".`,
        start: at,
        end,
      })
    }
    modes.push({ kind: 'heredoc', start: at, marker })
    emit(T.openHeredoc, at, i + 1)
    at = i + 1
    return true
  }

  function lexQuoted(mode: TemplateMode): void {
    const start = at
    while (at < length) {
      const c = text.charCodeAt(at)
      if (c === 34) {
        if (at > start) emit(T.quotedLiteral, start, at)
        modes.pop()
        return take(T.closeQuote, 1)
      }
      if (c === 92) {
        // An escaped newline is still a newline.
        const escaped = text.charCodeAt(at + 1)
        at += escaped === 10 || escaped === 13 ? 1 : Math.min(2, length - at)
      } else if (c === 36 || c === 37) {
        if (readTemplateOpener(c, start, T.quotedLiteral)) return
      } else if (c === 10) {
        problems.push({
          summary: 'Invalid multi-line string',
          detail:
            'A quoted string ends on the line it starts on. Write \\n for a line break, or use a heredoc (<<EOT) for text over several lines.',
          start: mode.start,
          end: text.charCodeAt(at - 1) === 13 ? at - 1 : at,
        })
        if (startsLikeItem(at + 1)) {
          emit(T.invalid, start, at)
          closeModesOfLine(text.lastIndexOf('\n', at - 1))
          return
        }
        // The text goes on as the author meant it; one finding is enough.
        let close = at
        while (close < length && text.charCodeAt(close) !== 34) close++
        emit(T.invalid, start, close)
        at = close === length ? length : close + 1
        modes.pop()
        return
      } else {
        at++
      }
    }
    if (at > start) emit(T.quotedLiteral, start, at)
  }

  /** Ends the string and every template around it that began on the same line: the next line starts afresh. */
  function closeModesOfLine(lineStart: number): void {
    let keep = modes.length - 1
    for (let i = keep - 1; i >= 0; i--) {
      const mode = modes[i]!
      if (mode.kind === 'code') continue
      if (mode.kind === 'heredoc' || mode.start < lineStart) break
      keep = i
    }
    modes.length = keep
  }

  /** Whether the line at `from` looks like an argument, a block, a closing brace or nothing: the string was not meant to go on. */
  function startsLikeItem(from: number): boolean {
    let i = from
    const blank = (): void => {
      while (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 9) i++
    }
    blank()
    const c = text.charCodeAt(i)
    if (i >= length || c === 10 || c === 13 || c === 125 || c === 93 || c === 35) return true
    if (!isIdentifierStart(c)) return false
    while (i < length && isIdentifierPart(text.charCodeAt(i))) i++
    blank()
    const after = text.charCodeAt(i)
    if (after !== 34) return after === 61 || after === 123
    // A label has a closing quote on its line; the end of a long string has not.
    const close = text.indexOf('"', i + 1)
    const newline = text.indexOf('\n', i)
    return close !== -1 && (newline === -1 || close < newline)
  }

  // At "$" or "%": an opener of code, an escape of one, or a plain character.
  function readTemplateOpener(c: number, start: number, literal: TokenKind): boolean {
    const next = text.charCodeAt(at + 1)
    if (next === 123) {
      if (at > start) emit(literal, start, at)
      const width = text.charCodeAt(at + 2) === 126 ? 3 : 2
      take(c === 36 ? T.interpolation : T.directive, width)
      modes.push({ kind: 'code', braces: 0 })
      return true
    }
    at += next === c && text.charCodeAt(at + 2) === 123 ? 3 : 1
    return false
  }

  function lexHeredoc(mode: TemplateMode): void {
    const start = at
    if (text.charCodeAt(at - 1) === 10 && atMarkerLine(mode.marker)) {
      const newline = text.indexOf('\n', at)
      const end = text.charCodeAt(newline - 1) === 13 ? newline - 1 : newline
      emit(T.closeHeredoc, at, end)
      at = end
      modes.pop()
      return
    }
    while (at < length) {
      const c = text.charCodeAt(at)
      if (c === 10) {
        at++
        emit(T.heredocLiteral, start, at)
        return
      }
      if (c === 36 || c === 37) {
        if (readTemplateOpener(c, start, T.heredocLiteral)) return
      } else {
        at++
      }
    }
    emit(T.heredocLiteral, start, at)
  }

  function atMarkerLine(marker: string): boolean {
    let i = at
    while (isBlank(text.charCodeAt(i))) i++
    if (!text.startsWith(marker, i)) return false
    i += marker.length
    while (isBlank(text.charCodeAt(i)) || text.charCodeAt(i) === 13) i++
    return text.charCodeAt(i) === 10
  }
}

const wideIdentifierStart = /^\p{ID_Start}$/u
const wideIdentifierPart = /^\p{ID_Continue}$/u

function isIdentifierStart(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95
}

function isIdentifierPart(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || c === 45 || (c >= 48 && c <= 57)
}

function isBlank(c: number): boolean {
  return c === 32 || c === 9
}
