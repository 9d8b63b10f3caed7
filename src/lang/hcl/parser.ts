// Tokens to a tree, by recursive descent with one function per rule of the grammar, which stands above it. NL is a
// newline token; where `nl*` stands newlines are ignored.
//
// After a mistake the rest of the argument or block header is skipped and the next one is read: all mistakes of a file
// come out in one run, and what follows only from an earlier one does not. Where an argument ends when its brackets
// don't match is guessed from the indent. What was read of a broken item stays in the tree, for editors.
//
// Made for speed: a node is written as one literal with its properties in one order, and where it ends is remembered
// instead of asked of its parts.
import type {
  Attribute,
  BinaryOperator,
  Block,
  Body,
  Expression,
  File,
  Label,
  ObjectItem,
  Step,
  Template,
  TemplateInterpolation,
  TemplateLiteral,
  TemplatePart,
} from './ast.ts'
import { decodeLiteral } from './escapes.ts'
import { lex } from './lexer.ts'
import { NumberRangeError, type Num, maxExponent, parseNum } from './number.ts'
import type { Problem } from './problem.ts'
import type { Source, Span } from './source.ts'
import { type RawInterpolation, type RawPart, assembleTemplate } from './template.ts'
import { T, type TokenKind } from './tokens.ts'
import { didYouMean } from '../../base/index.ts'

/** Brackets, blocks and operators inside one another: far more than people write, far less than the stack holds. */
export const maxNesting = 200

export interface Parsed<Node> {
  readonly node: Node
  readonly problems: readonly Problem[]
  readonly work: Work
}

/** What a parse did, counted: in proportion to the length of the text, whatever the text. */
export interface Work {
  readonly tokens: number
  /** Nodes that were made, those of broken items included. */
  readonly nodes: number
  /** Characters and tokens that were looked at once more: ahead of their turn, or behind a mistake. */
  readonly again: number
}

/** A whole file. Never throws; the tree holds what could be read. */
export function parseFile(source: Source): Parsed<File> {
  const parser = new Parser(source)
  parser.checkEncoding()
  const body = parser.file()
  const node: File = { source, body, start: source.first, end: source.text.length }
  return { node, problems: parser.problems, work: parser.work }
}

/** One expression and nothing else; newlines are ignored as inside parentheses. */
export function parseExpression(source: Source): Parsed<Expression> {
  const parser = new Parser(source)
  const node = parser.lone()
  return { node, problems: parser.problems, work: parser.work }
}

/** Thrown from the point of a mistake to the body item around it; the mistake itself is already recorded. */
class SyntaxFailure extends Error {}

const failure = new SyntaxFailure('syntax')

const operators: readonly (readonly [TokenKind, BinaryOperator, number])[] = [
  [T.or, '||', 1],
  [T.and, '&&', 2],
  [T.equalEqual, '==', 3],
  [T.notEqual, '!=', 3],
  [T.greater, '>', 4],
  [T.greaterEqual, '>=', 4],
  [T.less, '<', 4],
  [T.lessEqual, '<=', 4],
  [T.plus, '+', 5],
  [T.minus, '-', 5],
  [T.star, '*', 6],
  [T.slash, '/', 6],
  [T.percent, '%', 6],
]
/** By kind of token; 0 for what is no operator. */
const precedences = new Uint8Array(T.invalid + 1)
const operatorOf: BinaryOperator[] = []
for (const [kind, operator, precedence] of operators) {
  precedences[kind] = precedence
  operatorOf[kind] = operator
}

/** Arguments of a body that are searched one by one for a name; more of them get an index. */
const maxSearched = 16
/** Digits that a double holds exactly, whatever they are. */
const shortDigits = 15
const legacyIndex = /^\d{1,15}$/
/** Names of one file that are kept to be used again. A power of two. */
const keptNames = 512

/** Shared by all nodes without any, since no node is ever changed. */
const none: readonly never[] = []

/** An open block, for the finding about one without an end. */
interface OpenBlock {
  readonly header: BlockHeader
  readonly brace: number
  readonly around: OpenBlock | undefined
}

type PlainPart = TemplateLiteral | TemplateInterpolation

type Items = Pick<Body, 'attributes' | 'blocks'>

interface BlockHeader {
  readonly type: string
  readonly labels: readonly Label[]
  readonly start: number
}

class Parser {
  readonly #source: Source
  readonly #text: string
  readonly #kinds: Uint8Array
  readonly #starts: Int32Array
  readonly #ends: Int32Array
  readonly #last: number
  readonly #problems: Problem[]
  readonly #unclosed: ReadonlySet<number>
  readonly #names: (string | undefined)[] = []
  #at = 0
  /** Where the last taken token ended. */
  #lastEnd = 0
  /** Whether newlines are tokens here. */
  #newlines = true
  #depth = 0
  /** Set when the rest of the file is given up; nothing more is reported. */
  #abandoned = false
  /** Behind a broken item, until one that begins well: lines that begin no item follow from the mistake. */
  #recovering = false
  /** How far in the broken item began. */
  #brokenIndent = 0
  /** Whether it was an argument that should have gone on where its line ended. */
  #brokeAtLineEnd = false
  /** Brackets of broken items that were left open; what closes them later is no mistake of its own. */
  #orphans = 0
  #open: OpenBlock | undefined
  /** The first block whose "}" stands where that of a block around it belongs. */
  #misplaced: { readonly open: OpenBlock; readonly close: number } | undefined
  #nodes = 0
  #again: number

  constructor(source: Source) {
    const { tokens, problems, unclosed, lookahead } = lex(source)
    this.#source = source
    this.#text = source.text
    this.#kinds = tokens.kinds
    this.#starts = tokens.starts
    this.#ends = tokens.ends
    this.#last = tokens.count - 1
    this.#problems = problems
    this.#unclosed = unclosed
    this.#again = lookahead
  }

  get problems(): readonly Problem[] {
    return this.#problems
  }

  get work(): Work {
    return { tokens: this.#last + 1, nodes: this.#nodes, again: this.#again }
  }

  // Bytes that are no UTF-8 have become U+FFFD when the file was read.
  checkEncoding(): void {
    const at = this.#text.indexOf('\ufffd')
    if (at === -1) return
    this.#report(
      'Invalid character encoding',
      'What stands here is not UTF-8. Save the file as UTF-8; for the character U+FFFD itself write \\uFFFD in a string.',
      { start: at, end: at + 1 },
    )
  }

  // file = body EOF
  file(): Body {
    const start = this.#starts[0]!
    const { attributes, blocks } = this.#bodyItems(T.end)
    const end = this.#starts[this.#last]!
    return { attributes, blocks, start, end, close: { start: end, end } }
  }

  lone(): Expression {
    this.#newlines = false
    try {
      const expression = this.#expression()
      if (this.#peek() !== T.end) {
        this.#fail('Extra characters after expression', `Expected the end, found ${this.#found()}.`)
      }
      return expression
    } catch (thrown) {
      if (!(thrown instanceof SyntaxFailure)) throw thrown
      return { kind: 'invalid', start: this.#source.first, end: this.#text.length }
    }
  }

  // body = { attr | block | NL }
  #bodyItems(close: TokenKind): Items {
    const attributes: Attribute[] = []
    let blocks: Block[] | undefined
    let index: Map<string, Attribute> | undefined
    for (;;) {
      this.#newlines = true
      const kind = this.#kinds[this.#at]!
      if (kind === T.newline) {
        this.#at++
      } else if (kind === close || kind === T.end) {
        return { attributes: exact(attributes), blocks: blocks === undefined ? none : exact(blocks) }
      } else if (kind !== T.identifier || this.#isContinuation()) {
        this.#skipBrokenItem()
      } else if (this.#kinds[this.#at + 1] === T.equal || this.#kinds[this.#at + 1] === T.colon) {
        const attribute = this.#attribute()
        if (attributes.length === maxSearched) index ??= new Map(attributes.map(a => [a.name, a]))
        const first = index === undefined ? findNamed(attributes, attribute.name) : index.get(attribute.name)
        if (first === undefined) {
          attributes.push(attribute)
          index?.set(attribute.name, attribute)
        } else {
          this.#reportRedefined(attribute, first)
        }
      } else {
        const block = this.#block()
        if (blocks === undefined) blocks = [block]
        else blocks.push(block)
      }
    }
  }

  #reportRedefined(attribute: Attribute, first: Attribute): void {
    const { line } = this.#source.position(first.start)
    this.#report(
      'Attribute redefined',
      `The argument "${attribute.name}" was already set on line ${line}. Each argument may be set only once.`,
      attribute.nameSpan,
    )
  }

  // attr = IDENT "=" expr (NL | EOF)
  #attribute(): Attribute {
    const begin = this.#at
    const start = this.#starts[begin]!
    const nameEnd = this.#ends[begin]!
    const name = this.#name(start, nameEnd)
    this.#at += 2
    this.#lastEnd = this.#ends[begin + 1]!
    this.#nodes++
    if (this.#kinds[begin + 1] === T.colon) return this.#colonAttribute(begin, name)
    const read = this.#expressionOrNone()
    const end = this.#lastEnd
    if (read !== undefined && this.#endsArgument()) this.#recovering = false
    else this.#recover(begin)
    const expression = read ?? this.#invalid(begin + 2)
    return {
      name,
      nameSpan: { start, end: nameEnd },
      expression,
      start,
      end: read === undefined ? expression.end : end,
    }
  }

  // As in JSON and YAML. The value is read, so that mistakes in it are told too, unless it begins on the next line.
  #colonAttribute(begin: number, name: string): Attribute {
    const colon = begin + 1
    const start = this.#starts[begin]!
    const nameSpan = { start, end: this.#ends[begin]! }
    const detail = `An argument is set with an equals sign, not a colon: ${name} = …`
    const span = { start: this.#starts[colon]!, end: this.#ends[colon]! }
    this.#report('Argument or block definition required', detail, span)
    if (this.#kinds[this.#at] === T.equal) this.#take()
    const read = this.#kinds[this.#at] === T.newline ? undefined : this.#expressionOrNone()
    this.#recover(begin)
    const expression = read ?? this.#invalid(begin + 2)
    return { name, nameSpan, expression, start, end: expression.end }
  }

  /** Undefined behind a mistake in it, which is then reported. */
  #expressionOrNone(): Expression | undefined {
    const depth = this.#depth
    try {
      return this.#expression()
    } catch (thrown) {
      if (!(thrown instanceof SyntaxFailure)) throw thrown
      this.#depth = depth
      this.#newlines = true
      return undefined
    }
  }

  /** In place of the expression from token `begin` to where the parser stands now. */
  #invalid(begin: number): Expression {
    const start = this.#endsLine(begin) ? this.#ends[begin - 1]! : this.#starts[begin]!
    return { kind: 'invalid', start, end: Math.max(start, this.#endBefore(begin)) }
  }

  /** The end of the last token before this one that is not a newline, down to token `begin`. */
  #endBefore(begin: number): number {
    let i = this.#at - 1
    while (i > begin && this.#kinds[i] === T.newline) i--
    return this.#kinds[i] === T.newline ? this.#starts[i]! : this.#ends[i]!
  }

  #endsArgument(): boolean {
    const kind = this.#kinds[this.#at]
    if (this.#endsLine(this.#at)) return true
    if (kind === T.comma) {
      this.#reportHere(
        'Unexpected comma after argument',
        'Arguments are separated by newlines, not by commas. Remove the comma.',
      )
    } else {
      this.#reportHere(
        'Missing newline after argument',
        `Expected a newline behind the argument, found ${this.#found()}.`,
      )
      // A block that ends on the line of its last argument does end.
      if (kind === T.closeBrace && this.#open !== undefined && this.#endsLine(this.#at + 1)) return true
    }
    return false
  }

  #endsLine(i: number): boolean {
    return this.#kinds[i] === T.newline || this.#kinds[i] === T.end
  }

  // block = IDENT { IDENT | STRLIT } "{" ( NL body | [IDENT "=" expr] ) "}" (NL | EOF)
  #block(): Block {
    const begin = this.#at
    const start = this.#starts[begin]!
    const typeEnd = this.#ends[begin]!
    const type = this.#name(start, typeEnd)
    this.#take()
    this.#nodes++
    const found: Label[] = []
    const hasBody = this.#readHeader(begin, type, found)
    const isBroken = this.#recovering
    const labels = exact(found)
    const typeSpan = { start, end: typeEnd }
    const header = labels.length === 0 ? typeSpan : { start, end: labels[labels.length - 1]!.end }
    let body: Body
    if (!hasBody) {
      body = emptyBody(Math.max(header.end, this.#endBefore(begin)))
    } else if (++this.#depth > maxNesting) {
      this.#reportTooDeep()
      body = emptyBody(this.#text.length)
    } else {
      const isLong = this.#endsLine(this.#at + 1)
      body = isLong ? this.#longBody(begin, { type, labels, start }, isBroken) : this.#oneLineBody(begin)
      this.#depth--
    }
    return { type, typeSpan, labels, header, body, start, end: body.end }
  }

  /** Up to the brace. False when there is none; then the broken item is skipped. */
  #readHeader(begin: number, type: string, labels: Label[]): boolean {
    const depth = this.#depth
    try {
      while (this.#kinds[this.#at] !== T.openBrace) labels.push(this.#label(type, labels.length))
      this.#recovering = false
      return true
    } catch (thrown) {
      if (!(thrown instanceof SyntaxFailure)) throw thrown
      this.#depth = depth
      this.#newlines = true
      if (this.#seekBrace()) return true
      this.#recover(begin)
      return false
    }
  }

  /** Moves to the "{" that ends this line, if the body of a block seems to begin there. */
  #seekBrace(): boolean {
    const kinds = this.#kinds
    let i = this.#at
    for (; kinds[i] !== T.newline && kinds[i] !== T.end; i++) {
      this.#again++
      if (kinds[i] === T.equal || kinds[i] === T.colon) return false
      if (kinds[i + 1] === T.newline && this.#looksLikeBrace(i)) {
        this.#at = i
        this.#recovering = true
        return true
      }
    }
    return false
  }

  /** Also the end of a label without its closing quote. */
  #looksLikeBrace(i: number): boolean {
    if (this.#kinds[i] === T.openBrace) return true
    return this.#kinds[i] === T.invalid && this.#text.charCodeAt(this.#ends[i]! - 1) === 123
  }

  #label(type: string, count: number): Label {
    const kind = this.#kinds[this.#at]!
    if (kind === T.identifier) {
      const start = this.#starts[this.#at]!
      this.#take()
      this.#nodes++
      return { text: this.#text.slice(start, this.#lastEnd), start, end: this.#lastEnd }
    }
    if (kind === T.openQuote) {
      const template = this.#quoted()
      const { start, end } = template
      const [part] = template.parts
      if (part === undefined) return { text: '', start, end }
      if (template.parts.length === 1 && part.kind === 'literal') return { text: part.text, start, end }
      this.#failAt(template, 'Invalid block label', 'A label is plain text: no ${ } and no %{ } in it.')
    }
    if (kind === T.newline) this.#failAtBraceOnNextLine()
    if (count === 0) {
      if (kind === T.dot || kind === T.openBracket) {
        this.#fail('Argument or block definition required', 'Only plain names can be set here.')
      }
      if (kind === T.invalid) throw failure
      const isAlone = kind === T.newline || kind === T.end
      this.#failAt(
        { start: this.#lastEnd - type.length, end: this.#lastEnd },
        'Argument or block definition required',
        `To set an argument write ${type} = …, for a block write ${type} { … }; "${type}" ${isAlone ? 'alone says nothing' : `cannot stand before ${this.#found()}`}.`,
      )
    }
    if (kind === T.newline || kind === T.end) {
      this.#fail(
        'Invalid block definition',
        'The "{" that opens the block must stand on the same line as its type and labels.',
      )
    }
    this.#fail(
      'Invalid block definition',
      `Expected a label or the "{" that opens the block, found ${this.#found()}. Labels are names or quoted text.`,
    )
  }

  // One mistake; the body is read all the same.
  #failAtBraceOnNextLine(): void {
    let next = this.#at
    while (this.#kinds[next] === T.newline) next++
    this.#again += next - this.#at
    if (this.#kinds[next] !== T.openBrace) return
    this.#at = next
    this.#fail(
      'Invalid block definition',
      'The "{" that opens a block must stand on the same line as its type and labels.',
    )
  }

  #longBody(begin: number, header: BlockHeader, isBroken: boolean): Body {
    const brace = this.#starts[this.#at]!
    const around = this.#open
    const open: OpenBlock = { header, brace, around }
    this.#open = open
    this.#take()
    const { attributes, blocks } = this.#bodyItems(T.closeBrace)
    this.#open = around
    if (this.#kinds[this.#at] === T.end) {
      this.#reportUnclosed(open)
      const end = this.#text.length
      return { attributes, blocks, start: brace, end, close: { start: end, end } }
    }
    this.#comparePlaces(begin, open)
    const close = this.#takeSpan()
    this.#endBlock(isBroken)
    return { attributes, blocks, start: brace, end: close.end, close }
  }

  // Remembers the first "}" that stands further left than its block, until one of a block around it stands right.
  #comparePlaces(begin: number, open: OpenBlock): void {
    const close = this.#at
    if (!this.#isFirstOfLine(close) || !this.#isFirstOfLine(begin)) return
    if (this.#indentOf(close) < this.#indentOf(begin)) {
      this.#misplaced ??= { open, close: this.#starts[close]! }
    } else if (this.#misplaced !== undefined && this.#misplaced.open.brace > open.brace) {
      this.#misplaced = undefined
    }
  }

  #reportUnclosed(open: OpenBlock): void {
    if (this.#abandoned) return
    const misplaced = this.#misplaced
    let around = misplaced?.open.around
    while (around !== undefined && around !== open) around = around.around
    const isMisplaced = misplaced !== undefined && around === open
    const guilty = isMisplaced ? misplaced.open : open
    const reason = isMisplaced
      ? `the one on line ${this.#lineOf(misplaced.close)} stands further left, where that of a block around it belongs`
      : 'there is none before the end of the file'
    const where =
      open.around === undefined && !isMisplaced ? '' : ` Open at the end: ${this.#openBlocks(open)}.`
    this.#report(
      'Unclosed configuration block',
      `The "{" of this "${guilty.header.type}" block has no "}": ${reason}.${where}`,
      { start: guilty.brace, end: guilty.brace + 1 },
    )
    this.#abandoned = true
  }

  /** From the outermost to the innermost, the first and last few of them. */
  #openBlocks(innermost: OpenBlock): string {
    const words: string[] = []
    for (let open: OpenBlock | undefined = innermost; open !== undefined; open = open.around) {
      const { type, labels, start } = open.header
      const name = [type, ...labels.map(l => JSON.stringify(l.text))].join(' ')
      words.unshift(`${name} (line ${this.#lineOf(start)})`)
    }
    if (words.length > 6) words.splice(3, words.length - 6, '…')
    return words.join(', ')
  }

  #lineOf(offset: number): number {
    return this.#source.position(offset).line
  }

  #oneLineBody(begin: number): Body {
    const start = this.#starts[this.#at]!
    this.#take()
    const first = this.#at
    const attribute = this.#kinds[first] === T.identifier ? this.#onlyAttribute() : undefined
    if (!this.#closesOneLine(attribute)) {
      this.#recover(begin)
      const attributes = attribute === undefined ? none : [this.#cutToSize(attribute, first + 2)]
      const end = Math.max(this.#endBefore(begin), attributes[0]?.end ?? 0)
      return { attributes, blocks: none, start, end, close: { start: end, end } }
    }
    const attributes = attribute === undefined ? none : [attribute]
    const close = this.#takeSpan()
    this.#endBlock(false)
    return { attributes, blocks: none, start, end: close.end, close }
  }

  #onlyAttribute(): Attribute | undefined {
    const begin = this.#at
    if (this.#kinds[begin + 1] !== T.equal) return undefined
    const start = this.#starts[begin]!
    const nameSpan = { start, end: this.#ends[begin]! }
    const name = this.#name(start, nameSpan.end)
    this.#at += 2
    this.#lastEnd = this.#ends[begin + 1]!
    this.#nodes++
    const expression = this.#expressionOrNone() ?? this.#invalid(begin + 2)
    return { name, nameSpan, expression, start, end: expression.end }
  }

  /** With an invalid expression, from token `begin` on, as far as the recovery went. */
  #cutToSize(attribute: Attribute, begin: number): Attribute {
    if (attribute.expression.kind !== 'invalid') return attribute
    const expression = this.#invalid(begin)
    return { ...attribute, expression, end: expression.end }
  }

  /** Whether the closing brace is at hand; else the mistake is reported. */
  #closesOneLine(attribute: Attribute | undefined): boolean {
    if (attribute?.expression.kind === 'invalid') return false
    const kind = this.#kinds[this.#at]
    if (kind === T.closeBrace) return true
    this.#reportHere('Invalid single-argument block definition', this.#oneLineAdvice(kind, attribute))
    return false
  }

  #oneLineAdvice(kind: number | undefined, attribute: Attribute | undefined): string {
    if (kind === T.identifier && attribute === undefined) {
      return 'A block on one line holds a single argument and no blocks. Begin a new line behind the "{".'
    }
    if (kind === T.comma || kind === T.identifier) {
      return 'A block on one line holds a single argument. For more of them begin a new line for each.'
    }
    if (kind === T.newline || kind === T.end) {
      return 'A block whose argument stands on its first line must be closed on that line too.'
    }
    return `Expected a single argument and "}", found ${this.#found()}.`
  }

  /** Behind a broken header what follows the brace (as in `} else {`) is no mistake of its own. */
  #endBlock(isBroken: boolean): void {
    if (this.#endsLine(this.#at)) {
      this.#recovering = false
      return
    }
    if (!isBroken) {
      this.#reportHere(
        'Missing newline after block definition',
        `Expected a newline behind the "}" of the block, found ${this.#found()}.`,
      )
    }
    this.#recover(this.#at)
  }

  /** At what begins neither an argument nor a block. */
  #skipBrokenItem(): void {
    const begin = this.#at
    const depth = this.#depth
    const isOrphan = this.#orphans > 0 && isCloser(this.#kinds[begin]!)
    if (isOrphan) this.#orphans--
    if (!isOrphan && !this.#isContinuation()) {
      try {
        this.#failAtItem(this.#kinds[begin]!)
      } catch (thrown) {
        if (!(thrown instanceof SyntaxFailure)) throw thrown
        this.#depth = depth
        this.#newlines = true
      }
    }
    this.#recover(begin)
  }

  #failAtItem(kind: number): never {
    if (kind === T.openQuote) {
      const start = this.#starts[this.#at]!
      const template = this.#quoted()
      const next = this.#kinds[this.#at]
      if (next === T.equal || next === T.colon) {
        this.#failAt(
          { start, end: template.end },
          'Invalid argument name',
          'Names of arguments are not quoted.',
        )
      }
      this.#failAt(
        { start, end: template.end },
        'Argument or block definition required',
        'Expected the name of an argument or block, found a string.',
      )
    }
    if (kind === T.closeBrace) {
      this.#fail('Argument or block definition required', 'There is no open block that this "}" could close.')
    }
    this.#fail(
      'Argument or block definition required',
      `Expected the name of an argument or block, found ${this.#found()}.`,
    )
  }

  /** Moves behind the broken item that began at token `begin`. Always makes progress. */
  #recover(begin: number): void {
    const kinds = this.#kinds
    const failedAt = this.#at
    const indent = this.#indentOf(begin)
    let depth = 0
    let i = begin
    for (; kinds[i] !== T.end; i++) {
      const kind = kinds[i]!
      const past = i >= failedAt && i > begin
      // The next item's name may have been taken for a part of this one, up to its "=".
      const isNext = i >= failedAt - 1 && i > begin && depth > 0 && kinds[i - 1] === T.newline
      if (isNext && this.#looksLikeNextItem(i, indent)) break
      if (kind === T.newline) {
        if (past && depth === 0) break
      } else if (isOpener(kind)) {
        depth++
      } else if (isCloser(kind)) {
        if (depth > 0) depth--
        else if (past && kind === T.closeBrace && kinds[i - 1] === T.newline) break
      }
    }
    this.#again += i - begin
    this.#at = kinds[i] === T.end ? i : Math.max(i, begin + 1)
    this.#orphans += depth
    // Also the next lines may follow from the first mistake.
    if (!this.#recovering) {
      this.#brokenIndent = indent
      this.#brokeAtLineEnd = kinds[failedAt] === T.newline && kinds[begin + 1] === T.equal
    }
    this.#recovering = true
  }

  #looksLikeNextItem(i: number, indent: number): boolean {
    const own = this.#indentOf(i)
    const kind = this.#kinds[i]
    if (kind === T.closeBrace) return own < indent
    return kind === T.identifier && own <= indent && this.#beginsItem(i)
  }

  #beginsItem(i: number): boolean {
    const next = this.#kinds[i + 1]
    return next === T.equal || next === T.openBrace || next === T.openQuote || next === T.identifier
  }

  /** Whether the line at hand goes on with the broken item above it. */
  #isContinuation(): boolean {
    if (!this.#recovering) return false
    const kind = this.#kinds[this.#at]
    if (kind !== T.identifier && kind !== T.openQuote) return true
    if (kind === T.identifier && this.#beginsItem(this.#at)) return false
    return this.#brokeAtLineEnd || this.#indentOf(this.#at) > this.#brokenIndent
  }

  #isFirstOfLine(i: number): boolean {
    return i === 0 || this.#kinds[i - 1] === T.newline
  }

  #indentOf(i: number): number {
    return this.#starts[i]! - (i === 0 ? this.#source.first : this.#ends[i - 1]!)
  }

  // expr = or [ "?" expr ":" expr ]
  #expression(): Expression {
    if (++this.#depth > maxNesting) this.#failTooDeep()
    const condition = this.#binary(1)
    if (this.#peek() !== T.question) {
      this.#depth--
      return condition
    }
    this.#take()
    const yes = this.#expression()
    if (this.#peek() !== T.colon) {
      this.#fail(
        'Missing false expression in conditional',
        `A conditional is "condition ? yes : no"; expected the ":", found ${this.#found()}.`,
      )
    }
    this.#take()
    const no = this.#expression()
    this.#depth--
    this.#nodes++
    return { kind: 'conditional', condition, yes, no, start: condition.start, end: this.#lastEnd }
  }

  // or..mul = the precedence ladder, left-associative
  #binary(least: number): Expression {
    let left = this.#unary()
    for (;;) {
      const kind = this.#peek()
      const precedence = precedences[kind]!
      if (precedence === 0 || precedence < least) return left
      this.#take()
      const right = this.#binary(precedence + 1)
      this.#nodes++
      left = {
        kind: 'binary',
        operator: operatorOf[kind]!,
        left,
        right,
        start: left.start,
        end: this.#lastEnd,
      }
    }
  }

  // unary = ("-" | "!") unary | postfix
  #unary(): Expression {
    const kind = this.#peek()
    if (kind !== T.minus && kind !== T.not) return this.#postfix(this.#primary(kind))
    if (++this.#depth > maxNesting) this.#failTooDeep()
    const start = this.#starts[this.#at]!
    this.#take()
    const operand = this.#unary()
    this.#depth--
    this.#nodes++
    return { kind: 'unary', operator: kind === T.minus ? '-' : '!', operand, start, end: this.#lastEnd }
  }

  // postfix = primary { "." IDENT | "." DIGITS | "." "*" | "[" nl* expr nl* "]" | "[" "*" "]" }
  #postfix(primary: Expression): Expression {
    const kind = this.#peek()
    if (kind !== T.dot && kind !== T.openBracket) return primary
    let of = primary
    /** Constant steps behind `of`. */
    let steps: Step[] = []
    let links = 0
    for (;;) {
      const next = this.#peek()
      const start = this.#starts[this.#at]!
      if (next === T.dot) {
        this.#take()
        if (this.#peek() === T.star) of = this.#attributeSplat(withSteps(of, steps), start)
        else {
          steps.push(this.#dotStep(start))
          continue
        }
      } else if (next === T.openBracket) {
        const outer = this.#newlines
        this.#newlines = false
        this.#take()
        if (this.#peek() === T.star) return this.#splat(withSteps(of, steps), start, outer)
        const key = this.#indexKey()
        this.#newlines = outer
        const constant = constantKey(key)
        if (constant !== undefined) {
          steps.push({ kind: 'index', key: constant, start, end: this.#lastEnd })
          continue
        }
        const indexed = withSteps(of, steps)
        of = { kind: 'index', of: indexed, key, start: indexed.start, end: this.#lastEnd }
      } else {
        return withSteps(of, steps)
      }
      this.#nodes++
      steps = []
      if (++links > maxNesting) this.#failTooDeep()
    }
  }

  #dotStep(start: number): Step {
    const kind = this.#peek()
    this.#nodes++
    if (kind === T.identifier) {
      const name = this.#nameHere()
      return { kind: 'attribute', name, start, end: this.#lastEnd }
    }
    if (kind === T.number) {
      const span = this.#takeSpan()
      const digits = this.#text.slice(span.start, span.end)
      if (!legacyIndex.test(digits)) {
        this.#failAt(
          span,
          'Invalid legacy index syntax',
          `"${digits}" is read as one number. Write the indexes in brackets: [0][0].`,
        )
      }
      return { kind: 'index', key: Number(digits), start, end: span.end }
    }
    this.#fail(
      'Invalid attribute name',
      `Expected the name of an attribute behind the dot, found ${this.#found()}.`,
    )
  }

  // Only ".name" and ".0" belong to each element; an index in brackets belongs to the result.
  #attributeSplat(of: Expression, dot: number): Expression {
    const star = this.#takeSpan()
    const steps: Step[] = []
    while (this.#peek() === T.dot) {
      const start = this.#starts[this.#at]!
      this.#take()
      if (this.#peek() === T.star) {
        this.#fail(
          'Nested splat expression not allowed',
          'Behind ".*" there can be no second one. Use [*] for both.',
        )
      }
      steps.push(this.#dotStep(start))
    }
    const each = withSteps({ kind: 'splatItem', start: star.start, end: star.end }, steps)
    const marker = { start: dot, end: star.end }
    return { kind: 'splat', of, each, marker, start: of.start, end: this.#lastEnd }
  }

  #splat(of: Expression, start: number, outer: boolean): Expression {
    this.#take()
    if (this.#peek() !== T.closeBracket) {
      this.#fail('Missing close bracket on splat index', `Expected "]" behind "[*", found ${this.#found()}.`)
    }
    this.#take()
    const end = this.#lastEnd
    this.#newlines = outer
    if (++this.#depth > maxNesting) this.#failTooDeep()
    const each = this.#postfix({ kind: 'splatItem', start, end })
    this.#depth--
    this.#nodes++
    return { kind: 'splat', of, each, marker: { start, end }, start: of.start, end: this.#lastEnd }
  }

  #indexKey(): Expression {
    const key = this.#expression()
    if (this.#peek() !== T.closeBracket) {
      this.#fail(
        'Missing close bracket on index',
        `Expected the "]" that closes the index, found ${this.#found()}.`,
      )
    }
    this.#take()
    return key
  }

  // primary = NUMBER | template | true|false|null | IDENT | call | "(" nl* expr nl* ")" | tuple | object | for
  #primary(kind: TokenKind): Expression {
    this.#nodes++
    switch (kind) {
      case T.identifier:
        return this.#named()
      case T.openQuote:
        return this.#quoted()
      case T.number:
        return this.#number()
      case T.openHeredoc:
        return this.#heredoc()
      case T.openParen:
        return this.#parentheses()
      case T.openBracket:
        return this.#bracketed()
      case T.openBrace:
        return this.#braced()
      case T.newline:
      case T.end:
        return this.#fail('Missing expression', `Expected a value, found ${this.#found()}.`)
      case T.less:
        if (this.#kinds[this.#at + 1] === T.less) {
          return this.#fail(
            'Invalid expression',
            'A heredoc begins with << or <<- and a bare word, and nothing may follow the word on its line.',
          )
        }
        break
      case T.equal:
        if (this.#kinds[this.#at - 1] === T.equal) {
          return this.#fail('Invalid expression', 'To compare write "==", without a space.')
        }
        break
      default:
    }
    return this.#fail('Invalid expression', `Expected the start of an expression, found ${this.#found()}.`)
  }

  #number(): Expression {
    const start = this.#starts[this.#at]!
    this.#take()
    const end = this.#lastEnd
    return { kind: 'number', value: this.#numberValue(start, end), start, end }
  }

  #numberValue(start: number, end: number): Num {
    if (end - start <= shortDigits) {
      let value = 0
      let at = start
      for (; at < end; at++) {
        const digit = this.#text.charCodeAt(at) - 48
        if (digit < 0 || digit > 9) break
        value = value * 10 + digit
      }
      if (at === end) return value
    }
    const text = this.#text.slice(start, end)
    let value: Num | undefined
    try {
      value = parseNum(text)
    } catch (thrown) {
      if (!(thrown instanceof NumberRangeError)) throw thrown
      const detail = `Numbers have at most ${maxExponent} digits before or behind the point.`
      this.#failAt({ start, end }, 'Invalid number literal', detail)
    }
    if (value !== undefined) return value
    this.#failAt(
      { start, end },
      'Invalid number literal',
      `"${text}" is not a number. Quote it if it is meant as text.`,
    )
  }

  // call = IDENT {"::" IDENT} "(" nl* [ expr {"," expr} ["," | "..."] ] nl* ")"
  #named(): Expression {
    const start = this.#starts[this.#at]!
    const name = this.#nameHere()
    const end = this.#lastEnd
    const next = this.#peek()
    if (next === T.openParen) return this.#call(name, { start, end })
    if (next === T.doubleColon) return this.#namespaced(name, start)
    if (name === 'true' || name === 'false') return { kind: 'bool', value: name === 'true', start, end }
    if (name === 'null') return { kind: 'null', start, end }
    return { kind: 'traversal', root: name, rootSpan: { start, end }, steps: none, start, end }
  }

  #namespaced(first: string, start: number): Expression {
    const names = [first]
    while (this.#peek() === T.doubleColon) {
      this.#take()
      if (this.#peek() !== T.identifier) {
        this.#fail('Invalid function name', `Expected a name behind "::", found ${this.#found()}.`)
      }
      names.push(this.#nameHere())
    }
    const name = names.join('::')
    const end = this.#lastEnd
    if (this.#peek() === T.openParen) return this.#call(name, { start, end })
    this.#fail(
      'Missing open parenthesis',
      `"${name}" is a function; expected its "(", found ${this.#found()}.`,
    )
  }

  #call(name: string, nameSpan: Span): Expression {
    const outer = this.#newlines
    const open = this.#takeSpan()
    this.#newlines = false
    const given: Expression[] = []
    let expand = false
    while (this.#peek() !== T.closeParen) {
      if (this.#peek() === T.end) this.#failUnterminatedCall(open, name)
      given.push(this.#expression())
      const kind = this.#peek()
      if (kind === T.comma) {
        this.#take()
      } else if (kind === T.ellipsis) {
        this.#take()
        expand = true
        if (this.#peek() !== T.closeParen) {
          this.#fail(
            'Missing closing parenthesis',
            `"..." belongs to the last argument; expected ")", found ${this.#found()}.`,
          )
        }
      } else if (kind !== T.closeParen) {
        if (kind === T.end) this.#failUnterminatedCall(open, name)
        this.#fail(
          'Missing argument separator',
          `Expected a comma or ")" behind an argument of "${name}", found ${this.#found()}.`,
        )
      }
    }
    const close = this.#takeSpan()
    this.#newlines = outer
    return {
      kind: 'call',
      name,
      nameSpan,
      arguments: exact(given),
      expand,
      close,
      start: nameSpan.start,
      end: close.end,
    }
  }

  #failUnterminatedCall(open: Span, name: string): never {
    this.#failAt(open, 'Unterminated function call', `The "(" of the call of "${name}" is never closed.`)
  }

  #parentheses(): Expression {
    const outer = this.#newlines
    const open = this.#takeSpan()
    this.#newlines = false
    if (this.#peek() === T.end) this.#failUnbalanced(open)
    const inner = this.#expression()
    const kind = this.#peek()
    if (kind === T.end) this.#failUnbalanced(open)
    if (kind !== T.closeParen) {
      this.#fail(
        'Unbalanced parentheses',
        `Expected the ")" that closes the expression, found ${this.#found()}.`,
      )
    }
    this.#take()
    this.#newlines = outer
    return { kind: 'parentheses', inner, start: open.start, end: this.#lastEnd }
  }

  #failUnbalanced(open: Span): never {
    this.#failAt(open, 'Unbalanced parentheses', 'This "(" is never closed.')
  }

  // tuple = "[" nl* [ expr {"," expr} [","] ] nl* "]"
  #bracketed(): Expression {
    const outer = this.#newlines
    const open = this.#takeSpan()
    this.#newlines = false
    if (this.#atWord('for')) return this.#for(open, T.closeBracket, outer)
    const elements: Expression[] = []
    while (this.#peek() !== T.closeBracket) {
      if (this.#peek() === T.end) {
        this.#failAt(open, 'Unterminated tuple constructor expression', 'This "[" is never closed.')
      }
      elements.push(this.#expression())
      const kind = this.#peek()
      if (kind === T.comma) this.#take()
      else if (kind === T.end) {
        this.#failAt(open, 'Unterminated tuple constructor expression', 'This "[" is never closed.')
      } else if (kind !== T.closeBracket) {
        this.#fail(
          'Missing item separator',
          `Expected a comma or "]" behind the item, found ${this.#found()}.`,
        )
      }
    }
    const { end } = this.#takeSpan()
    this.#newlines = outer
    return { kind: 'tuple', elements: exact(elements), start: open.start, end }
  }

  // object = "{" { NL } [ item { ("," {NL} | NL {NL}) item } [","] {NL} ] "}"
  #braced(): Expression {
    const outer = this.#newlines
    const open = this.#takeSpan()
    this.#newlines = true
    this.#skipNewlines()
    if (this.#atWord('for')) return this.#for(open, T.closeBrace, outer)
    const items: ObjectItem[] = []
    while (this.#peek() !== T.closeBrace) {
      items.push(this.#item(open))
      const kind = this.#peek()
      if (kind === T.comma) this.#take()
      else if (kind !== T.newline && kind !== T.closeBrace) {
        if (kind === T.end) this.#failUnterminatedObject(open)
        this.#fail(
          'Missing attribute separator',
          `Expected a newline or comma behind the value, found ${this.#found()}.`,
        )
      }
      this.#skipNewlines()
    }
    const { end } = this.#takeSpan()
    this.#newlines = outer
    return { kind: 'object', items: exact(items), start: open.start, end }
  }

  // item = (IDENT | "(" expr ")" | expr) ("=" | ":") expr
  #item(open: Span): ObjectItem {
    if (this.#peek() === T.end) this.#failUnterminatedObject(open)
    const key = this.#itemKey()
    const kind = this.#peek()
    if (kind !== T.equal && kind !== T.colon) {
      if (kind === T.end) this.#failUnterminatedObject(open)
      if (kind === T.newline || kind === T.comma || kind === T.closeBrace) {
        this.#fail('Missing attribute value', 'Expected "=" and a value behind the key, on the same line.')
      }
      const advice =
        kind === T.openBrace
          ? ` Is the "}" of the object missing that begins on line ${this.#lineOf(open.start)}?`
          : ''
      this.#fail(
        'Missing key/value separator',
        `Expected "=" or ":" behind the key, found ${this.#found()}.${advice}`,
      )
    }
    this.#take()
    this.#nodes++
    return { key, value: this.#expression() }
  }

  #itemKey(): ObjectItem['key'] {
    const kind = this.#peek()
    const next = this.#kinds[this.#at + 1]
    if (kind === T.identifier && (next === T.equal || next === T.colon)) {
      const start = this.#starts[this.#at]!
      const text = this.#nameHere()
      return { kind: 'name', text, span: { start, end: this.#lastEnd } }
    }
    const key = this.#expression()
    if (key.kind === 'traversal' && key.steps.length > 0) {
      this.#failAt(
        key,
        'Ambiguous attribute key',
        'Write the key in parentheses to use its value, or in quotes to use it as text.',
      )
    }
    if (key.kind === 'traversal') return { kind: 'name', text: key.root, span: key.rootSpan }
    return key
  }

  #failUnterminatedObject(open: Span): never {
    this.#failAt(open, 'Unterminated object constructor expression', 'This "{" is never closed.')
  }

  // for = "[" "for" ids "in" expr ":" expr ["if" expr] "]"
  //     | "{" "for" ids "in" expr ":" expr "=>" expr ["..."] ["if" expr] "}"          nl ignored throughout
  #for(open: Span, close: TokenKind, outer: boolean): Expression {
    this.#newlines = false
    this.#take()
    const names = this.#forNames("Invalid 'for' expression")
    const collection = this.#expression()
    if (this.#peek() !== T.colon) {
      this.#fail("Invalid 'for' expression", `Expected ":" behind the collection, found ${this.#found()}.`)
    }
    this.#take()
    const first = this.#expression()
    let key: Expression | undefined
    let value = first
    let group = false
    if (this.#peek() === T.fatArrow) {
      if (close === T.closeBracket) {
        this.#fail(
          "Invalid 'for' expression",
          'In [ ] there is only a value. For keys and values write { for … }.',
        )
      }
      this.#take()
      key = first
      value = this.#expression()
      if (this.#peek() === T.ellipsis) {
        this.#take()
        group = true
      }
    } else if (close === T.closeBrace) {
      this.#fail(
        "Invalid 'for' expression",
        `In { } each element needs a key and a value: expected "=>", found ${this.#found()}.`,
      )
    } else if (this.#peek() === T.ellipsis) {
      this.#fail("Invalid 'for' expression", 'Grouping with "..." works only in { for … }.')
    }
    let condition: Expression | undefined
    if (this.#atWord('if')) {
      this.#take()
      condition = this.#expression()
    }
    if (this.#peek() !== close) {
      if (this.#kinds[this.#at] === T.end) {
        this.#failAt(open, "Invalid 'for' expression", "The bracket that opens this 'for' is never closed.")
      }
      const wanted = close === T.closeBrace ? '}' : ']'
      this.#fail(
        "Invalid 'for' expression",
        `Expected "if" or the closing "${wanted}", found ${this.#found()}.`,
      )
    }
    const { end } = this.#takeSpan()
    this.#newlines = outer
    return {
      kind: 'for',
      keyName: names.key,
      valueName: names.value,
      collection,
      key,
      value,
      condition,
      group,
      start: open.start,
      end,
    }
  }

  // ids = IDENT [ "," IDENT ] "in"
  #forNames(summary: string): { key: string | undefined; value: string } {
    const first = this.#forName(summary)
    let second: string | undefined
    if (this.#peek() === T.comma) {
      this.#take()
      second = this.#forName(summary)
    }
    if (!this.#atWord('in')) {
      this.#fail(summary, `Expected "in" behind the names, found ${this.#found()}.`)
    }
    this.#take()
    return second === undefined ? { key: undefined, value: first } : { key: first, value: second }
  }

  #forName(summary: string): string {
    const kind = this.#peek()
    if (kind !== T.identifier) {
      const advice = kind === T.equal ? ' A key of this name is written in quotes: "for".' : ''
      this.#fail(summary, `Expected a name for the elements, found ${this.#found()}.${advice}`)
    }
    return this.#nameHere()
  }

  // template = DQUOTE part* DQUOTE | HEREDOC part* MARK
  #quoted(): Template {
    const start = this.#starts[this.#at]!
    this.#take()
    const parts = this.#quotedParts()
    this.#take()
    return { kind: 'template', form: 'quoted', parts, start, end: this.#lastEnd }
  }

  // Most strings are text and plain interpolations; only with directives or strip markers they need assembly.
  #quotedParts(): readonly TemplatePart[] {
    if (this.#kinds[this.#at] === T.quotedLiteral && this.#kinds[this.#at + 1] === T.closeQuote) {
      return [this.#literal(true)]
    }
    const parts: PlainPart[] = []
    const outer = this.#newlines
    for (;;) {
      const kind = this.#kinds[this.#at]!
      if (kind === T.closeQuote) return exact(parts)
      if (kind === T.quotedLiteral) {
        parts.push(this.#literal(true))
        continue
      }
      if (kind !== T.interpolation) break
      this.#newlines = false
      const { expression, start, end, stripBefore, stripAfter } = this.#interpolation()
      this.#newlines = outer
      if (stripBefore || stripAfter) {
        const raw = parts.map(rawPart)
        raw.push({ kind: 'interpolation', expression, start, end, stripBefore, stripAfter })
        return this.#assembled(raw, T.closeQuote, false)
      }
      parts.push({ kind: 'interpolation', expression, start, end })
    }
    return this.#assembled(parts.map(rawPart), T.closeQuote, false)
  }

  #heredoc(): Template {
    const start = this.#starts[this.#at]!
    const flush = this.#text.charCodeAt(start + 2) === 45
    this.#take()
    const parts = this.#assembled([], T.closeHeredoc, flush)
    this.#take()
    return { kind: 'template', form: 'heredoc', parts, start, end: this.#lastEnd }
  }

  // part = LITERAL | "${" ["~"] expr ["~"] "}" | "%{" ["~"] directive ["~"] "}"
  #assembled(raw: RawPart[], close: TokenKind, flush: boolean): readonly TemplatePart[] {
    const outer = this.#newlines
    for (;;) {
      const kind = this.#kinds[this.#at]!
      if (kind === close) return assembleTemplate(raw, flush, maxNesting, problem => this.#push(problem))
      if (kind === T.quotedLiteral || kind === T.heredocLiteral) {
        raw.push(this.#literal(kind === T.quotedLiteral))
      } else if (kind === T.interpolation || kind === T.directive) {
        this.#newlines = false
        raw.push(kind === T.interpolation ? this.#interpolation() : this.#directive())
        this.#newlines = outer
      } else {
        this.#fail(
          'Unterminated template string',
          `Expected more text or the end of the string, found ${this.#found()}.`,
        )
      }
    }
  }

  #literal(quoted: boolean): TemplateLiteral {
    const start = this.#starts[this.#at]!
    this.#take()
    this.#nodes++
    const end = this.#lastEnd
    return { kind: 'literal', text: decodeLiteral(this.#text, start, end, quoted, this.#push), start, end }
  }

  #interpolation(): RawInterpolation {
    const open = this.#takeSpan()
    if (this.#peek() === T.sequenceEnd) {
      this.#fail(
        'Invalid expression',
        'There is nothing between "${" and "}". For a literal "${" write "$${".',
      )
    }
    const expression = this.#expression()
    if (this.#peek() !== T.sequenceEnd) {
      if (this.#unclosed.has(open.start)) throw failure
      if (this.#kinds[this.#at] === T.end || this.#kinds[this.#at] === T.openQuote) {
        this.#failAt(
          open,
          'Unclosed template interpolation sequence',
          'This "${" has no "}". For a literal "${" write "$${".',
        )
      }
      this.#fail(
        'Extra characters after interpolation expression',
        `Expected the "}" that closes the "\${", found ${this.#found()}.`,
      )
    }
    const { stripBefore, stripAfter, start, end } = this.#sequence(open)
    return { kind: 'interpolation', expression, start, end, stripBefore, stripAfter }
  }

  // directive = "if" expr | "else" | "endif" | "for" ids "in" expr | "endfor"
  #directive(): RawPart {
    const open = this.#takeSpan()
    if (this.#peek() !== T.identifier) {
      this.#fail(
        'Invalid template directive',
        `Expected if, else, endif, for or endfor behind "%{", found ${this.#found()}. For a literal "%{" write "%%{".`,
      )
    }
    const span = this.#takeSpan()
    const keyword = this.#text.slice(span.start, span.end)
    switch (keyword) {
      case 'if': {
        const condition = this.#expression()
        return { kind: 'if', condition, ...this.#sequenceOf('if', open) }
      }
      case 'for': {
        const names = this.#forNames("Invalid 'for' directive")
        const collection = this.#expression()
        return { kind: 'for', ...names, collection, ...this.#sequenceOf('for', open) }
      }
      case 'else':
      case 'endif':
      case 'endfor':
        return { kind: keyword, ...this.#sequenceOf(keyword, open) }
      default:
        return this.#failAt(
          span,
          'Invalid template control keyword',
          `"${keyword}" is not a template directive.${didYouMean(keyword, ['if', 'else', 'endif', 'for', 'endfor'])}`,
        )
    }
  }

  #sequenceOf(keyword: string, open: Span): Span & { stripBefore: boolean; stripAfter: boolean } {
    if (this.#peek() !== T.sequenceEnd) {
      const advice =
        keyword === 'else' && this.#atWord('if') ? ' There is no "else if"; nest a second "if".' : ''
      this.#fail(
        `Extra characters in ${keyword} marker`,
        `Expected the "}" that closes the directive, found ${this.#found()}.${advice}`,
      )
    }
    return this.#sequence(open)
  }

  #sequence(open: Span): Span & { stripBefore: boolean; stripAfter: boolean } {
    const close = this.#takeSpan()
    return {
      start: open.start,
      end: close.end,
      stripBefore: open.end - open.start === 3,
      stripAfter: close.end - close.start === 2,
    }
  }

  // Tokens

  #peek(): TokenKind {
    const kinds = this.#kinds
    let kind = kinds[this.#at]!
    if (!this.#newlines) while (kind === T.newline) kind = kinds[++this.#at]!
    return kind as TokenKind
  }

  #take(): void {
    this.#lastEnd = this.#ends[this.#at]!
    if (this.#at < this.#last) this.#at++
  }

  #takeSpan(): Span {
    const start = this.#starts[this.#at]!
    this.#take()
    return { start, end: this.#lastEnd }
  }

  /** Takes the identifier at hand. */
  #nameHere(): string {
    const start = this.#starts[this.#at]!
    this.#take()
    return this.#name(start, this.#lastEnd)
  }

  // The same few names stand everywhere: one string for each saves memory, and its hash is worked out once.
  #name(start: number, end: number): string {
    const text = this.#text
    const length = end - start
    const slot = (text.charCodeAt(start) * 31 + text.charCodeAt(end - 1) * 7 + length) & (keptNames - 1)
    const kept = this.#names[slot]
    if (kept !== undefined && kept.length === length && text.startsWith(kept, start)) return kept
    const name = text.slice(start, end)
    this.#names[slot] = name
    return name
  }

  #skipNewlines(): void {
    while (this.#kinds[this.#at] === T.newline) this.#at++
  }

  #atWord(word: string): boolean {
    if (this.#peek() !== T.identifier) return false
    const start = this.#starts[this.#at]!
    return this.#ends[this.#at]! - start === word.length && this.#text.startsWith(word, start)
  }

  #failTooDeep(): never {
    this.#reportTooDeep()
    throw failure
  }

  #reportTooDeep(): void {
    this.#report(
      'Nesting too deep',
      `Brackets, blocks and operators may stand inside one another at most ${maxNesting} times. The rest of the file was not read.`,
      { start: this.#starts[this.#at]!, end: this.#ends[this.#at]! },
    )
    this.#abandoned = true
    this.#at = this.#last
  }

  // Mistakes

  /** The token at hand, in words. */
  #found(): string {
    const kind = this.#peek()
    if (kind === T.end) return 'the end of the file'
    if (kind === T.newline) return 'the end of the line'
    if (kind === T.openQuote) return 'a string'
    if (kind === T.openHeredoc) return 'a heredoc'
    return `"${this.#text.slice(this.#starts[this.#at]!, this.#ends[this.#at]!)}"`
  }

  #fail(summary: string, detail: string): never {
    this.#reportHere(summary, detail)
    throw failure
  }

  #reportHere(summary: string, detail: string): void {
    // What the lexer already reported needs no second finding.
    if (this.#kinds[this.#at] === T.invalid) return
    this.#report(summary, detail, { start: this.#starts[this.#at]!, end: this.#ends[this.#at]! })
  }

  #failAt(span: Span, summary: string, detail: string): never {
    this.#report(summary, detail, span)
    throw failure
  }

  #report(summary: string, detail: string, span: Span): void {
    this.#push({ summary, detail, start: span.start, end: span.end })
  }

  readonly #push = (problem: Problem): void => {
    if (!this.#abandoned) this.#problems.push(problem)
  }
}

/** A list that grew has room for more; one that stays is copied to its size. */
function exact<Item>(list: readonly Item[]): readonly Item[] {
  return list.length === 0 ? none : list.slice()
}

function emptyBody(at: number): Body {
  const span = { start: at, end: at }
  return { attributes: none, blocks: none, start: at, end: at, close: span }
}

function findNamed(attributes: readonly Attribute[], name: string): Attribute | undefined {
  for (let i = 0; i < attributes.length; i++) if (attributes[i]!.name === name) return attributes[i]
  return undefined
}

function withSteps(of: Expression, found: readonly Step[]): Expression {
  if (found.length === 0) return of
  const steps = exact(found)
  const { end } = steps[steps.length - 1]!
  if (of.kind === 'traversal') {
    return { kind: 'traversal', root: of.root, rootSpan: of.rootSpan, steps, start: of.start, end }
  }
  return { kind: 'relative', of, steps, start: of.start, end }
}

function rawPart(part: PlainPart): RawPart {
  return part.kind === 'literal' ? part : { ...part, stripBefore: false, stripAfter: false }
}

function constantKey(key: Expression): string | Num | undefined {
  if (key.kind === 'number') return key.value
  if (key.kind !== 'template' || key.form !== 'quoted') return undefined
  const [part] = key.parts
  if (part === undefined) return ''
  return key.parts.length === 1 && part.kind === 'literal' ? part.text : undefined
}

function isOpener(kind: number): boolean {
  return (
    kind === T.openBrace ||
    kind === T.openBracket ||
    kind === T.openParen ||
    kind === T.interpolation ||
    kind === T.directive
  )
}

function isCloser(kind: number): boolean {
  return kind === T.closeBrace || kind === T.closeBracket || kind === T.closeParen || kind === T.sequenceEnd
}
