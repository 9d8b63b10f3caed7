// expect_failures: mistakes that a run wants to see. Those are taken out; what is expected and does not come is a
// mistake of its own.
import { type Diagnostic, errorDiagnostic } from '../../base/index.ts'
import type { ExpectedFailure } from '../../lang/hcl/testfile/index.ts'
import type { Source } from '../../lang/hcl/source.ts'

export function unexpected(
  diagnostics: readonly Diagnostic[],
  expected: readonly ExpectedFailure[],
  source: Source,
): readonly Diagnostic[] {
  const met = new Set<ExpectedFailure>()
  const rest = diagnostics.filter(diagnostic => {
    const found = expected.find(e => isAbout(diagnostic, e.address))
    if (found !== undefined) met.add(found)
    return found === undefined
  })
  const missing = expected
    .filter(e => !met.has(e))
    .map(({ address, span }) =>
      errorDiagnostic('Missing expected failure', `${address} was expected to fail, and did not.`, {
        subject: source.range(span),
      }),
    )
  return [...rest, ...missing]
}

/** Diagnostics name resources by address, the rest by the block around them. */
function isAbout({ address, context }: Diagnostic, wanted: string): boolean {
  if (address === wanted) return true
  const [kind, name] = wanted.split('.')
  if (kind === 'var') return context === `variable "${name}"`
  return (kind === 'output' || kind === 'check') && context === `${kind} "${name}"`
}
