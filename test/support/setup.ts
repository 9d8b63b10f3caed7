// Runs in each test file's process: from here on everything that the file starts inherits the run's mark in its
// environment, so that it can be found and ended, also when the test crashed. Tests should still end what they start;
// what is found here is told.
import { rmSync } from 'node:fs'
import * as fc from 'fast-check'
import { afterAll, inject } from 'vitest'
import { reap } from './reap.ts'
import { temporaryRoot } from './temporary.ts'

// Random tests draw the same values in every usual run, and new ones under `npm run prove`.
if (process.env['SDDC_PROVE'] !== '1') fc.configureGlobal({ seed: 20261122 })

const mark = `${inject('testRun')}/${process.pid}`
process.env['SDDC_TEST'] = mark
// Colours and hints of the terminal that runs the tests must not reach the programs under test.
process.env['NO_COLOR'] = '1'
delete process.env['FORCE_COLOR']

afterAll(() => {
  const ended = reap(mark)
  if (ended.length > 0) console.warn(`left running by this test file, ended now:\n${ended.join('\n')}`)
  rmSync(temporaryRoot(mark), { recursive: true, force: true, maxRetries: 3 })
})
