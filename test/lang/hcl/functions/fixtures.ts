// What the examples of functions read: the files in fixtures/, a home directory by name, no variables.
import { join } from 'node:path'
import type { FunctionContext } from '../../../../src/lang/hcl/functions/function.ts'
import { fileAccess } from '../../../../src/lang/load/fileaccess.ts'

export const fixtureDirectory = join(import.meta.dirname, 'fixtures')

export const fixtureContext: FunctionContext = {
  files: fileAccess(fixtureDirectory, '/users/me'),
  environment: { read: () => undefined },
}
