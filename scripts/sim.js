// `npm run sim -- --seeds N [--seed S] [--trace] [--json]`: the simulator, bundled, since its speed is what finds things.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { bootstrap, root } from './bootstrap.js'
import { run } from './run.js'

bootstrap()
const { buildSync } = await import('esbuild')
// Beside the packages, which are loaded as they are.
const cache = join(root, 'node_modules', '.cache')
mkdirSync(cache, { recursive: true })
const directory = mkdtempSync(join(cache, 'sddc-sim-'))
try {
  const program = join(directory, 'run.mjs')
  buildSync({
    entryPoints: [join(root, 'bench', 'sim', 'run.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
  })
  process.exitCode = await run(process.execPath, ['--enable-source-maps', program, ...process.argv.slice(2)])
} finally {
  rmSync(directory, { recursive: true, force: true })
}
