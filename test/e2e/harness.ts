// A user at a terminal: a project directory of its own, the built program run as a child, a local cluster that is ended
// after the test whatever happened.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import type { AppView, InstanceView, StatusView } from '../../src/model/index.ts'
import { readLocal, type LocalCluster } from '../../src/cli/local/files.ts'
import { freePort } from '../support/ports.ts'
import { repository, start, type Ended, type Started, type StartOptions } from '../support/processes.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/wait.ts'

export class User {
  /** The project: the root of a repository, so that its local cluster stands in it. */
  readonly directory = temporaryDirectory('project')
  readonly #env: Record<string, string>

  constructor() {
    mkdirSync(join(this.directory, '.git'))
    this.#env = { XDG_STATE_HOME: join(this.directory, 'state') }
    afterAll(() => this.sddc('down'), 120_000)
  }

  /** Writes files of the project, by name. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      const file = join(this.directory, name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
  }

  /** Runs the program to its end. */
  sddc(...args: string[]): Promise<Ended> {
    return this.begin(args).ended
  }

  /** Runs it and expects exit 0. */
  async ok(...args: string[]): Promise<Ended> {
    const ended = await this.sddc(...args)
    if (ended.code !== 0) {
      throw new Error(`sddc ${args.join(' ')}: exit ${ended.code}\n${ended.stdout}\n${ended.stderr}`)
    }
    return ended
  }

  begin(args: readonly string[], options: StartOptions = {}): Started {
    return start(process.execPath, [join(repository, 'bin', 'sddc.js'), ...args], {
      cwd: this.directory,
      ...options,
      env: { ...this.#env, ...options.env },
    })
  }

  /** Starts the local cluster on a port that no other test uses. */
  async up(agents = 3): Promise<void> {
    await this.ok('up', '--agents', String(agents), '--port', String(await freePort()))
  }

  async status(): Promise<StatusView> {
    const response = await fetch(`${this.url()}/v1/status`)
    return (await response.json()) as StatusView
  }

  async app(id: string): Promise<AppView> {
    const app = (await this.status()).apps.find(a => a.id === id)
    if (app === undefined) throw new Error(`no app ${id}`)
    return app
  }

  /** Of the local cluster's server. */
  url(): string {
    return this.local().url
  }

  /** What the local cluster says of its processes. */
  local(): LocalCluster {
    return readLocal(join(this.directory, '.sddc'))!
  }
}

/** The running instances of an app as the REST API and status show them, once there are as many as wanted. */
export function running(app: AppView): InstanceView[] {
  return app.instances.filter(i => i.condition === 'Running' && i.goal === 'run')
}

export async function untilRunning(user: User, id: string, count: number): Promise<InstanceView[]> {
  return until(
    async () => {
      const found = running(await user.app(id))
      return found.length === count ? found : false
    },
    { what: `${count} running instances of ${id}`, timeoutMs: 60_000, everyMs: 100 },
  )
}
