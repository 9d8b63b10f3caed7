// The agent's memory on disk: what was written is read again, damage is put aside and told, one agent per directory.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Level } from 'level'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../../../src/agent/checkpoint/checkpoint.ts'
import { lockDirectory } from '../../../src/agent/checkpoint/lock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

let work: string
let lines: string[]
beforeEach(() => {
  work = temporaryDirectory('checkpoint')
  lines = []
})
afterEach(() => rm(work, { recursive: true, force: true }))

const open = () => openCheckpoint(join(work, 'checkpoint'), line => void lines.push(line))

describe('checkpoint', () => {
  it('gives back what was written, in the last state of each key', async () => {
    const first = await open()
    expect(first.records).toEqual([])
    await first.write([
      { key: 'a', value: { text: 'ä\n' } },
      { key: 'b', value: 1 },
    ])
    await first.write([
      { key: 'b', value: null },
      { key: 'a', value: 2 },
      { key: 'a', value: [3] },
    ])
    await first.close()
    const second = await open()
    expect(second.records).toEqual([{ key: 'a', value: [3] }])
    expect(second.damaged).toBe(false)
    await second.close()
  })

  it.each(['CURRENT', 'MANIFEST'])('without its %s file it is put aside, not emptied', async name => {
    const first = await open()
    await first.write([{ key: 'a', value: 1 }])
    await first.close()
    for (const file of await readdir(join(work, 'checkpoint'))) {
      if (file.startsWith(name)) await rm(join(work, 'checkpoint', file))
    }
    const second = await open()
    expect(second).toMatchObject({ records: [], damaged: true })
    expect(lines.join()).toContain('checkpoint.damaged-1')
    expect(await readdir(join(work, 'checkpoint.damaged-1'))).not.toEqual([])
    await second.write([{ key: 'b', value: 2 }])
    await second.close()
    const third = await open()
    expect(third.records).toEqual([{ key: 'b', value: 2 }])
    await third.close()
  })

  it('a value that was altered is not believed; the others are saved', async () => {
    const first = await open()
    await first.write([
      { key: 'a', value: 'one' },
      { key: 'b', value: 'two' },
    ])
    await first.close()
    const level = new Level<string, string>(join(work, 'checkpoint'))
    await level.put('a', (await level.get('a'))!.replace('one', 'eno'))
    await level.close()
    const second = await open()
    expect(second).toMatchObject({ records: [{ key: 'b', value: 'two' }], damaged: true })
    await second.close()
  })

  it('reopening stores everything again', async () => {
    const first = await open()
    await first.write([{ key: 'a', value: 1 }])
    await first.reopen([{ key: 'b', value: 2 }])
    await first.write([{ key: 'c', value: 3 }])
    await first.close()
    const second = await open()
    expect(second.records.map(r => r.key)).toEqual(['a', 'b', 'c'])
    await second.close()
  })
})

describe('lock', () => {
  it('keeps a second agent out until it is released', async () => {
    const lock = await lockDirectory(work, 'boot-1')
    await expect(lockDirectory(work, 'boot-1')).rejects.toMatchObject({ code: 'AGENT_DIRECTORY_LOCKED' })
    await lock.release()
    await (await lockDirectory(work, 'boot-1')).release()
    expect(await readdir(work)).toEqual([])
  })

  it.each([
    {
      name: 'of a process that is gone',
      holder: async () => ({ pid: await deadPid(), start: '1', bootId: 'boot-1' }),
    },
    {
      name: 'of another process with the same number',
      holder: async () => ({ pid: process.pid, start: '1', bootId: 'boot-1' }),
    },
    {
      name: 'of a boot before',
      holder: async () => ({ pid: process.ppid, start: await startOf(process.ppid), bootId: 'boot-0' }),
    },
    { name: 'that is no lock at all', holder: async () => 'rubbish' },
  ])('one left behind, $name, keeps nobody out', async ({ holder }) => {
    await writeFile(join(work, 'lock'), JSON.stringify(await holder()))
    const lock = await lockDirectory(work, 'boot-1')
    expect(JSON.parse(await readFile(join(work, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid })
    await lock.release()
  })
})

async function deadPid(): Promise<number> {
  const child = spawn('true')
  await once(child, 'exit')
  return child.pid!
}

async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!
}
