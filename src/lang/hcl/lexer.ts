// Text to tokens, in one pass over the character codes. A stack of modes tells code from template text: a quote or a
// heredoc opens template text, `${` and `%{` open code inside of it, and the brace that was open at that moment closes
// it. A comment to the end of its line stands for its newline. Source: the HCL native syntax specification, "Lexical
// Elements" and "Template Expressions".
//
// Made for speed: the common tokens are read in one loop over local variables, and everything rare goes through fields.
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
  /** Of the opening token. */
  readonly start: number
  /** Braces open inside of this `${ }`. */
  braces: number
}

type Mode = TemplateMode | CodeMode

export interface Lexed {
  readonly tokens: Tokens
  readonly problems: Problem[]
  /** Where the `${` and `%{` begin that are reported as never closed. */
  readonly unclosed: ReadonlySet<number>
  /** Characters that were looked at ahead of their turn, and so more than once. */
  readonly lookahead: number
}

/** Never throws. The last token is always `end`. */
export function lex(source: Source): Lexed {
  return new Lexer(source).lex()
}

// What a character of ASCII begins.
const rare = 0
const blank = 1
const letter = 2
const digit = 3
/** Also a comment to the end of its line. */
const newline = 4
const quote = 5
const openBrace = 6
const closeBrace = 7
const equal = 8
/** A token of one character, whatever follows. */
const single = 9

const punctuation: Readonly<Record<string, TokenKind>> = {
  '[': T.openBracket,
  ']': T.closeBracket,
  '(': T.openParen,
  ')': T.closeParen,
  ',': T.comma,
  '?': T.question,
  '+': T.plus,
  '-': T.minus,
  '%': T.percent,
}

const classes = new Uint8Array(128)
const singleKinds = new Uint8Array(128)
/** 1 for what an identifier goes on with. */
const identifierParts = new Uint8Array(128)
for (let c = 0; c < 128; c++) {
  const character = String.fromCharCode(c)
  if (/[A-Za-z_]/.test(character)) classes[c] = letter
  else if (/[0-9]/.test(character)) classes[c] = digit
  if (/[-\w]/.test(character)) identifierParts[c] = 1
  const kind = punctuation[character]
  if (kind !== undefined) {
    classes[c] = single
    singleKinds[c] = kind
  }
}
classes[32] = blank
classes[9] = blank
classes[10] = newline
classes[35] = newline
classes[34] = quote
classes[123] = openBrace
classes[125] = closeBrace
classes[61] = equal

/** Rows that one turn of the loop writes at most. */
const rowsPerTurn = 4

class Lexer {
  readonly #text: string
  #kinds: Uint8Array
  #starts: Int32Array
  #ends: Int32Array
  #count = 0
  #at: number
  #lookahead = 0
  readonly #problems: Problem[] = []
  readonly #modes: Mode[] = []
  readonly #told = new Set<string>()
  readonly #unclosed = new Set<number>()

  constructor(source: Source) {
    this.#text = source.text
    this.#at = source.first
    // People's texts have a token per four characters.
    const rows = Math.ceil(source.text.length / 3) + 2 * rowsPerTurn
    this.#kinds = new Uint8Array(rows)
    this.#starts = new Int32Array(rows)
    this.#ends = new Int32Array(rows)
  }

  // Template text is read in the same loop as code, so that nesting costs no stack.
  lex(): Lexed {
    const length = this.#text.length
    while (this.#at < length) {
      const mode = this.#modes[this.#modes.length - 1]
      if (mode === undefined || mode.kind === 'code') this.#readCode(mode)
      else if (mode.kind === 'quote') this.#readQuoted(mode)
      else this.#readHeredoc(mode)
    }
    // Code that is open at the end of the text is the parser's to report.
    const open = this.#modes[this.#modes.length - 1]
    if (open !== undefined && open.kind !== 'code') {
      if (!this.#closesUnclosed(open, length)) {
        this.#reportUnterminated(open)
        this.#emit(T.invalid, length, length)
      }
    }
    this.#emit(T.end, length, length)
    return {
      tokens: { kinds: this.#kinds, starts: this.#starts, ends: this.#ends, count: this.#count },
      problems: this.#problems,
      unclosed: this.#unclosed,
      lookahead: this.#lookahead,
    }
  }

  /** Until the text ends or template text begins or goes on. */
  #readCode(mode: CodeMode | undefined): void {
    const text = this.#text
    const length = text.length
    const depth = this.#modes.length
    let kinds = this.#kinds
    let starts = this.#starts
    let ends = this.#ends
    let count = this.#count
    let at = this.#at
    while (at < length) {
      if (count + rowsPerTurn > kinds.length) {
        this.#count = count
        this.#grow()
        kinds = this.#kinds
        starts = this.#starts
        ends = this.#ends
      }
      const start = at
      const c = text.charCodeAt(at)
      switch (c < 128 ? classes[c] : rare) {
        case blank:
          at++
          continue
        case letter: {
          at++
          let part = text.charCodeAt(at)
          while (part < 128 && identifierParts[part] === 1) part = text.charCodeAt(++at)
          if (part > 127) at = this.#endOfWideIdentifier(at)
          kinds[count] = T.identifier
          break
        }
        case digit: {
          at++
          let next = text.charCodeAt(at)
          while (next >= 48 && next <= 57) next = text.charCodeAt(++at)
          if (next === 46 || next === 69 || next === 101) at = this.#endOfNumber(at)
          kinds[count] = T.number
          break
        }
        case newline:
          at = c === 10 ? at + 1 : this.#endOfLineComment(at)
          if (mode !== undefined && mode.braces === 0 && this.#isUnclosedBefore(at)) {
            this.#at = start
            this.#count = count
            this.#leaveUnclosed(mode)
            return
          }
          kinds[count] = T.newline
          break
        case quote: {
          const close = this.#endOfPlainString(at + 1)
          if (close === -1) {
            this.#at = at + 1
            this.#count = count
            this.#modes.push({ kind: 'quote', start, marker: '' })
            this.#emit(T.openQuote, start, at + 1)
            return
          }
          kinds[count] = T.openQuote
          starts[count] = at
          ends[count++] = at + 1
          if (close > at + 1) {
            kinds[count] = T.quotedLiteral
            starts[count] = at + 1
            ends[count++] = close
          }
          kinds[count] = T.closeQuote
          starts[count] = close
          at = close + 1
          ends[count++] = at
          continue
        }
        case openBrace:
          if (mode !== undefined) mode.braces++
          at++
          kinds[count] = T.openBrace
          break
        case closeBrace:
          at++
          if (mode !== undefined && mode.braces-- === 0) {
            this.#at = at
            this.#count = count
            this.#modes.pop()
            this.#emit(T.sequenceEnd, start, at)
            return
          }
          kinds[count] = T.closeBrace
          break
        case equal: {
          const next = text.charCodeAt(++at)
          if (next === 61) kinds[count] = T.equalEqual
          else if (next === 62) kinds[count] = T.fatArrow
          else {
            kinds[count] = T.equal
            break
          }
          at++
          break
        }
        case single:
          at++
          kinds[count] = singleKinds[c]!
          break
        default:
          this.#at = at
          this.#count = count
          this.#readRare(c, mode)
          if (this.#modes.length !== depth) return
          at = this.#at
          count = this.#count
          kinds = this.#kinds
          starts = this.#starts
          ends = this.#ends
          continue
      }
      starts[count] = start
      ends[count++] = at
    }
    this.#at = at
    this.#count = count
  }

  #readRare(c: number, mode: CodeMode | undefined): void {
    const text = this.#text
    const start = this.#at
    const next = start + 1 < text.length ? text.charCodeAt(start + 1) : -1
    switch (c) {
      case 13:
        if (next === 10) return this.#readNewline(start + 2, mode)
        return this.#invalid(1, 'Invalid character', 'A carriage return must be followed by a line feed.')
      case 47: // /
        if (next === 47) return this.#readNewline(this.#endOfLineComment(start), mode)
        if (next === 42) return this.#readBlockComment()
        return this.#take(T.slash, 1)
      case 126: // ~
        if (next === 125 && mode !== undefined && mode.braces === 0) {
          this.#modes.pop()
          return this.#take(T.sequenceEnd, 2)
        }
        return this.#unsupported('There is no bitwise operator "~".')
      case 46: // .
        if (next === 46 && text.charCodeAt(start + 2) === 46) return this.#take(T.ellipsis, 3)
        return this.#take(T.dot, 1)
      case 58: // :
        return next === 58 ? this.#take(T.doubleColon, 2) : this.#take(T.colon, 1)
      case 42: // *
        if (next === 42) return this.#invalid(2, 'Unsupported operator', 'There is no operator "**".', true)
        return this.#take(T.star, 1)
      case 33: // !
        return next === 61 ? this.#take(T.notEqual, 2) : this.#take(T.not, 1)
      case 38: // &
        if (next === 38) return this.#take(T.and, 2)
        return this.#unsupported('There is no bitwise operator "&". Did you mean the logical "&&"?')
      case 124: // |
        if (next === 124) return this.#take(T.or, 2)
        return this.#unsupported('There is no bitwise operator "|". Did you mean the logical "||"?')
      case 94:
        return this.#unsupported('There is no bitwise operator "^".')
      case 60: // <
        if (next === 60 && this.#readHeredocStart()) return
        return next === 61 ? this.#take(T.lessEqual, 2) : this.#take(T.less, 1)
      case 62:
        return next === 61 ? this.#take(T.greaterEqual, 2) : this.#take(T.greater, 1)
      case 39:
        return this.#readQuotedLikeRun(
          39,
          'Single quotes do not delimit strings here. Write the string in double quotes.',
        )
      case 96:
        return this.#readQuotedLikeRun(
          96,
          'Backticks do not delimit strings here. For text over several lines write a heredoc: <<EOT.',
        )
      case 59:
        return this.#invalid(
          1,
          'Invalid character',
          'The ";" does not separate arguments. Begin a new line for each argument.',
          true,
        )
      default:
        return this.#readUnusual(c)
    }
  }

  #readNewline(end: number, mode: CodeMode | undefined): void {
    if (mode !== undefined && mode.braces === 0 && this.#isUnclosedBefore(end)) this.#leaveUnclosed(mode)
    else this.#take(T.newline, end - this.#at)
  }

  #readUnusual(c: number): void {
    const start = this.#at
    const code = this.#text.codePointAt(start)!
    const character = String.fromCodePoint(code)
    if (c > 0x7f && wideIdentifierStart.test(character)) {
      return this.#take(T.identifier, this.#endOfWideIdentifier(start) - start)
    }
    const width = character.length
    if (c === 0x201c || c === 0x201d || c === 0x201e) {
      const detail = 'Curly quotes do not delimit strings. Write straight double quotes: "…".'
      return this.#invalid(width, 'Invalid character', detail, true)
    }
    if ((c === 36 || c === 37) && this.#text.charCodeAt(start + 1) === 123) {
      const detail = `The sequence "${character}{" has a meaning only inside of strings. Write what is in its braces without it.`
      return this.#invalid(1, 'Invalid character', detail)
    }
    const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
    if (c === 0xa0 || c === 0x2003 || c === 0x3000 || c === 11 || c === 12) {
      const detail = `This is ${name}, which looks like a space. Write an ordinary space.`
      return this.#invalid(width, 'Invalid character', detail, true)
    }
    const shown = c < 32 || c === 127 ? name : `"${character}" (${name})`
    this.#invalid(width, 'Invalid character', `${shown} has no meaning here.`, true)
  }

  // 'text' or `text`: one finding and one token for the whole run, so that its inside is not read as code.
  #readQuotedLikeRun(mark: number, detail: string): void {
    const text = this.#text
    const start = this.#at
    let end = start + 1
    while (end < text.length && text.charCodeAt(end) !== mark && text.charCodeAt(end) !== 10) end++
    this.#lookahead += end - start
    this.#invalid(text.charCodeAt(end) === mark ? end + 1 - start : 1, 'Invalid character', detail)
  }

  // Only behind a first character that was checked, or at one that is known to start an identifier.
  #endOfWideIdentifier(from: number): number {
    const text = this.#text
    let at = from
    while (at < text.length) {
      const unit = text.charCodeAt(at)
      if (unit < 128) {
        if (identifierParts[unit] === 0) return at
        at++
        continue
      }
      const character = String.fromCodePoint(text.codePointAt(at)!)
      if (!wideIdentifierPart.test(character)) return at
      at += character.length
    }
    return at
  }

  // The longest run of digits, dots and exponents that does not end in a dot. `from`: behind the first digits.
  #endOfNumber(from: number): number {
    const text = this.#text
    let end = from
    let i = from
    while (i < text.length) {
      const c = text.charCodeAt(i)
      if (c >= 48 && c <= 57) {
        i++
        end = i
      } else if (c === 46) {
        i++
      } else if (c === 69 || c === 101) {
        let at = i + 1
        const sign = text.charCodeAt(at)
        if (sign === 43 || sign === 45) at++
        const d = text.charCodeAt(at)
        if (!(d >= 48 && d <= 57)) break
        if (text.charCodeAt(i - 1) === 46) break
        i = at + 1
        end = i
      } else {
        break
      }
    }
    this.#lookahead += i - end
    return end
  }

  #endOfLineComment(from: number): number {
    const end = this.#text.indexOf('\n', from)
    return end === -1 ? this.#text.length : end + 1
  }

  #readBlockComment(): void {
    const start = this.#at
    const close = this.#text.indexOf('*/', start + 2)
    if (close !== -1) {
      this.#at = close + 2
      return
    }
    this.#take(T.invalid, this.#text.length - start)
    this.#problems.push({
      summary: 'Unterminated comment',
      detail: 'The comment that starts here has no closing "*/".',
      start,
      end: start + 2,
    })
  }

  // <<ID or <<-ID and its newline; anything else is two "less than". A quoted marker, as shells have it, is reported
  // and read as if bare, so that the text behind it is not taken for code.
  #readHeredocStart(): boolean {
    const text = this.#text
    const start = this.#at
    let i = start + 2
    if (text.charCodeAt(i) === 45) i++
    const mark = text.charCodeAt(i)
    const isQuoted = mark === 34 || mark === 39
    if (isQuoted) i++
    const name = i
    i = this.#endOfIdentifier(i)
    if (i === name) return false
    this.#lookahead += i - start
    const marker = text.slice(name, i)
    if (isQuoted && text.charCodeAt(i++) !== mark) return false
    const end = i
    if (text.charCodeAt(i) === 13) i++
    if (text.charCodeAt(i) !== 10) return false
    if (isQuoted) {
      this.#problems.push({
        summary: 'Invalid heredoc marker',
        detail: `The marker of a heredoc is a bare word: <<${marker}. For a plain "\${" in the text write "$\${".`,
        start,
        end,
      })
    }
    this.#modes.push({ kind: 'heredoc', start, marker })
    this.#take(T.openHeredoc, i + 1 - start)
    return true
  }

  /** Behind the identifier at `from`; `from` when there is none. */
  #endOfIdentifier(from: number): number {
    const text = this.#text
    const c = text.charCodeAt(from)
    if (c < 128) {
      if (classes[c] !== letter) return from
    } else if (
      from >= text.length ||
      !wideIdentifierStart.test(String.fromCodePoint(text.codePointAt(from)!))
    ) {
      return from
    }
    return this.#endOfWideIdentifier(from)
  }

  /** Where the quote stands that ends a string without `${`, `%{` or newline; -1 when it isn't one. */
  #endOfPlainString(from: number): number {
    const text = this.#text
    const length = text.length
    for (let i = from; i < length; i++) {
      const c = text.charCodeAt(i)
      if (c > 92) continue
      if (c === 34) return i
      if (c === 92) {
        // An escaped newline is still a newline.
        const escaped = text.charCodeAt(i + 1)
        if (escaped !== 10 && escaped !== 13) i++
      } else if (c === 10 || c === 13 || ((c === 36 || c === 37) && text.charCodeAt(i + 1) === 123)) {
        this.#lookahead += i - from
        return -1
      }
    }
    this.#lookahead += length - from
    return -1
  }

  #readQuoted(mode: TemplateMode): void {
    const text = this.#text
    const length = text.length
    const start = this.#at
    while (this.#at < length) {
      const at = this.#at
      const c = text.charCodeAt(at)
      if (c === 34) {
        if (at > start) this.#emit(T.quotedLiteral, start, at)
        this.#modes.pop()
        return this.#take(T.closeQuote, 1)
      }
      if (c === 92) {
        // An escaped newline is still a newline.
        const escaped = text.charCodeAt(at + 1)
        this.#at += escaped === 10 || escaped === 13 ? 1 : Math.min(2, length - at)
      } else if (c === 36 || c === 37) {
        if (this.#readTemplateOpener(c, start, T.quotedLiteral)) return
      } else if (c === 10) {
        return this.#readQuotedNewline(mode, start)
      } else {
        if (c === 13) this.#checkCarriageReturn()
        this.#at++
      }
    }
    if (length > start) this.#emit(T.quotedLiteral, start, length)
  }

  // By itself it can't be seen in the text. Heredocs may hold it: files of templates are read as such.
  #checkCarriageReturn(): void {
    const at = this.#at
    if (this.#text.charCodeAt(at + 1) === 10) return
    const detail = 'A carriage return must be followed by a line feed. For one in the text write \\r.'
    this.#problems.push({ summary: 'Invalid character', detail, start: at, end: at + 1 })
  }

  #readQuotedNewline(mode: TemplateMode, start: number): void {
    const text = this.#text
    const at = this.#at
    const isItem = this.#startsLikeItem(at + 1)
    if (isItem && this.#closesUnclosed(mode, at)) {
      this.#closeModesOfLine(text.lastIndexOf('\n', at - 1))
      return
    }
    this.#problems.push({
      summary: 'Invalid multi-line string',
      detail:
        'A quoted string ends on the line it starts on. Write \\n for a line break, or use a heredoc (<<EOT) for text over several lines.',
      start: mode.start,
      end: text.charCodeAt(at - 1) === 13 ? at - 1 : at,
    })
    if (isItem) {
      this.#emit(T.invalid, start, at)
      this.#closeModesOfLine(text.lastIndexOf('\n', at - 1))
      return
    }
    // The text goes on as the author meant it; one finding is enough.
    const close = text.indexOf('"', at)
    this.#at = close === -1 ? text.length : close + 1
    this.#emit(T.invalid, start, this.#at)
    this.#modes.pop()
  }

  /** "x ${y" and the end: the second quote was meant to close the string, not to open another one. */
  #closesUnclosed(mode: TemplateMode, end: number): boolean {
    const around = this.#modes[this.#modes.length - 2]
    if (mode.kind !== 'quote' || around?.kind !== 'code') return false
    if (this.#kinds[this.#count - 1] !== T.openQuote || this.#endOfBlanks(mode.start + 1) < end) return false
    this.#reportUnclosed(around)
    this.#kinds[this.#count - 1] = T.invalid
    return true
  }

  /** Ends the string and every template around it that began on the same line: the next line starts afresh. */
  #closeModesOfLine(lineStart: number): void {
    const modes = this.#modes
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
  #startsLikeItem(from: number): boolean {
    const text = this.#text
    const begin = this.#endOfBlanks(from)
    const c = text.charCodeAt(begin)
    if (begin >= text.length || c === 10 || c === 13 || c === 125 || c === 93 || c === 35) return true
    const word = this.#endOfIdentifier(begin)
    if (word === begin) return false
    const i = this.#endOfBlanks(word)
    this.#lookahead += i - from
    const after = text.charCodeAt(i)
    if (after !== 34) return after === 61 || after === 123
    // A label has a closing quote on its line; the end of a long string has not.
    for (let at = i + 1; at < text.length; at++) {
      const d = text.charCodeAt(at)
      if (d !== 34 && d !== 10) continue
      this.#lookahead += at - i
      return d === 34
    }
    return false
  }

  #endOfBlanks(from: number): number {
    let i = from
    while (isBlank(this.#text.charCodeAt(i))) i++
    return i
  }

  /**
   * Whether the `${` in which a line ends was never closed: the next line is an argument, a lone brace or the marker of
   * the heredoc, which no expression goes on with.
   */
  #isUnclosedBefore(lineStart: number): boolean {
    const text = this.#text
    const around = this.#modes[this.#modes.length - 2]
    if (around === undefined || around.kind === 'code') return false
    if (around.kind === 'heredoc') return this.#endOfMarkerLine(lineStart, around.marker) !== -1
    const begin = this.#endOfBlanks(lineStart)
    if (text.charCodeAt(begin) === 125) {
      const after = this.#endOfBlanks(begin + 1)
      this.#lookahead += after - lineStart
      const c = text.charCodeAt(after)
      return after >= text.length || c === 10 || c === 13
    }
    const word = this.#endOfIdentifier(begin)
    if (word === begin) return false
    const i = this.#endOfBlanks(word)
    this.#lookahead += i - lineStart
    if (text.charCodeAt(i) !== 61) return false
    const after = text.charCodeAt(i + 1)
    return after !== 61 && after !== 62
  }

  #leaveUnclosed(mode: CodeMode): void {
    const around = this.#modes[this.#modes.length - 2]!
    this.#reportUnclosed(mode)
    this.#emit(T.invalid, this.#at, this.#at)
    this.#modes.pop()
    if (around.kind === 'quote') this.#closeModesOfLine(this.#text.lastIndexOf('\n', around.start))
  }

  #reportUnclosed({ start }: CodeMode): void {
    const opener = this.#text.slice(start, start + 2)
    this.#unclosed.add(start)
    this.#problems.push({
      summary: 'Unclosed template interpolation sequence',
      detail: `This "${opener}" has no "}". For a literal "${opener}" write "${opener.charAt(0)}${opener}".`,
      start,
      end: start + 2,
    })
  }

  // At "$" or "%": an opener of code, an escape of one, or a plain character.
  #readTemplateOpener(c: number, start: number, literal: TokenKind): boolean {
    const text = this.#text
    const at = this.#at
    const next = text.charCodeAt(at + 1)
    if (next === 123) {
      if (at > start) this.#emit(literal, start, at)
      this.#take(c === 36 ? T.interpolation : T.directive, text.charCodeAt(at + 2) === 126 ? 3 : 2)
      this.#modes.push({ kind: 'code', start: at, braces: 0 })
      return true
    }
    this.#at += next === c && text.charCodeAt(at + 2) === 123 ? 3 : 1
    return false
  }

  #readHeredoc(mode: TemplateMode): void {
    const text = this.#text
    const length = text.length
    const start = this.#at
    if (text.charCodeAt(start - 1) === 10) {
      const end = this.#endOfMarkerLine(start, mode.marker)
      if (end !== -1) {
        this.#modes.pop()
        return this.#take(T.closeHeredoc, end - start)
      }
    }
    while (this.#at < length) {
      const c = text.charCodeAt(this.#at)
      if (c === 10) return this.#takeFrom(start, T.heredocLiteral)
      if (c === 36 || c === 37) {
        if (this.#readTemplateOpener(c, start, T.heredocLiteral)) return
      } else {
        this.#at++
      }
    }
    this.#emit(T.heredocLiteral, start, length)
  }

  /** Where the newline of the line at `from` begins, if the line is the marker; else -1. */
  #endOfMarkerLine(from: number, marker: string): number {
    const text = this.#text
    const begin = this.#endOfBlanks(from)
    this.#lookahead += begin - from
    if (!text.startsWith(marker, begin)) return -1
    let i = begin + marker.length
    while (isBlank(text.charCodeAt(i)) || text.charCodeAt(i) === 13) i++
    this.#lookahead += i - begin
    if (text.charCodeAt(i) !== 10) return -1
    return text.charCodeAt(i - 1) === 13 ? i - 1 : i
  }

  #reportUnterminated(mode: TemplateMode): void {
    const text = this.#text
    if (mode.kind === 'quote') {
      this.#problems.push({
        summary: 'Unterminated string literal',
        detail: 'The string that starts here has no closing quote.',
        start: mode.start,
        end: mode.start + 1,
      })
      return
    }
    const lastLine = text.slice(text.lastIndexOf('\n') + 1)
    this.#problems.push({
      summary: 'Unterminated template string',
      detail:
        lastLine.trim() === mode.marker
          ? `The line with the closing marker "${mode.marker}" must end with a newline, also at the end of the file.`
          : `The heredoc that starts here has no line with only its closing marker "${mode.marker}".`,
      start: mode.start,
      end: Math.min(text.length, text.indexOf(mode.marker, mode.start) + mode.marker.length),
    })
  }

  #unsupported(detail: string): void {
    this.#invalid(1, 'Unsupported operator', detail, true)
  }

  #invalid(width: number, summary: string, detail: string, once = false): void {
    const start = this.#at
    this.#take(T.invalid, width)
    if (once && this.#told.has(detail)) return
    this.#told.add(detail)
    this.#problems.push({ summary, detail, start, end: start + width })
  }

  #take(kind: TokenKind, width: number): void {
    const start = this.#at
    this.#at = start + width
    this.#emit(kind, start, this.#at)
  }

  /** With the character at hand. */
  #takeFrom(start: number, kind: TokenKind): void {
    this.#at++
    this.#emit(kind, start, this.#at)
  }

  #emit(kind: TokenKind, start: number, end: number): void {
    if (this.#count === this.#kinds.length) this.#grow()
    this.#kinds[this.#count] = kind
    this.#starts[this.#count] = start
    this.#ends[this.#count++] = end
  }

  #grow(): void {
    const rows = this.#kinds.length * 2
    const kinds = new Uint8Array(rows)
    const starts = new Int32Array(rows)
    const ends = new Int32Array(rows)
    kinds.set(this.#kinds)
    starts.set(this.#starts)
    ends.set(this.#ends)
    this.#kinds = kinds
    this.#starts = starts
    this.#ends = ends
  }
}

const wideIdentifierStart = /^\p{ID_Start}$/u
const wideIdentifierPart = /^\p{ID_Continue}$/u

function isBlank(c: number): boolean {
  return c === 32 || c === 9
}
