// `npm run quickstart`: from a fresh clone to a running cluster. Installs, builds, and applies examples/quickstart; the
// command line starts a local cluster of three agents by itself. Run again: nothing changes.
import { join } from 'node:path'
import { bootstrap, root } from './bootstrap.js'
import { build } from './build.js'
import { run } from './run.js'

bootstrap()
process.exitCode = (await build())
  ? await run(process.execPath, [
      join(root, 'bin', 'sddc.js'),
      'apply',
      'examples/quickstart',
      '--auto-approve',
    ])
  : 1
