// Temporary directories. All of one test file stand below one folder that is removed after it.
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new empty directory, gone after the test file. */
export function temporaryDirectory(name = 'dir'): string {
  const root = temporaryRoot(process.env['SDDC_TEST'] ?? `alone/${process.pid}`)
  mkdirSync(root, { recursive: true })
  return mkdtempSync(join(root, `${name}-`))
}

/** Where the temporary directories of a mark stand: `<run>` for a whole run, `<run>/<pid>` for one file of it. */
export function temporaryRoot(mark: string): string {
  return join(tmpdir(), `sddc-test-${mark}`)
}
