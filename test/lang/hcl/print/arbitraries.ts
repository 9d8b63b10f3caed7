// Syntax trees for the properties of the printer: all kinds of nodes, nested as the grammar lets them be, in the form in
// which the parser gives them. What binds less tightly than what is around it stands in parentheses.
import fc from 'fast-check'
import type {
  Attribute,
  BinaryOperator,
  Block,
  Body,
  Expression,
  ObjectItem,
  Step,
  Template,
  TemplatePart,
} from '../../../../src/lang/hcl/ast.ts'
import { parseNum } from '../../../../src/lang/hcl/number.ts'

const at = { start: 0, end: 0 } as const

const name = fc.constantFrom('a', 'bb', 'count-1', 'größe', 'in', 'for_each', '数', '_x', 'iff', 'els')
const literalNumber = fc
  .oneof(
    fc.nat(),
    fc.constantFrom('0', '0.1', '12345678901234567890', '1.5e-3', '1e400', '9007199254740993', '3.25e-200'),
    fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => `${a}.${b}`),
  )
  .map(text => parseNum(String(text))!)

/** Texts with everything that has a meaning somewhere in a template. */
const piece = fc.constantFrom(
  'x',
  ' ',
  '\n',
  '  ',
  '"',
  '\\',
  '$',
  '%',
  '{',
  '}',
  '~',
  '${',
  '%{',
  '$${',
  '\t',
  'é',
  '👩‍👧',
  '數',
  'EOT',
  '#',
  '\r\n',
)
const anyPiece = fc.oneof(piece, fc.constantFrom('\r', '\u0000', '\u007f', '\u200b', '\u2028', '\ufeff'))
const text = fc.array(anyPiece, { maxLength: 5 }).map(parts => parts.join('').normalize('NFC'))
const lineText = fc.array(piece, { maxLength: 6 }).map(parts => parts.join('').normalize('NFC'))

type Nodes = {
  readonly expression: Expression
  readonly quoted: Template
  readonly heredoc: Template
  readonly parts: readonly TemplatePart[]
  readonly lines: readonly TemplatePart[]
  readonly postfixed: Expression
  readonly operand: Expression
  readonly binary: Expression
  readonly each: Expression
}

const attributeStep = name.map((n): Step => ({ kind: 'attribute', name: n, ...at }))
const indexStep = fc
  .oneof(
    literalNumber,
    text.filter(t => !t.includes('\r')),
  )
  .map((key): Step => ({ kind: 'index', key, ...at }))
const legacyStep = fc.nat({ max: 20 }).map((key): Step => ({ kind: 'index', key, ...at }))
const steps = fc.array(fc.oneof(attributeStep, indexStep), { minLength: 1, maxLength: 3 })
const splatItem: Expression = { kind: 'splatItem', ...at }

const operators: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['>', '>=', '<', '<='],
  ['+', '-'],
  ['*', '/', '%'],
]

const nodes = fc.letrec<Nodes>(tie => {
  const inner = tie('expression')
  const parenthesised = inner.map((e): Expression => ({ kind: 'parentheses', inner: e, ...at }))
  const item: fc.Arbitrary<ObjectItem> = fc.record({
    key: fc.oneof(
      name.map(n => ({ kind: 'name' as const, text: n, span: at })),
      parenthesised,
      tie('quoted'),
      literalNumber.map((value): Expression => ({ kind: 'number', value, ...at })),
      inner.map((a): Expression => call('upper', [a], false)),
    ),
    value: inner,
  })
  return {
    expression: fc.oneof({ maxDepth: 4, depthSize: 'small' }, tie('operand'), tie('binary'), conditional()),
    operand: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      tie('postfixed'),
      fc.constantFrom<Expression>(
        { kind: 'bool', value: true, ...at },
        { kind: 'bool', value: false, ...at },
        { kind: 'null', ...at },
      ),
      fc
        .tuple(fc.constantFrom('-' as const, '!' as const), tie('operand'))
        .map(([operator, operand]): Expression => ({ kind: 'unary', operator, operand, ...at })),
    ),
    postfixed: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      literalNumber.map((value): Expression => ({ kind: 'number', value, ...at })),
      fc
        .tuple(name, fc.array(fc.oneof(attributeStep, indexStep), { maxLength: 3 }))
        .map(([root, s]): Expression => ({ kind: 'traversal', root, rootSpan: at, steps: s, ...at })),
      tie('quoted'),
      parenthesised,
      fc.array(inner, { maxLength: 4 }).map((elements): Expression => ({ kind: 'tuple', elements, ...at })),
      fc.array(item, { maxLength: 4 }).map((items): Expression => ({ kind: 'object', items, ...at })),
      fc
        .tuple(fc.constantFrom('max', 'core::f', 'a::b::c'), fc.array(inner, { maxLength: 3 }), fc.boolean())
        .map(([f, given, expand]) => call(f, given, expand && given.length > 0)),
      tie('heredoc').map(h => call('f', [h], false)),
      comprehension(),
      // A chain behind parentheses, which none of the rules of splats touches.
      fc
        .tuple(parenthesised, steps)
        .map(([of, s]): Expression => ({ kind: 'relative', of, steps: s, ...at })),
      fc
        .tuple(parenthesised, parenthesised)
        .map(([of, key]): Expression => ({ kind: 'index', of, key, ...at })),
      fc
        .tuple(parenthesised, tie('each'))
        .map(([of, each]): Expression => ({ kind: 'splat', of, each, marker: at, ...at })),
      // `.*` and an index of its result.
      fc
        .tuple(parenthesised, fc.array(fc.oneof(attributeStep, legacyStep), { maxLength: 3 }), indexStep)
        .map(([of, s, index]): Expression => {
          const each: Expression =
            s.length === 0 ? splatItem : { kind: 'relative', of: splatItem, steps: s, ...at }
          return {
            kind: 'relative',
            of: { kind: 'splat', of, each, marker: at, ...at },
            steps: [index],
            ...at,
          }
        }),
    ),
    each: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.constant(splatItem),
      steps.map((s): Expression => ({ kind: 'relative', of: splatItem, steps: s, ...at })),
      parenthesised.map((key): Expression => ({ kind: 'index', of: splatItem, key, ...at })),
      tie('each').map((each): Expression => ({ kind: 'splat', of: splatItem, each, marker: at, ...at })),
    ),
    binary: fc
      .tuple(fc.nat({ max: 5 }), fc.nat({ max: 1 }), fc.array(tie('operand'), { minLength: 2, maxLength: 4 }))
      .map(([level, which, operands]) =>
        operands.reduce((left, right): Expression => {
          const operator = operators[level]![which % operators[level]!.length]!
          return { kind: 'binary', operator, left, right, ...at }
        }),
      ),
    quoted: tie('parts').map((parts): Template => ({ kind: 'template', form: 'quoted', parts, ...at })),
    heredoc: tie('lines').map((parts): Template => ({ kind: 'template', form: 'heredoc', parts, ...at })),
    parts: fc.array(part(text, tie('parts')), { maxLength: 3 }),
    // The last literal ends its line; a sequence at the end takes the newline away.
    lines: fc
      .tuple(fc.array(part(lineText, tie('parts').filter(isPlain)), { maxLength: 3 }), lineText)
      .map(([parts, last]) => [...parts, { kind: 'literal' as const, text: `${last}\n`, ...at }])
      .chain(parts => fc.boolean().map(cut => (cut && parts.length > 1 ? withoutEnd(parts) : parts))),
  }

  function part(
    literal: fc.Arbitrary<string>,
    body: fc.Arbitrary<readonly TemplatePart[]>,
  ): fc.Arbitrary<TemplatePart> {
    return fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      literal.map((t): TemplatePart => ({ kind: 'literal', text: t, ...at })),
      inner.map((expression): TemplatePart => ({ kind: 'interpolation', expression, ...at })),
      fc
        .tuple(inner, body, fc.option(body))
        .map(([condition, yes, no]): TemplatePart => ({ kind: 'if', condition, yes, no: no ?? [], ...at })),
      fc.tuple(fc.option(name), name, inner, body).map(([key, value, collection, inside]): TemplatePart => ({
        kind: 'for',
        ...(key === null ? {} : { key }),
        value,
        collection,
        body: inside,
        ...at,
      })),
    )
  }

  function conditional(): fc.Arbitrary<Expression> {
    return fc
      .tuple(fc.oneof(tie('operand'), tie('binary')), inner, inner)
      .map(([condition, yes, no]): Expression => ({ kind: 'conditional', condition, yes, no, ...at }))
  }

  function comprehension(): fc.Arbitrary<Expression> {
    return fc
      .record({
        keyName: fc.option(name),
        valueName: name,
        collection: inner,
        key: fc.option(inner),
        value: inner,
        condition: fc.option(inner),
        group: fc.boolean(),
      })
      .map((f): Expression => ({
        kind: 'for',
        ...(f.keyName === null ? {} : { keyName: f.keyName }),
        valueName: f.valueName,
        collection: f.collection,
        ...(f.key === null ? {} : { key: f.key }),
        value: f.value,
        ...(f.condition === null ? {} : { condition: f.condition }),
        group: f.group && f.key !== null,
        ...at,
      }))
  }
})

/** Any expression, with heredocs where brackets allow them. */
export const expressionTree: fc.Arbitrary<Expression> = nodes.expression

const attribute: fc.Arbitrary<Attribute> = fc
  .tuple(name, fc.oneof(nodes.expression, nodes.heredoc))
  .map(([n, expression]) => ({ name: n, nameSpan: at, expression, ...at }))

type Bodies = { readonly body: Body; readonly block: Block }

const bodies = fc.letrec<Bodies>(tie => ({
  body: fc
    .tuple(
      fc.uniqueArray(attribute, { maxLength: 4, selector: a => a.name }),
      fc.array(tie('block'), { maxLength: 2, depthIdentifier: 'blocks' }),
    )
    .map(([attributes, blocks]) => ({ attributes, blocks, close: at, ...at })),
  block: fc
    .tuple(name, fc.array(text, { maxLength: 2 }), fc.oneof(emptyBody(), tie('body')))
    .map(([type, labels, body]): Block => ({
      type,
      typeSpan: at,
      labels: labels.map(t => ({ text: t, ...at })),
      header: at,
      body,
      ...at,
    })),
}))

/** The body of a file. */
export const bodyTree: fc.Arbitrary<Body> = bodies.body

function emptyBody(): fc.Arbitrary<Body> {
  return fc.constant({ attributes: [], blocks: [], close: at, ...at })
}

function call(f: string, given: readonly Expression[], expand: boolean): Expression {
  return { kind: 'call', name: f, nameSpan: at, arguments: given, expand, close: at, ...at }
}

/** Texts that a heredoc can hold; quotes have an escape for the rest. */
function isPlain(parts: readonly TemplatePart[]): boolean {
  return parts.every(p => {
    if (p.kind === 'literal') return !/\r(?!\n)|[\u0000\u007f\u2028\ufeff]/.test(p.text)
    if (p.kind === 'if') return isPlain(p.yes) && isPlain(p.no)
    return p.kind !== 'for' || isPlain(p.body)
  })
}

/** Only a sequence can take the last newline away. */
function withoutEnd(parts: readonly TemplatePart[]): readonly TemplatePart[] {
  const kept = parts.slice(0, -1)
  return kept[kept.length - 1]!.kind === 'literal' ? parts : kept
}
