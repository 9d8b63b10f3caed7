// Looks at a copy of the state that was made from its rows alone: what is settled stays so when everything is looked at
// again, and the copy wants to be woken no earlier than the state does.
import { addDigest, emptyDigest, rowHash, sameDigest, type Digest } from '../../base/index.ts'
import { rowsOf, type Row, type State } from '../../runtime/core/index.ts'
import type { SimulatedCore } from '../core.ts'

/** `now`: the cluster time. The state must be settled, with nothing in its transaction. */
export function brokenFork(core: SimulatedCore, state: State, now: number): string[] {
  const rows = rowsOf(state)
  const broken: string[] = []
  if (!sameDigest(digestOf(rows), state.digest))
    broken.push(`digest: that of revision ${state.revision} is not the digest of its rows`)
  const fork = core.load([...rows].reverse(), state)
  fork.stepRows = state.stepRows
  const again = rowsOf(fork)
  if (changedKeys(rows, again) !== '') broken.push(`reload: ${changedKeys(rows, again)} reads back otherwise`)
  const wake = core.nextWake(state)
  if (wake !== undefined && wake <= now) return broken
  const env = { now: now as typeof state.now, utc: state.env.utc }
  let { more } = core.step(fork, env, { kind: 'tick' })
  // Two looks at each app, and a step for each look where steps are small.
  for (let left = 2 * fork.apps.size + 2 * fork.tables.app.size; more && left > 0; left--) {
    more = core.step(fork, env, { kind: 'continue' }).more
  }
  const changed = changedKeys(again, rowsOf(fork))
  if (changed !== '') broken.push(`settled: a new look at everything changes ${changed}`)
  if (more) broken.push('settled: a new look at everything never ends')
  // What is queued until agents are heard gets its time when its turn comes; the copy waits for none.
  if (state.launchQueue.size > 0) return broken
  const fresh = core.nextWake(fork)
  if (fresh !== undefined && fresh > now && (wake === undefined || wake > fresh))
    broken.push(`deadlines: the next wake is ${wake ?? 'never'}, and must be ${fresh}`)
  return broken
}

export function digestOf(rows: readonly Row[]): Digest {
  return rows.reduce((sum, row) => addDigest(sum, rowHash(row.key, row.value)), emptyDigest)
}

/** The keys of rows that are there once or differ, in order, with spaces between. */
function changedKeys(before: readonly Row[], after: readonly Row[]): string {
  const old = new Map(before.map(r => [r.key, r.value]))
  const keys: string[] = []
  for (const { key, value } of after) {
    const was = old.get(key)
    old.delete(key)
    if (was === undefined || !sameBytes(was, value)) keys.push(key)
  }
  return [...keys, ...old.keys()].sort().join(' ')
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
