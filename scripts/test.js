// `npm test [-- vitest arguments]`: installs and builds where needed, then runs the tests. The tests of the command line
// run the built program, so a build that fails ends it here. Tests that can't run on this machine (no Docker, no root)
// are skipped and listed by name at the end; SDDC_REQUIRE=docker,root makes them fail instead.
import { bootstrap } from './bootstrap.js'
import { build } from './build.js'
import { packageProgram, run } from './run.js'

bootstrap()
process.exitCode = (await build())
  ? await run(packageProgram('vitest'), ['run', ...process.argv.slice(2)])
  : 1
