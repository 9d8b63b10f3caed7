// What an expression refers to, without evaluating it: the edges of the dependency graph.
import type { Expression, TemplatePart, Traversal } from './ast.ts'

/** Calls `visit` for every traversal whose root is not a name of a loop around it, in no particular order. */
export function visitTraversals(expression: Expression, visit: (traversal: Traversal) => void): void {
  walk(expression, noNames, visit)
}

type Names = ReadonlySet<string>
type Visit = (traversal: Traversal) => void

const noNames: Names = new Set()

function walk(start: Expression, names: Names, visit: Visit): void {
  // The left side of a chain of operators is followed in a loop: it may be long.
  let expression = start
  while (expression.kind === 'binary') {
    walk(expression.right, names, visit)
    expression = expression.left
  }
  switch (expression.kind) {
    case 'traversal':
      if (!names.has(expression.root)) visit(expression)
      return
    case 'template':
      return walkParts(expression.parts, names, visit)
    case 'relative':
      return walk(expression.of, names, visit)
    case 'index':
      walk(expression.of, names, visit)
      return walk(expression.key, names, visit)
    case 'splat':
      walk(expression.of, names, visit)
      return walk(expression.each, names, visit)
    case 'call':
      for (const argument of expression.arguments) walk(argument, names, visit)
      return
    case 'unary':
      return walk(expression.operand, names, visit)
    case 'conditional':
      walk(expression.condition, names, visit)
      walk(expression.yes, names, visit)
      return walk(expression.no, names, visit)
    case 'tuple':
      for (const element of expression.elements) walk(element, names, visit)
      return
    case 'object':
      for (const { key, value } of expression.items) {
        if (key.kind !== 'name') walk(key, names, visit)
        walk(value, names, visit)
      }
      return
    case 'for': {
      walk(expression.collection, names, visit)
      const inner = new Set([...names, expression.valueName])
      if (expression.keyName !== undefined) inner.add(expression.keyName)
      if (expression.key !== undefined) walk(expression.key, inner, visit)
      walk(expression.value, inner, visit)
      if (expression.condition !== undefined) walk(expression.condition, inner, visit)
      return
    }
    case 'parentheses':
      return walk(expression.inner, names, visit)
    default:
  }
}

function walkParts(parts: readonly TemplatePart[], names: Names, visit: Visit): void {
  for (const part of parts) {
    if (part.kind === 'interpolation') walk(part.expression, names, visit)
    else if (part.kind === 'if') {
      walk(part.condition, names, visit)
      walkParts(part.yes, names, visit)
      walkParts(part.no, names, visit)
    } else if (part.kind === 'for') {
      walk(part.collection, names, visit)
      const inner = new Set([...names, part.value])
      if (part.key !== undefined) inner.add(part.key)
      walkParts(part.body, inner, visit)
    }
  }
}
