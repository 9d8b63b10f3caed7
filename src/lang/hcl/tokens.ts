// The kinds of tokens. Numbers, because the parser compares millions of them; a token itself is a row of three
// typed arrays (kind, start, end): nine bytes, nothing for the collector of garbage to follow.

export const T = {
  end: 0,
  newline: 1,
  identifier: 2,
  number: 3,
  openQuote: 4,
  closeQuote: 5,
  /** A literal part of a quoted string, escapes not yet decoded. */
  quotedLiteral: 6,
  /** A literal part of a heredoc: at most one line, its newline included. */
  heredocLiteral: 7,
  openHeredoc: 8,
  closeHeredoc: 9,
  /** `${` or `${~` */
  interpolation: 10,
  /** `%{` or `%{~` */
  directive: 11,
  /** `}` or `~}` that ends one of the two above. */
  sequenceEnd: 12,
  openBrace: 13,
  closeBrace: 14,
  openBracket: 15,
  closeBracket: 16,
  openParen: 17,
  closeParen: 18,
  comma: 19,
  dot: 20,
  ellipsis: 21,
  equal: 22,
  fatArrow: 23,
  question: 24,
  colon: 25,
  doubleColon: 26,
  plus: 27,
  minus: 28,
  star: 29,
  slash: 30,
  percent: 31,
  and: 32,
  or: 33,
  not: 34,
  equalEqual: 35,
  notEqual: 36,
  less: 37,
  lessEqual: 38,
  greater: 39,
  greaterEqual: 40,
  /** Something the lexer has already reported. */
  invalid: 41,
} as const

export type TokenKind = (typeof T)[keyof typeof T]

/** Row `i` of three columns, in the order of the text; the last of the `count` rows is the `end`. */
export interface Tokens {
  /** A TokenKind each. */
  readonly kinds: Uint8Array
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly count: number
}
