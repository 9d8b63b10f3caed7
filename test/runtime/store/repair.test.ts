// What `sddc server repair` refuses at once.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repairDirectory } from '../../../src/runtime/store/repair.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

test('a directory that does not exist is no damaged one, and is not made', async () => {
  const missing = join(temporaryDirectory('repair'), 'mistyped')
  await expect(repairDirectory(missing, undefined)).rejects.toMatchObject({
    code: 'DATA_DIRECTORY_INVALID',
    message: `There is no directory ${missing}`,
  })
  expect(existsSync(missing)).toBe(false)
})

test('one with nothing in it is', async () => {
  const empty = temporaryDirectory('repair')
  await expect(repairDirectory(empty, undefined)).rejects.toMatchObject({ code: 'DATA_DAMAGED' })
})
