// The loop's promise: stored, then done, then said; and nothing at all while storing fails.
import { expect, it } from 'vitest'
import type { Checkpoint, CheckpointRecord } from '../../src/agent/checkpoint/checkpoint.ts'
import { createAgentState, noMemory } from '../../src/agent/core/index.ts'
import { AgentLoop } from '../../src/agent/loop.ts'
import type { ClusterId, Epoch, Revision, ServerMessage, SessionId } from '../../src/model/index.ts'
import { identity } from './core/world.ts'
import { until } from './driver/processHarness.ts'
import { testApp, testHash, testRow } from './samples.ts'

const app = testApp({ cmd: 'true' })
const row = testRow({ gen: 1, specHash: testHash(app) })
const welcome: ServerMessage = {
  kind: 'welcome',
  protocolVersion: 1,
  clusterId: 'cluster-1' as ClusterId,
  epoch: 1 as Epoch,
  revision: 1 as Revision,
  agentId: identity.agentId,
  pingIntervalMs: 1000,
}
const assign: ServerMessage = {
  kind: 'assign',
  epoch: 1 as Epoch,
  fromGen: 0,
  toGen: 1,
  part: 0,
  parts: 1,
  rows: [row],
  forget: [],
  revision: 1 as Revision,
}

class FakeCheckpoint implements Checkpoint {
  readonly records = []
  readonly damaged = false
  readonly log: string[]
  failing = false
  everything: readonly CheckpointRecord[] = []
  #held: (() => void)[] = []
  hold = false

  constructor(log: string[]) {
    this.log = log
  }

  async write(records: readonly CheckpointRecord[]): Promise<void> {
    if (this.failing) throw new Error('no space left on device')
    if (this.hold) await new Promise<void>(resolve => this.#held.push(resolve))
    if (records.length > 0) this.log.push('stored')
  }

  release(): void {
    this.hold = false
    for (const resolve of this.#held.splice(0)) resolve()
  }

  async reopen(everything: readonly CheckpointRecord[]): Promise<void> {
    if (this.failing) throw new Error('no space left on device')
    this.everything = everything
    this.log.push('stored anew')
  }

  async close(): Promise<void> {}
}

function build() {
  const log: string[] = []
  const lines: string[] = []
  const checkpoint = new FakeCheckpoint(log)
  const loop = new AgentLoop({
    state: createAgentState(identity, noMemory, []),
    checkpoint,
    carryOut: effect => void log.push(effect.kind),
    send: (_, message) => void log.push(message.kind),
    settled: () => {},
    log: line => void lines.push(line),
  })
  const give = (message: ServerMessage): void => loop.input({ kind: 'server', message })
  return { log, lines, checkpoint, loop, give }
}

it('stores, then does, then says; what comes meanwhile is collected into one group', async () => {
  const { log, checkpoint, loop, give } = build()
  loop.input({ kind: 'connected', session: 's' as SessionId })
  give(welcome)
  await until(
    () => log.includes('stored'),
    () => log.join(),
  )
  log.length = 0
  checkpoint.hold = true
  give({ kind: 'specs', specs: [{ hash: testHash(app), app }] })
  await Promise.resolve()
  give(assign)
  give({ kind: 'ping', round: 1, revision: 1 as Revision })
  for (let i = 0; i < 100; i++) await Promise.resolve()
  expect(log).toEqual([])
  checkpoint.release()
  await until(
    () => log.includes('pong'),
    () => log.join(),
  )
  expect(log).toEqual(['stored', 'stored', 'start', 'report', 'pong'])
  await loop.close()
})

it('does and says nothing while storing fails, then stores everything anew and goes on', async () => {
  const { log, lines, checkpoint, loop, give } = build()
  loop.input({ kind: 'connected', session: 's' as SessionId })
  give(welcome)
  await until(
    () => log.includes('stored'),
    () => log.join(),
  )
  log.length = 0
  checkpoint.failing = true
  give({ kind: 'specs', specs: [{ hash: testHash(app), app }] })
  give(assign)
  await until(
    () => lines.length > 0,
    () => log.join(),
  )
  expect(lines[0]).toContain('no space left')
  expect(log).toEqual([])
  checkpoint.failing = false
  await until(
    () => log.includes('report'),
    () => log.join(),
  )
  expect(log).toEqual(['stored anew', 'start', 'report'])
  expect(checkpoint.everything.map(r => r.key)).toEqual([
    `spec/${testHash(app)}`,
    `task/${row.instance}/1`,
    'memory',
  ])
  await loop.close()
})
