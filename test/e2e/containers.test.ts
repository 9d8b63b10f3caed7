// A web server in a container (tutorial 8), reached where the API says, through a command to its end.
import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import Docker from 'dockerode'
import type { InstanceView } from '../../src/model/index.ts'
import { busyboxImage, importBusybox } from '../images/busybox.ts'
import { describeWith } from '../support/requires.ts'
import { until } from '../support/wait.ts'
import { running, untilRunning, User } from './harness.ts'

describeWith(['docker', 'busybox'], 'an app in a container', () => {
  const user = new User()
  const docker = new Docker()

  test('answers on the random host port that the API reports', async () => {
    await importBusybox(docker)
    await user.up(2)
    const created = await fetch(`${user.url()}/v2/apps`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        id: 'docker-server',
        cmd: 'echo "Hello from $MESOS_TASK_ID" > /tmp/index.html && exec httpd -f -p 8080 -h /tmp',
        cpus: 0.5,
        mem: 32,
        instances: 1,
        container: {
          type: 'DOCKER',
          docker: {
            image: busyboxImage,
            network: 'BRIDGE',
            portMappings: [{ containerPort: 8080, hostPort: 0 }],
          },
        },
      }),
    })
    expect(created.status).toBe(201)
    const task = await until(
      async () => {
        const response = await fetch(`${user.url()}/v2/apps/docker-server/tasks`)
        const { tasks } = (await response.json()) as {
          tasks: { id: string; state: string; host: string; ports: number[] }[]
        }
        return tasks.find(t => t.state === 'TASK_RUNNING')
      },
      { what: 'the container to run', timeoutMs: 60_000 },
    )
    expect(task.ports).toHaveLength(1)
    const answer = await until(async () => (await fetch(`http://${task.host}:${task.ports[0]}/`)).text(), {
      what: 'an answer',
    })
    expect(answer).toBe(`Hello from ${task.id}\n`)
  })

  test('survives the end of its agent, which finds it again', async () => {
    const [before] = running(await user.app('/docker-server'))
    const agent = user.local().agents.find(a => a.name === before!.agent)!
    process.kill(agent.pid, 'SIGKILL')
    await until(() => !processIs(agent.pid), { what: 'the agent to be gone' })
    await user.ok('up')
    const [after] = running(await user.app('/docker-server'))
    expect(after).toMatchObject({ id: before!.id, incarnation: before!.incarnation })
    expect(await (await fetch(`http://${after!.host}:${after!.ports[0]}/`)).text()).toContain(before!.taskId)
  })

  /** Also those that have ended. */
  const containersOf = (task: InstanceView): Promise<Docker.ContainerInfo[]> =>
    docker.listContainers({ all: true, filters: { label: [`MESOS_TASK_ID=${task.taskId}`] } })

  test('ends with the local cluster: no container is left, also none that is stopped', async () => {
    const [instance] = running(await user.app('/docker-server'))
    expect(await containersOf(instance!)).toHaveLength(1)
    await user.ok('down')
    expect(await containersOf(instance!)).toEqual([])
    await expect(connectTo(instance!)).rejects.toThrow('ECONNREFUSED')
  })

  test('is started anew with the next local cluster', async () => {
    await user.ok('up')
    const [instance] = await untilRunning(user, '/docker-server', 1)
    expect(instance!.incarnation).toBeGreaterThan(1)
    expect(await containersOf(instance!)).toHaveLength(1)
    const answer = await until(async () => (await fetch(`http://${placeOf(instance!)}/`)).text(), {
      what: 'an answer',
    })
    expect(answer).toBe(`Hello from ${instance!.taskId}\n`)
  })

  test('ends with the local cluster, also when its agent was killed before', async () => {
    const [instance] = running(await user.app('/docker-server'))
    const agent = user.local().agents.find(a => a.name === instance!.agent)!
    process.kill(agent.pid, 'SIGKILL')
    await until(() => !processIs(agent.pid), { what: 'the agent to be gone' })
    expect(await containersOf(instance!)).toHaveLength(1)
    await user.ok('down')
    expect(await containersOf(instance!)).toEqual([])
    await expect(connectTo(instance!)).rejects.toThrow('ECONNREFUSED')
  })
})

function placeOf({ host, ports }: InstanceView): string {
  return `${host}:${ports[0]}`
}

async function connectTo({ host, ports }: InstanceView): Promise<void> {
  const socket = connect({ host: host!, port: ports[0]! })
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}

function processIs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
