// Text that came from users, made safe for a terminal: what a configuration says must not move the cursor, colour the
// screen or reverse the reading direction. Every replaced character keeps its width of one cell.

/** Control characters become control pictures (␛ for escape), other invisible formatting becomes �. Keeps newline and tab. */
export function printable(text: string): string {
  return text.replace(unsafe, character => {
    const code = character.charCodeAt(0)
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    return code === 0x7f ? '\u2421' : '\ufffd'
  })
}

// C0 less tab and newline, delete, C1, line and paragraph separators, directional overrides and isolates. Written as a
// text, since a pattern may not hold control characters themselves.
const unsafe = new RegExp(
  '[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]',
  'g',
)

/** The same on one line: newlines and tabs are replaced, too. */
export function printableLine(text: string): string {
  return printable(text).replaceAll('\n', '\u240a').replaceAll('\t', '\u2409')
}
