// Descriptors that this program got from whoever started it, and would hand on to every process that it starts: a
// shell's or a build server's sockets and pipes. Node opens its own so that they close by themselves.
import { readdirSync, readFileSync } from 'node:fs'

/** O_CLOEXEC in `flags:` of /proc/self/fdinfo, which is octal. */
const closesOnStart = 0o2000000
/** Numbers above are so rare that a list up to them is not worth making. */
const maxDescriptor = 4096

/** The numbers above those that the caller sets itself; empty where the system does not tell. */
export function inheritedDescriptors(above: number): readonly number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter(fd => fd > above && fd <= maxDescriptor && isInherited(fd))
}

function isInherited(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))
    return flags !== null && (Number.parseInt(flags[1]!, 8) & closesOnStart) === 0
  } catch {
    // Closed meanwhile.
    return false
  }
}
