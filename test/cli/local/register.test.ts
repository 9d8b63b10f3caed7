// The user's register of local clusters: who runs where, and which host ports belong to whom.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { locked, isLocked } from '../../../src/cli/local/lock.ts'
import {
  portBlockCount,
  portsOfBlock,
  readRegister,
  registerWithBlocks,
  updateRegister,
} from '../../../src/cli/local/register.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const before = process.env['XDG_STATE_HOME']
let root = ''
beforeEach(() => {
  root = temporaryDirectory('state')
  process.env['XDG_STATE_HOME'] = root
})
afterEach(() => {
  if (before === undefined) delete process.env['XDG_STATE_HOME']
  else process.env['XDG_STATE_HOME'] = before
})

function cluster(name: string): { directory: string; url: string } {
  const directory = join(root, name)
  mkdirSync(directory, { recursive: true })
  return { directory, url: `http://127.0.0.1/${name}` }
}

const none = (count: number): undefined[] => Array.from({ length: count }, () => undefined)

describe('port blocks', () => {
  test('clusters that start at the same time get different ones', async () => {
    const blocks = await Promise.all(['a', 'b', 'c'].map(name => registerWithBlocks(cluster(name), none(3))))
    expect(new Set(blocks.flat()).size).toBe(9)
    expect(
      readRegister()
        .map(c => c.url)
        .sort(),
    ).toEqual(['a', 'b', 'c'].map(n => `http://127.0.0.1/${n}`))
  })

  test('agents that run keep theirs; new ones get none that is held', async () => {
    const a = cluster('a')
    const b = cluster('b')
    await registerWithBlocks(a, none(3))
    expect(await registerWithBlocks(b, none(2))).toEqual([3, 4])
    await updateRegister(a.directory, undefined)
    expect(await registerWithBlocks(b, [3, 4, undefined, undefined])).toEqual([3, 4, 0, 1])
    expect(readRegister()).toEqual([{ ...b, portBlocks: [3, 4, 0, 1] }])
  })

  test('when all are taken they are shared', async () => {
    const blocks = await registerWithBlocks(cluster('a'), none(portBlockCount + 1))
    expect(blocks.at(-1)).toBe(0)
  })

  test('do not overlap', () => {
    for (let block = 1; block < portBlockCount; block++) {
      expect(portsOfBlock(block)[0]).toBe(portsOfBlock(block - 1)[1] + 1)
    }
    expect(portsOfBlock(portBlockCount - 1)[1]).toBeLessThan(32_768)
  })
})

describe('entries', () => {
  test('are taken out, and swept when their directory is gone', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map(cluster)
    for (const one of [a!, b!, c!]) await registerWithBlocks(one, none(1))
    rmSync(b!.directory, { recursive: true })
    await updateRegister(a!.directory, undefined)
    expect(readRegister().map(e => e.directory)).toEqual([c!.directory])
  })

  test.each(['', 'garbage', '{}', '[1, {"directory": 1}]'])(
    'a damaged register is an empty one: %s',
    text => {
      mkdirSync(join(root, 'sddc'))
      writeFileSync(join(root, 'sddc', 'clusters.json'), text)
      expect(readRegister()).toEqual([])
    },
  )
})

describe('locks', () => {
  test('one at a time, in this process too', async () => {
    const file = join(root, 'lock')
    let inside = 0
    const work = async (): Promise<void> => {
      expect(++inside).toBe(1)
      await new Promise(resolve => setImmediate(resolve))
      inside--
    }
    await Promise.all([1, 2, 3].map(() => locked(file, work)))
    expect(existsSync(file)).toBe(false)
  })

  test('given back when the work fails', async () => {
    const file = join(root, 'lock')
    await expect(locked(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(existsSync(file)).toBe(false)
  })

  test('one whose holder died is taken', async () => {
    const file = join(root, 'lock')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify({ pid: process.pid, startTime: '1@before' }))
    expect(isLocked(file)).toBe(false)
    expect(await locked(file, () => isLocked(file))).toBe(true)
  })
})
