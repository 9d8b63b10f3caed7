// What `strace -f -yy -o` wrote, as calls with their places in the order of events. A call that another thread's line
// cuts in two counts from its first half to its second.

export interface Call {
  readonly name: string
  /** The descriptor and what it stands for: `27</data/state/000006.log>`, `29<TCP:[…]>`. */
  readonly file: string
  /** Arguments, as far as they were traced. */
  readonly text: string
  /** Lines of the trace. */
  readonly begin: number
  readonly end: number
  /** Undefined for a call that never returned. */
  readonly result: number | undefined
}

/** The options under which strace writes what `readTrace` reads. */
export function traceOptions(output: string): readonly string[] {
  const calls = 'fdatasync,fsync,read,recvfrom,write,writev,sendto,sendmsg'
  return ['-f', '-yy', '-tt', '-s', '400', '-e', `trace=${calls}`, '-o', output]
}

export function readTrace(trace: string): Call[] {
  const calls: Call[] = []
  const unfinished = new Map<string, { name: string; file: string; text: string; begin: number }>()
  for (const [at, line] of trace.split('\n').entries()) {
    const [, thread, rest] = /^(\d+) +\S+ +(.*)$/.exec(line) ?? []
    if (thread === undefined || rest === undefined) continue
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1]
    if (resumed !== undefined) {
      const first = unfinished.get(thread)
      if (first !== undefined)
        calls.push({ ...first, text: first.text + resumed, end: at, result: resultOf(resumed) })
      unfinished.delete(thread)
      continue
    }
    const [, name, file, text] = /^(\w+)\((\d+<.*?>)(?=[,)]| <unfinished)(.*)$/.exec(rest) ?? []
    if (name === undefined || file === undefined || text === undefined) continue
    if (text.endsWith('<unfinished ...>')) unfinished.set(thread, { name, file, text, begin: at })
    else calls.push({ name, file, text, begin: at, end: at, result: resultOf(text) })
  }
  for (const call of unfinished.values()) calls.push({ ...call, end: Infinity, result: undefined })
  return calls.sort((a, b) => a.begin - b.begin)
}

function resultOf(text: string): number | undefined {
  const result = /\) += (-?\d+)[^"]*$/.exec(text)?.[1]
  return result === undefined ? undefined : Number(result)
}
