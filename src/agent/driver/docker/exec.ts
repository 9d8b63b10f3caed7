// Runs a command inside a running container: health checks of the kind COMMAND.
import { readFile } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import type Docker from 'dockerode'
import type { ExecResult } from '../../core/index.ts'
import { messageOf, type Engine } from './engine.ts'

/** Enough to say why a check failed; the rest is read and dropped. */
const maxOutputBytes = 16 * 1024

/** Never rejects. */
export async function execInContainer(
  engine: Engine,
  name: string,
  argv: readonly string[],
  timeoutMs: number,
): Promise<ExecResult> {
  const abort = AbortSignal.timeout(timeoutMs)
  let exec: Docker.Exec | undefined
  try {
    exec = await engine.docker
      .getContainer(name)
      .exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: true, abortSignal: abort })
    const stream = await exec.start({ abortSignal: abort })
    const output = await collect(engine.docker, stream, abort)
    const { ExitCode } = await exec.inspect()
    if (ExitCode === null)
      return { kind: 'failed', message: 'the engine does not know how the command ended' }
    return { kind: 'exited', code: ExitCode, output }
  } catch (error) {
    if (!abort.aborted) return { kind: 'failed', message: messageOf(error) }
    if (exec) await end(engine, exec)
    return { kind: 'timedOut' }
  }
}

async function collect(docker: Docker, stream: NodeJS.ReadWriteStream, abort: AbortSignal): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  const both = new PassThrough()
  both.on('data', (chunk: Buffer) => {
    if (length < maxOutputBytes) chunks.push(chunk)
    length += chunk.length
  })
  docker.modem.demuxStream(stream, both, both)
  try {
    await finished(stream, { signal: abort, writable: false })
  } finally {
    if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy()
    both.end()
  }
  return Buffer.concat(chunks).toString('utf8').slice(0, maxOutputBytes)
}

// The engine's API has no way to end a command that was started so. Where the engine is on this machine and the process
// is certainly of that container, it is ended directly; elsewhere it runs to its own end.
async function end(engine: Engine, exec: Docker.Exec): Promise<void> {
  if (!engine.isLocal) return
  try {
    const { Pid, Running, ContainerID } = await exec.inspect()
    if (!Running || Pid === 0) return
    const groups = await readFile(`/proc/${Pid}/cgroup`, 'utf8')
    if (groups.includes(ContainerID)) process.kill(Pid, 'SIGKILL')
  } catch {
    // It is gone, or not ours to end.
  }
}
