// Texts in quotes and in heredocs, with the escapes that each of the two has.

/** In quotes, nothing interpolated. */
export function quotedText(text: string): string {
  return `"${escaped(text)}"`
}

/**
 * A literal inside of quotes. `next` is the character that introduces what follows it, `$` or `%`: the same character at
 * the end of the literal would double it.
 */
export function escaped(text: string, next?: '$' | '%'): string {
  const inner = text.replace(special, escape).replace(/([$%])(?=\{)/g, '$1$1')
  if (next === undefined || !inner.endsWith(next)) return inner
  return inner.slice(0, -1) + unicode(next)
}

/** A literal inside of a heredoc, which knows no backslashes. */
export function heredocEscaped(text: string): string {
  return text.replace(/([$%])(?=\{)/g, '$1$1')
}

/** Whether a heredoc can hold the text: what has no letter of its own has no escape there. */
export function fitsHeredoc(text: string): boolean {
  return !hidden.test(text)
}

// Quotes and backslashes; what can't be seen, or changes how the text around it is shown.
const special = /["\\\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g
const hidden =
  /(?:\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff])/

const letters: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

function escape(c: string): string {
  return letters[c] ?? unicode(c)
}

function unicode(c: string): string {
  return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
}
