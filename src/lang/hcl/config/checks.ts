// What is asked of a configuration as a whole, when all of its values are there. check "name" { assert { … } }: what
// does not hold is told, and nothing is stopped by it. The preconditions of outputs stop.
import { didYouMean } from '../../../base/index.ts'
import { reportError } from '../evaluate.ts'
import { checkCondition, failedCheck, failedPrecondition, readCondition } from './conditions.ts'
import type { Declaration } from './declarations.ts'
import { type Run, scopeIn } from './run.ts'

/** Of one instance of a module. */
export function evaluateChecks(run: Run): void {
  for (const [name, declaration] of run.declarations.outputs) checkOutput(run, name, declaration)
  for (const [name, declaration] of run.declarations.checks) evaluateCheck(run, name, declaration)
}

function checkOutput(run: Run, name: string, { block, source }: Declaration): void {
  const scope = scopeIn(run, source, undefined, `output "${name}"`, moduleAddress(run))
  for (const inner of block.body.blocks) {
    const condition = inner.type === 'precondition' ? readCondition(inner, scope) : undefined
    if (condition === undefined) continue
    checkCondition(condition, scope, failedPrecondition)
  }
}

function evaluateCheck(run: Run, name: string, { block, source }: Declaration): void {
  const scope = scopeIn(run, source, undefined, `check "${name}"`, moduleAddress(run))
  for (const { name: argument, nameSpan } of block.body.attributes) {
    const detail = `A check has no arguments: put "${argument}" into an assert block.`
    reportError(scope, nameSpan, 'Unsupported argument', detail)
  }
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
    const condition = readCondition(inner, scope)
    if (condition === undefined) continue
    checkCondition(condition, scope, failedCheck)
  }
  if (block.body.blocks.length > 0) return
  const detail = 'A check needs at least one block: assert { … } with a condition and an error_message.'
  reportError(scope, block.header, 'Missing assert block', detail)
}

function moduleAddress(run: Run): string | undefined {
  return run.instance?.address
}
