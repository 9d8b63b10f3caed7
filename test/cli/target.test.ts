// Which cluster a command speaks to: flag, environment, setting, nearest local cluster, register.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { prepareLocal, writeLocal } from '../../src/cli/local/files.ts'
import { startTimeOf } from '../../src/cli/local/processes.ts'
import { registerWithBlocks } from '../../src/cli/local/register.ts'
import { findTarget, requireTarget } from '../../src/cli/target.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const names = ['XDG_STATE_HOME', 'SDDC_SERVER'] as const
const before = names.map(name => process.env[name])
let root = ''
beforeEach(() => {
  root = temporaryDirectory('target')
  process.env['XDG_STATE_HOME'] = join(root, 'state')
  delete process.env['SDDC_SERVER']
})
afterEach(() => {
  names.forEach((name, i) => {
    if (before[i] === undefined) delete process.env[name]
    else process.env[name] = before[i]
  })
})

/** A repository; with a cluster whose server is this process. */
function repository(name: string, running: boolean | undefined): string {
  const directory = join(root, name)
  mkdirSync(join(directory, '.git'), { recursive: true })
  if (running === undefined) return directory
  prepareLocal(join(directory, '.sddc'))
  const server = running
    ? { pid: process.pid, startTime: startTimeOf(process.pid)! }
    : { pid: 0, startTime: '' }
  writeLocal(join(directory, '.sddc'), { format: 1, url: `http://${name}:1`, server, agents: [] })
  return directory
}

async function registered(name: string, running = true): Promise<void> {
  const directory = join(repository(name, running), '.sddc')
  await registerWithBlocks({ directory, url: `http://${name}:1` }, [])
}

describe('findTarget', () => {
  test('each way gives way to the one before it', async () => {
    await registered('elsewhere')
    const nowhere = repository('nowhere', undefined)
    expect(findTarget({ directory: nowhere })?.url).toBe('http://elsewhere:1')
    const here = repository('here', true)
    expect(findTarget({ directory: here })?.url).toBe('http://here:1')
    expect(findTarget({ directory: here, configured: 'http://setting:2' })?.url).toBe('http://setting:2')
    process.env['SDDC_SERVER'] = 'http://environment:3'
    expect(findTarget({ directory: here, configured: 'http://setting:2' })?.url).toBe('http://environment:3')
    expect(findTarget({ directory: here, configured: 'http://setting:2', server: 'flag:4' })?.url).toBe(
      'http://flag:4',
    )
  })

  test('an empty SDDC_SERVER is none', () => {
    process.env['SDDC_SERVER'] = ''
    expect(findTarget({ directory: repository('here', true) })?.url).toBe('http://here:1')
  })

  test('a local cluster that is down is not replaced by one elsewhere', async () => {
    await registered('elsewhere')
    const here = repository('here', false)
    expect(findTarget({ directory: here })).toBeUndefined()
    expect(() => requireTarget({ directory: here })).toThrow(`The local cluster of ${here} is down`)
  })

  test('of the registered ones only those that run count, and only when there is one', async () => {
    const nowhere = repository('nowhere', undefined)
    await registered('dead', false)
    expect(findTarget({ directory: nowhere })).toBeUndefined()
    expect(() => requireTarget({ directory: nowhere })).toThrow('No cluster is named and none runs here')
    await registered('one')
    expect(findTarget({ directory: nowhere })?.url).toBe('http://one:1')
    await registered('two')
    expect(findTarget({ directory: nowhere })).toBeUndefined()
    expect(() => requireTarget({ directory: nowhere })).toThrow(
      expect.objectContaining({ advice: expect.stringMatching(/http:\/\/one:1 .*\n.*http:\/\/two:1 /) }),
    )
  })

  test.each(['foo:bar', 'ftp://x', 'http://', '::'])('not an address: %s', server => {
    expect(() => findTarget({ directory: root, server })).toThrow(
      expect.objectContaining({ code: 'USAGE', advice: expect.stringContaining('http://127.0.0.1:8080') }),
    )
  })

  test('who named a server that does not answer is told', async () => {
    const client = findTarget({ directory: root, configured: 'http://127.0.0.1:9' })!
    await expect(client.cluster()).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
      advice: expect.stringContaining('configuration’s settings'),
    })
  })
})
