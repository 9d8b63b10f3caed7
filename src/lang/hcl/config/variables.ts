// Variables: what they may be (the block) and what they are (the last of the given values, else the default). A value is
// taken whole; nothing is merged.
import { argumentNames, constructs } from '../../vocabulary/index.ts'
import {
  type Diagnostic,
  type Json,
  type Range,
  didYouMean,
  errorDiagnostic,
  warningDiagnostic,
} from '../../../base/index.ts'
import type { Attribute, Body, Expression } from '../ast.ts'
import { ConversionError, convert } from '../convert.ts'
import { type Scope, evaluate, reportError } from '../evaluate.ts'
import { parseJsonValues } from '../json/file.ts'
import { parseExpression, parseFile } from '../parser.ts'
import { problemsToDiagnostics } from '../problem.ts'
import { Source } from '../source.ts'
import { anyType, nameOfKind } from '../type.ts'
import { readType } from '../typeexpression.ts'
import { type Type, type Value, sensitiveMark, string, unknownOf, unknownValue, withMarks } from '../value.ts'
import { namedAttributes } from './attributes.ts'
import type { Declaration } from './declarations.ts'
import { fromJson } from './fromjson.ts'

/**
 * One source of values for variables. Inputs are given in the order of their precedence, low to high: environment,
 * `sddc.vars.hcl`, `*.auto.vars.hcl` by name, then `--var-file` and `--var` as they stand on the command line.
 */
export type HclInput =
  | {
      readonly kind: 'value'
      readonly from: 'environment' | 'flag'
      readonly name: string
      readonly value: Json
    }
  /** The text of a file of values: arguments only, or one object of JSON where the name ends so. */
  | { readonly kind: 'file'; readonly name: string; readonly text: string }

export interface HclVariable {
  readonly name: string
  readonly type: Type
  readonly description: string | undefined
  /** What to do instead of setting it. */
  readonly deprecated: string | undefined
  readonly sensitive: boolean
  readonly nullable: boolean
  readonly fallback: Value | undefined
  readonly validations: readonly Validation[]
  readonly declaration: Declaration
}

export interface Validation {
  readonly condition: Attribute
  readonly message: Attribute | undefined
}

export interface VariableValue {
  readonly value: Value
  /** Of what gave the value. */
  readonly range: Range
}

type Report = (diagnostic: Diagnostic) => void

const summaryOfDefault = 'Invalid default value for variable'

/** Arguments of a module's call that say something about the call. */
const reservedNames: readonly string[] = [
  'source',
  'version',
  'providers',
  'count',
  'for_each',
  'lifecycle',
  'depends_on',
  'locals',
]

/** A file of values, in JSON where its name says so: each value by name, with its place. Values are literals. */
export function parseVarFile(
  name: string,
  text: string,
): {
  readonly values: ReadonlyMap<string, VariableValue & { nameRange: Range }>
  readonly diagnostics: readonly Diagnostic[]
} {
  const source = new Source(name, text)
  const { node, problems } = name.endsWith('.json') ? parseJsonValues(source) : parseFile(source)
  const diagnostics = problemsToDiagnostics(source, problems)
  const values = new Map<string, VariableValue & { nameRange: Range }>()
  const scope = literalScope(source, d => void diagnostics.push(d))
  for (const block of node.body.blocks) {
    const detail = `A file of values holds only arguments: ${block.type} = ….`
    diagnostics.push(errorDiagnostic('Unexpected block', detail, { subject: source.range(block.header) }))
  }
  for (const attribute of node.body.attributes) {
    values.set(attribute.name, {
      value: evaluate(attribute.expression, scope),
      range: source.range(attribute.expression),
      nameRange: source.range(attribute.nameSpan),
    })
  }
  return { values, diagnostics }
}

/** No names, no calls: only what is written. */
export function literalScope(source: Source, report: Report): Scope {
  return {
    source,
    report,
    functions: new Map(),
    context: {},
    budget: { rounds: 10_000 },
    resolve: (traversal, scope) => {
      const summary = 'Variables not allowed'
      const detail = `Only a literal value can stand here. If "${traversal.root}" is meant as text, quote it.`
      return { value: reportError(scope, traversal, summary, detail), used: 0 }
    },
  }
}

export function readVariable(name: string, declaration: Declaration, report: Report): HclVariable {
  const { block, source } = declaration
  const scope = literalScope(source, report)
  if (reservedNames.includes(name)) {
    const detail = `"${name}" means something else where a module is called: give the variable another name.`
    reportError(scope, block.labels[0]!, 'Invalid variable name', detail)
  }
  const named = namedAttributes(
    block.body,
    argumentNames(constructs.variable),
    source,
    `variable "${name}"`,
    report,
  )
  const literal = (expression: Expression): Value => evaluate(expression, scope)
  const typeAttribute = named.get('type')
  const type =
    typeAttribute === undefined ? anyType : readType(typeAttribute.expression, { source, report, literal })
  const nullable = flag(named.get('nullable'), true, scope)
  return {
    name,
    type,
    description: textOf(named.get('description'), scope),
    deprecated: textOf(named.get('deprecated'), scope),
    sensitive: flag(named.get('sensitive'), false, scope),
    nullable,
    fallback: readDefault(named.get('default'), type, nullable, scope),
    validations: readValidations(block.body, source, report),
    declaration,
  }
}

/**
 * The values of all variables; a missing or unfit one is unknown and reported. `missing` collects the names of those that
 * have none, which is then no mistake.
 */
export function assignVariables(
  variables: ReadonlyMap<string, HclVariable>,
  inputs: readonly HclInput[],
  missing: string[] | undefined,
  addSource: (source: Source) => void,
  report: Report,
): Map<string, VariableValue> {
  const given = new Map<string, VariableValue>()
  let complete = true
  for (const input of inputs) {
    if (input.kind === 'file')
      complete = readFileInput(input, variables, given, addSource, report) && complete
    else readValueInput(input, variables, given, addSource, report)
  }
  const values = new Map<string, VariableValue>()
  for (const variable of variables.values()) {
    const found = given.get(variable.name)
    const { block, source } = variable.declaration
    // What can't be read in a broken file is not missing.
    if (found === undefined && !complete) {
      values.set(variable.name, { value: unknownValue, range: source.range(block.header) })
    } else {
      const ifMissing = (): Diagnostic | undefined => {
        missing?.push(variable.name)
        return missing === undefined ? noValue(variable) : undefined
      }
      values.set(variable.name, settleVariable(variable, found, ifMissing, report))
    }
  }
  return values
}

function readFileInput(
  input: Extract<HclInput, { kind: 'file' }>,
  variables: ReadonlyMap<string, HclVariable>,
  given: Map<string, VariableValue>,
  addSource: (source: Source) => void,
  report: Report,
): boolean {
  addSource(new Source(input.name, input.text))
  const { values, diagnostics } = parseVarFile(input.name, input.text)
  for (const diagnostic of diagnostics) report(diagnostic)
  for (const [name, value] of values) {
    if (variables.has(name)) {
      given.set(name, value)
      continue
    }
    const detail = `There is no variable "${name}" in this configuration.${didYouMean(name, variables.keys())}`
    report(warningDiagnostic('Value for undeclared variable', detail, { subject: value.nameRange }))
  }
  return diagnostics.length === 0
}

function readValueInput(
  input: Extract<HclInput, { kind: 'value' }>,
  variables: ReadonlyMap<string, HclVariable>,
  given: Map<string, VariableValue>,
  addSource: (source: Source) => void,
  report: Report,
): void {
  const variable = variables.get(input.name)
  if (variable === undefined) {
    // The environment may hold values that are meant for other configurations.
    if (input.from === 'environment') return
    const detail = `There is no variable "${input.name}" in this configuration.${didYouMean(input.name, variables.keys())}`
    report(errorDiagnostic('Value for undeclared variable', detail))
    return
  }
  const label = input.from === 'flag' ? `--var ${input.name}` : `SDDC_VAR_${input.name}`
  const text = typeof input.value === 'string' ? input.value : JSON.stringify(input.value)
  const source = new Source(label, text)
  addSource(source)
  const range = source.range({ start: source.first, end: text.length })
  if (typeof input.value !== 'string') {
    given.set(input.name, { value: fromJson(input.value), range })
    return
  }
  // Text for a primitive is the text itself; everything else is written as in a file.
  if (['any', 'string', 'number', 'bool'].includes(variable.type.kind)) {
    given.set(input.name, { value: string(text.normalize('NFC')), range })
    return
  }
  const { node, problems } = parseExpression(source)
  for (const diagnostic of problemsToDiagnostics(source, problems)) report(diagnostic)
  given.set(input.name, { value: evaluate(node, literalScope(source, report)), range })
}

/**
 * The value of a variable: what was given, else the default, of the variable's type. `ifMissing` says what is wrong where
 * there is neither; without a word from it the value is unknown, and that is all right.
 */
export function settleVariable(
  variable: HclVariable,
  given: VariableValue | undefined,
  ifMissing: () => Diagnostic | undefined,
  report: Report,
): VariableValue {
  const { name, declaration } = variable
  const header = declaration.source.range(declaration.block.header)
  const hide = (value: Value): Value =>
    variable.sensitive ? withMarks(value, new Set([sensitiveMark])) : value
  if (given === undefined) {
    if (variable.fallback !== undefined) return { value: hide(variable.fallback), range: header }
    const missing = ifMissing()
    if (missing !== undefined) report(missing)
    return { value: missing === undefined ? hide(unknownOf(variable.type)) : unknownValue, range: header }
  }
  const { range } = given
  if (variable.deprecated !== undefined) {
    const detail = `The variable "${name}" is deprecated: ${variable.deprecated}`
    report(warningDiagnostic('Deprecated variable', detail, { subject: range }))
  }
  if (given.value.kind === 'null' && !variable.nullable) {
    if (variable.fallback !== undefined) return { value: hide(variable.fallback), range: header }
    const detail = `The variable "${name}" can't be null.`
    report(errorDiagnostic('Required variable not set', detail, { subject: range }))
    return { value: unknownValue, range: header }
  }
  try {
    return { value: hide(convert(given.value, variable.type)), range }
  } catch (thrown) {
    if (!(thrown instanceof ConversionError)) throw thrown
    const at = thrown.path === '' ? '' : ` at ${thrown.path}`
    const detail = `The value of "${name}" does not fit its type${at}: ${thrown.message}.`
    report(errorDiagnostic('Invalid value for input variable', detail, { subject: range }))
    return { value: unknownValue, range }
  }
}

function noValue({ name, declaration: { block, source } }: HclVariable): Diagnostic {
  const detail = `The variable "${name}" has no default. Give it a value: --var '${name}=…', SDDC_VAR_${name} or a line in sddc.vars.hcl.`
  return errorDiagnostic('No value for required variable', detail, { subject: source.range(block.header) })
}

function textOf(attribute: Attribute | undefined, scope: Scope): string | undefined {
  if (attribute === undefined) return undefined
  const value = evaluate(attribute.expression, scope)
  if (value.kind === 'string') return value.value
  if (value.kind !== 'unknown') {
    const detail = `"${attribute.name}" must be a string, this is ${nameOfKind(value)}.`
    reportError(scope, attribute.expression, 'Unsuitable value type', detail)
  }
  return undefined
}

function readDefault(
  attribute: Attribute | undefined,
  type: Type,
  nullable: boolean,
  scope: Scope,
): Value | undefined {
  if (attribute === undefined) return undefined
  const value = evaluate(attribute.expression, scope)
  if (value.kind === 'null' && !nullable) {
    const detail = "The default can't be null, since nullable is false. Leave it out to require a value."
    return reportError(scope, attribute.expression, summaryOfDefault, detail)
  }
  try {
    return convert(value, type)
  } catch (thrown) {
    if (!(thrown instanceof ConversionError)) throw thrown
    const at = thrown.path === '' ? '' : ` at ${thrown.path}`
    const detail = `The default does not fit the variable's type${at}: ${thrown.message}.`
    return reportError(scope, attribute.expression, summaryOfDefault, detail)
  }
}

function readValidations(body: Body, source: Source, report: Report): Validation[] {
  const validations: Validation[] = []
  for (const block of body.blocks) {
    if (block.type !== 'validation') {
      const detail = `A variable holds only "validation" blocks.${didYouMean(block.type, ['validation'])}`
      report(errorDiagnostic('Unsupported block type', detail, { subject: source.range(block.typeSpan) }))
      continue
    }
    const named = namedAttributes(
      block.body,
      argumentNames(constructs.variable.blocks.validation),
      source,
      'validation',
      report,
    )
    const condition = named.get('condition')
    if (condition === undefined) {
      const detail = 'A validation needs a condition that is true for good values.'
      report(errorDiagnostic('Missing required argument', detail, { subject: source.range(block.header) }))
    } else {
      validations.push({ condition, message: named.get('error_message') })
    }
  }
  return validations
}

function flag(attribute: Attribute | undefined, fallback: boolean, scope: Scope): boolean {
  if (attribute === undefined) return fallback
  const value = evaluate(attribute.expression, scope)
  if (value.kind === 'bool') return value.value
  if (value.kind !== 'unknown') {
    reportError(
      scope,
      attribute.expression,
      'Unsuitable value type',
      `"${attribute.name}" must be true or false.`,
    )
  }
  return fallback
}
