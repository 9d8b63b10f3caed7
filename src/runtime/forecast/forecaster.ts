// Plans in a worker thread. The worker is started with the first plan: its replica is loaded from a snapshot of the
// store at the present revision, and every commit after that is sent to it before any plan that should see it.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { Bug } from '../../base/index.ts'
import type { Desired, PlanRequest } from '../../model/index.ts'
import { agentsAway, type Commit, type Row, type State } from '../core/index.ts'
import type { Forecaster, PlanOutcome } from '../http/context.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/store.ts'
import type { FromWorker, ToWorker } from './messages.ts'

/** Rows in one message to the worker: copied while the loop waits, so not too many. */
const rowsPerMessage = 5000

export interface ReplicaSource {
  read<T>(look: (state: State) => T): Promise<T>
  onCommit(listener: (commit: Commit) => void): () => void
}

interface Waiting {
  readonly resolve: (outcome: PlanOutcome) => void
  readonly reject: (error: Error) => void
}

export class WorkerForecaster implements Forecaster {
  readonly #source: ReplicaSource
  readonly #store: Store
  readonly #log: Log
  readonly #waiting = new Map<number, Waiting>()
  #started: Promise<Worker> | undefined
  #unsubscribe: () => void = () => {}
  #lastId = 0
  #closed = false

  constructor(source: ReplicaSource, store: Store, log: Log) {
    this.#source = source
    this.#store = store
    this.#log = log
  }

  async plan(desired: Desired, request: Omit<PlanRequest, 'desired'>): Promise<PlanOutcome> {
    if (this.#closed) throw new Bug('the forecaster is closed')
    this.#started ??= this.#start()
    const worker = await this.#started
    const away = await this.#source.read(agentsAway)
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      worker.postMessage({ kind: 'plan', id, desired, request, away } satisfies ToWorker)
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#unsubscribe()
    const worker = await this.#started?.catch(() => undefined)
    await worker?.terminate()
    this.#failAll(new Error('The server is stopping'))
  }

  async #start(): Promise<Worker> {
    const worker = newWorker()
    worker.on('message', (message: FromWorker) => this.#received(message))
    worker.on('error', error => this.#ended(worker, error))
    worker.on('exit', () => this.#ended(worker, new Error('The forecast ended')))
    try {
      await this.#load(worker)
    } catch (error) {
      this.#ended(worker, error as Error)
      await worker.terminate()
      throw error
    }
    return worker
  }

  async #load(worker: Worker): Promise<void> {
    const send = (message: ToWorker): void => worker.postMessage(message)
    // Commits that come while the rows are read wait here.
    let held: Commit[] | undefined = []
    const { head, rows, first } = await this.#source.read(state => {
      // The store's reader is opened in this turn, so that it sees exactly this revision.
      const reader = this.#store.snapshot()[Symbol.asyncIterator]()
      this.#unsubscribe = this.#source.onCommit(commit => {
        if (held === undefined) send({ kind: 'commit', commit })
        else held.push(commit)
      })
      return {
        head: { revision: state.revision, now: state.now, utc: state.utc },
        rows: reader,
        first: reader.next(),
      }
    })
    let batch: Row[] = []
    for (let next = await first; next.done !== true; next = await rows.next()) {
      batch.push(next.value)
      if (batch.length < rowsPerMessage) continue
      send({ kind: 'rows', rows: batch })
      batch = []
    }
    send({ kind: 'rows', rows: batch })
    send({ kind: 'loaded', ...head })
    for (const commit of held) send({ kind: 'commit', commit })
    held = undefined
  }

  #received(message: FromWorker): void {
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.kind === 'planned') return waiting?.resolve(message.outcome)
    this.#log(`error: bug in the forecast: ${message.message}`)
    waiting?.reject(new Error('the forecast failed; see the log of the server'))
  }

  // The next plan starts a new worker with a fresh replica.
  #ended(worker: Worker, error: Error): void {
    if (this.#closed) return
    this.#unsubscribe()
    this.#started = undefined
    if (this.#waiting.size > 0 || worker.threadId > 0)
      this.#log(`error: the forecast's thread ended: ${error.message}`)
    this.#failAll(error)
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

// In a checkout the sources run through tsx, which a worker does not take over from the thread that starts it.
function newWorker(): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./worker.js', import.meta.url))
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json'))
  const loader = new URL('dist/esm/api/index.mjs', tsx).href
  const source = new URL('./worker.ts', import.meta.url).href
  const start = `import(${JSON.stringify(loader)}).then(tsx => { tsx.register(); return import(${JSON.stringify(source)}) })`
  return new Worker(start, { eval: true })
}
