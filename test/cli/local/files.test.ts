// The directory of a local cluster: where it is found and made, and what becomes of a damaged record.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  findLocalDirectory,
  newLocalDirectory,
  prepareLocal,
  readLocal,
  writeLocal,
  type LocalCluster,
} from '../../../src/cli/local/files.ts'
import { knownLocal } from '../../../src/cli/local/recover.ts'
import { isAlive, startTimeOf } from '../../../src/cli/local/processes.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const gone = { pid: 0, startTime: '' }

let root = ''
let local = ''
beforeEach(() => {
  root = temporaryDirectory('repository')
  local = join(root, '.sddc')
  mkdirSync(join(root, '.git'))
  mkdirSync(join(root, 'a', 'b'), { recursive: true })
})

describe('where', () => {
  test('made at the root of the repository, found from below', () => {
    expect(newLocalDirectory(join(root, 'a', 'b'))).toBe(local)
    expect(findLocalDirectory(join(root, 'a', 'b'))).toBeUndefined()
    mkdirSync(local)
    expect(findLocalDirectory(join(root, 'a', 'b'))).toBe(local)
  })

  test('the nearest counts; one above the repository does not', () => {
    mkdirSync(local)
    mkdirSync(join(root, 'a', '.sddc'))
    expect(findLocalDirectory(join(root, 'a', 'b'))).toBe(join(root, 'a', '.sddc'))
    mkdirSync(join(root, 'a', 'b', '.git'))
    expect(findLocalDirectory(join(root, 'a', 'b'))).toBeUndefined()
  })

  test('a file of that name is none', () => {
    writeFileSync(local, '')
    expect(findLocalDirectory(root)).toBeUndefined()
    expect(() => prepareLocal(local)).toThrow(expect.objectContaining({ code: 'DATA_DIRECTORY_INVALID' }))
  })

  test('git does not see it', () => {
    prepareLocal(local)
    expect(readFileSync(join(local, '.gitignore'), 'utf8')).toBe('*\n')
  })
})

describe('the record', () => {
  const agent = { ...gone, name: 'agent1', address: '127.0.0.11', workDirectory: '/w', portBlock: 3 }
  const cluster: LocalCluster = { format: 1, url: 'http://127.0.0.1:8080', server: gone, agents: [agent] }
  const record = (): string => join(local, 'local.json')
  beforeEach(() => prepareLocal(local))

  test('is read as it was written', () => {
    expect(readLocal(local)).toBeUndefined()
    writeLocal(local, cluster)
    expect(readLocal(local)).toEqual(cluster)
    expect(existsSync(`${record()}.new`)).toBe(false)
  })

  test.each([
    '',
    'garbage',
    'null',
    '{"format":2}',
    '{"format":1,"url":"x","agents":[]}',
    JSON.stringify({ ...cluster, server: {} }),
    JSON.stringify({ ...cluster, agents: [{}] }),
    JSON.stringify({ ...cluster, url: 'no url' }),
  ])('is none when it is damaged: %s', text => {
    writeFileSync(record(), text)
    expect(readLocal(local)).toBeUndefined()
    expect(knownLocal(local)).toBeUndefined()
  })

  test('agents whose record is lost are known by their directories, as ones that may have left tasks', () => {
    for (const name of ['agent10', 'agent2', 'agent1', 'other']) {
      mkdirSync(join(local, 'agents', name), { recursive: true })
    }
    writeFileSync(record(), 'garbage')
    const known = knownLocal(local)!
    expect(known.agents.map(a => [a.name, a.address, a.pid])).toEqual([
      ['agent1', '127.0.0.11', -1],
      ['agent2', '127.0.0.12', -1],
      ['agent10', '127.0.0.20', -1],
    ])
    expect(isAlive(known.server)).toBe(false)
  })

  test('a process is not another one that got its number later', () => {
    const self = { pid: process.pid, startTime: startTimeOf(process.pid)! }
    expect(isAlive(self)).toBe(true)
    expect(isAlive({ ...self, startTime: `1@${self.startTime.split('@')[1]}` })).toBe(
      process.platform !== 'linux',
    )
    expect(isAlive(gone)).toBe(false)
    expect(isAlive({ pid: -1, startTime: '' })).toBe(false)
  })
})
