// The Docker driver on a real engine: first what every driver promises, then what is Docker's own.
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { busyboxImage, importBusybox } from '../../../images/busybox.ts'
import { tar } from '../../../images/tar.ts'
import { freePort } from '../../../support/ports.ts'
import { describeWith } from '../../../support/requires.ts'
import { until } from '../../../support/wait.ts'
import { driverConformance } from '../conformance.ts'
import { openDockerHarness, type DockerHarness } from './harness.ts'

/** Its containers run as a user of their own. */
const userImage = 'sddc-test/busybox-user:1'
const forever = `trap 'exit 0' TERM; sleep 1000 & wait`

describeWith(['docker', 'busybox'], 'Docker driver', () => {
  driverConformance('docker', openDockerHarness, { quickExits: 10 })

  let harness: DockerHarness
  const opened: DockerHarness[] = []
  beforeEach(async () => {
    harness = await openDockerHarness({ portAddress: '127.0.0.1', cluster: 'test' })
    opened.push(harness)
  })
  afterEach(() => harness.close())
  afterAll(async () => {
    for (const one of opened) {
      const left = await one.docker.listContainers({
        all: true,
        filters: { label: [`sddc.directory=${one.workDirectory}`] },
      })
      expect(left).toEqual([])
    }
  })

  test('the labels name the task', async () => {
    const task = await harness.started(
      harness.run({ cmd: forever, labels: { team: 'a', 'sddc.agent': 'me' } }),
    )
    const { Config } = await harness.container(task).inspect()
    expect(Config.Labels).toMatchObject({
      team: 'a',
      'sddc.agent': 'agent-1',
      'sddc.cluster': 'test',
      'sddc.instance': task.key.instance,
      'sddc.incarnation': '1',
      MESOS_TASK_ID: task.taskId,
    })
  })

  test('cmd runs in a shell, with the environment, and its output can be read', async () => {
    const task = harness.run({ cmd: 'echo "task $MESOS_TASK_ID"; echo oops >&2; exit 4' })
    await harness.started(task)
    expect(await harness.ended(task)).toMatchObject({ condition: 'Failed', exit: { code: 4 } })
    expect(await text(harness.driver.logs(task.key, 'stdout'))).toBe(`task ${task.taskId}\n`)
    expect(await text(harness.driver.logs(task.key, 'stderr'))).toBe('oops\n')
  })

  test('args follow the entry point of the image, or replace its command', async () => {
    const parameters = [{ key: 'entrypoint', value: '/bin/echo' }]
    const echo = harness.run({ args: ['a b', 'c'], docker: { parameters } })
    await harness.started(echo)
    expect(await harness.ended(echo)).toMatchObject({ condition: 'Finished' })
    expect(await text(harness.driver.logs(echo.key, 'stdout'))).toBe('a b c\n')
  })

  test('logs: everything, or the last lines', async () => {
    const task = await harness.started(harness.run({ cmd: `for i in 1 2 3; do echo $i; done; ${forever}` }))
    await until(async () => (await text(harness.driver.logs(task.key, 'stdout'))) === '1\n2\n3\n', {
      what: 'output',
    })
    expect(await text(harness.driver.logs(task.key, 'stdout', { tail: 1 }))).toBe('3\n')
  })

  test('a following reader sees the end', async () => {
    const task = await harness.started(
      harness.run({ cmd: 'mkfifo /tmp/go; echo 1; read x < /tmp/go; echo $x' }),
    )
    const all = text(harness.driver.logs(task.key, 'stdout', { follow: true }))
    await until(async () => (await text(harness.driver.logs(task.key, 'stdout'))) === '1\n', {
      what: 'output',
    })
    await harness.driver.exec(task.key, ['sh', '-c', 'echo 2 > /tmp/go'], 5000)
    expect(await all).toBe('1\n2\n')
  })

  test('a following reader ends when it goes away, while the task runs on', async () => {
    const task = await harness.started(harness.run({ cmd: `echo 1; ${forever}` }))
    const gone = new AbortController()
    const pieces: string[] = []
    const reading = (async () => {
      for await (const piece of harness.driver.logs(task.key, 'stdout', {
        follow: true,
        signal: gone.signal,
      }))
        pieces.push(Buffer.from(piece).toString())
    })()
    await until(() => pieces.join('') === '1\n', { what: 'output' })
    gone.abort()
    await reading
    const late = harness.driver.logs(task.key, 'stdout', { follow: true, signal: gone.signal })
    expect(await text(late)).toBe('')
    expect(await harness.liveRuns(task)).toBe(1)
  })

  test('what an ended task wrote is in its sandbox, and stays when the container goes', async () => {
    const task = harness.run({ cmd: 'echo out; echo err >&2; ln -s /etc/passwd $MESOS_SANDBOX/stdout' })
    await harness.started(task)
    await harness.ended(task)
    harness.driver.remove(task.key)
    await until(() => isGone(harness, task), { what: 'the container to be removed' })
    const sandbox = harness.sandboxOf(task)
    expect([readFileSync(`${sandbox}/stdout`, 'utf8'), readFileSync(`${sandbox}/stderr`, 'utf8')]).toEqual([
      'out\n',
      'err\n',
    ])
    expect(readFileSync('/etc/passwd', 'utf8')).not.toContain('out\n')
  })

  test('the output of a task that ended while no agent was there is kept by the next one', async () => {
    const task = await harness.started(
      harness.run({ cmd: 'echo out; while [ ! -e /mnt/mesos/sandbox/go ]; do sleep 0.05; done' }),
    )
    await harness.restart(async () => {
      writeFileSync(`${harness.sandboxOf(task)}/go`, '')
      await until(async () => (await harness.liveRuns(task)) === 0, { what: 'its end' })
    })
    expect(await harness.driver.find()).toMatchObject([{ state: 'ended', exit: { code: 0 } }])
    expect(readFileSync(`${harness.sandboxOf(task)}/stdout`, 'utf8')).toBe('out\n')
  })

  test('a container that was made but not started is found as ended', async () => {
    const task = harness.run({ cmd: forever })
    await harness.started(task)
    harness.driver.stop(task.key, 0)
    await harness.ended(task)
    const { Config } = await harness.container(task).inspect()
    const other = harness.run({ cmd: forever })
    const Labels = { ...Config.Labels, 'sddc.instance': other.key.instance }
    await harness.docker.createContainer({ name: `sddc-${other.taskId}`, Image: busyboxImage, Labels })
    await harness.restart()
    const found = await harness.driver.find()
    expect(found.find(f => f.key.instance === other.key.instance)).toMatchObject({
      state: 'ended',
      exit: { message: expect.stringContaining('not started') },
    })
    harness.driver.remove(other.key)
    await until(() => isGone(harness, other), { what: 'the container to be removed' })
  })

  test.each([
    ['root', {}],
    ['a name', { user: 'nobody' }],
    ['a number', { user: '1234' }],
    ['a number and a group', { user: '1234:5678' }],
    ['the user of the image', { docker: { image: userImage } }],
  ])('what is fetched lies in the sandbox, which the user may write to: %s', async (_, user) => {
    await importBusybox(harness.docker, userImage, ['CMD ["/bin/sh"]', 'ENV PATH=/bin', 'USER 4321'])
    const source = `${harness.workDirectory}/files`
    mkdirSync(`${source}/bin`, { recursive: true })
    writeFileSync(`${source}/bin/hello.sh`, 'echo hello from a file\n')
    writeFileSync(
      `${source}/data.tar`,
      tar([{ kind: 'file', path: 'in/data', content: Buffer.from('data') }]),
    )
    const item = { extract: true, executable: false, cache: false }
    const task = harness.run({
      ...user,
      cmd: 'cd $MESOS_SANDBOX && ./hello.sh && cat in/data && echo done > mine && cat mine',
      fetch: [
        { ...item, uri: `${source}/bin/hello.sh`, executable: true },
        { ...item, uri: `file://${source}/data.tar` },
      ],
    })
    await harness.started(task)
    expect(await harness.ended(task)).toMatchObject({ condition: 'Finished' })
    expect(readFileSync(`${harness.sandboxOf(task)}/stdout`, 'utf8')).toBe('hello from a file\ndatadone\n')
  })

  test('what can not be fetched: an Error that names it, and no container', async () => {
    const item = { extract: true, executable: false, cache: false, uri: '/no/such/file' }
    const task = await harness.started(harness.run({ cmd: 'true', fetch: [item] }))
    expect(await harness.ended(task)).toMatchObject({
      condition: 'Error',
      exit: { message: expect.stringContaining('Failed to fetch /no/such/file: ') },
    })
    expect(await isGone(harness, task)).toBe(true)
  })

  test('a stop ends what is being fetched', async () => {
    let asked = false
    const server = createServer(() => void (asked = true))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    try {
      const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/never`
      const task = harness.run({
        cmd: 'true',
        fetch: [{ extract: true, executable: false, cache: false, uri }],
      })
      harness.driver.start(task)
      await until(() => asked, { what: 'the request' })
      harness.driver.stop(task.key, 1000)
      expect(await harness.ended(task)).toMatchObject({ condition: 'Killed' })
      expect(await isGone(harness, task)).toBe(true)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  test('port mappings answer on the host port, tcp and udp', async () => {
    const host = await freePort()
    const task = await harness.started(
      harness.run({ cmd: 'while :; do echo hello | nc -l -p 80; done', user: 'root' }, [
        { host, container: 80, protocol: 'udp,tcp' },
      ]),
    )
    expect(await until(() => firstLine(host), { what: 'an answer' })).toBe('hello\n')
    const { HostConfig } = await harness.container(task).inspect()
    const binding = [{ HostIp: '127.0.0.1', HostPort: String(host) }]
    expect(HostConfig.PortBindings).toEqual({ '80/tcp': binding, '80/udp': binding })
    const running = harness.eventsOf(task).find(e => e.kind === 'running')
    expect(running).toMatchObject({ pid: expect.any(Number), ipAddresses: [expect.stringMatching(/^172\./)] })
  })

  test('a host port that is taken: an Error with the words of the engine, and no container left', async () => {
    const host = await freePort()
    const ports = [{ host, container: 80, protocol: 'tcp' }] as const
    await harness.started(harness.run({ cmd: forever }, ports))
    const second = await harness.started(harness.run({ cmd: forever }, ports))
    expect(await harness.ended(second)).toMatchObject({
      condition: 'Error',
      exit: { message: expect.stringContaining('port is already allocated') },
    })
    await until(() => isGone(harness, second), { what: 'the container to be removed' })
  })

  test('the host network has the ports of the host', async () => {
    const port = await freePort()
    await harness.started(
      harness.run({ networks: [{ mode: 'host' }], cmd: `while :; do echo host | nc -l -p ${port}; done` }),
    )
    expect(await until(() => firstLine(port), { what: 'an answer' })).toBe('host\n')
  })

  test('volumes of the host, read-only and writable, and the sandbox', async () => {
    const data = `${harness.workDirectory}/data`
    mkdirSync(data)
    writeFileSync(`${data}/in`, 'x')
    const volumes = [
      { containerPath: '/ro', hostPath: data, mode: 'RO' },
      { containerPath: '/rw', hostPath: data, mode: 'RW' },
    ] as const
    const cmd = 'cat /ro/in > /rw/out; touch /ro/no; echo s > /mnt/mesos/sandbox/file; touch /rw/done'
    const task = harness.run({ cmd, container: { type: 'DOCKER', volumes } })
    await harness.started(task)
    await harness.ended(task)
    expect(readFileSync(`${data}/out`, 'utf8')).toBe('x')
    expect(await text(harness.driver.logs(task.key, 'stderr'))).toMatch(/Read-only/)
    expect(readFileSync(`${harness.workDirectory}/tasks/${task.taskId}/file`, 'utf8')).toBe('s\n')
  })

  test('another user', async () => {
    const task = harness.run({ cmd: 'id -u', user: 'nobody' })
    await harness.started(task)
    await harness.ended(task)
    expect(await text(harness.driver.logs(task.key, 'stdout'))).toBe('65534\n')
  })

  test('out of memory is told beside the exit status', async () => {
    const task = harness.run({ cmd: 'tail /dev/zero', mem: 8 })
    await harness.started(task)
    expect(await harness.ended(task)).toMatchObject({
      condition: 'Failed',
      exit: { outOfMemory: true, message: expect.stringContaining('limit 8 MiB') },
    })
  })

  test('a memory limit under the least is raised and told', async () => {
    const task = harness.run({ cmd: 'true', mem: 1 })
    await harness.started(task)
    await harness.ended(task)
    expect(harness.lines.join('\n')).toContain('raised from 1 MiB to 6 MiB')
  })

  test('an image that is not there: an Error that names it', async () => {
    const task = await harness.started(harness.run({ cmd: 'true', docker: { image: 'sddc-test/nowhere:9' } }))
    expect(await harness.ended(task)).toMatchObject({
      condition: 'Error',
      exit: { message: expect.stringMatching(/^image sddc-test\/nowhere:9 could not be pulled: .+/) },
    })
  })

  test('a forced pull fails though the image is there', async () => {
    const task = await harness.started(harness.run({ cmd: 'true', docker: { forcePullImage: true } }))
    expect(await harness.ended(task)).toMatchObject({
      condition: 'Error',
      exit: { message: expect.stringContaining(`image ${busyboxImage} could not be pulled`) },
    })
  })

  test('an unknown parameter is refused by name', async () => {
    const task = harness.run({ cmd: 'true', docker: { parameters: [{ key: 'hostnam', value: 'x' }] } })
    await harness.started(task)
    expect(await harness.ended(task)).toMatchObject({
      condition: 'Error',
      exit: { message: 'unknown Docker parameter "hostnam". Did you mean "hostname"?' },
    })
  })

  test('exec: output and status, and a time limit that ends the command', async () => {
    const task = await harness.started(harness.run({ cmd: forever }))
    const { driver } = harness
    expect(
      await driver.exec(task.key, ['sh', '-c', 'echo out; sleep 0.1; echo err >&2; exit 3'], 10_000),
    ).toEqual({
      kind: 'exited',
      code: 3,
      output: 'out\nerr\n',
    })
    const unknown = await driver.exec(task.key, ['no-such-program'], 10_000)
    expect(unknown).toMatchObject({ output: expect.stringContaining('executable file not found') })
    expect(await driver.exec(task.key, ['sleep', '777'], 300)).toEqual({ kind: 'timedOut' })
    await until(async () => !(await processesIn(harness, task)).includes('sleep 777'), {
      what: 'sleep to be ended',
    })
  })

  test('what others made is never touched, also under our name', async () => {
    const task = harness.run({ cmd: forever })
    const foreign = await harness.docker.createContainer({
      name: `sddc-${task.taskId}`,
      Image: busyboxImage,
      Cmd: ['sleep', '1000'],
    })
    try {
      await foreign.start()
      harness.driver.start(task)
      expect(await harness.ended(task)).toMatchObject({
        condition: 'Error',
        exit: { message: expect.stringContaining('this agent did not make') },
      })
      harness.driver.stop(task.key, 0)
      harness.driver.remove(task.key)
      await harness.restart()
      expect(await harness.driver.find()).toEqual([])
      expect((await foreign.inspect()).State.Running).toBe(true)
    } finally {
      await foreign.remove({ force: true })
    }
  })

  test('a container that somebody else removes is told as failed', async () => {
    const task = await harness.started(harness.run({ cmd: forever }))
    await harness.container(task).remove({ force: true })
    expect(await harness.ended(task)).toMatchObject({ condition: 'Failed' })
  })
})

async function text(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all).toString('utf8')
}

function firstLine(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', data => {
      socket.destroy()
      resolve(data.toString('utf8'))
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('closed without a word')))
  })
}

async function isGone(harness: DockerHarness, task: { readonly taskId: string }): Promise<boolean> {
  const found = await harness.docker.listContainers({ all: true, filters: { name: [task.taskId] } })
  return found.length === 0
}

async function processesIn(
  harness: DockerHarness,
  task: Parameters<DockerHarness['container']>[0],
): Promise<string> {
  const { Processes } = (await harness.container(task).top()) as { Processes: readonly (readonly string[])[] }
  return Processes.map(row => row.join(' ')).join('\n')
}
