// check "name" { assert { condition error_message } … }: looks at the configuration as a whole. What does not hold is
// told, and nothing is stopped by it.
import { didYouMean } from '../../../base/index.ts'
import { reportError } from '../evaluate.ts'
import { checkCondition, readCondition } from './conditions.ts'
import type { Declaration } from './declarations.ts'
import { type Run, scopeIn } from './run.ts'

export function evaluateChecks(run: Run): void {
  for (const [name, declaration] of run.declarations.checks) evaluateCheck(run, name, declaration)
}

function evaluateCheck(run: Run, name: string, { block, source }: Declaration): void {
  const scope = scopeIn(run, source, undefined, `check "${name}"`)
  for (const { name: argument, nameSpan } of block.body.attributes) {
    const detail = `A check has no arguments: put "${argument}" into an assert block.`
    reportError(scope, nameSpan, 'Unsupported argument', detail)
  }
  let asserts = 0
  for (const inner of block.body.blocks) {
    if (inner.type !== 'assert') {
      const advice =
        inner.type === 'data'
          ? ' There are no data sources: a check looks at what the configuration knows.'
          : didYouMean(inner.type, ['assert']) || ' It has: assert.'
      const detail = `A check has no block of type "${inner.type}".${advice}`
      reportError(scope, inner.typeSpan, 'Unsupported block type', detail)
      continue
    }
    asserts++
    const condition = readCondition(inner, scope)
    if (condition !== undefined) {
      checkCondition(condition, scope, { severity: 'warning', summary: 'Check failed' })
    }
  }
  if (asserts > 0 || block.body.blocks.length > 0) return
  const detail = 'A check needs at least one assert { condition = …, error_message = … }.'
  reportError(scope, block.header, 'Missing assert block', detail)
}
