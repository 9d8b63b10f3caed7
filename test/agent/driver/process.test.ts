// The process driver against real processes.
import { readFile, writeFile, chmod, mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TaskSpec } from '../../../src/agent/core/index.ts'
import { membersOf, ProcessScanner } from '../../../src/agent/driver/process/processes.ts'
import { describeWith } from '../../support/requires.ts'
import { driverConformance } from './conformance.ts'
import { openProcessHarness, until, type ProcessHarness } from './processHarness.ts'

driverConformance('process driver', openProcessHarness, { quickExits: 200 })

describe('process driver', () => {
  let harness: ProcessHarness
  beforeEach(async () => {
    harness = await openProcessHarness()
  })
  afterEach(() => harness.close())

  const endOf = (task: TaskSpec) =>
    harness.events.find(e => e.kind === 'ended' && e.key.instance === task.key.instance)
  const runToEnd = async (task: TaskSpec) => {
    harness.driver.start(task)
    await harness.until(() => endOf(task) !== undefined)
    return endOf(task)
  }
  const stdoutOf = (task: TaskSpec) => readFile(`${harness.sandboxOf(task)}/stdout`, 'utf8')
  const running = async (task: TaskSpec) => {
    harness.driver.start(task)
    await harness.until(() => harness.events.some(e => e.kind === 'running'))
  }

  it.each([
    {
      name: 'success',
      cmd: 'exit 0',
      condition: 'Finished',
      exit: { code: 0, message: 'Command exited with status 0' },
    },
    {
      name: 'failure',
      cmd: 'exit 1',
      condition: 'Failed',
      exit: { code: 1, message: 'Command exited with status 1' },
    },
    {
      name: 'exit 137 is no signal',
      cmd: 'exit 137',
      condition: 'Failed',
      exit: { code: 137, message: 'Command exited with status 137' },
    },
    {
      name: 'exit 143 is no signal',
      cmd: 'exit 143',
      condition: 'Failed',
      exit: { code: 143, message: 'Command exited with status 143' },
    },
    {
      name: 'kill -9',
      cmd: 'kill -9 $$',
      condition: 'Failed',
      exit: { signal: 'SIGKILL', message: 'Command terminated with signal Killed' },
    },
    {
      name: 'kill -15',
      cmd: 'kill -15 $$',
      condition: 'Failed',
      exit: { signal: 'SIGTERM', message: 'Command terminated with signal Terminated' },
    },
    {
      name: 'kill -2',
      cmd: 'kill -2 $$',
      condition: 'Failed',
      exit: { signal: 'SIGINT', message: 'Command terminated with signal Interrupt' },
    },
    {
      name: 'kill -11',
      cmd: 'kill -11 $$',
      condition: 'Failed',
      exit: { signal: 'SIGSEGV', message: 'Command terminated with signal Segmentation fault' },
    },
    {
      name: 'no such command',
      cmd: 'no-such-command-here',
      condition: 'Failed',
      exit: { code: 127, message: 'Command exited with status 127' },
    },
  ])('exit: $name', async ({ cmd, condition, exit }) => {
    expect(await runToEnd(harness.run({ cmd }))).toMatchObject({ condition, exit })
  })

  it('the command runs under bash where there is one: braces expand', async () => {
    const task = harness.run({ cmd: 'for i in {1..5}; do echo $i; done' })
    await runToEnd(task)
    expect(await stdoutOf(task)).toBe('1\n2\n3\n4\n5\n')
  })

  it('args run as they are, without a shell', async () => {
    const task = harness.run({ args: ['printf', '%s|', '$HOME', "it's", 'a  b', '{1..2}'] })
    await runToEnd(task)
    expect(await stdoutOf(task)).toBe("$HOME|it's|a  b|{1..2}|")
  })

  it('a program that is not there: Error with its name', async () => {
    const end = await runToEnd(harness.run({ args: ['no-such-program'] }))
    expect(end).toMatchObject({
      condition: 'Error',
      exit: { message: expect.stringContaining('no-such-program') },
    })
  })

  it('a user that is not there: Error', async () => {
    const end = await runToEnd(harness.run({ cmd: 'true', user: 'no-such-user-here' }))
    expect(end).toMatchObject({
      condition: 'Error',
      exit: { message: expect.stringContaining('no-such-user-here') },
    })
  })

  describeWith(['root'], 'as root', () => {
    it('runs as the user that the app names', async () => {
      await chmod(dirname(dirname(harness.sandboxOf(harness.run({})))), 0o755)
      const task = harness.run({ cmd: 'id -un; touch mine && ls -l mine | cut -d" " -f3', user: 'nobody' })
      expect(await runToEnd(task)).toMatchObject({ condition: 'Finished' })
      expect(await stdoutOf(task)).toBe('nobody\nnobody\n')
      const sleeper = harness.run({ cmd: 'sleep 1000', user: 'nobody' })
      harness.driver.start(sleeper)
      await harness.until(() => harness.events.filter(e => e.kind === 'running').length === 2)
      expect(await harness.driver.exec(sleeper.key, ['id', '-un'], 5000)).toMatchObject({ output: 'nobody' })
      harness.driver.stop(sleeper.key, 5000)
      await harness.until(() => endOf(sleeper) !== undefined)
    })
  })

  it('odd characters in names and values of the environment arrive unharmed, and nothing else does', async () => {
    const odd = {
      PLAIN: 'a b',
      QUOTES: `'"\`$(false)\\ \${HOME}`,
      LINES: 'one\ntwo\n',
      UMLAUT: 'ä€😀',
      'dotted.name-x': `v'1`,
      EUID: '77',
      EMPTY: '',
    }
    const task = harness.run({ args: ['env', '-0'] }, odd)
    await runToEnd(task)
    const seen = Object.fromEntries(
      (await stdoutOf(task))
        .split('\0')
        .filter(line => line !== '')
        .map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
    expect(seen).toMatchObject(odd)
    const names = ['HOME', 'LANG', 'PATH', 'MESOS_TASK_ID', 'MESOS_SANDBOX', ...Object.keys(odd)]
    expect(Object.keys(seen).sort()).toEqual(names.sort())
    expect(seen['HOME']).toBe(harness.sandboxOf(task))
  })

  it('the working directory is the sandbox, the session is its own, interrupts are not ignored', async () => {
    const task = harness.run({
      cmd: 'pwd; cat /proc/$$/stat | cut -d" " -f1,5,6; grep SigIgn /proc/$$/status',
    })
    await runToEnd(task)
    const [directory, ids, ignored] = (await stdoutOf(task)).trim().split('\n')
    expect(directory).toBe(harness.sandboxOf(task))
    const [pid, group, session] = ids!.split(' ')
    expect([group, session]).toEqual([pid, pid])
    expect(ignored).toMatch(/0{16}$/)
  })

  it('stop ends the whole tree: children, grandchildren, and a child in a session of its own', async () => {
    const task = harness.run({
      cmd: `sleep 1000 & setsid sh -c 'sleep 1001 & sleep 1002' & (setsid sleep 1003 &) ; wait`,
    })
    await running(task)
    const scanner = new ProcessScanner()
    const members = async () => membersOf(await scanner.scan(), task.taskId, undefined).length
    await until(
      async () => (await members()) >= 5,
      () => 'too few children',
    )
    harness.driver.stop(task.key, 5000)
    await harness.until(() => endOf(task) !== undefined)
    expect(await members()).toBe(0)
  })

  it('children get the grace too, also when their parent is gone at once, and may start helpers to clean up', async () => {
    // It waits without starting anything: dash loses a signal that comes while it starts a program.
    const task = harness.run({
      cmd: `sh -c 'trap "sleep 0.5; echo clean >>done; exit" TERM; sleep 1000 & echo ready; wait' & wait`,
    })
    await running(task)
    await until(
      async () => (await stdoutOf(task)).includes('ready'),
      () => 'not ready',
    )
    harness.driver.stop(task.key, 20_000)
    await harness.until(() => endOf(task) !== undefined)
    expect(await readFile(`${harness.sandboxOf(task)}/done`, 'utf8')).toBe('clean\n')
  })

  it('what a task leaves behind when it ends by itself is ended too', async () => {
    const task = harness.run({ cmd: 'sleep 1000 & (setsid sleep 1001 &); exit 4' })
    expect(await runToEnd(task)).toMatchObject({ exit: { code: 4 } })
    expect(membersOf(await new ProcessScanner().scan(), task.taskId, undefined)).toEqual([])
  })

  it('what is left of a task that ended while the agent was away is ended by the next one', async () => {
    const task = harness.run({ cmd: '(setsid sleep 1001 &); while [ ! -e go ]; do sleep 0.02; done; exit 4' })
    await running(task)
    await harness.restart(async () => {
      await writeFile(`${harness.sandboxOf(task)}/go`, '')
      await until(
        async () => membersOf(await new ProcessScanner().scan(), task.taskId, undefined).length === 1,
        () => 'it did not end',
      )
    })
    expect(await harness.driver.find()).toMatchObject([{ state: 'ended', exit: { code: 4 } }])
    expect(membersOf(await new ProcessScanner().scan(), task.taskId, undefined)).toEqual([])
  })

  it('a shim that is killed: the end is told, its status is not known', async () => {
    const task = harness.run({ cmd: 'echo $PPID; sleep 1000' })
    await running(task)
    await until(
      async () => (await stdoutOf(task)) !== '',
      () => 'no output',
    )
    process.kill(Number(await stdoutOf(task)), 'SIGKILL')
    const [first] = membersOf(await new ProcessScanner().scan(), task.taskId, undefined)
    process.kill(first!.pid, 'SIGKILL')
    await harness.until(() => endOf(task) !== undefined)
    expect(endOf(task)).toMatchObject({
      condition: 'Failed',
      exit: { message: expect.stringContaining('not known') },
    })
  })

  it('exec runs beside the task, with its environment and directory, and is timed', async () => {
    const task = harness.run({ cmd: 'sleep 1000' }, { GREETING: 'hello' })
    await running(task)
    const { driver } = harness
    expect(await driver.exec(task.key, ['sh', '-c', 'echo $GREETING; pwd; exit 2'], 5000)).toEqual({
      kind: 'exited',
      code: 2,
      output: `hello\n${harness.sandboxOf(task)}`,
    })
    expect(await driver.exec(task.key, ['sh', '-c', 'sleep 1000'], 100)).toEqual({ kind: 'timedOut' })
    expect(await driver.exec(task.key, ['no-such-program'], 100)).toMatchObject({ kind: 'failed' })
  })

  it('links directories of the machine into the sandbox', async () => {
    const data = `${harness.sandboxOf(harness.run({}))}-data`
    await mkdir(data, { recursive: true })
    await writeFile(`${data}/in`, 'from the machine')
    const volume = { containerPath: 'deep/data', hostPath: data, mode: 'RW' } as const
    const task = harness.run({
      cmd: 'cat deep/data/in; echo back > deep/data/out',
      container: { type: 'MESOS', volumes: [volume] },
    })
    expect(await runToEnd(task)).toMatchObject({ condition: 'Finished' })
    expect(await stdoutOf(task)).toBe('from the machine')
    expect(await readFile(`${data}/out`, 'utf8')).toBe('back\n')
  })

  it.each([
    { name: 'read-only', volume: { mode: 'RO' }, problem: 'nothing keeps a plain process from writing' },
    { name: 'absolute', volume: { containerPath: '/data' }, problem: 'only inside its sandbox' },
    { name: 'outside', volume: { containerPath: '../data' }, problem: 'only inside its sandbox' },
    { name: 'missing', volume: { hostPath: '/no/such/place' }, problem: 'does not exist on this agent' },
  ] as const)('a volume that is $name: Error with its name', async ({ volume, problem }) => {
    const whole = { containerPath: 'data', hostPath: '/tmp', mode: 'RW', ...volume } as const
    const end = await runToEnd(harness.run({ cmd: 'true', container: { type: 'MESOS', volumes: [whole] } }))
    expect(end).toMatchObject({
      condition: 'Error',
      exit: { message: expect.stringMatching(new RegExp(`^volume ${whole.containerPath}: .*${problem}`)) },
    })
  })

  it('fetches files and web resources into the sandbox', async () => {
    const files = `${harness.sandboxOf(harness.run({}))}-files`
    await mkdir(files, { recursive: true })
    await writeFile(`${files}/hello.sh`, '#!/bin/sh\necho hello from a file\n')
    await chmod(`${files}/hello.sh`, 0o644)
    const server = createServer((request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: '/data.txt' }).end()
      else if (request.url === '/data.txt') response.end('from the web')
      else response.writeHead(404).end()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    try {
      const web = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const item = { extract: true, executable: false, cache: false }
      const task = harness.run({
        cmd: './hello.sh; cat sub/data.txt',
        fetch: [
          { ...item, uri: `${files}/hello.sh`, executable: true },
          { ...item, uri: `${web}/moved`, destPath: 'sub/data.txt' },
        ],
      })
      expect(await runToEnd(task)).toMatchObject({ condition: 'Finished' })
      expect(await stdoutOf(task)).toBe('hello from a file\nfrom the web')
      const missing = await runToEnd(harness.run({ cmd: 'true', fetch: [{ ...item, uri: `${web}/none` }] }))
      expect(missing).toMatchObject({ exit: { message: expect.stringContaining('404') } })
      const outside = await runToEnd(
        harness.run({ cmd: 'true', fetch: [{ ...item, uri: `${files}/hello.sh`, destPath: '../x' }] }),
      )
      expect(outside).toMatchObject({ exit: { message: expect.stringContaining('inside the sandbox') } })
    } finally {
      server.close()
    }
  })
})
