// Scenarios as text: what a user does, and what must be seen, one line each, on a simulated cluster with the real cores.
// The invariants of the simulator are checked after every step, and so is what `never` promises.
//
//   agents agent1 rack:1;disk:hdd cpus:2 | agent2 …      machines with their attributes
//   post {json} [queue|force]       an app; a group where the JSON has apps or groups
//   put /app {json} [queue|force]   a change of an app; `put group /g {json}`, `delete /app`, `delete group /g`, `restart /app`
//   delete deployment               the running one is rolled back; `cancel deployment`: it is left where it is
//   plan {json}                     what apply would do with this app: `expect plan …` looks at it
//   sick /app [cmd], well /app      its checks fail, or succeed again; with a command only those that run it
//   end /app                        one of its tasks ends by itself
//   advance 10s                     time passes
//   await WHAT [within 60s]         until it is so
//   expect WHAT                     it is so now
//   never /app below 3 healthy      from here on, after every step, until `release /app`
//
// WHAT: see `looks` below.
import { readFileSync } from 'node:fs'
import type { AgentIdentity } from '../../../../src/agent/core/index.ts'
import { Random, type Json } from '../../../../src/base/index.ts'
import {
  parseAttributes,
  type AgentId,
  type AppId,
  type ClusterId,
  type GroupId,
  type InstanceId,
  type Operation,
  type Plan,
  type Reply,
} from '../../../../src/model/index.ts'
import {
  appView,
  createState,
  deploymentViews,
  strictlyHealthy,
  type Input,
  type Output,
  type State,
} from '../../../../src/runtime/core/index.ts'
import { forecastPlan, InvariantWatch, Simulation } from '../../../../src/sim/index.ts'
import { desired, planFor } from '../../../sim/cluster.ts'

/** Runs all lines of the file; throws at the first that does not hold, with its number. */
export function runScenario(path: string): void {
  const scenario = new Scenario()
  for (const [i, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue
    try {
      scenario.run(line)
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`${path.slice(path.lastIndexOf('/') + 1)}:${i + 1}: ${line}\n${said}`, { cause })
    }
  }
  scenario.end()
}

/** Longer than anything takes that is awaited without a limit of its own. */
const usualWaitMs = 120_000

class Scenario {
  readonly #watch = new ScenarioWatch()
  readonly #sick = new Map<string, string | undefined>()
  readonly #simulation: Simulation
  #reply: Reply | undefined
  #plan: Plan | undefined
  readonly #marked = new Map<string, ReadonlySet<string>>()

  constructor() {
    this.#simulation = new Simulation({
      seed: 1,
      state: createState({ clusterId: '00000000-0000-5000-a000-000000000001' as ClusterId }),
      networkMs: [1, 5],
      behaviour: {
        startMs: () => 200,
        stopMs: () => 100,
        check: task => ({ ok: !this.#isSick(task.app.id, task.app.cmd), afterMs: 5 }),
      },
      observer: this.#watch,
    })
  }

  get #state(): State {
    return this.#simulation.state
  }

  run(line: string): void {
    const cut = line.indexOf(' ')
    const [verb, rest] = cut === -1 ? [line, ''] : [line.slice(0, cut), line.slice(cut + 1)]
    const act = this.#acts[verb]
    if (act === undefined) throw new Error(`no such line: ${verb}`)
    act(rest)
    this.#watch.check()
  }

  /** Nothing may be left that was not looked at. */
  end(): void {
    this.#watch.check()
  }

  readonly #acts: Readonly<Record<string, (rest: string) => void>> = {
    agents: rest => {
      for (const text of rest.split(' | ')) this.#addAgent(text)
      this.#simulation.runFor(1000)
    },
    lose: rest => this.#simulation.loseMachine(rest as AgentId),
    post: rest => {
      const { body, how } = bodyOf(rest)
      const fields = body as { readonly [key: string]: Json }
      if ('apps' in fields || 'groups' in fields) {
        const change = { kind: 'create', parent: '/' as GroupId, body } as const
        this.#request({ kind: 'changeGroup', change, dryRun: false, ...how })
      } else this.#request({ kind: 'changeApps', changes: [{ kind: 'create', body }], ...how })
    },
    put: rest => {
      const [, group, id, text] = /^(group )?(\S+) (.*)$/.exec(rest)!
      const { body, how } = bodyOf(text!)
      if (group !== undefined) {
        const change = { kind: 'put', id: id as GroupId, body } as const
        this.#request({ kind: 'changeGroup', change, dryRun: false, ...how })
        return
      }
      const change = { kind: 'put', id: id as AppId, body, partial: true, create: true } as const
      this.#request({ kind: 'changeApps', changes: [change], ...how })
    },
    delete: rest => {
      const [what, id] = rest.split(' ')
      if (what === 'deployment') this.#cancel(false)
      else if (what === 'group') {
        const change = { kind: 'delete', id: id as GroupId } as const
        this.#request({ kind: 'changeGroup', change, force: false, dryRun: false })
      } else {
        const change = { kind: 'delete', id: what as AppId } as const
        this.#request({ kind: 'changeApps', changes: [change], force: false })
      }
    },
    restart: rest =>
      this.#request({ kind: 'changeApps', changes: [{ kind: 'restart', id: rest as AppId }], force: false }),
    cancel: () => this.#cancel(true),
    plan: rest => {
      const app = JSON.parse(rest) as { readonly id: string; readonly [key: string]: Json }
      this.#plan = forecastPlan(this.#state, planFor(this.#state, desired(app)))
    },
    sick: rest => {
      const [app, ...command] = rest.split(' ')
      this.#sick.set(app!, command.length === 0 ? undefined : command.join(' '))
    },
    well: rest => void this.#sick.delete(rest),
    mark: rest => void this.#marked.set(rest, new Set(this.#tasksOf(rest))),
    end: rest => this.#endOne(rest),
    advance: rest => this.#simulation.runFor(milliseconds(rest)),
    release: rest => this.#watch.release(rest as AppId),
    never: rest => {
      const [, app, least] = /^(\S+) below (\d+) healthy$/.exec(rest)!
      this.#watch.promise(app as AppId, Number(least))
    },
    await: rest => {
      const [, what, limit] = /^(.*?)(?: within (\S+))?$/.exec(rest)!
      const forMs = limit === undefined ? usualWaitMs : milliseconds(limit)
      const isSo = (): boolean => this.#look(what!).isSo
      if (!this.#simulation.runUntil(isSo, { forMs })) throw new Error(this.#look(what!).seen)
    },
    expect: rest => {
      const { isSo, seen } = this.#look(rest)
      if (!isSo) throw new Error(seen)
    },
  }

  #look(what: string): { readonly isSo: boolean; readonly seen: string } {
    for (const { form, see } of this.#looks) {
      const found = form.exec(what)
      if (found === null) continue
      const seen = see(...found.slice(1).map(part => part ?? ''))
      if (typeof seen === 'boolean') return { isSo: seen, seen: `it is ${seen ? '' : 'not '}so` }
      return { isSo: seen.is === seen.shall, seen: `seen: ${seen.is}` }
    }
    throw new Error(`nothing to look at: ${what}`)
  }

  readonly #looks: readonly {
    readonly form: RegExp
    readonly see: (...parts: string[]) => boolean | { readonly is: string; readonly shall: string }
  }[] = [
    { form: /^done$/, see: () => deploymentViews(this.#state).length === 0 },
    {
      form: /^deployments (\d+)$/,
      see: shall => ({ is: String(deploymentViews(this.#state).length), shall: shall! }),
    },
    { form: /^steps (.*)$/, see: shall => ({ is: this.#steps(), shall: shall! }) },
    {
      form: /^ok$/,
      see: () => ({ is: this.#reply?.ok === true ? '' : JSON.stringify(this.#reply), shall: '' }),
    },
    { form: /^queued$/, see: () => deploymentViews(this.#state).some(d => d.state === 'queued') },
    {
      form: /^refused (\S+) (.*)$/,
      see: (code, message) => ({ is: this.#refusal(), shall: `${code} ${message}` }),
    },
    {
      form: /^group (\S+) needs (.*)$/,
      see: (id, shall) => ({
        is: this.#state.tables.group.get(id!)?.dependencies.join(' ') || 'nothing',
        shall: shall!,
      }),
    },
    { form: /^apps (.*)$/, see: shall => ({ is: this.#apps(), shall: shall! }) },
    {
      form: /^(\S+) (wanted|running|healthy|unhealthy) (\d+)$/,
      see: (app, what, shall) => ({
        is: String(appView(this.#state, app as AppId)?.[what as 'running'] ?? 0),
        shall: shall!,
      }),
    },
    { form: /^(\S+) runs (.*)$/, see: (app, shall) => ({ is: this.#commands(app!), shall: shall! }) },
    { form: /^(\S+) gone$/, see: app => appView(this.#state, app as AppId) === undefined },
    { form: /^(\S+) on (.*)$/, see: (app, shall) => ({ is: this.#places(app!), shall: shall! }) },
    {
      form: /^(\S+) waits (\d+): (.*)$/,
      see: (app, count, why) => ({ is: this.#waiting(app!), shall: `${count}: ${why}` }),
    },
    {
      form: /^(\S+) spread (.*)$/,
      see: (app, shall) => ({ is: this.#spread(app!, shall!.split(' ')[0]!.split(':')[0]!), shall: shall! }),
    },
    {
      form: /^(\S+) keeps (\d+) of its tasks$/,
      see: (app, shall) => ({ is: this.#kept(app!), shall: shall! }),
    },
    { form: /^(\S+) started before (\S+)$/, see: (first, then) => this.#startedBefore(first!, then!) },
    {
      form: /^plan (works|waits|cannot)$/,
      see: shall => ({ is: this.#plan?.forecast?.verdict ?? 'none', shall: shall! }),
    },
    { form: /^plan places (.*)$/, see: shall => ({ is: this.#planned(), shall: shall! }) },
    { form: /^deployment waits for (.*)$/, see: shall => ({ is: this.#waitsFor(), shall: shall! }) },
  ]

  #addAgent(text: string): void {
    const [id = '', ...parts] = text.trim().split(' ')
    const told = (name: string, usual: number): number =>
      Number(parts.find(p => p.startsWith(`${name}:`))?.slice(name.length + 1) ?? usual)
    const attributes = parseAttributes(parts.filter(p => !/^(cpus|mem):/.test(p)).join(';'))
    if (!attributes.ok) throw new Error(attributes.error)
    const identity: AgentIdentity = {
      agentId: id as AgentId,
      hostname: `${id}.example`,
      bootId: 'boot',
      capacity: {
        resources: {
          cpuMilli: told('cpus', 4) * 1000,
          memKiB: told('mem', 4096) * 1024,
          diskKiB: 1024 * 1024,
          gpus: 0,
        },
        ports: [[31000, 31999]],
      },
      attributes: attributes.value,
      drivers: ['process', 'docker'],
      version: '0.1.0',
    }
    this.#simulation.addMachine(identity)
    this.#simulation.bootMachine(id as AgentId)
  }

  #request(operation: Operation): void {
    const id = this.#simulation.request(operation)
    this.#simulation.runUntil(() => this.#simulation.replyTo(id) !== undefined, { forMs: usualWaitMs })
    this.#reply = this.#simulation.replyTo(id)
  }

  #cancel(force: boolean): void {
    const running = deploymentViews(this.#state).find(d => d.state === 'running')
    if (running === undefined) throw new Error('no deployment runs')
    this.#request({ kind: 'cancelDeployment', deployment: running.id, force })
  }

  #isSick(app: string, cmd: string | undefined): boolean {
    if (!this.#sick.has(app)) return false
    const command = this.#sick.get(app)
    return command === undefined || command === cmd
  }

  #endOne(app: string): void {
    const [instance] = appView(this.#state, app as AppId)!.instances.filter(i => i.condition === 'Running')
    const { id, incarnation, agent } = instance!
    this.#simulation.machines.get(agent!)!.driver.end(`${id}/${incarnation}`, 1)
  }

  #steps(): string {
    const [deployment] = deploymentViews(this.#state)
    const short = (kind: string): string => kind.replace('Application', '').toLowerCase()
    const steps = deployment?.steps.map(s => s.actions.map(a => `${short(a.action)} ${a.app}`).join(', '))
    return steps?.join(' | ') ?? 'no deployment'
  }

  #refusal(): string {
    if (this.#reply === undefined || this.#reply.ok) return 'accepted'
    return `${this.#reply.code} ${this.#reply.message}`
  }

  #apps(): string {
    const rows = [...this.#state.tables.app.values()]
    return (
      rows
        .map(row => `${row.id}*${row.instances}`)
        .sort()
        .join(' ') || 'none'
    )
  }

  #running(app: string) {
    return (appView(this.#state, app as AppId)?.instances ?? []).filter(i => i.condition === 'Running')
  }

  #commands(app: string): string {
    const counts = new Map<string, number>()
    for (const { id } of this.#running(app)) {
      const { spec } = this.#state.tables.instance.get(id)!
      const cmd = this.#state.tables.spec.get(spec)!.app.cmd ?? ''
      counts.set(cmd, (counts.get(cmd) ?? 0) + 1)
    }
    return (
      [...counts]
        .map(([cmd, count]) => `${count} ${cmd}`)
        .sort()
        .join(', ') || 'nothing'
    )
  }

  #places(app: string): string {
    return (
      this.#running(app)
        .map(i => i.agent!)
        .sort()
        .join(' ') || 'none'
    )
  }

  #spread(app: string, attribute: string): string {
    const counts = new Map<string, number>()
    for (const { agent } of this.#running(app)) {
      const held = this.#state.tables.agent.get(agent!)!.attributes[attribute]
      const value = `${attribute}:${held === undefined ? '' : String(held.value)}`
      counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    return (
      [...counts]
        .map(([value, count]) => `${value}*${count}`)
        .sort()
        .join(' ') || 'none'
    )
  }

  #waiting(app: string): string {
    const waiting = appView(this.#state, app as AppId)?.waiting
    if (waiting === undefined) return 'nothing waits'
    return `${waiting.instances}: ${waiting.reasons.map(r => r.message).join('; ')}`
  }

  #waitsFor(): string {
    return (
      deploymentViews(this.#state)[0]
        ?.progress.map(p => p.waitingFor ?? '-')
        .join('; ') ?? 'no deployment'
    )
  }

  #tasksOf(app: string): string[] {
    return this.#running(app).map(i => i.taskId)
  }

  #kept(app: string): string {
    const marked = this.#marked.get(app) ?? new Set()
    return String(this.#tasksOf(app).filter(task => marked.has(task)).length)
  }

  #startedBefore(first: string, then: string): boolean {
    const times = (app: string): number[] =>
      this.#running(app).map(i => this.#state.tables.instance.get(i.id as InstanceId)!.runningAt)
    return Math.max(...times(first)) <= Math.min(...times(then))
  }

  #planned(): string {
    const plan = this.#plan!
    const [unplaced] = plan.forecast?.unplaced ?? []
    if (unplaced === undefined) return 'all'
    return `${unplaced.placed} of ${unplaced.wanted}: ${unplaced.reasons.map(r => r.message).join('; ')}`
  }
}

/** The invariants of the simulator, and what a scenario promises. */
class ScenarioWatch extends InvariantWatch {
  constructor() {
    // To read everything anew at every moment takes minutes.
    super({ dear: { share: 0.02, random: new Random(1) } })
  }

  readonly #promises = new Map<AppId, number>()
  readonly #broken: string[] = []

  promise(app: AppId, least: number): void {
    this.#promises.set(app, least)
  }

  release(app: AppId): void {
    this.#promises.delete(app)
  }

  override afterStep(simulation: Simulation, input: Input, output: Output): void {
    super.afterStep(simulation, input, output)
    for (const [app, least] of this.#promises) {
      const live = simulation.state.apps.get(app)?.liveInstances() ?? []
      const healthy = live.filter(i => strictlyHealthy(simulation.state, i)).length
      if (healthy < least) this.#broken.push(`${app} has ${healthy} healthy, ${least} were promised`)
    }
  }

  check(): void {
    const [first] = [...this.found, ...this.#broken]
    if (first !== undefined) throw new Error(first)
  }
}

function bodyOf(text: string): {
  readonly body: Json
  readonly how: { readonly force: boolean; readonly queue?: boolean }
} {
  const [, json, word] = /^(.*?)(?: (force|queue))?$/.exec(text)!
  const how = { force: word === 'force', ...(word === 'queue' ? { queue: true } : {}) }
  return { body: JSON.parse(json!) as Json, how }
}

function milliseconds(text: string): number {
  const [, number, unit] = /^(\d+)(ms|s|m)$/.exec(text)!
  return Number(number) * { ms: 1, s: 1000, m: 60_000 }[unit as 'ms' | 's' | 'm']
}
