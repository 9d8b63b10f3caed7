// Label selectors, as Marathon reads them in `?label=`:
//
//   selector = term { "," term }
//   term     = key | key ("==" | "=") value | key "!=" value | key "in" list | key "notin" list
//   list     = "(" value { "," value } ")"
//
// A comma means "and"; a backslash takes the next character as it is; `!=` and `notin` want the label to be there.

export type Selector = (labels: Readonly<Record<string, string>>) => boolean

/** Undefined when the text is no selector. */
export function parseSelector(text: string): Selector | undefined {
  const tokens = tokensOf(text)
  const tests: Selector[] = []
  let at = 0
  const take = (): Token | undefined => tokens[at++]
  do {
    const test = parseTerm(take, () => tokens[at])
    if (test === undefined) return undefined
    tests.push(test)
  } while (take()?.sign === ',')
  return at > tokens.length ? labels => tests.every(test => test(labels)) : undefined
}

interface Token {
  /** `,` `(` `)` `=` `==` `!=`, or absent for a word. */
  readonly sign?: string
  readonly word: string
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  for (const [found] of text.matchAll(/==|!=|[=,()]|(?:\\.|[^\s=!,()\\])+|\S/gs)) {
    if (/^(==|!=|[=,()])$/.test(found)) tokens.push({ sign: found, word: '' })
    else tokens.push({ word: found.replace(/\\(.)/gs, '$1') })
  }
  return tokens
}

function parseTerm(take: () => Token | undefined, peek: () => Token | undefined): Selector | undefined {
  const key = take()
  if (key === undefined || key.sign !== undefined) return undefined
  const name = key.word
  const next = peek()
  if (next === undefined || next.sign === ',') return labels => labels[name] !== undefined
  take()
  if (next.sign === '=' || next.sign === '==' || next.sign === '!=') {
    const value = take()
    if (value === undefined || value.sign !== undefined) return undefined
    return next.sign === '!='
      ? labels => labels[name] !== undefined && labels[name] !== value.word
      : labels => labels[name] === value.word
  }
  if (next.word !== 'in' && next.word !== 'notin') return undefined
  const values = parseList(take)
  if (values === undefined) return undefined
  const isIn = next.word === 'in'
  return labels => labels[name] !== undefined && values.has(labels[name]) === isIn
}

function parseList(take: () => Token | undefined): ReadonlySet<string> | undefined {
  if (take()?.sign !== '(') return undefined
  const values = new Set<string>()
  for (;;) {
    const value = take()
    if (value === undefined || value.sign !== undefined) return undefined
    values.add(value.word)
    const end = take()
    if (end?.sign === ')') return values
    if (end?.sign !== ',') return undefined
  }
}
