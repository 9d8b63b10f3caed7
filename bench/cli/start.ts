// How long the program takes to start: median wall time of `sddc --version` and of `sddc validate` of a small
// directory, beside an empty Node process on the same machine. Run with `npm run bench:start`.
import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const rounds = 31

function runMs(args: readonly string[]): number {
  const begun = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} exited with ${status}: ${stderr}`)
  return performance.now() - begun
}

function medianMs(...args: readonly string[]): number {
  const times = Array.from({ length: rounds }, () => runMs(args)).sort((a, b) => a - b)
  return Math.round(times[Math.floor(rounds / 2)]!)
}

console.log(
  JSON.stringify({
    bareNodeMs: medianMs('-e', '0'),
    versionMs: medianMs('bin/sddc.js', '--version'),
    validateMs: medianMs('bin/sddc.js', 'validate', 'examples/quickstart'),
  }),
)
