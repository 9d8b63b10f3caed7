// Bodies whose arguments are few and known here: the settings, variables, outputs, what makes dynamic blocks.
import { type Diagnostic, didYouMean, errorDiagnostic } from '../../../base/index.ts'
import type { Attribute, Body } from '../ast.ts'
import type { Source } from '../source.ts'

type Report = (diagnostic: Diagnostic) => void

/** The attributes of a body by name; others than `known` are reported. */
export function namedAttributes(
  body: Body,
  known: readonly string[],
  source: Source,
  context: string,
  report: Report,
): ReadonlyMap<string, Attribute> {
  const named = new Map<string, Attribute>()
  for (const attribute of body.attributes) {
    if (known.includes(attribute.name)) {
      named.set(attribute.name, attribute)
      continue
    }
    const detail = `There is no argument "${attribute.name}" here.${didYouMean(attribute.name, known)}`
    report(
      errorDiagnostic('Unsupported argument', detail, { subject: source.range(attribute.nameSpan), context }),
    )
  }
  return named
}

export function refuseBlocks(body: Body, source: Source, context: string, report: Report): void {
  for (const block of body.blocks) {
    const detail = `There are no "${block.type}" blocks in ${context}.`
    report(errorDiagnostic('Unsupported block type', detail, { subject: source.range(block.typeSpan) }))
  }
}
