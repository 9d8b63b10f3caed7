// What a plan will do: the real core carries it out on a copy of the live state, with modelled agents that stand where
// the live ones stand, in virtual time. The result is where every instance lands, how long it takes, how few are healthy
// on the way, and, if it can't work, what is missing. The live state is only read.
//
// Each profile is one run, until the deployment is done or nothing can move any more: agents are not asked for signs of
// life and answer one good health check per new task, so a run that is stuck comes to rest by itself.
import { contentHash } from '../base/index.ts'
import type {
  AgentId,
  App,
  AppId,
  Forecast,
  ForecastProfile,
  InstanceId,
  Plan,
  PlannedPlacement,
  Reply,
  UnplacedForecast,
} from '../model/index.ts'
import { load, obstaclesFor, rowsOf, strictlyHealthy, type Row, type State } from '../runtime/core/index.ts'
import type { Behaviour } from './driver.ts'
import { mirrorAgent } from './mirror.ts'
import { durationMs, profiles, typicalProfile, type Profile } from './profiles.ts'
import { Simulation } from './simulation.ts'

/** Virtual time after which a run counts as stuck: longer than any rollout that a person waits for. */
const longestRunMs = 24 * 3_600_000
/**
 * Work of one run, in instances looked at: some seconds of computing, since a moment looks at every instance of the app
 * that it moves. A run that needs more is cut, and told by its placements alone.
 */
const mostWork = 100_000_000
/** A typical run that takes more than this share of it is not played through again with other delays. */
const shareForAllProfiles = 0.3

/** The plan with placements and forecast filled in; with forecast null when the plan can't be applied at all. */
export function forecastPlan(state: State, plan: Plan, away: readonly AgentId[] = []): Plan {
  const copy: Copy = { rows: rowsOf(state), state, away: new Set(away) }
  const typical = carryOut(copy, plan, typicalProfile, false)
  if (typical === undefined) return { ...plan, placements: [], forecast: null }
  const isCheap = typical.end === 'done' && typical.share <= shareForAllProfiles
  const runs = profiles.flatMap(profile => {
    if (profile === typicalProfile) return [{ profile, run: typical }]
    const run = isCheap ? carryOut(copy, plan, profile, false) : undefined
    return run === undefined ? [] : [{ profile, run }]
  })
  const forecast: Forecast = {
    inputsHash: contentHash({
      revision: state.revision,
      digest: state.digest,
      changes: plan.changes,
      steps: plan.steps,
    }),
    verdict: verdictOf(
      runs.map(r => r.run),
      () => carryOut(copy, plan, typicalProfile, true),
    ),
    unplaced: typical.unplaced,
    profiles: runs.filter(r => r.run.end !== 'cut').map(({ profile, run }) => profileOf(profile, run)),
    ...(typical.unhealthyBefore.length === 0 ? {} : { unhealthyBefore: typical.unhealthyBefore }),
  }
  return { ...plan, placements: typical.placements, forecast }
}

interface Copy {
  readonly rows: readonly Row[]
  readonly state: State
  /** Agents that have no connection now: nothing is placed on them. */
  readonly away: ReadonlySet<AgentId>
}

interface Run {
  /** done: the deployment came to its end; stuck: nothing can move any more; cut: it was too large to play through. */
  readonly end: 'done' | 'stuck' | 'cut'
  /** Of the work that one run may take. */
  readonly share: number
  readonly durationMs: number
  readonly lowestHealthy: Readonly<Record<string, number>>
  readonly unhealthyBefore: readonly AppId[]
  readonly placements: readonly PlannedPlacement[]
  readonly unplaced: readonly UnplacedForecast[]
}

function carryOut(copy: Copy, plan: Plan, profile: Profile, withLostAgents: boolean): Run | undefined {
  const { revision, now, utc } = copy.state
  const state = load(copy.rows, { revision, now, utc })
  const watch = new Watch(state, plan)
  const simulation = new Simulation({
    seed: 1,
    state,
    pings: false,
    behaviour: modelled(state, profile),
    observer: { afterGroup: () => watch.look() },
  })
  for (const id of state.tables.agent.keys()) {
    const agent = state.tables.agent.get(id)!
    const isThere = agent.unreachableSince === null && !copy.away.has(agent.id)
    if (isThere || withLostAgents) mirrorAgent(simulation, agent)
  }
  // The agents say hello and hear what they know; all that takes no time here.
  const moments = Math.ceil(mostWork / (1000 + instancesIn(state, plan)))
  simulation.runUntil(() => simulation.timeline.next !== simulation.now, { forMs: 0 })
  // Time after a restore, in which nothing is placed before all have told what they run: they have.
  state.adoptsUntilRound = 0
  const begun = simulation.now
  watch.begin()
  const id = simulation.request({ kind: 'applyPlan', plan, force: true, takeOver: true })
  let reply: Reply | undefined
  const first = simulation.moments
  const done = simulation.runUntil(
    () => {
      reply ??= simulation.replyTo(id)
      return reply !== undefined && (!reply.ok || isDone(state, reply))
    },
    { forMs: longestRunMs, moments },
  )
  if (reply?.ok === false) return undefined
  return {
    end: done ? 'done' : simulation.moments - first >= moments ? 'cut' : 'stuck',
    share: (simulation.moments - first) / moments,
    durationMs: simulation.now - begun,
    lowestHealthy: watch.lowest(),
    unhealthyBefore: watch.unhealthyBefore,
    placements: watch.placements(),
    unplaced: unplacedOf(state, watch.apps),
  }
}

function instancesIn(state: State, plan: Plan): number {
  let sum = 0
  for (const change of plan.changes) {
    if (change.object !== 'app') continue
    const id = (change.from?.id ?? change.id) as AppId
    sum += (change.after?.instances ?? 0) + (state.apps.get(id)?.instances.size ?? 0)
  }
  return sum
}

function isDone(state: State, reply: Extract<Reply, { ok: true }>): boolean {
  return reply.deployment === undefined || !state.runningDeployments.has(reply.deployment)
}

// A task that is healthy stays so, and one that is not does not become so by waiting: a forecast assumes that things
// stay as they are, and that what is new works.
function modelled(state: State, profile: Profile): Behaviour {
  return {
    startMs: task => durationMs(state, profile, task.app.id, 'start'),
    stopMs: key => {
      const app = state.tables.instance.get(key.instance)?.app
      return app === undefined ? profile.stopMs : durationMs(state, profile, app, 'stop')
    },
    // How long one run takes nobody knows; that it succeeds is assumed, as of all that is new.
    endsBy: task => (task.app.mode === 'batch' ? { afterMs: 0, code: 0 } : undefined),
    check: (task, { index, readiness }) => {
      const instance = state.tables.instance.get(task.key.instance)
      const isKnown = readiness
        ? instance?.ready === true
        : instance?.health.some(h => h.index === index) === true
      return isKnown ? undefined : { ok: true, afterMs: 0 }
    },
  }
}

/** What is noted while a run goes on: the least healthy of each changed app, and where its new instances land. */
class Watch {
  readonly apps: readonly App[]
  /** Of those that are there, in the order of their ids. */
  unhealthyBefore: readonly AppId[] = []
  readonly #state: State
  /** What apps are called before the plan, where it renames them. */
  readonly #former: ReadonlyMap<AppId, AppId>
  readonly #lowest = new Map<AppId, number>()
  /** Instances that were there before the plan. */
  readonly #before = new Set<InstanceId>()
  readonly #landed = new Map<InstanceId, PlannedPlacement>()
  readonly #order = new Map<AppId, Set<InstanceId>>()
  #begun = false

  constructor(state: State, plan: Plan) {
    this.#state = state
    this.#former = new Map(
      plan.changes.flatMap(c =>
        c.object === 'app' && c.from !== undefined ? [[c.id, c.from.id as AppId]] : [],
      ),
    )
    this.apps = plan.changes.flatMap(c =>
      c.object === 'app' && c.after !== null && c.action !== 'no-op' ? [c.after] : [],
    )
  }

  begin(): void {
    for (const app of this.apps) {
      for (const id of this.#indexOf(app.id)?.instances.keys() ?? []) this.#before.add(id)
    }
    this.#begun = true
    this.look()
    this.unhealthyBefore = this.apps
      .map(app => app.id)
      .filter(id => this.#lowest.get(id) === 0 && this.#indexOf(id) !== undefined)
      .sort()
  }

  look(): void {
    if (!this.#begun) return
    for (const { id } of this.apps) {
      const index = this.#indexOf(id)
      let healthy = 0
      const fresh: { id: InstanceId; slot: number; agent: AgentId | null }[] = []
      for (const instance of index?.instances.values() ?? []) {
        if (strictlyHealthy(this.#state, instance)) healthy++
        if (!this.#before.has(instance.id) && !this.#landed.has(instance.id)) fresh.push(instance)
      }
      this.#lowest.set(id, Math.min(this.#lowest.get(id) ?? healthy, healthy))
      fresh.sort((a, b) => a.slot - b.slot)
      for (const instance of fresh) this.#note(id, instance)
    }
  }

  #indexOf(id: AppId): ReturnType<State['indexOf']> | undefined {
    const isStillToCome = !this.#state.tables.app.has(id)
    return this.#state.apps.get((isStillToCome ? this.#former.get(id) : undefined) ?? id)
  }

  lowest(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#lowest)
  }

  /** Per app in the order in which its instances were made, which is the order in which apply makes them. */
  placements(): readonly PlannedPlacement[] {
    const all: PlannedPlacement[] = []
    for (const { id } of this.apps) {
      for (const instance of this.#order.get(id) ?? []) {
        const placement = this.#landed.get(instance)
        if (placement !== undefined) all.push(placement)
      }
    }
    return all
  }

  #note(app: AppId, instance: { id: InstanceId; slot: number; agent: AgentId | null }): void {
    let order = this.#order.get(app)
    if (order === undefined) this.#order.set(app, (order = new Set()))
    order.add(instance.id)
    if (instance.agent === null) return
    this.#landed.set(instance.id, { app, slot: instance.slot, agent: instance.agent })
  }
}

function unplacedOf(state: State, apps: readonly App[]): UnplacedForecast[] {
  const unplaced: UnplacedForecast[] = []
  for (const app of apps) {
    const waiting = state.waiting.get(app.id)
    if (waiting === undefined) continue
    const runKey = state.tables.app.get(app.id)?.runKey
    const live = state.apps.get(app.id)?.liveInstances() ?? []
    const placed = live.filter(i => i.agent !== null && i.runKey === runKey).length
    const { reasons, nearest } = obstaclesFor(state, app.id) ?? { reasons: [], nearest: [] }
    unplaced.push({
      app: app.id,
      // How many a daemon has is not the app's to say.
      wanted: app.mode === 'daemon' ? live.length : app.instances,
      placed,
      reasons,
      ...(nearest.length === 0 ? {} : { nearest }),
    })
  }
  return unplaced
}

// It works when every run comes to its end, or when one that is too large has found a place for all that it started. Where it does not, agents that are away make the difference between waiting
// for them and not fitting at all.
function verdictOf(runs: readonly Run[], withLostAgents: () => Run | undefined): Forecast['verdict'] {
  const stuck = runs.find(run => run.end !== 'done')
  if (stuck === undefined) return 'works'
  if (stuck.unplaced.length === 0) return stuck.end === 'cut' ? 'works' : 'waits'
  const hopeful = stuck.unplaced.every(u => u.reasons.some(r => r.filter === 'unreachable'))
  if (!hopeful) return 'cannot'
  if (stuck.unplaced.every(u => u.reasons.every(r => r.agents === 0))) return 'waits'
  return withLostAgents()?.end === 'done' ? 'waits' : 'cannot'
}

function profileOf(profile: Profile, run: Run): ForecastProfile {
  return { name: profile.name, durationMs: run.durationMs, lowestHealthy: run.lowestHealthy }
}
