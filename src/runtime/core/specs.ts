// Specifications are stored once, by content.
import { appSpecHash, type App, type SpecHash } from '../../model/index.ts'
import type { State } from './state.ts'

/** Stores an app's specification, if it is not there, and names it. */
export function putSpec(state: State, app: App): SpecHash {
  const hash = appSpecHash(app)
  if (!state.tables.spec.has(hash)) state.tables.spec.put(hash, { app: { ...app, instances: 0 } })
  return hash
}
