// Runs a bundled module in its process: the stage and the values of variables go in on standard input, the description
// comes back on descriptor 3, what is printed is kept apart. The environment is empty, time, memory and sizes are
// limited, and nothing is inherited but the four pipes.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import { ownFolders } from './bundle.ts'
import type { ModuleContext, ModuleResult } from './child.ts'
import { inheritedDescriptors } from './inherited.ts'
import type { Sandbox } from './sandbox.ts'

const heapLimitMiB = 512
/** What the description may be as JSON, and what the module may print. */
export const maxResultBytes = 64 * 1024 * 1024
const maxOutputBytes = 64 * 1024

export type ModuleInput = Omit<ModuleContext, 'ownFolders'>

export interface ModuleRun {
  readonly result?: ModuleResult
  readonly output: string
  readonly exitCode: number | null
  readonly timedOut: boolean
  readonly tooMuch: boolean
}

export async function runModule(
  sandbox: Sandbox,
  path: string,
  workingDirectory: string,
  input: ModuleInput,
  timeLimitMs: number,
): Promise<ModuleRun> {
  const child = startChild(sandbox, path, workingDirectory)
  const { env, vars, named, clockShiftMs } = input
  const context: ModuleContext = {
    env,
    vars,
    named,
    ownFolders,
    ...(clockShiftMs === undefined ? {} : { clockShiftMs }),
  }
  child.stdin!.on('error', () => {})
  child.stdin!.end(JSON.stringify(context))
  const results: Buffer[] = []
  let size = 0
  let output = ''
  let tooMuch = false
  let timedOut = false
  child.stdio[3]!.on('data', (chunk: Buffer) => {
    size += chunk.length
    tooMuch = size > maxResultBytes
    if (tooMuch) child.kill('SIGKILL')
    else results.push(chunk)
  })
  const keep = (chunk: string): void => {
    if (output.length < maxOutputBytes) output += chunk
  }
  child.stdout!.setEncoding('utf8').on('data', keep)
  child.stderr!.setEncoding('utf8').on('data', keep)
  const timer = setTimeout(() => {
    timedOut = true
    child.kill('SIGKILL')
  }, timeLimitMs)
  try {
    const exitCode = await new Promise<number | null>((done, failed) => {
      child.on('error', failed)
      child.on('close', done)
    })
    const result = timedOut || tooMuch ? undefined : parseResult(Buffer.concat(results).toString())
    return { ...(result ? { result } : {}), output, exitCode, timedOut, tooMuch }
  } finally {
    clearTimeout(timer)
  }
}

/** What this program has inherited is covered by the null device, so that the module does not get it. */
function startChild(sandbox: Sandbox, path: string, workingDirectory: string): ChildProcess {
  const nothing = openSync(devNull, 'r')
  try {
    const stdio: ('pipe' | 'ignore' | number)[] = ['pipe', 'pipe', 'pipe', 'pipe']
    for (const descriptor of inheritedDescriptors(stdio.length - 1)) {
      while (stdio.length < descriptor) stdio.push('ignore')
      stdio[descriptor] = nothing
    }
    const args = [...sandbox.args, `--max-old-space-size=${heapLimitMiB}`, path]
    return spawn(sandbox.program, args, { cwd: workingDirectory, env: {}, stdio })
  } finally {
    closeSync(nothing)
  }
}

function parseResult(text: string): ModuleResult | undefined {
  try {
    return JSON.parse(text) as ModuleResult
  } catch {
    return undefined
  }
}
