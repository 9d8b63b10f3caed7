// A core of a few lines for tests of the loop: texts under keys, changed by requests whose "deployment" says what to do.
//
//   set KEY VALUE   puts a text; replies with the number of keys
//   look            changes nothing
//   bug             throws        bugAfterSet KEY VALUE   changes a row, then throws
//   many KEY N      puts N rows, one per step, asking for `continue`
//   ponder N        takes N steps that change nothing
//   wake MS         wants a tick so many ms later, which puts the row `ticked`
import {
  addDigest,
  assert,
  type ClusterMs,
  type Digest,
  emptyDigest,
  rowHash,
  subtractDigest,
} from '../../../src/base/index.ts'
import type {
  Actor,
  DeploymentId,
  Epoch,
  InstanceId,
  Operation,
  Reply,
  Revision,
} from '../../../src/model/index.ts'
import type { Commit, Env, Input, Output, Row } from '../../../src/runtime/core/types.ts'
import type { Core } from '../../../src/runtime/loop/core.ts'

export class TestState {
  readonly rows = new Map<string, string>()
  readonly before = new Map<string, string | undefined>()
  revision = 0 as Revision
  digest: Digest = emptyDigest
  sealed: Commit | undefined
  open = true
  wakeAt: ClusterMs | undefined
  pending: { key: string; left: number } | undefined
  ponders = 0
  readonly log: Input[] = []
  readonly groups: Commit[] = []

  get epoch(): Epoch {
    return Number(this.rows.get('epoch') ?? 1) as Epoch
  }

  get changedRows(): number {
    return this.before.size
  }

  put(key: string, value: string): void {
    assert(this.sealed === undefined, 'nothing steps while a commit is in flight')
    if (!this.before.has(key)) this.before.set(key, this.rows.get(key))
    this.rows.set(key, value)
  }
}

export const testCore: Core<TestState> = {
  createState: () => new TestState(),
  newLoader() {
    const state = new TestState()
    return {
      add({ key, value }: Row) {
        state.rows.set(key, Buffer.from(value).toString())
        state.digest = addDigest(state.digest, rowHash(key, value))
      },
      finish({ revision }) {
        state.revision = revision
        return state
      },
    }
  },
  step(state: TestState, env: Env, input: Input): Output {
    assert(state.sealed === undefined, 'nothing steps while a commit is in flight')
    state.log.push(input)
    const output = { replies: [], messages: [], events: [], urgent: false, more: false }
    switch (input.kind) {
      case 'boot':
        state.put('epoch', String(input.epoch))
        return output
      case 'tick':
        if (state.wakeAt !== undefined && state.wakeAt <= env.now) {
          state.wakeAt = undefined
          state.put('ticked', String(env.now))
        }
        return output
      case 'continue':
        return { ...output, more: goOn(state) }
      case 'agent':
        if (input.message.kind === 'pong') throw new Error('a bad agent')
        state.put(`agent ${input.session}`, 'said')
        return {
          ...output,
          messages: [{ session: input.session, message: { kind: 'ack', seq: state.rows.size } }],
        }
      case 'agentClosed':
      case 'pingRound':
        return output
      case 'request':
        return request(state, env, input, output)
    }
  },
  nextWake: state => state.wakeAt,
  seal(state, env, events) {
    const changed = [...state.before].filter(([key, before]) => state.rows.get(key) !== before)
    if (changed.length === 0 && events.length === 0) {
      testCore.accept(state)
      return undefined
    }
    let digest = state.digest
    const puts = changed.map(([key, before]) => {
      const value = Buffer.from(state.rows.get(key)!)
      if (before !== undefined) digest = subtractDigest(digest, rowHash(key, Buffer.from(before)))
      digest = addDigest(digest, rowHash(key, value))
      return { key, value }
    })
    state.sealed = {
      revision: (state.revision + 1) as Revision,
      epoch: state.epoch,
      now: env.now,
      utc: env.utc,
      puts,
      deletes: [],
      digest,
      events,
    }
    return state.sealed
  },
  accept(state) {
    state.before.clear()
    if (state.sealed === undefined) return
    state.revision = state.sealed.revision
    state.digest = state.sealed.digest
    state.groups.push(state.sealed)
    state.sealed = undefined
  },
  rollback(state) {
    for (const [key, before] of state.before) {
      if (before === undefined) state.rows.delete(key)
      else state.rows.set(key, before)
    }
    state.before.clear()
    state.sealed = undefined
    state.pending = undefined
  },
  replay(state, commit) {
    for (const { key, value } of commit.puts) state.rows.set(key, Buffer.from(value).toString())
    state.revision = commit.revision
    state.digest = commit.digest
    state.groups.push(commit)
  },
}

export const actor: Actor = { name: 'test@host', via: 'api' }

export function order(text: string): Operation {
  return { kind: 'cancelDeployment', deployment: text as DeploymentId, force: false }
}

function request(
  state: TestState,
  env: Env,
  input: Extract<Input, { kind: 'request' }>,
  output: Output,
): Output {
  assert(input.operation.kind === 'cancelDeployment', 'an order of the test')
  const [word, key = '', value = ''] = input.operation.deployment.split(' ')
  let more = false
  if (word === 'set' || word === 'bugAfterSet') state.put(key, value)
  if (word === 'bug' || word === 'bugAfterSet') throw new Error('a bug of the test')
  if (word === 'wake') state.wakeAt = (env.now + Number(key)) as ClusterMs
  if (word === 'ponder') {
    state.ponders = Number(key)
    more = goOn(state)
  }
  if (word === 'many') {
    state.pending = { key, left: Number(value) }
    more = goOn(state)
  }
  const reply: Reply = {
    ok: true,
    revision: (state.revision + 1) as Revision,
    created: [],
    killed: [String(state.rows.size) as InstanceId],
  }
  const events = word === 'set' ? [{ type: 'set', data: { key } }] : []
  return { ...output, more, events, replies: [{ id: input.id, reply }] }
}

function goOn(state: TestState): boolean {
  if (state.ponders > 0) return --state.ponders > 0
  if (state.pending === undefined) return false
  const { key, left } = state.pending
  state.put(`${key}${left}`, 'x')
  state.pending = left > 1 ? { key, left: left - 1 } : undefined
  return left > 1
}
