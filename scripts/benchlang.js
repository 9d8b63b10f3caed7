// `npm run bench:lang`: how fast and how large the language is. Each measurement runs bundled and in a process of its
// own, one after the other, best of three. The last line is JSON; what it is made of goes to standard error.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { bootstrap, root } from './bootstrap.js'

bootstrap()
const { buildSync } = await import('esbuild')
// Beside the packages, which are loaded as they are.
const cache = join(root, 'node_modules', '.cache')
mkdirSync(cache, { recursive: true })
const directory = mkdtempSync(join(cache, 'sddc-bench-'))
try {
  const program = join(directory, 'measure.mjs')
  buildSync({
    entryPoints: [join(root, 'bench', 'lang', 'measure.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  })
  const parse = measure(program, 'parse')
  const once = measure(program, 'compile', '10000')
  const twice = measure(program, 'compile', '20000')
  const { rssMB } = measure(program, 'memory')
  console.log(
    JSON.stringify({
      parseMBps: round(parse.bytes / 1000 / parse.leastMs, 1),
      compile10kAppsS: round(once.leastMs / 1000, 2),
      compileRssMB: round(rssMB, 0),
      growth2x: round(twice.leastMs / once.leastMs, 2),
    }),
  )
} finally {
  rmSync(directory, { recursive: true, force: true })
}

function measure(program, ...args) {
  const { status, stdout, error } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (error) throw error
  if (status !== 0) throw new Error(`measuring "${args.join(' ')}" ended with ${status}`)
  console.error(`${args.join(' ')}: ${stdout.trim()}`)
  return JSON.parse(stdout)
}

function round(value, digits) {
  return Number(value.toFixed(digits))
}
