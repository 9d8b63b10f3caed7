// A disk that is full: a small file system of its own. Changes are refused in words, reads go on, nothing that was
// acknowledged is lost, tasks run on, and when there is room again the server goes on by itself.
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { StatusView } from '../../src/model/index.ts'
import { initCluster, type RunningServer, startServer } from '../../src/runtime/index.ts'
import { describeWith } from '../support/requires.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/wait.ts'
import { ask } from './http.ts'
import { get } from './scene.ts'

const cleanups: (() => Promise<unknown> | void)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describeWith(['root'], 'a full disk', () => {
  test.each([
    ['while it is watched', 120, true],
    ['that fills faster than it is watched', 64, false],
  ])('%s: refused, read, lost nothing, and gone on', async (_, sizeMiB, isWatched) => {
    const mount = temporaryFileSystem(sizeMiB)
    const data = join(mount, 'data')
    await initCluster(data)
    const logged: string[] = []
    const server = await startServer({
      dataDirectory: data,
      host: '127.0.0.1',
      port: 0,
      version: '0.0.0',
      log: line => void logged.push(line),
      ...(isWatched ? {} : { lowSpaceBytes: 0 }),
    })
    cleanups.push(() => server.close())
    const stored: string[] = []
    for (let i = 0; i < 5; i++) stored.push(await created(server, `/before-${i}`))
    fill(mount, isWatched ? 30 : 0)

    let refusal = ''
    await until(
      async () => {
        const id = `/full-${stored.length}`
        const { status, text } = await create(server, id, 10)
        if (status === 201) stored.push(id)
        else refusal = text
        return status === 503
      },
      {
        what: () =>
          `a refusal; stored ${stored.length}, last: ${refusal}; it logged: ${logged.slice(-8).join('\n')}`,
        everyMs: 50,
      },
    )
    expect(JSON.parse(refusal)).toMatchObject({
      code: expect.stringMatching(/^(READ_ONLY|OUTCOME_UNKNOWN)$/) as string,
    })
    // What was acknowledged is shown, now and for as long as it takes.
    for (let i = 0; i < 20; i++) expect(await shown(server)).toEqual(expect.arrayContaining(stored))
    expect((await create(server, '/refused')).status).toBe(503)

    rmSync(join(mount, 'filler'))
    await until(async () => (await create(server, '/after')).status === 201, {
      what: () => `changes to be taken again; it logged: ${logged.join('\n')}`,
      timeoutMs: 40_000,
      everyMs: 100,
    })
    const all = await shown(server)
    expect(all).toEqual(expect.arrayContaining([...stored, '/after']))
    expect(all).not.toContain('/refused')

    await server.close()
    const again = await startServer({
      dataDirectory: data,
      host: '127.0.0.1',
      port: 0,
      version: '0.0.0',
      log: () => {},
    })
    cleanups.push(() => again.close())
    expect(again.damage).toEqual([])
    expect(await shown(again)).toEqual(all)
  })
})

function temporaryFileSystem(sizeMiB: number): string {
  const mount = temporaryDirectory('full')
  const run = (...args: string[]): void => {
    const { status, stderr } = spawnSync(args[0]!, args.slice(1), { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
  }
  run('mount', '-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', mount)
  cleanups.push(() => run('umount', '--lazy', mount))
  return mount
}

/** Until so many MiB are free. */
function fill(mount: string, leftMiB: number): void {
  const filler = join(mount, 'filler')
  const { stdout } = spawnSync('df', ['-k', '--output=avail', mount], { encoding: 'utf8' })
  const freeKiB = Number(stdout.trim().split('\n').at(-1))
  const bytes = Math.max(0, freeKiB - leftMiB * 1024) * 1024
  const piece = Buffer.alloc(1024 * 1024)
  for (let left = bytes; left > 0; left -= piece.length)
    writeFileSync(filler, piece.subarray(0, Math.min(left, piece.length)), { flag: 'a' })
}

async function created(server: RunningServer, id: string): Promise<string> {
  expect(await create(server, id)).toMatchObject({ status: 201 })
  return id
}

/** With so many texts of 20 KB. */
function create(server: RunningServer, id: string, texts = 0): ReturnType<typeof ask> {
  const env = Object.fromEntries(Array.from({ length: texts }, (_, i) => [`TEXT_${i}`, 'x'.repeat(20_000)]))
  const body = { id, cmd: 'true', instances: 0, env }
  return ask({ method: 'POST', url: `${server.url}/v2/apps`, body })
}

async function shown(server: RunningServer): Promise<string[]> {
  return (await get<StatusView>(server.url, '/v1/status')).apps.map(a => a.id)
}
