// The forecast's thread: a replica of the state, loaded from rows and fed each commit, on which plans are made and
// played through. The loop never waits for it.
import { parentPort } from 'node:worker_threads'
import { present } from '../../base/index.ts'
import { forecastPlan } from '../../sim/index.ts'
import { load, replay, type Row, type State } from '../core/index.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import { planOnReplica } from './plan.ts'

const port = present(parentPort, 'the port of a worker thread')
let rows: Row[] = []
let state: State | undefined

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'rows':
      for (const row of message.rows) rows.push(row)
      return
    case 'loaded':
      state = load(rows, message)
      rows = []
      return
    case 'commit':
      replay(present(state, 'the replica'), message.commit)
      return
    case 'plan':
      port.postMessage(answer(message))
  }
})

function answer({ id, desired, request, away }: Extract<ToWorker, { kind: 'plan' }>): FromWorker {
  try {
    const outcome = planOnReplica(present(state, 'the replica'), desired, request, forecastPlan, away)
    return { kind: 'planned', id, outcome }
  } catch (error) {
    return {
      kind: 'failed',
      id,
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }
  }
}
