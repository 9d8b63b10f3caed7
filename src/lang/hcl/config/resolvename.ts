// What a name means: var, local, each, count, path, sddc, or a resource. What is not there is told, with the nearest name.
import { didYouMean } from '../../../base/index.ts'
import type { Traversal } from '../ast.ts'
import { type Resolved, type Scope, reportStatic } from '../evaluate.ts'
import type { Span } from '../source.ts'
import { type Value, object, string, unknownValue } from '../value.ts'
import { isResourceKind } from './finddeclaration.ts'
import type { Instance } from './instance.ts'
import { resolveModule } from './resolvemodule.ts'
import { resolveResource } from './resolveresource.ts'
import type { Run } from './run.ts'

const roots = ['var', 'local', 'each', 'count', 'app', 'group', 'volume', 'module', 'path', 'sddc']

export function resolveName(
  run: Run,
  traversal: Traversal,
  scope: Scope,
  instance: Instance | undefined,
): Resolved {
  const { root, steps } = traversal
  const [first] = steps
  if (!roots.includes(root)) return { value: unknownName(run, traversal, scope), used: steps.length }
  if (root === 'each' || root === 'count') {
    return { value: bindingOf(root, traversal, scope, instance), used: 0 }
  }
  if (root === 'path') return { value: pathsOf(run), used: 0 }
  if (root === 'sddc') return { value: object([['stack', run.shared.stack]]), used: 0 }
  if (first?.kind !== 'attribute') {
    const detail = `Behind "${root}" stands the name of one: ${root}.name.`
    return { value: reportStatic(scope, traversal, 'Invalid reference', detail), used: steps.length }
  }
  if (root === 'module') return resolveModule(run, traversal, scope)
  if (isResourceKind(root)) return resolveResource(run, root, traversal, scope, instance)
  const found = root === 'var' ? run.values.get(first.name)?.value : run.locals.get(first.name)
  if (found !== undefined) return { value: found, used: 1 }
  const span = { start: traversal.start, end: first.end }
  return { value: undeclared(run, root as 'var' | 'local', first.name, span, scope), used: steps.length }
}

function unknownName(run: Run, traversal: Traversal, scope: Scope): Value {
  const { root, rootSpan, steps } = traversal
  const loops: string[] = []
  for (let name = scope.names; name !== undefined; name = name.outer) loops.push(name.name)
  if (root === 'self') {
    const detail = '"self" is the resource as it was evaluated: it is known only in a postcondition.'
    return reportStatic(scope, rootSpan, 'Unknown variable', detail)
  }
  const advice = run.declarations.locals.has(root)
    ? ` Did you mean "local.${root}"?`
    : run.variables.has(root)
      ? ` Did you mean "var.${root}"?`
      : didYouMean(root, [...loops, ...roots, 'true', 'false', 'null']) ||
        (steps.length === 0 ? ` If it is meant as text, quote it: "${root}".` : '')
  return reportStatic(scope, rootSpan, 'Unknown variable', `There is nothing named "${root}".${advice}`)
}

function bindingOf(
  root: 'each' | 'count',
  traversal: Traversal,
  scope: Scope,
  instance: Instance | undefined,
): Value {
  for (let i = instance; i !== undefined; i = i.parent) {
    if (i.binding?.root === root || i.binding?.root === 'either') return i.binding.value
  }
  const argument = root === 'each' ? 'for_each' : 'count'
  const detail = `"${root}" is known only inside a block that has the "${argument}" argument.`
  return reportStatic(scope, traversal, `Reference to "${root}" in context without ${argument}`, detail)
}

function pathsOf(run: Run): Value {
  const root = string(run.shared.directory)
  return object([
    ['module', string(run.site.directory)],
    ['root', root],
    ['cwd', run.context.files === undefined ? root : string(run.context.files.workingDirectory)],
  ])
}

function undeclared(run: Run, root: 'var' | 'local', name: string, span: Span, scope: Scope): Value {
  if (run.cyclic.has(`${run.site.prefix}${root}.${name}`)) return unknownValue
  const known = root === 'var' ? run.variables.keys() : run.declarations.locals.keys()
  const what = root === 'var' ? 'input variable' : 'local value'
  const declare =
    root === 'var'
      ? ` Declare it with a block: variable "${name}" {}.`
      : ` Declare it in a block: locals { ${name} = … }.`
  const detail = `There is no ${what} "${name}".${didYouMean(name, known) || declare}`
  return reportStatic(scope, span, `Reference to undeclared ${what}`, detail)
}
