// Specifications are stored once, by content. One that was staged and never used goes after a while.
import type { ClusterMs } from '../../base/index.ts'
import { appSpecHash, type App, type SpecHash } from '../../model/index.ts'
import type { State } from './state.ts'

/** An apply follows its staged specifications within minutes. */
const stagedForMs = 3_600_000

/** Stores an app's specification, if it is not there, and names it. */
export function putSpec(state: State, app: App): SpecHash {
  const hash = appSpecHash(app)
  if (!state.tables.spec.has(hash)) state.tables.spec.put(hash, { app: { ...app, instances: 0 } })
  return hash
}

/** When the oldest staged specification goes. */
export function stagedUntil(state: State): ClusterMs | undefined {
  const oldest = state.oldestStaged.peek()
  return oldest === undefined ? undefined : ((oldest.age + stagedForMs) as ClusterMs)
}

/** Drops what was staged too long ago, as much as the step may change. False: some is left. */
export function dropStaged(state: State): boolean {
  for (let until = stagedUntil(state); until !== undefined; until = stagedUntil(state)) {
    if (until > state.env.now) return true
    if (state.budget <= 0) return false
    const { key, age } = state.oldestStaged.pop()!
    if (state.tables.staged.get(key)?.at !== age) continue
    state.tables.staged.delete(key)
    state.specGarbage.add(key as SpecHash)
  }
  return true
}
