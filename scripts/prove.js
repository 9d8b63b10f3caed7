// `npm run prove [-- vitest arguments]`: the same tests with many more seeds, rounds and mutants. Takes long.
// SDDC_SEEDS=n sets the number of seeds of the simulator.
import { bootstrap } from './bootstrap.js'
import { build } from './build.js'
import { packageProgram, run } from './run.js'

bootstrap()
process.exitCode = (await build())
  ? await run(packageProgram('vitest'), ['run', ...process.argv.slice(2)], {
      env: { SDDC_SEEDS: '2000', ...process.env, SDDC_PROVE: '1' },
    })
  : 1
