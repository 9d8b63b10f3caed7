// templatefile() and templatestring(): a text from outside evaluated as a template. It sees the variables it is given and
// nothing else, and may call every function but these two.
import { type Diagnostic, didYouMean } from '../../../base/index.ts'
import type { Template, TemplatePart } from '../ast.ts'
import { type Scope, evaluate, reportError } from '../evaluate.ts'
import { parseExpression } from '../parser.ts'
import { problemsToDiagnostics } from '../problem.ts'
import { Source } from '../source.ts'
import type { MappingValue, Value } from '../value.ts'
import { any, mappingOf, stringOf, text } from './arguments.ts'
import { readText } from './file.ts'
import { type FunctionContext, FunctionError, type HclFunction } from './function.ts'

/** Rounds of all loops of one template: as many lines as anybody reads. */
const maxTemplateRounds = 10_000

export function templateFunctions(others: readonly HclFunction[]): readonly HclFunction[] {
  const functions = new Map([...others, ...nestedTemplates].map(f => [f.name, f]))
  return [
    {
      name: 'templatefile',
      summary: 'The text of a file evaluated as a template with the given variables',
      group: 'filesystem',
      examples: [['templatefile("hello.tpl", { name = "web" })', '"Hello, web!\\n"']],
      returns: 'the type of the template: mostly a string',
      parameters: [text('path'), any('variables')],
      call: ([path, variables], context) => {
        const name = stringOf(path)
        return rendered(readText(name, context), name, mappingOf(variables, 1), functions, context)
      },
    },
    {
      name: 'templatestring',
      summary: 'A text evaluated as a template with the given variables',
      group: 'string',
      examples: [['templatestring("Hello, $${name}!", { name = "web" })', '"Hello, web!"']],
      returns: 'the type of the template: mostly a string',
      parameters: [text('template'), any('variables')],
      call: ([template, variables], context) =>
        rendered(stringOf(template), 'the template', mappingOf(variables, 1), functions, context),
    },
  ]
}

// Templates that call templates would need a limit of their own; what they share can be made outside and given to both.
const nestedTemplates = ['templatefile', 'templatestring'].map((name): HclFunction => ({
  name,
  summary: 'Refused inside of a template',
  group: 'string',
  examples: [],
  parameters: [text('template'), any('variables')],
  call: () => {
    throw new FunctionError("a template can't call another; give it the other one's text as a variable")
  },
}))

function rendered(
  text: string,
  name: string,
  variables: MappingValue,
  functions: ReadonlyMap<string, HclFunction>,
  context: FunctionContext,
): Value {
  const odd = [...variables.entries.keys()].find(key => !/^[\p{ID_Start}_][\p{ID_Continue}-]*$/u.test(key))
  if (odd !== undefined) {
    throw new FunctionError(`"${odd}" can't be the name of a variable: letters, digits, "_" and "-" can`, 1)
  }
  const source = heredocOf(text)
  const { node, problems } = parseExpression(source)
  refuseFirst(problemsToDiagnostics(source, problems), name)
  if (node.kind !== 'template') throw new FunctionError('the text is not a template', 0)
  const findings: Diagnostic[] = []
  const scope: Scope = {
    source,
    report: finding => void findings.push(finding),
    functions,
    context,
    budget: { rounds: maxTemplateRounds },
    resolve: (traversal, inner) => {
      const value = variables.entries.get(traversal.root)
      if (value !== undefined) return { value, used: 0 }
      const detail = `The template is not given "${traversal.root}".${didYouMean(traversal.root, variables.entries.keys())}`
      return {
        value: reportError(inner, traversal, 'Unknown variable', detail),
        used: traversal.steps.length,
      }
    },
  }
  const value = evaluate(withoutLastNewline(node), scope)
  refuseFirst(findings, name)
  return value
}

// The parser knows templates inside quotes, where backslashes mean something, and as heredocs, where the text is as it is.
function heredocOf(text: string): Source {
  let marker = 'END'
  while (text.includes(marker)) marker += '_'
  return new Source('template', `<<${marker}\n${text}\n${marker}\n`)
}

// The newline in front of the marker is not part of the text. As in quotes, a lone interpolation keeps its type.
function withoutLastNewline(template: Template): Template {
  const last = template.parts.at(-1)
  const rest = template.parts.slice(0, -1)
  if (last?.kind !== 'literal') return template
  const kept = last.text.replace(/\n$/, '')
  const parts: readonly TemplatePart[] = kept === '' ? rest : [...rest, { ...last, text: kept }]
  return { ...template, form: 'quoted', parts }
}

function refuseFirst(findings: readonly Diagnostic[], name: string): void {
  const [first] = findings
  if (first === undefined) return
  const line = first.subject === undefined ? '' : ` (line ${first.subject.start.line - 1} of ${name})`
  throw new FunctionError(`${first.summary}${line}: ${first.detail.replace(/\.$/, '')}`, 0)
}
