// The loop of a server over a store on disk, without doors: what it costs is the core's work and the writing. No agent
// comes.
import type { State } from '../../src/runtime/core/index.ts'
import { Loop } from '../../src/runtime/loop/loop.ts'
import { LevelStore } from '../../src/runtime/store/level.ts'
import { wholeCore } from '../../src/runtime/wholecore.ts'

export function startLoop(directory: string): Promise<Loop<State>> {
  return Loop.start({
    core: wholeCore,
    store: new LevelStore(directory),
    links: { send: () => {}, dropAll: () => {} },
    pingIntervalMs: 3000,
    log: line => console.error(line),
    onFatal: error => {
      throw error
    },
  })
}
