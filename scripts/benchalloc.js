// `npm run bench:alloc [-- --json]`: how many copies are placed per second, how long one takes, and how few agents mixed
// tasks need. Bundled and in a process of its own.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bootstrap, root } from './bootstrap.js'

bootstrap()
const { buildSync } = await import('esbuild')
const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
// Beside the packages, which are loaded as they are.
const cache = join(root, 'node_modules', '.cache')
mkdirSync(cache, { recursive: true })
const directory = mkdtempSync(join(cache, 'sddc-bench-'))
try {
  const program = join(directory, 'alloc.mjs')
  buildSync({
    entryPoints: [join(root, 'bench', 'runtime', 'alloc.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  })
  const { status, stdout, error } = spawnSync(process.execPath, [program], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (error) throw error
  if (status !== 0) throw new Error(`measuring ended with ${status}`)
  const found = JSON.parse(stdout)
  if (values.json) {
    console.log(
      JSON.stringify({
        placementsPerS: Math.round(found.placementsPerS),
        spreadPlacementsPerS: Math.round(found.spreadPlacementsPerS),
        oneP50Ms: round(found.oneP50Ms),
        oneP99Ms: round(found.oneP99Ms),
        agentsUsed: found.agentsUsed,
        lowerBound: found.lowerBound,
      }),
    )
  } else tell(found)
} finally {
  rmSync(directory, { recursive: true, force: true })
}

function tell(found) {
  console.log('placements per second')
  console.log(row('agents', 'copies', 'plain', 'even spread', 'GROUP_BY', 'with a port'))
  for (const { agents, copies, plain, spread, groupBy, withPort } of found.table) {
    console.log(row(agents, copies, ...[plain, spread, groupBy, withPort].map(Math.round)))
  }
  console.log(
    `one app of one copy on 5000 agents: p50 ${round(found.oneP50Ms)} ms, p99 ${round(found.oneP99Ms)} ms; grouped by rack p50 ${round(found.groupByOneP50Ms)} ms`,
  )
  console.log(
    `2000 tasks of mixed size: ${found.agentsUsed} agents, at least ${found.lowerBound} (${(found.agentsUsed / found.lowerBound).toFixed(3)} times)`,
  )
}

function row(...cells) {
  return cells.map(cell => String(cell).padStart(12)).join('')
}

function round(milliseconds) {
  return Number(milliseconds.toFixed(4))
}
