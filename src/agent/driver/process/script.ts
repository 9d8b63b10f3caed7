// The two shell scripts of a process task. POSIX sh, so that they run wherever processes do; no compiler, no process of
// ours per task but a small shell.
//
// The shim runs in a session of its own, outside the task's session and process group, and does one thing: it waits and
// writes how the task ended. It knows nothing of the task's environment. The launch script becomes the task: it records
// its own process id and start time, sets the environment, and is replaced by the command.
//
// A shell gives only a number: 128 + n for a death by signal n. Where it prints no line for the signal (SIGINT, SIGPIPE,
// with bash also SIGTERM), a task that ends by itself with 130, 141 or 143 is told from one that was killed by a guess,
// and the guess is the signal.

/** Arguments: the launch script, the exit record to write. */
export const shimScript = `#!/bin/sh
# Keeps the exit status of one task, also while the agent is away. Written by the agent; do not edit.
trap : HUP INT TERM
exec 2>"$2.err"
setsid /bin/sh "$1"
code=$?
# A shell says 137 for a kill and for "exit 137"; it tells them apart only by the line it prints for a signal. Some
# signals get no line; there the signal is the likelier.
signaled=false
if [ "$code" -gt 128 ]; then
  case "$code" in
    130|141) signaled=true ;;
    143) [ -n "$BASH_VERSION" ] && signaled=true ;;
  esac
  [ -s "$2.err" ] && signaled=true
fi
printf '{"code":%d,"signaled":%s}\\n' "$code" "$signaled" >"$2.tmp" && mv "$2.tmp" "$2"
rm -f "$2.err"
`

export interface Launch {
  readonly pidRecord: string
  readonly bootId: string
  readonly sandbox: string
  readonly env: Readonly<Record<string, string>>
  /** Program and arguments; the program by absolute path. */
  readonly command: readonly string[]
  /** Words before the command, for example to change the user. */
  readonly prefix: readonly string[]
}

/** Throws when a value can't be given to a process: a NUL byte. */
export function launchScript(launch: Launch): string {
  const plain: string[] = []
  const odd: string[] = []
  for (const [name, value] of Object.entries(launch.env)) {
    if (plainName.test(name) && !shellNames.has(name)) plain.push(`export ${name}=${quoted(value)}`)
    else odd.push(quoted(`${name}=${value}`))
  }
  const command = [...launch.prefix, ...(odd.length > 0 ? ['/usr/bin/env'] : [])].map(quoted)
  command.push(...odd, ...launch.command.map(quoted))
  const record = quoted(launch.pidRecord)
  return [
    '# Becomes one task. Written by the agent; do not edit.',
    `cd ${quoted(launch.sandbox)} || exit 127`,
    'read -r line </proc/$$/stat',
    'set -- ${line##*) }',
    `printf '{"pid":%d,"start":"%s","bootId":"%s"}\\n' "$$" "\${20}" ${quoted(launch.bootId)} >${record}.tmp || exit 127`,
    `mv ${record}.tmp ${record} || exit 127`,
    'exec </dev/null >>stdout 2>>stderr',
    'unset PWD OLDPWD SHLVL',
    ...plain,
    `exec ${command.join(' ')}`,
    '',
  ].join('\n')
}

const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Names that some shell does not let a script set; they go through env(1), as names do that are no shell names. */
const shellNames: ReadonlySet<string> = new Set([
  'BASHOPTS',
  'BASH_VERSINFO',
  'EUID',
  'GROUPS',
  'OPTIND',
  'PPID',
  'SHELLOPTS',
  'UID',
  '_',
])

function quoted(text: string): string {
  if (text.includes('\0')) throw new Error('a NUL character can not be given to a process')
  return `'${text.replaceAll("'", `'\\''`)}'`
}
