// `npm run bench:scale -- [--agents N] [--instances N] [--json]`: the server's core with very many instances. The size
// asked for, and before it smaller ones, to show that an instance of many costs what one of few does. Each runs bundled
// and in a process of its own; then one more process starts on what was stored.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bootstrap, root } from './bootstrap.js'

bootstrap()
const { buildSync } = await import('esbuild')
const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '6100' },
    instances: { type: 'string', default: '2000000' },
    json: { type: 'boolean', default: false },
  },
})
const agents = Number(values.agents)
const instances = Number(values.instances)
const smaller = [20_000, 200_000].filter(n => n < instances)
// Beside the packages, which are loaded as they are.
const cache = join(root, 'node_modules', '.cache')
mkdirSync(cache, { recursive: true })
const directory = mkdtempSync(join(cache, 'sddc-bench-'))
const data = mkdtempSync(join(tmpdir(), 'sddc-bench-'))
try {
  buildSync({
    entryPoints: ['scale', 'fleet'].map(name => join(root, 'bench', 'runtime', `${name}.ts`)),
    outdir: directory,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  })
  const runs = [...smaller, instances].map(size => {
    const where = join(data, String(size))
    mkdirSync(where)
    const figures = measure('run', where, String(agents), String(size))
    const started = measure('start', where)
    rmSync(where, { recursive: true, force: true })
    const run = { ...figures, startupS: started.startupS, startRssMB: started.rssMB }
    if (!values.json) tell(run)
    return run
  })
  const last = runs.at(-1)
  // Against the smaller size that it compares worst with: of the smallest, starting the process is a large part.
  const growths = runs.slice(0, -1).map(run => last.seconds / last.instances / (run.seconds / run.instances))
  const growth = Math.max(...growths)
  if (values.json) {
    console.log(
      JSON.stringify({
        instances: last.instances,
        seconds: round(last.seconds, 2),
        placementsPerS: round(last.placementsPerS, 0),
        stepP99Ms: round(last.stepP99Ms, 2),
        rssMB: round(last.rssMB, 0),
        bytesPerInstance: round(last.bytesPerInstance, 0),
        growth: growths.length === 0 ? null : round(growth, 2),
        startupS: round(last.startupS, 2),
      }),
    )
  } else {
    for (const [i, times] of growths.entries()) {
      console.log(
        `time per instance, ${last.instances} against ${runs[i].instances} instances: ${times.toFixed(2)} times`,
      )
    }
  }
} finally {
  rmSync(directory, { recursive: true, force: true })
  rmSync(data, { recursive: true, force: true })
}

function measure(...args) {
  // As ARCHITECTURE.md advises for a server of millions.
  const heap = ['--max-old-space-size=2048', '--max-semi-space-size=32']
  const flags = [...process.execArgv, ...heap, '--expose-gc']
  const { status, stdout, error } = spawnSync(
    process.execPath,
    [...flags, join(directory, 'scale.js'), ...args],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  if (error) throw error
  if (status !== 0) throw new Error(`measuring "${args.join(' ')}" ended with ${status}`)
  return JSON.parse(stdout.trim().split('\n').at(-1))
}

function tell(run) {
  console.log(`${run.instances} instances of ${run.apps} apps on ${run.agents} agents:`)
  console.log(`  requested to running and stored   ${run.seconds.toFixed(2)} s`)
  if (run.threadS > 0) console.log(`  of that, its thread had a processor ${run.threadS.toFixed(2)} s`)
  console.log(`  placements per second             ${run.placementsPerS.toFixed(0)}`)
  console.log(
    `  step p50, p99, longest            ${[run.stepP50Ms, run.stepP99Ms, run.stepMaxMs].map(ms => ms.toFixed(2)).join(', ')} ms (${run.steps} steps, ${run.commits} commits)`,
  )
  console.log(`  memory per instance               ${run.bytesPerInstance.toFixed(0)} bytes`)
  console.log(`  resident memory at most           ${run.rssMB.toFixed(0)} MB`)
  console.log(
    `  start on this state               ${run.startupS.toFixed(2)} s, ${run.startRssMB.toFixed(0)} MB`,
  )
}

function round(value, digits) {
  return Number(value.toFixed(digits))
}
