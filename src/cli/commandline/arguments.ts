// Terraform users type long options with one dash. The parser underneath reads `-out f` as three short options, so long
// names that are known are given their second dash first; short groups such as `-it` stay as they are.

/** `longNames` without dashes. What follows a `--` is left alone. */
export function normaliseArguments(args: readonly string[], longNames: Iterable<string>): string[] {
  const known = new Set(longNames)
  const end = args.indexOf('--')
  return args.map((arg, i) => {
    const found = /^-((?:no-)?([a-z][a-z-]+))(=.*)?$/s.exec(arg)
    const isLong = found !== null && (known.has(found[1]!) || known.has(found[2]!))
    return isLong && (end === -1 || i < end) ? `-${arg}` : arg
  })
}
