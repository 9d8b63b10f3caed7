// `npm run bench:restart [-- --json] [--tasks N] [--apps N]`: builds, then kills and starts servers
// (bench/runtime/restart.ts).
import { bootstrap } from './bootstrap.js'
import { build } from './build.js'
import { packageProgram, run } from './run.js'

bootstrap()
process.exitCode = (await build())
  ? await run(packageProgram('tsx'), ['bench/runtime/restart.ts', ...process.argv.slice(2)])
  : 1
