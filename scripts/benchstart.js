// `npm run bench:start`: builds, then measures how long the program takes to start (bench/cli/start.ts).
import { bootstrap } from './bootstrap.js'
import { build } from './build.js'
import { packageProgram, run } from './run.js'

bootstrap()
process.exitCode = (await build()) ? await run(packageProgram('tsx'), ['bench/cli/start.ts']) : 1
