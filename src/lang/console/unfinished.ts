// Whether a question goes on in the next line: a bracket, a quote or a heredoc of it is still open.
import { lex } from '../hcl/lexer.ts'
import { Source } from '../hcl/source.ts'
import { T } from '../hcl/tokens.ts'

export function isUnfinished(text: string): boolean {
  const { tokens, problems } = lex(new Source('question', text))
  let depth = 0
  for (let i = 0; i < tokens.count; i++) depth += step(tokens.kinds[i]!)
  const isOpenText = problems.some(p => /^Unterminated (string literal|template string)$/.test(p.summary))
  return depth > 0 || (isOpenText && text.includes('<<'))
}

function step(kind: number): number {
  switch (kind) {
    case T.openBrace:
    case T.openBracket:
    case T.openParen:
    case T.interpolation:
    case T.directive:
      return 1
    case T.closeBrace:
    case T.closeBracket:
    case T.closeParen:
    case T.sequenceEnd:
      return -1
    default:
      return 0
  }
}
