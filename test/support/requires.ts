// Tests that need more than Node: `describeWith(['docker'], 'the driver', () => …)`. Without it they are skipped, and the
// name says what was missing. Where SDDC_REQUIRE names it (`docker,root`), they fail instead of being skipped.
import { describe, expect, inject, test } from 'vitest'
import type { Capability } from './capabilities.ts'

export function describeWith(needs: readonly Capability[], name: string, body: () => void): void {
  const missing = needs.filter(need => !inject('capabilities').includes(need))
  const title = missing.length === 0 ? name : `${name} (needs ${missing.join(', ')})`
  const required = missing.filter(need => requiredHere().includes(need))
  if (required.length > 0) {
    describe(title, () => {
      test('can run here', () => expect.fail(`SDDC_REQUIRE names ${required.join(', ')}, not found here`))
    })
  } else {
    describe.skipIf(missing.length > 0)(title, body)
  }
}

function requiredHere(): readonly string[] {
  return (process.env['SDDC_REQUIRE'] ?? '').split(',').map(name => name.trim())
}
