// Tokens to a tree, by recursive descent with one function per rule of the grammar, which stands above it. NL is a
// newline token; where `nl*` stands newlines are ignored.
//
// After a mistake the rest of the argument or block header is skipped and the next one is read: all mistakes of a file
// come out in one run, and what follows only from an earlier one does not. Where an argument ends when its brackets
// don't match is guessed from the indent.
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
} from './ast.ts'
import { decodeLiteral } from './escapes.ts'
import { lex } from './lexer.ts'
import { NumberRangeError, type Num, maxExponent, parseNum } from './number.ts'
import type { Problem } from './problem.ts'
import type { Source, Span } from './source.ts'
import { type RawPart, assembleTemplate } from './template.ts'
import { T, type TokenKind } from './tokens.ts'
import { didYouMean } from '../../base/index.ts'

/** Brackets, blocks and operators inside one another: far more than people write, far less than the stack holds. */
export const maxNesting = 200

export interface Parsed<Node> {
  readonly node: Node
  readonly problems: readonly Problem[]
}

/** A whole file. Never throws; the tree holds what could be read. */
export function parseFile(source: Source): Parsed<File> {
  const parser = new Parser(source)
  const body = parser.file()
  const node: File = { source, body, start: source.first, end: source.text.length }
  return { node, problems: parser.problems }
}

/** One expression and nothing else; newlines are ignored as inside parentheses. */
export function parseExpression(source: Source): Parsed<Expression> {
  const parser = new Parser(source)
  const node = parser.lone()
  return { node, problems: parser.problems }
}

/** Thrown from the point of a mistake to the body item around it; the mistake itself is already recorded. */
class SyntaxFailure extends Error {}

const failure = new SyntaxFailure('syntax')

const operators: Readonly<Partial<Record<TokenKind, readonly [BinaryOperator, number]>>> = {
  [T.or]: ['||', 1],
  [T.and]: ['&&', 2],
  [T.equalEqual]: ['==', 3],
  [T.notEqual]: ['!=', 3],
  [T.greater]: ['>', 4],
  [T.greaterEqual]: ['>=', 4],
  [T.less]: ['<', 4],
  [T.lessEqual]: ['<=', 4],
  [T.plus]: ['+', 5],
  [T.minus]: ['-', 5],
  [T.star]: ['*', 6],
  [T.slash]: ['/', 6],
  [T.percent]: ['%', 6],
}
const operatorOf: readonly (readonly [BinaryOperator, number] | undefined)[] = Array.from(
  { length: T.invalid + 1 },
  (_, kind) => operators[kind as TokenKind],
)

class Parser {
  readonly #source: Source
  readonly #text: string
  readonly #kinds: readonly TokenKind[]
  readonly #starts: readonly number[]
  readonly #ends: readonly number[]
  readonly #problems: Problem[]
  #at = 0
  /** Where the last taken token ended. */
  #lastEnd = 0
  /** Whether newlines are tokens here. */
  #newlines = true
  #depth = 0
  /** Set when the rest of the file is given up; nothing more is reported. */
  #abandoned = false

  constructor(source: Source) {
    const { tokens, problems } = lex(source)
    this.#source = source
    this.#text = source.text
    this.#kinds = tokens.kinds
    this.#starts = tokens.starts
    this.#ends = tokens.ends
    this.#problems = [...problems]
  }

  get problems(): readonly Problem[] {
    return this.#problems
  }

  // file = body EOF
  file(): Body {
    const start = this.#starts[0]!
    const parts = this.#bodyItems(T.end)
    const end = this.#starts[this.#kinds.length - 1]!
    return { ...parts, start, end, close: { start: end, end } }
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
  #bodyItems(close: TokenKind): Pick<Body, 'attributes' | 'blocks'> {
    const attributes: Attribute[] = []
    const blocks: Block[] = []
    const names = new Map<string, Attribute>()
    for (;;) {
      this.#newlines = true
      const kind = this.#peek()
      if (kind === close || kind === T.end) return { attributes, blocks }
      if (kind === T.newline) {
        this.#at++
        continue
      }
      const start = this.#at
      const depth = this.#depth
      try {
        if (kind === T.identifier && this.#kinds[start + 1] === T.equal) {
          const attribute = this.#attribute()
          const first = names.get(attribute.name)
          if (first === undefined) {
            names.set(attribute.name, attribute)
            attributes.push(attribute)
          } else {
            this.#reportRedefined(attribute, first)
          }
          this.#endOfArgument()
        } else if (kind === T.identifier) {
          blocks.push(this.#block())
          this.#endOfBlock()
        } else {
          this.#failAtItem(kind)
        }
      } catch (thrown) {
        if (!(thrown instanceof SyntaxFailure)) throw thrown
        this.#depth = depth
        this.#recover(start)
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
    const nameSpan = this.#takeSpan()
    this.#take()
    const expression = this.#expression()
    const name = this.#text.slice(nameSpan.start, nameSpan.end)
    return { name, nameSpan, expression, start: nameSpan.start, end: expression.end }
  }

  #endOfArgument(): void {
    const kind = this.#peek()
    if (kind === T.newline || kind === T.end) return
    if (kind === T.comma) {
      this.#fail(
        'Unexpected comma after argument',
        'Arguments are separated by newlines, not by commas. Remove the comma.',
      )
    }
    this.#fail(
      'Missing newline after argument',
      `Expected a newline behind the argument, found ${this.#found()}.`,
    )
  }

  // block = IDENT { IDENT | STRLIT } "{" ( NL body | [IDENT "=" expr] ) "}" (NL | EOF)
  #block(): Block {
    const typeSpan = this.#takeSpan()
    const type = this.#text.slice(typeSpan.start, typeSpan.end)
    const labels: Label[] = []
    while (this.#peek() !== T.openBrace) labels.push(this.#label(type, labels.length))
    const header = { start: typeSpan.start, end: this.#lastEnd }
    this.#enter()
    const open = this.#takeSpan()
    const isLong = this.#kinds[this.#at] === T.newline || this.#kinds[this.#at] === T.end
    const body = isLong ? this.#longBody(open, type) : this.#oneLineBody(open)
    this.#depth--
    return { type, typeSpan, labels, header, body, start: typeSpan.start, end: body.end }
  }

  #label(type: string, count: number): Label {
    const kind = this.#peek()
    if (kind === T.identifier) {
      const span = this.#takeSpan()
      return { ...span, text: this.#text.slice(span.start, span.end) }
    }
    if (kind === T.openQuote) {
      const template = this.#quoted()
      const [part] = template.parts
      if (part === undefined) return { start: template.start, end: template.end, text: '' }
      if (template.parts.length === 1 && part.kind === 'literal') {
        return { start: template.start, end: template.end, text: part.text }
      }
      this.#failAt(template, 'Invalid block label', 'A label is plain text: no ${ } and no %{ } in it.')
    }
    this.#failAtBraceOnNextLine()
    if (count === 0) {
      if (kind === T.colon || kind === T.dot || kind === T.openBracket) {
        const advice = kind === T.colon ? `, not a colon: ${type} = …` : '; only plain names can be set here'
        this.#fail(
          'Argument or block definition required',
          `An argument is set with an equals sign${advice}.`,
        )
      }
      this.#failAt(
        { start: this.#lastEnd - type.length, end: this.#lastEnd },
        'Argument or block definition required',
        `"${type}" alone says nothing. To set an argument write ${type} = …, for a block write ${type} { … }.`,
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

  // Seen as one mistake, and skipped as one block.
  #failAtBraceOnNextLine(): void {
    let next = this.#at
    while (this.#kinds[next] === T.newline) next++
    if (next === this.#at || this.#kinds[next] !== T.openBrace) return
    this.#at = next
    this.#fail(
      'Invalid block definition',
      'The "{" that opens a block must stand on the same line as its type and labels.',
    )
  }

  #longBody(open: Span, type: string): Body {
    const parts = this.#bodyItems(T.closeBrace)
    if (this.#peek() === T.end) {
      this.#report(
        'Unclosed configuration block',
        `The "{" of this "${type}" block has no "}" before the end of the file.`,
        open,
      )
      this.#abandoned = true
      const end = this.#text.length
      return { ...parts, start: open.start, end, close: { start: end, end } }
    }
    const close = this.#takeSpan()
    return { ...parts, start: open.start, end: close.end, close }
  }

  #oneLineBody(open: Span): Body {
    const attributes: Attribute[] = []
    if (this.#peek() === T.identifier) {
      if (this.#kinds[this.#at + 1] !== T.equal) {
        this.#fail(
          'Invalid single-argument block definition',
          'A block on one line holds a single argument and no blocks. Begin a new line behind the "{".',
        )
      }
      attributes.push(this.#attribute())
    }
    const kind = this.#peek()
    if (kind !== T.closeBrace) {
      const detail =
        kind === T.comma || kind === T.identifier
          ? 'A block on one line holds a single argument. For more of them begin a new line for each.'
          : kind === T.newline || kind === T.end
            ? 'A block whose argument stands on its first line must be closed on that line too.'
            : `Expected a single argument and "}", found ${this.#found()}.`
      this.#fail('Invalid single-argument block definition', detail)
    }
    const close = this.#takeSpan()
    return { attributes, blocks: [], start: open.start, end: close.end, close }
  }

  #endOfBlock(): void {
    const kind = this.#peek()
    if (kind === T.newline || kind === T.end) return
    this.#fail(
      'Missing newline after block definition',
      `Expected a newline behind the "}" of the block, found ${this.#found()}.`,
    )
  }

  #failAtItem(kind: TokenKind): never {
    if (kind === T.openQuote) {
      const start = this.#starts[this.#at]!
      const template = this.#quoted()
      if (this.#peek() === T.equal || this.#peek() === T.colon) {
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

  /** Moves behind the broken item that began at token `start`. Always makes progress. */
  #recover(start: number): void {
    const kinds = this.#kinds
    const failedAt = this.#at
    const indent = this.#indentOf(start)
    let depth = 0
    let i = start
    for (; kinds[i] !== T.end; i++) {
      const kind = kinds[i]!
      const past = i >= failedAt && i > start
      if (past && depth > 0 && kinds[i - 1] === T.newline && this.#looksLikeNextItem(i, indent)) break
      if (kind === T.newline) {
        if (past && depth === 0) break
      } else if (isOpener(kind)) {
        depth++
      } else if (isCloser(kind)) {
        if (depth > 0) depth--
        else if (past && kind === T.closeBrace && kinds[i - 1] === T.newline) break
      }
    }
    this.#at = kinds[i] === T.end ? i : Math.max(i, start + 1)
  }

  #looksLikeNextItem(i: number, indent: number): boolean {
    const own = this.#indentOf(i)
    const kind = this.#kinds[i]
    if (kind === T.closeBrace) return own < indent
    if (kind !== T.identifier || own > indent) return false
    const next = this.#kinds[i + 1]
    return next === T.equal || next === T.openBrace || next === T.openQuote || next === T.identifier
  }

  #indentOf(i: number): number {
    return this.#starts[i]! - (i === 0 ? this.#source.first : this.#ends[i - 1]!)
  }

  // expr = or [ "?" expr ":" expr ]
  #expression(): Expression {
    this.#enter()
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
    return { kind: 'conditional', condition, yes, no, start: condition.start, end: no.end }
  }

  // or..mul = the precedence ladder, left-associative
  #binary(least: number): Expression {
    let left = this.#unary()
    for (;;) {
      const operator = operatorOf[this.#peek()]
      if (operator === undefined || operator[1] < least) return left
      this.#take()
      const right = this.#binary(operator[1] + 1)
      left = { kind: 'binary', operator: operator[0], left, right, start: left.start, end: right.end }
    }
  }

  // unary = ("-" | "!") unary | postfix
  #unary(): Expression {
    const kind = this.#peek()
    if (kind !== T.minus && kind !== T.not) return this.#postfix(this.#primary())
    this.#enter()
    const { start } = this.#takeSpan()
    const operand = this.#unary()
    this.#depth--
    return { kind: 'unary', operator: kind === T.minus ? '-' : '!', operand, start, end: operand.end }
  }

  // postfix = primary { "." IDENT | "." DIGITS | "." "*" | "[" nl* expr nl* "]" | "[" "*" "]" }
  #postfix(primary: Expression): Expression {
    let expression = primary
    let links = 0
    for (;;) {
      const kind = this.#peek()
      if (kind === T.dot) expression = this.#dotted(expression)
      else if (kind === T.openBracket) {
        const splat = this.#indexed(expression)
        expression = splat
        if (splat.kind === 'splat') return splat
      } else return expression
      if (expression.kind !== 'traversal' && expression.kind !== 'relative' && ++links > maxNesting) {
        this.#failTooDeep()
      }
    }
  }

  #dotted(of: Expression): Expression {
    const dot = this.#takeSpan()
    const kind = this.#peek()
    if (kind === T.star) return this.#attributeSplat(of, dot)
    return withStep(of, this.#dotStep(dot))
  }

  #dotStep(dot: Span): Step {
    const kind = this.#peek()
    if (kind === T.identifier) {
      const span = this.#takeSpan()
      return {
        kind: 'attribute',
        name: this.#text.slice(span.start, span.end),
        start: dot.start,
        end: span.end,
      }
    }
    if (kind === T.number) {
      const span = this.#takeSpan()
      const digits = this.#text.slice(span.start, span.end)
      if (!/^\d{1,15}$/.test(digits)) {
        this.#failAt(
          span,
          'Invalid legacy index syntax',
          `"${digits}" is read as one number. Write the indexes in brackets: [0][0].`,
        )
      }
      return { kind: 'index', key: Number(digits), start: dot.start, end: span.end }
    }
    this.#fail(
      'Invalid attribute name',
      `Expected the name of an attribute behind the dot, found ${this.#found()}.`,
    )
  }

  // Only ".name" and ".0" belong to each element; an index in brackets belongs to the result.
  #attributeSplat(of: Expression, dot: Span): Expression {
    const star = this.#takeSpan()
    let each: Expression = { kind: 'splatItem', start: star.start, end: star.end }
    while (this.#peek() === T.dot) {
      const next = this.#takeSpan()
      if (this.#peek() === T.star) {
        this.#fail(
          'Nested splat expression not allowed',
          'Behind ".*" there can be no second one. Use [*] for both.',
        )
      }
      each = withStep(each, this.#dotStep(next))
    }
    const marker = { start: dot.start, end: star.end }
    return { kind: 'splat', of, each, marker, start: of.start, end: each.end }
  }

  #indexed(of: Expression): Expression {
    const outer = this.#newlines
    const open = this.#takeSpan()
    this.#newlines = false
    if (this.#peek() === T.star) {
      this.#take()
      if (this.#peek() !== T.closeBracket) {
        this.#fail(
          'Missing close bracket on splat index',
          `Expected "]" behind "[*", found ${this.#found()}.`,
        )
      }
      const { end } = this.#takeSpan()
      this.#newlines = outer
      this.#enter()
      const each = this.#postfix({ kind: 'splatItem', start: open.start, end })
      this.#depth--
      return { kind: 'splat', of, each, marker: { start: open.start, end }, start: of.start, end: each.end }
    }
    const key = this.#expression()
    if (this.#peek() !== T.closeBracket) {
      this.#fail(
        'Missing close bracket on index',
        `Expected the "]" that closes the index, found ${this.#found()}.`,
      )
    }
    const { end } = this.#takeSpan()
    this.#newlines = outer
    const constant = constantKey(key)
    if (constant === undefined) return { kind: 'index', of, key, start: of.start, end }
    return withStep(of, { kind: 'index', key: constant, start: open.start, end })
  }

  // primary = NUMBER | template | true|false|null | IDENT | call | "(" nl* expr nl* ")" | tuple | object | for
  #primary(): Expression {
    switch (this.#peek()) {
      case T.number:
        return this.#number()
      case T.openQuote:
        return this.#quoted()
      case T.openHeredoc:
        return this.#heredoc()
      case T.identifier:
        return this.#named()
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
    const span = this.#takeSpan()
    const text = this.#text.slice(span.start, span.end)
    let value: Num | undefined
    try {
      value = parseNum(text)
    } catch (thrown) {
      if (!(thrown instanceof NumberRangeError)) throw thrown
      const detail = `Numbers have at most ${maxExponent} digits before or behind the point.`
      this.#failAt(span, 'Invalid number literal', detail)
    }
    if (value === undefined) {
      this.#failAt(
        span,
        'Invalid number literal',
        `"${text}" is not a number. Quote it if it is meant as text.`,
      )
    }
    return { kind: 'number', value, ...span }
  }

  // call = IDENT {"::" IDENT} "(" nl* [ expr {"," expr} ["," | "..."] ] nl* ")"
  #named(): Expression {
    const span = this.#takeSpan()
    let name = this.#text.slice(span.start, span.end)
    let { end } = span
    while (this.#peek() === T.doubleColon) {
      this.#take()
      if (this.#peek() !== T.identifier) {
        this.#fail('Invalid function name', `Expected a name behind "::", found ${this.#found()}.`)
      }
      const part = this.#takeSpan()
      name += `::${this.#text.slice(part.start, part.end)}`
      end = part.end
    }
    if (this.#peek() === T.openParen) return this.#call(name, { start: span.start, end })
    if (name.includes('::')) {
      this.#fail(
        'Missing open parenthesis',
        `"${name}" is a function; expected its "(", found ${this.#found()}.`,
      )
    }
    if (name === 'true' || name === 'false') return { kind: 'bool', value: name === 'true', ...span }
    if (name === 'null') return { kind: 'null', ...span }
    return { kind: 'traversal', root: name, rootSpan: span, steps: [], ...span }
  }

  #call(name: string, nameSpan: Span): Expression {
    const outer = this.#newlines
    const open = this.#takeSpan()
    this.#newlines = false
    const given: Expression[] = []
    let expand = false
    while (this.#peek() !== T.closeParen) {
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
        if (kind === T.end) {
          this.#failAt(
            open,
            'Unterminated function call',
            `The "(" of the call of "${name}" is never closed.`,
          )
        }
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
      arguments: given,
      expand,
      close,
      start: nameSpan.start,
      end: close.end,
    }
  }

  #parentheses(): Expression {
    const outer = this.#newlines
    const open = this.#takeSpan()
    this.#newlines = false
    const inner = this.#expression()
    if (this.#peek() !== T.closeParen) {
      const found = this.#found()
      if (this.#kinds[this.#at] === T.end) {
        this.#failAt(open, 'Unbalanced parentheses', 'This "(" is never closed.')
      }
      this.#fail('Unbalanced parentheses', `Expected the ")" that closes the expression, found ${found}.`)
    }
    const { end } = this.#takeSpan()
    this.#newlines = outer
    return { kind: 'parentheses', inner, start: open.start, end }
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
    return { kind: 'tuple', elements, start: open.start, end }
  }

  // object = "{" { NL } [ item { ("," {NL} | NL {NL}) item } [","] {NL} ] "}"
  #braced(): Expression {
    const outer = this.#newlines
    const open = this.#takeSpan()
    this.#newlines = true
    this.#skipNewlines()
    if (this.#atWord('for') && this.#kinds[this.#at + 1] === T.identifier) {
      return this.#for(open, T.closeBrace, outer)
    }
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
    return { kind: 'object', items, start: open.start, end }
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
      this.#fail('Missing key/value separator', `Expected "=" or ":" behind the key, found ${this.#found()}.`)
    }
    this.#take()
    return { key, value: this.#expression() }
  }

  #itemKey(): ObjectItem['key'] {
    const next = this.#kinds[this.#at + 1]
    if (this.#peek() === T.identifier && (next === T.equal || next === T.colon)) {
      const span = this.#takeSpan()
      return { kind: 'name', text: this.#text.slice(span.start, span.end), span }
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
      ...(names.key === undefined ? {} : { keyName: names.key }),
      valueName: names.value,
      collection,
      ...(key === undefined ? {} : { key }),
      value,
      ...(condition === undefined ? {} : { condition }),
      group,
      start: open.start,
      end,
    }
  }

  // ids = IDENT [ "," IDENT ] "in"
  #forNames(summary: string): { key?: string; value: string } {
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
    return second === undefined ? { value: first } : { key: first, value: second }
  }

  #forName(summary: string): string {
    if (this.#peek() !== T.identifier) {
      this.#fail(summary, `Expected a name for the elements, found ${this.#found()}.`)
    }
    const span = this.#takeSpan()
    return this.#text.slice(span.start, span.end)
  }

  // template = DQUOTE part* DQUOTE | HEREDOC part* MARK
  #quoted(): Template {
    const open = this.#takeSpan()
    const raw = this.#rawParts(T.closeQuote, true)
    const { end } = this.#takeSpan()
    const parts = assembleTemplate(raw, false, maxNesting, problem => this.#push(problem))
    return { kind: 'template', form: 'quoted', parts, start: open.start, end }
  }

  #heredoc(): Template {
    const open = this.#takeSpan()
    const flush = this.#text.charCodeAt(open.start + 2) === 45
    const raw = this.#rawParts(T.closeHeredoc, false)
    const { end } = this.#takeSpan()
    const parts = assembleTemplate(raw, flush, maxNesting, problem => this.#push(problem))
    return { kind: 'template', form: 'heredoc', parts, start: open.start, end }
  }

  // part = LITERAL | "${" ["~"] expr ["~"] "}" | "%{" ["~"] directive ["~"] "}"
  #rawParts(close: TokenKind, quoted: boolean): RawPart[] {
    const raw: RawPart[] = []
    const outer = this.#newlines
    for (;;) {
      const kind = this.#kinds[this.#at]!
      if (kind === close) return raw
      if (kind === T.quotedLiteral || kind === T.heredocLiteral) {
        const span = this.#takeSpan()
        const written = this.#text.slice(span.start, span.end)
        const text = decodeLiteral(written, span.start, quoted, problem => this.#push(problem))
        raw.push({ kind: 'literal', text, ...span })
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

  #interpolation(): RawPart {
    const open = this.#takeSpan()
    if (this.#peek() === T.sequenceEnd) {
      this.#fail(
        'Invalid expression',
        'There is nothing between "${" and "}". For a literal "${" write "$${".',
      )
    }
    const expression = this.#expression()
    if (this.#peek() !== T.sequenceEnd) {
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
    return { kind: 'interpolation', expression, ...this.#sequence(open) }
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
    if (!this.#newlines) while (this.#kinds[this.#at] === T.newline) this.#at++
    return this.#kinds[this.#at]!
  }

  #take(): void {
    this.#lastEnd = this.#ends[this.#at]!
    if (this.#kinds[this.#at] !== T.end) this.#at++
  }

  #takeSpan(): Span {
    const span = { start: this.#starts[this.#at]!, end: this.#ends[this.#at]! }
    this.#take()
    return span
  }

  #skipNewlines(): void {
    while (this.#kinds[this.#at] === T.newline) this.#at++
  }

  #atWord(word: string): boolean {
    if (this.#peek() !== T.identifier) return false
    const start = this.#starts[this.#at]!
    return this.#ends[this.#at]! - start === word.length && this.#text.startsWith(word, start)
  }

  #enter(): void {
    if (++this.#depth > maxNesting) this.#failTooDeep()
  }

  #failTooDeep(): never {
    this.#report(
      'Nesting too deep',
      `Brackets, blocks and operators may stand inside one another at most ${maxNesting} times. The rest of the file was not read.`,
      { start: this.#starts[this.#at]!, end: this.#ends[this.#at]! },
    )
    this.#abandoned = true
    this.#at = this.#kinds.length - 1
    throw failure
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
    const span = { start: this.#starts[this.#at]!, end: this.#ends[this.#at]! }
    // What the lexer already reported needs no second finding.
    if (this.#kinds[this.#at] !== T.invalid) this.#report(summary, detail, span)
    throw failure
  }

  #failAt(span: Span, summary: string, detail: string): never {
    this.#report(summary, detail, span)
    throw failure
  }

  #report(summary: string, detail: string, span: Span): void {
    this.#push({ summary, detail, start: span.start, end: span.end })
  }

  #push(problem: Problem): void {
    if (!this.#abandoned) this.#problems.push(problem)
  }
}

function withStep(of: Expression, step: Step): Expression {
  if (of.kind === 'traversal' || of.kind === 'relative') {
    // The list was made by this parse and is not shared: appending in place keeps a long chain linear.
    ;(of.steps as Step[]).push(step)
    return { ...of, end: step.end }
  }
  return { kind: 'relative', of, steps: [step], start: of.start, end: step.end }
}

function constantKey(key: Expression): string | Num | undefined {
  if (key.kind === 'number') return key.value
  if (key.kind !== 'template' || key.form !== 'quoted') return undefined
  const [part] = key.parts
  if (part === undefined) return ''
  return key.parts.length === 1 && part.kind === 'literal' ? part.text : undefined
}

function isOpener(kind: TokenKind): boolean {
  return (
    kind === T.openBrace ||
    kind === T.openBracket ||
    kind === T.openParen ||
    kind === T.interpolation ||
    kind === T.directive
  )
}

function isCloser(kind: TokenKind): boolean {
  return kind === T.closeBrace || kind === T.closeBracket || kind === T.closeParen || kind === T.sequenceEnd
}
