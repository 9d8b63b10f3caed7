// Every run-time dependency has a row, and so a reason, in docs/decisions/0001-run-time-dependencies.md.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from '../support/processes.ts'

test('the table names the dependencies of package.json and no others', () => {
  const page = readFileSync(join(repository, 'docs/decisions/0001-run-time-dependencies.md'), 'utf8')
  const cells = [...page.matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell]) => cell!)
  const named = cells.flatMap(cell => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!))
  const { dependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>
  }
  expect(named.sort()).toEqual(Object.keys(dependencies).sort())
})
