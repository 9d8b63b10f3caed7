// `npm run sim -- --seeds N [--seed S] [--trace]`: whole clusters under random use and random trouble, one per seed, on
// two processors. A seed that fails is run again with its trace, and told with the command that repeats it.
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runTrial, type TrialResult } from '../../src/sim/index.ts'

const workers = 2
/** Lines of a failed seed's trace that are shown: what led to it is near its end. */
const shownLines = 120

if (isMainThread) await main()
else parentPort!.on('message', (seed: number) => parentPort!.postMessage(runTrial(seed)))

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      trace: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const first = Number(values.seed)
  const count = Number(values.seeds)
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 1) {
    console.error('usage: npm run sim -- --seeds N [--seed S] [--trace] [--json]')
    process.exitCode = 2
    return
  }
  if (values.trace) {
    const result = runTrial(first, { trace: line => console.log(line) })
    tellFailure(result, [])
    return
  }
  const begun = performance.now()
  const cpuBefore = process.cpuUsage()
  const results = await runAll(Array.from({ length: count }, (_, i) => first + i))
  const seconds = (performance.now() - begun) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  const processorS = (user + system) / 1e6
  const failed = results.filter(r => r.problems.length > 0)
  for (const { seed } of failed.slice(0, 5)) {
    const lines: string[] = []
    tellFailure(runTrial(seed, { trace: line => void lines.push(line) }), lines.slice(-shownLines))
  }
  if (failed.length > 0) console.log(`failed seeds: ${failed.map(r => r.seed).join(' ')}`)
  tellSummary(results, seconds, processorS, values.json)
  if (failed.length > 0) process.exitCode = 1
}

function runAll(seeds: readonly number[]): Promise<TrialResult[]> {
  const queue = [...seeds]
  const results: TrialResult[] = []
  return new Promise((resolve, reject) => {
    let running = Math.min(workers, seeds.length)
    for (let i = 0; i < running; i++) {
      const worker = new Worker(fileURLToPath(import.meta.url))
      const next = (): void => {
        const seed = queue.shift()
        if (seed !== undefined) return worker.postMessage(seed)
        void worker.terminate()
        if (--running === 0) resolve(results.sort((a, b) => a.seed - b.seed))
      }
      worker.on('message', (result: TrialResult) => {
        results.push(result)
        const [problem] = result.problems
        if (problem !== undefined) console.error(`seed ${result.seed}: ${problem.slice(0, 300)}`)
        next()
      })
      worker.on('error', reject)
      next()
    }
  })
}

function tellFailure({ seed, problems }: TrialResult, lines: readonly string[]): void {
  for (const line of lines) console.log(line)
  for (const problem of problems.slice(0, 10)) console.log(`BROKEN ${problem}`)
  if (problems.length === 0) console.log(`seed ${seed} ends clean`)
  else console.log(`seed ${seed} fails; to repeat it: npm run sim -- --seed ${seed} --seeds 1 --trace\n`)
}

function tellSummary(
  results: readonly TrialResult[],
  seconds: number,
  processorS: number,
  asJson: boolean,
): void {
  const sum = (of: (r: TrialResult) => number): number => results.reduce((total, r) => total + of(r), 0)
  const faults: Record<string, number> = {}
  for (const result of results) {
    for (const [kind, count] of Object.entries(result.faults)) faults[kind] = (faults[kind] ?? 0) + count
  }
  const summary = {
    seeds: results.length,
    failed: results.filter(r => r.problems.length > 0).length,
    seconds: Number(seconds.toFixed(1)),
    seedsPerS: Number((results.length / seconds).toFixed(2)),
    // On a machine that others use too this says more than the clock.
    processorSPerSeed: Number((processorS / results.length).toFixed(3)),
    simulatedHours: Number((sum(r => r.simulatedMs) / 3_600_000).toFixed(1)),
    steps: sum(r => r.steps),
    commits: sum(r => r.commits),
    deployments: sum(r => r.deployments),
    instances: sum(r => r.starts),
    requests: sum(r => r.requests.sent + r.requests.repeated),
    accepted: sum(r => r.requests.accepted),
    faults,
  }
  if (asJson) return console.log(JSON.stringify(summary))
  const { faults: _, ...figures } = summary
  console.log(
    Object.entries(figures)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  )
  console.log(
    `faults: ${Object.entries(faults)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ')}`,
  )
}
