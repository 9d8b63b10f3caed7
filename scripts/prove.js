// `npm run prove [-- vitest arguments]`: the same tests with many more seeds, rounds and mutants. Takes long.
import { bootstrap } from './bootstrap.js'
import { build } from './build.js'
import { packageProgram, run } from './run.js'

bootstrap()
process.exitCode = (await build())
  ? await run(packageProgram('vitest'), ['run', ...process.argv.slice(2)], {
      env: { ...process.env, SDDC_PROVE: '1' },
    })
  : 1
