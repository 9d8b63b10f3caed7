// SIGKILL never loses what the system holds in memory, so killing proves nothing about the disk. Here the server's
// system calls are traced: the answer to a change leaves only when a sync of LevelDB's log, begun after the request was
// read and after its bytes were written, has come back.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { initCluster } from '../../src/runtime/index.ts'
import { freePort } from '../support/ports.ts'
import { start } from '../support/processes.ts'
import { describeWith } from '../support/requires.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { serverProgram } from './child.ts'
import { ask } from './http.ts'
import type { Order } from './server.ts'
import { type Call, readTrace, traceOptions } from './trace.ts'

const requests = 5
let end: () => Promise<unknown> = async () => {}

afterEach(() => end())

describeWith(['strace'], 'a change', () => {
  test('is synced before it is answered', async () => {
    const directory = temporaryDirectory('synced')
    await initCluster(join(directory, 'data'))
    const calls = await tracedServer(directory, async url => {
      for (let i = 0; i < requests; i++) {
        const body = { id: `/app-${i}`, cmd: 'true', instances: 0 }
        expect(await ask({ method: 'POST', url: `${url}/v2/apps`, body, key: `key-${i}` })).toMatchObject({
          status: 201,
        })
      }
    })
    for (let i = 0; i < requests; i++) expectSynced(calls, `Idempotency-Key: key-${i}\\r\\n`)
  })
})

function expectSynced(calls: readonly Call[], key: string): void {
  const request = calls.find(c => /^(read|recvfrom)$/.test(c.name) && c.text.includes(key))
  if (request === undefined) throw new Error(`${key} was not read`)
  expect(request.text).toContain('POST /v2/apps ')
  const [answer] = calls.filter(c => isOutput(c) && c.file === request.file && c.begin > request.end)
  if (answer === undefined) throw new Error(`${key} was not answered`)
  expect(answer.text).toContain('HTTP/1.1 201 ')
  const between = calls.filter(c => c.begin > request.end && c.end < answer.begin && isLog(c))
  const written = between.find(isOutput)
  const syncs = between.filter(
    c => /^f(data)?sync$/.test(c.name) && c.result === 0 && written !== undefined && c.begin > written.end,
  )
  expect(syncs.length, `syncs of the log before the answer to ${key}`).toBeGreaterThan(0)
  // Nothing of the change is written behind the last sync.
  expect(between.findLast(isOutput)!.end).toBeLessThan(syncs.at(-1)!.begin)
}

function isOutput({ name }: Call): boolean {
  return ['write', 'writev', 'sendto', 'sendmsg'].includes(name)
}

function isLog({ file }: Call): boolean {
  return /\/data\/state\/\d+\.log>$/.test(file)
}

/** Runs a server under trace, uses it, ends it. */
async function tracedServer(directory: string, use: (url: string) => Promise<void>): Promise<Call[]> {
  const port = await freePort()
  const trace = join(directory, 'trace')
  const order: Order = { kind: 'serve', dataDirectory: join(directory, 'data'), port }
  const tracer = start('strace', [...traceOptions(trace), process.execPath, ...serverProgram], {
    input: `${JSON.stringify(order)}\n`,
  })
  // The tracer ends with the server, and only with it.
  end = async () => {
    const pid = Number(/"warm","pid":(\d+)/.exec(tracer.stdout())?.[1] ?? 0)
    if (pid === 0 || tracer.child.exitCode !== null) tracer.child.kill('SIGKILL')
    else process.kill(pid, 'SIGKILL')
    await tracer.ended
  }
  await tracer.says(/"done"/, 90_000)
  await use(`http://127.0.0.1:${port}`)
  await end()
  end = async () => {}
  return readTrace(readFileSync(trace, 'utf8'))
}
