// Output of tasks for one reader: where the last lines begin, files that grow and shrink, drivers that keep their own.
import { appendFile, mkdir, open, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Credit } from '../../../src/agent/link/credit.ts'
import { streamLog, type LogPlace } from '../../../src/agent/logs/stream.ts'
import { tailOffset } from '../../../src/agent/logs/tail.ts'
import { initialCreditBytes, taskIdOf } from '../../../src/model/index.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../driver/processHarness.ts'
import { testInstance } from '../samples.ts'

let work: string
let cancel: AbortController
let sent: string
const instance = testInstance(1)

beforeEach(() => {
  work = temporaryDirectory('logs')
  cancel = new AbortController()
  sent = ''
})
afterEach(async () => {
  cancel.abort()
  await rm(work, { recursive: true, force: true })
})

const place = (fields: Partial<LogPlace> = {}): LogPlace => ({
  tasksDirectory: work,
  incarnations: () => [],
  driverLogs: () => undefined,
  ...fields,
})
const read = (from: LogPlace, options: { follow: boolean; tail?: number; credit?: Credit }): Promise<void> =>
  streamLog(
    from,
    { id: 1, op: 'open', kind: 'logs', instance, stream: 'stdout', ...options },
    options.credit ?? new Credit(cancel.signal),
    cancel.signal,
    data => (sent += data.toString('utf8')),
  )
const write = async (incarnation: number, text: string): Promise<string> => {
  const sandbox = join(work, taskIdOf(instance, incarnation))
  await mkdir(sandbox, { recursive: true })
  await writeFile(join(sandbox, 'stdout'), text)
  return join(sandbox, 'stdout')
}

describe('the last lines', () => {
  const long = 'x'.repeat(70_000)
  it.each([
    { text: '', lines: 3, last: '' },
    { text: 'a\nb\nc\n', lines: 2, last: 'b\nc\n' },
    { text: 'a\nb\nc', lines: 2, last: 'b\nc' },
    { text: 'a\nb\n', lines: 9, last: 'a\nb\n' },
    { text: 'a\nb\n', lines: 0, last: '' },
    { text: '\n\n\n', lines: 2, last: '\n\n' },
    { text: `${long}\n${long}\nend\n`, lines: 2, last: `${long}\nend\n` },
  ])('of case %#', async ({ text, lines, last }) => {
    const path = await write(1, text)
    const file = await open(path, 'r')
    try {
      expect(text.slice(await tailOffset(file, lines))).toBe(last)
    } finally {
      await file.close()
    }
  })
})

describe('a stream', () => {
  it('takes the newest run that there are files of', async () => {
    await write(2, 'second\n')
    await write(10, 'tenth\n')
    await read(place(), { follow: false })
    expect(sent).toBe('tenth\n')
  })

  it('follows a file that grows, and begins again when it was truncated', async () => {
    const path = await write(1, 'one\n')
    const done = read(place(), { follow: true })
    await until(
      () => sent === 'one\n',
      () => sent,
    )
    await appendFile(path, 'two\n')
    await until(
      () => sent === 'one\ntwo\n',
      () => sent,
    )
    await truncate(path, 0)
    await appendFile(path, 'new\n')
    await until(
      () => sent.endsWith('new\n'),
      () => sent,
    )
    cancel.abort()
    await expect(done).rejects.toThrow()
  })

  it('of a driver that keeps the output itself: within the credit, in pieces', async () => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(initialCreditBytes, 'a')
      yield Buffer.from('rest')
    }
    const credit = new Credit(cancel.signal)
    const done = read(
      place({ incarnations: () => [3], driverLogs: key => (key.incarnation === 3 ? pieces() : undefined) }),
      {
        follow: false,
        credit,
      },
    )
    await until(
      () => sent.length === initialCreditBytes,
      () => String(sent.length),
    )
    credit.add(100)
    await done
    expect(sent.endsWith('arest')).toBe(true)
  })

  it('of what is not here says so', async () => {
    await expect(read(place(), { follow: false })).rejects.toThrow(/no files of/)
    await expect(read(place({ incarnations: () => [4] }), { follow: false })).rejects.toThrow(/no stdout of/)
  })
})
