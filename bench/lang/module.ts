// How long a small TypeScript module takes to load, cold: bundled, started in its sandbox, described, read back. Each
// sample is a process of its own, so that nothing is warm but the machine's own caches; the time to start the program
// is not counted. Run with `npx tsx bench/lang/module.ts [samples]`; prints one line of JSON. On a busy machine the least
// is the better figure. `bundleMs` has the start of esbuild in it, `sandboxMs` is the trial of the namespaces.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { bundleModule } from '../../src/lang/load/bundle.ts'
import { loadConfiguration } from '../../src/lang/load/index.ts'
import { findSandbox } from '../../src/lang/load/sandbox.ts'

const example = resolve(import.meta.dirname, '../../examples/quickstart-ts')
const [what = '15'] = process.argv.slice(2)

if (what === 'sample') console.log(JSON.stringify(await sample()))
else if (what === 'parts') console.log(JSON.stringify(await parts()))
else {
  const samples = Number(what)
  const loads = Array.from({ length: samples }, () => inProcess('sample') as { loadMs: number })
  const pieces = Array.from({ length: samples }, () => inProcess('parts') as Record<string, number>)
  const loadMs = loads.map(l => l.loadMs)
  console.log(
    JSON.stringify({
      samples,
      coldLoadMs: median(loadMs),
      leastMs: Math.min(...loadMs),
      bundleMs: median(pieces.map(p => p['bundleMs']!)),
      sandboxMs: median(pieces.map(p => p['sandboxMs']!)),
    }),
  )
}

function inProcess(what: string): unknown {
  const program = [resolve(import.meta.dirname, '../../node_modules/tsx/dist/cli.mjs'), import.meta.filename]
  return JSON.parse(execFileSync(process.execPath, [...program, what], { encoding: 'utf8' }))
}

async function sample(): Promise<object> {
  const start = performance.now()
  const { desired } = await loadConfiguration(example, { given: [], env: {} })
  if (!desired) throw new Error('the example does not load')
  return { loadMs: whole(performance.now() - start) }
}

async function parts(): Promise<object> {
  const directory = mkdtempSync(join(tmpdir(), 'sddc-bench-'))
  try {
    const start = performance.now()
    await bundleModule(join(example, 'sddc.config.ts'), join(directory, 'bundle.mjs'))
    const bundled = performance.now()
    await findSandbox()
    return { bundleMs: whole(bundled - start), sandboxMs: whole(performance.now() - bundled) }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}

function whole(ms: number): number {
  return Math.round(ms)
}
