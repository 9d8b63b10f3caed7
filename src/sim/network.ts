// The modelled network between agents and the server, and both ends of their control connections. An agent's end makes
// its connection again and again, as the real one does, where it is told to. Two kinds of links: a stream, as a
// WebSocket is (in order, nothing lost but with the connection; what a cut holds up comes later), and a hostile one that
// loses, repeats and overtakes, since the protocol claims to bear that too.
import type { ClusterMs, Random } from '../base/index.ts'
import type { AgentId, AgentMessage, ServerMessage, SessionId } from '../model/index.ts'
import type { Timeline } from './timeline.ts'

/** A span of milliseconds, both ends included. */
export type Span = readonly [least: number, most: number]

export interface NetworkOptions {
  /** One way, per message. */
  readonly delayMs?: Span
  /** Shares of messages, on links that are hostile. */
  readonly loss?: number
  readonly duplication?: number
  readonly reordering?: number
  /** Agents connect again by themselves, and give up connections on which nothing comes. */
  readonly persistent?: boolean
}

/** The server's end. */
export interface ServerListener {
  /** Whether a process listens; nobody is told when none does. */
  readonly isUp: boolean
  agentSays(session: SessionId, message: AgentMessage): void
  agentLeft(session: SessionId): void
}

/** An agent's end. */
export interface AgentListener {
  /** Whether the agent's process lives. */
  readonly isUp: boolean
  connected(session: SessionId): void
  received(message: ServerMessage): void
  disconnected(): void
}

export type Way = 'up' | 'down'

interface Direction {
  lastArrival: number
  /** What waits for a cut to end, in order. */
  held: (() => void)[]
}

interface Link {
  readonly session: SessionId
  readonly end: AgentEnd
  agentOpen: boolean
  serverOpen: boolean
  /** The agent has said hello on it: anything before that is refused. */
  isGreeted: boolean
  /** It was reset: nothing that is under way arrives. */
  isDead: boolean
  readonly ways: Readonly<Record<Way, Direction>>
}

interface AgentEnd {
  readonly agent: AgentId
  readonly listener: AgentListener
  link: Link | undefined
  readonly cut: Set<Way>
  pauseMs: number
  /** Counts tries to connect and connections: a timer of an earlier one is none. */
  tries: number
  /** Silence after which the connection counts as dead, and since when it lasts. */
  silenceMs: number
  heardAt: number
}

export const shortestPauseMs = 100
export const longestPauseMs = 5000
export const welcomeTimeoutMs = 15_000
const silentPings = 6

export class Network {
  readonly #timeline: Timeline
  readonly #random: Random
  readonly #server: ServerListener
  readonly #ends = new Map<AgentId, AgentEnd>()
  readonly #links = new Map<SessionId, Link>()
  #options: NetworkOptions
  #sessions = 0
  /** Messages that met a fault of the links. */
  readonly faults = { lost: 0, repeated: 0, overtaken: 0 }

  constructor(timeline: Timeline, random: Random, options: NetworkOptions, server: ServerListener) {
    this.#timeline = timeline
    this.#random = random
    this.#options = options
    this.#server = server
  }

  /** Other faults from now on. */
  become(options: NetworkOptions): void {
    this.#options = options
  }

  attach(agent: AgentId, listener: AgentListener): void {
    this.#ends.set(agent, {
      agent,
      listener,
      link: undefined,
      cut: new Set(),
      pauseMs: shortestPauseMs,
      tries: 0,
      silenceMs: 0,
      heardAt: 0,
    })
  }

  sessionOf(agent: AgentId): SessionId | undefined {
    return this.#ends.get(agent)?.link?.session
  }

  isCut(agent: AgentId): boolean {
    return (this.#ends.get(agent)?.cut.size ?? 0) > 0
  }

  /** A new connection in place of any that there is. Where nothing can pass or nobody listens there is none. */
  connect(agent: AgentId): void {
    const end = this.#ends.get(agent)!
    this.drop(agent)
    end.tries++
    if (!end.listener.isUp) return
    if (end.cut.size > 0 || !this.#server.isUp) return this.#retry(end)
    const link: Link = {
      session: `session-${++this.#sessions}` as SessionId,
      end,
      agentOpen: true,
      serverOpen: true,
      isGreeted: false,
      isDead: false,
      ways: { up: { lastArrival: 0, held: [] }, down: { lastArrival: 0, held: [] } },
    }
    this.#links.set(link.session, link)
    end.link = link
    end.silenceMs = welcomeTimeoutMs
    this.#heard(end)
    this.#watchSilence(end, link)
    end.listener.connected(link.session)
  }

  fromAgent(session: SessionId, message: AgentMessage): void {
    const link = this.#links.get(session)
    if (link?.agentOpen !== true) return
    this.#travel(link, 'up', true, () => {
      if (!link.serverOpen || !this.#server.isUp) return
      link.isGreeted ||= message.kind === 'hello'
      if (link.isGreeted) return this.#server.agentSays(session, message)
      const reason = 'the first message must be hello'
      this.fromServer(session, { kind: 'refuse', code: 'malformed', reason })
    })
  }

  fromServer(session: SessionId, message: ServerMessage): void {
    const link = this.#links.get(session)
    if (link?.serverOpen !== true) return
    this.#travel(link, 'down', true, () => {
      const { end } = link
      if (!link.agentOpen || !end.listener.isUp) return
      this.#heard(end)
      if (message.kind === 'welcome') {
        end.pauseMs = shortestPauseMs
        end.silenceMs = Math.max(10_000, silentPings * message.pingIntervalMs)
      }
      end.listener.received(message)
      if (message.kind === 'refuse' && this.#options.persistent === true) this.#agentCloses(link)
    })
    if (message.kind === 'refuse' && this.#options.persistent === true) this.#serverCloses(link)
  }

  /** The agent ends its connection. */
  drop(agent: AgentId): void {
    const link = this.#ends.get(agent)?.link
    if (link !== undefined) this.#agentCloses(link, false)
  }

  /** The server ends all connections: volatile state is gone, agents must say hello again. */
  dropAll(): void {
    for (const link of [...this.#links.values()]) if (link.serverOpen) this.#serverCloses(link)
  }

  /** The server's process is gone, and with it its ends. What agents hear of it is the closing. */
  serverDied(): void {
    this.dropAll()
  }

  /** The agent's process is gone. `silently`: so is its machine, and nobody tells the server. */
  agentDied(agent: AgentId, silently: boolean): void {
    const end = this.#ends.get(agent)!
    end.tries++
    const { link } = end
    if (link === undefined) return
    end.link = undefined
    link.agentOpen = false
    if (!silently) this.#tellServer(link)
  }

  /** The connection breaks; both ends see it, and what was under way is lost. */
  reset(agent: AgentId): void {
    const link = this.#ends.get(agent)?.link
    if (link === undefined) return
    link.isDead = true
    this.#timeline.after(this.#delay(), () => this.#agentSeesEnd(link))
    this.#timeline.after(this.#delay(), () => this.#serverSeesEnd(link))
  }

  /** Nothing passes these ways any more; neither end is told. */
  cut(agent: AgentId, ways: readonly Way[]): void {
    const end = this.#ends.get(agent)!
    for (const way of ways) end.cut.add(way)
  }

  /** Everything passes again, what was held up first. */
  mend(agent: AgentId): void {
    const end = this.#ends.get(agent)!
    end.cut.clear()
    for (const link of this.#links.values()) {
      if (link.end !== end) continue
      for (const way of ['up', 'down'] as const) {
        const { held } = link.ways[way]
        link.ways[way].held = []
        for (const arrive of held) this.#arriveLater(link, way, true, arrive)
      }
    }
  }

  // Loss, repetition and overtaking are for messages; a closing comes last and once.
  #travel(link: Link, way: Way, isMessage: boolean, arrive: () => void): void {
    const { loss = 0, duplication = 0, reordering = 0 } = this.#options
    if (isMessage && loss > 0 && this.#random.chance(loss)) return void this.faults.lost++
    const isOvertaken = isMessage && reordering > 0 && this.#random.chance(reordering)
    if (isOvertaken) this.faults.overtaken++
    this.#arriveLater(link, way, !isOvertaken, arrive)
    if (!isMessage || duplication === 0 || !this.#random.chance(duplication)) return
    this.faults.repeated++
    this.#arriveLater(link, way, false, arrive)
  }

  #arriveLater(link: Link, way: Way, inOrder: boolean, arrive: () => void): void {
    const direction = link.ways[way]
    const earliest = this.#timeline.now + this.#delay() * (inOrder ? 1 : 5)
    const at = inOrder ? Math.max(direction.lastArrival, earliest) : earliest
    if (inOrder) direction.lastArrival = at
    this.#timeline.at(at as ClusterMs, () => {
      if (link.isDead) return
      if (link.end.cut.has(way) || direction.held.length > 0) direction.held.push(arrive)
      else arrive()
    })
  }

  #agentCloses(link: Link, andAgain = true): void {
    if (!link.agentOpen) return
    link.agentOpen = false
    if (link.end.link === link) link.end.link = undefined
    this.#tellServer(link)
    link.end.listener.disconnected()
    if (andAgain) this.#retry(link.end)
  }

  #tellServer(link: Link): void {
    if (this.#options.persistent === true) this.#travel(link, 'up', false, () => this.#serverSeesEnd(link))
    else this.#serverSeesEnd(link)
  }

  #serverCloses(link: Link): void {
    if (!link.serverOpen) return
    link.serverOpen = false
    if (this.#options.persistent === true) this.#travel(link, 'down', false, () => this.#agentSeesEnd(link))
    else this.#agentSeesEnd(link)
    if (!link.agentOpen) this.#links.delete(link.session)
  }

  #serverSeesEnd(link: Link): void {
    this.#links.delete(link.session)
    if (!link.serverOpen) return
    link.serverOpen = false
    if (this.#server.isUp) this.#server.agentLeft(link.session)
  }

  #agentSeesEnd(link: Link): void {
    if (!link.agentOpen) return
    link.agentOpen = false
    if (!link.serverOpen) this.#links.delete(link.session)
    if (link.end.link !== link) return
    link.end.link = undefined
    link.end.listener.disconnected()
    this.#retry(link.end)
  }

  #retry(end: AgentEnd): void {
    if (this.#options.persistent !== true || !end.listener.isUp) return
    const tries = ++end.tries
    const pause = Math.round(end.pauseMs * (0.75 + this.#random.integer(0, 500) / 1000))
    end.pauseMs = Math.min(longestPauseMs, end.pauseMs * 2)
    this.#timeline.after(pause, () => {
      if (end.tries === tries && end.link === undefined && end.listener.isUp) this.connect(end.agent)
    })
  }

  #heard(end: AgentEnd): void {
    end.heardAt = this.#timeline.now
  }

  #watchSilence(end: AgentEnd, link: Link): void {
    if (this.#options.persistent !== true) return
    const due = (end.heardAt + end.silenceMs) as ClusterMs
    this.#timeline.at(due, () => {
      if (!link.agentOpen || end.link !== link) return
      if (this.#timeline.now - end.heardAt >= end.silenceMs) this.#agentCloses(link)
      else this.#watchSilence(end, link)
    })
  }

  #delay(): number {
    return draw(this.#random, this.#options.delayMs)
  }
}

export function draw(random: Random, span: Span | undefined): number {
  if (span === undefined) return 0
  return span[0] === span[1] ? span[0] : random.integer(span[0], span[1])
}
