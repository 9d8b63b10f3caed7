// The syntax tree: plain data with UTF-16 offsets. Literal keys are folded into traversals (`a["x"]`, `a[0]`), because
// static references are read from them. A chain of binary operators leans left and may be long: walk its left side in
// a loop. All other nesting is limited by the parser.
import type { Num } from './number.ts'
import type { Source, Span } from './source.ts'

export interface File extends Span {
  readonly source: Source
  readonly body: Body
}

export interface Body extends Span {
  readonly attributes: readonly Attribute[]
  readonly blocks: readonly Block[]
  /** The closing brace, or the end of the file. */
  readonly close: Span
}

export interface Attribute extends Span {
  readonly name: string
  readonly nameSpan: Span
  readonly expression: Expression
}

export interface Block extends Span {
  readonly type: string
  readonly typeSpan: Span
  readonly labels: readonly Label[]
  /** From the type to the last label. */
  readonly header: Span
  readonly body: Body
}

export interface Label extends Span {
  readonly text: string
}

export type Expression =
  | NumberLiteral
  | BoolLiteral
  | NullLiteral
  | Template
  | Traversal
  | RelativeTraversal
  | Index
  | Splat
  | SplatItem
  | Call
  | Unary
  | Binary
  | Conditional
  | Tuple
  | ObjectConstructor
  | For
  | Parentheses
  | Invalid

export interface NumberLiteral extends Span {
  readonly kind: 'number'
  readonly value: Num
}

export interface BoolLiteral extends Span {
  readonly kind: 'bool'
  readonly value: boolean
}

export interface NullLiteral extends Span {
  readonly kind: 'null'
}

/** A quoted string or heredoc, also one without any interpolation. */
export interface Template extends Span {
  readonly kind: 'template'
  readonly form: 'quoted' | 'heredoc'
  readonly parts: readonly TemplatePart[]
}

export type TemplatePart = TemplateLiteral | TemplateInterpolation | TemplateIf | TemplateFor

export interface TemplateLiteral extends Span {
  readonly kind: 'literal'
  readonly text: string
}

export interface TemplateInterpolation extends Span {
  readonly kind: 'interpolation'
  readonly expression: Expression
}

export interface TemplateIf extends Span {
  readonly kind: 'if'
  readonly condition: Expression
  readonly yes: readonly TemplatePart[]
  readonly no: readonly TemplatePart[]
}

export interface TemplateFor extends Span {
  readonly kind: 'for'
  readonly key?: string
  readonly value: string
  readonly collection: Expression
  readonly body: readonly TemplatePart[]
}

/** A name and its constant steps: `app.db.id`, `var.ports[0]`. */
export interface Traversal extends Span {
  readonly kind: 'traversal'
  readonly root: string
  readonly rootSpan: Span
  readonly steps: readonly Step[]
}

/** Constant steps on the result of an expression. */
export interface RelativeTraversal extends Span {
  readonly kind: 'relative'
  readonly of: Expression
  readonly steps: readonly Step[]
}

export type Step = AttributeStep | IndexStep

export interface AttributeStep extends Span {
  readonly kind: 'attribute'
  readonly name: string
}

export interface IndexStep extends Span {
  readonly kind: 'index'
  readonly key: string | Num
}

export interface Index extends Span {
  readonly kind: 'index'
  readonly of: Expression
  readonly key: Expression
}

/** `of[*]…`: `each` is evaluated once per element, with the element as its `splatItem`. */
export interface Splat extends Span {
  readonly kind: 'splat'
  readonly of: Expression
  readonly each: Expression
  /** The `[*]` or `.*`. */
  readonly marker: Span
}

export interface SplatItem extends Span {
  readonly kind: 'splatItem'
}

export interface Call extends Span {
  readonly kind: 'call'
  readonly name: string
  readonly nameSpan: Span
  readonly arguments: readonly Expression[]
  /** `f(list...)` */
  readonly expand: boolean
  readonly close: Span
}

export interface Unary extends Span {
  readonly kind: 'unary'
  readonly operator: '-' | '!'
  readonly operand: Expression
}

export type BinaryOperator = '||' | '&&' | '==' | '!=' | '>' | '>=' | '<' | '<=' | '+' | '-' | '*' | '/' | '%'

export interface Binary extends Span {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
}

export interface Conditional extends Span {
  readonly kind: 'conditional'
  readonly condition: Expression
  readonly yes: Expression
  readonly no: Expression
}

export interface Tuple extends Span {
  readonly kind: 'tuple'
  readonly elements: readonly Expression[]
}

export interface ObjectConstructor extends Span {
  readonly kind: 'object'
  readonly items: readonly ObjectItem[]
}

export interface ObjectItem {
  /** A bare identifier is its own name; everything else is evaluated. */
  readonly key: { readonly kind: 'name'; readonly text: string; readonly span: Span } | Expression
  readonly value: Expression
}

export interface For extends Span {
  readonly kind: 'for'
  readonly keyName?: string
  readonly valueName: string
  readonly collection: Expression
  /** Present in the object form. */
  readonly key?: Expression
  readonly value: Expression
  readonly condition?: Expression
  /** `...`: values of one key are collected into a tuple. */
  readonly group: boolean
}

export interface Parentheses extends Span {
  readonly kind: 'parentheses'
  readonly inner: Expression
}

/** In place of an expression that could not be read; already reported. */
export interface Invalid extends Span {
  readonly kind: 'invalid'
}
