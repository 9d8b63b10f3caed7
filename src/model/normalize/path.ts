// Paths of apps and groups: relative ones (`x`, `./x`, `../y/z`) resolve against a group.

/** The absolute path; `..` above the root stays at the root. Blanks around and empty segments are dropped. */
export function resolvePath(base: string, written: string): string {
  const text = written.trim()
  const segments = text.startsWith('/') ? [] : base.split('/').filter(s => s !== '')
  for (const segment of text.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') segments.pop()
    else segments.push(segment)
  }
  return `/${segments.join('/')}`
}
