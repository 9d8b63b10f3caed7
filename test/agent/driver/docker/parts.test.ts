// The small parts of the Docker driver that need no engine.
import { describe, expect, test } from 'vitest'
import {
  conditionOf,
  exitOf,
  hasEnded,
  type ContainerState,
} from '../../../../src/agent/driver/docker/exit.ts'
import { createLimit } from '../../../../src/agent/driver/docker/limit.ts'
import { unframed } from '../../../../src/agent/driver/docker/logs.ts'

const exited: ContainerState = {
  Status: 'exited',
  Running: false,
  Paused: false,
  Restarting: false,
  OOMKilled: false,
  Dead: false,
  Pid: 0,
  ExitCode: 0,
  Error: '',
  StartedAt: '',
  FinishedAt: '',
}

describe('exit', () => {
  test.each([
    { state: {}, stopAsked: false, condition: 'Finished', exit: { code: 0, message: 'exit status 0' } },
    {
      state: { ExitCode: 3 },
      stopAsked: false,
      condition: 'Failed',
      exit: { code: 3, message: 'exit status 3' },
    },
    { state: { ExitCode: 0 }, stopAsked: true, condition: 'Killed', exit: { code: 0 } },
    {
      state: { ExitCode: 137 },
      stopAsked: true,
      condition: 'Killed',
      exit: { code: 137, message: 'exit status 137 (SIGKILL)' },
    },
    {
      state: { ExitCode: 1, OOMKilled: true },
      stopAsked: false,
      condition: 'Failed',
      exit: {
        code: 1,
        outOfMemory: true,
        message: 'a process ran out of memory (limit 64 MiB); exit status 1',
      },
    },
    {
      state: { Status: 'created', ExitCode: 127, Error: 'no such program' },
      stopAsked: false,
      condition: 'Error',
      exit: { message: 'the container could not be started: no such program' },
    },
  ] as const)('$condition with $exit.message', ({ state, stopAsked, condition, exit }) => {
    const whole = { ...exited, ...state }
    expect(hasEnded(whole)).toBe(true)
    expect(conditionOf(whole, stopAsked)).toBe(condition)
    expect(exitOf(whole, 64)).toMatchObject(exit)
  })

  test('a container that runs, or was only made, has not ended', () => {
    expect(hasEnded({ ...exited, Status: 'running' })).toBe(false)
    expect(hasEnded({ ...exited, Status: 'created' })).toBe(false)
  })
})

describe('limit', () => {
  test('never more at a time, all in order, also after a failure', async () => {
    const limit = createLimit(2)
    const order: number[] = []
    let running = 0
    let most = 0
    const work = async (n: number): Promise<void> => {
      most = Math.max(most, ++running)
      order.push(n)
      await new Promise(resolve => setImmediate(resolve))
      running--
      if (n === 1) throw new Error('one fails')
    }
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => limit(() => work(n))))
    expect(most).toBe(2)
    expect(order).toEqual(Array.from({ length: 20 }, (_, n) => n))
    expect(results.filter(result => result.status === 'rejected')).toHaveLength(1)
  })
})

describe('frames of a log', () => {
  test('come out whole, wherever the pieces were cut', async () => {
    const frames = Buffer.concat([frame('hello\n'), frame(''), frame('world\n')])
    for (let size = 1; size <= frames.length; size++) {
      const out: Uint8Array[] = []
      for await (const piece of unframed(piecesOf(frames, size))) out.push(piece)
      expect(Buffer.concat(out).toString()).toBe('hello\nworld\n')
    }
  })
})

function frame(text: string): Buffer {
  const header = Buffer.alloc(8)
  header[0] = 1
  header.writeUInt32BE(text.length, 4)
  return Buffer.concat([header, Buffer.from(text)])
}

async function* piecesOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
