// Where a text stops being JSON, for people: the engine's own message, with line and column. The engine names a position
// in most messages, and for an unexpected token only shows what stands around it, so that is looked up here.

/** Longer texts are not searched: they come from programs, which don't read this. */
const maxSearchedLength = 1_000_000

/** `Expected ',' … (line 3, column 7)`. `error` is what JSON.parse threw on the text. */
export function jsonProblem(text: string, error: Error): string {
  const position = positionOf(text, error.message)
  const message = error.message.replace(
    / in JSON(?: at position \d+.*)?$|, ".*" is not valid JSON$|, \.\.\..*$/s,
    '',
  )
  const shown = message.slice(0, 200)
  if (position === undefined) return shown
  const before = text.slice(0, position)
  const line = before.split('\n').length
  return `${shown} (line ${line}, column ${position - before.lastIndexOf('\n')})`
}

function positionOf(text: string, message: string): number | undefined {
  const named = /at position (\d+)/.exec(message)
  if (named !== null) return Number(named[1])
  if (message.startsWith('Unexpected end')) return text.length
  const token = /^Unexpected token '(.)'/su.exec(message)?.[1]
  return token === undefined || text.length > maxSearchedLength ? undefined : firstOutside(text, token)
}

// The first place outside strings where the token is neither a part of the syntax nor of a number or a known word.
function firstOutside(text: string, token: string): number | undefined {
  const known = /\s+|[{}[\]:,]|"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/gsy
  let end = 0
  while (known.test(text)) end = known.lastIndex
  const found = text.indexOf(token, end)
  return found < 0 ? undefined : found
}
