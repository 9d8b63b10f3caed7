// Terraform users type long options with one dash. The parser underneath reads `-out f` as three short options, so long
// names that are known are given their second dash first; short groups such as `-it` stay as they are.

/** Long options of any command, without dashes. */
export const longOptions = [
  'address',
  'adopt',
  'agents',
  'attributes',
  'auto-approve',
  'cluster',
  'color',
  'data',
  'detach',
  'detailed-exitcode',
  'dir',
  'follow',
  'force',
  'help',
  'host',
  'hostname',
  'instance',
  'json',
  'name',
  'no-color',
  'out',
  'ping-interval',
  'port',
  'raw',
  'resources',
  'server',
  'stack',
  'stderr',
  'tail',
  'take-over',
  'var',
  'var-file',
  'version',
  'work',
] as const

const known: ReadonlySet<string> = new Set(longOptions)

export function normaliseArguments(args: readonly string[]): string[] {
  const end = args.indexOf('--')
  return args.map((arg, i) => {
    const found = /^-([a-z][a-z-]+)(=.*)?$/s.exec(arg)
    const isOption = found !== null && (end === -1 || i < end) && known.has(found[1]!)
    return isOption ? `-${arg}` : arg
  })
}
