// Loads configurations that a test writes into a directory of its own.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { loadConfiguration } from '../../../src/lang/load/index.ts'
import type { Loaded, LoadOptions } from '../../../src/lang/load/index.ts'

export async function loadFiles(
  directory: string,
  files: Readonly<Record<string, string>>,
  more: Partial<LoadOptions> = {},
): Promise<Loaded> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true })
    await writeFile(join(directory, name), text)
  }
  return loadConfiguration(directory, { given: [], env: {}, stack: 'test', ...more })
}
