// module "blog" { source = … for_each = … depends_on = … input = … }: the instances of a module, and its variables from
// the arguments of the call.
import { didYouMean, errorDiagnostic } from '../../../base/index.ts'
import { argumentNames, constructs } from '../../vocabulary/index.ts'
import { evaluate } from '../evaluate.ts'
import { unknownValue } from '../value.ts'
import { refuseBlocks } from './attributes.ts'
import { bounded } from './bounded.ts'
import type { ModuleDeclaration } from './declarations.ts'
import { contextOf } from './finddeclaration.ts'
import type { Instance } from './instance.ts'
import { repetitionOf } from './repetition.ts'
import { type Run, newRun, scopeIn } from './run.ts'
import { type HclVariable, settleVariable } from './variables.ts'

/** What a call says about itself; everything else goes into the module. */
const ownArguments = argumentNames(constructs.module)

/** Arguments that other tools have. */
const foreign: Readonly<Record<string, string>> = {
  version: 'Versions are for registries: name a tag in the source instead, ?ref=v1.2.0.',
  providers: 'There are no providers here.',
}

/** Makes the runs of the instances; a module that could not be loaded has none. */
export function enterModule(run: Run, declaration: ModuleDeclaration): void {
  const { name, block, source } = declaration
  const repetition = repetitionOf(run, declaration, undefined)
  const site = run.site.inner.get(name)
  refuseBlocks(block.body, source, contextOf(declaration), run.report)
  if (site === undefined) {
    const instances = repetition.kind === 'keyed' ? [...repetition.instances.values()] : [repetition.instance]
    for (const instance of instances) evaluateInVain(run, declaration, instance)
    return
  }
  checkArguments(run, declaration, site.module.variables)
  const instances = repetition.kind === 'keyed' ? repetition.instances.values() : [repetition.instance]
  const runs = new Map<Instance, Run>()
  for (const instance of instances) {
    runs.set(instance, newRun(run.shared, site, run, instance))
  }
  run.inner.set(name, runs)
}

/** The value of one variable of a module's instance. */
export function evaluateVariable(run: Run, variable: HclVariable, isCyclic: boolean): void {
  const outer = run.outer!
  const call = run.site.call!
  const { source, block } = call
  const scope = scopeIn(outer, source, run.instance, contextOf(call), run.instance!.address)
  const header = source.range(block.header)
  if (isCyclic) {
    run.values.set(variable.name, { value: unknownValue, range: header })
    return
  }
  const attribute = block.body.attributes.find(a => a.name === variable.name)
  if (attribute === undefined) {
    const about = variable.description === undefined ? '' : ` (${variable.description})`
    const detail = `The module needs a value for "${variable.name}"${about}; it has no default.`
    const missing = errorDiagnostic('Missing required argument', detail, { subject: header })
    run.values.set(
      variable.name,
      settleVariable(variable, undefined, () => missing, scope.report),
    )
    return
  }
  const { expression } = attribute
  const value = bounded(outer, evaluate(expression, scope), expression, scope)
  const given = { value, range: source.range(expression) }
  run.values.set(
    variable.name,
    settleVariable(variable, given, () => undefined, scope.report),
  )
}

function checkArguments(
  run: Run,
  declaration: ModuleDeclaration,
  variables: ReadonlyMap<string, HclVariable>,
): void {
  const { block, source, name } = declaration
  for (const attribute of block.body.attributes) {
    if (ownArguments.includes(attribute.name) || variables.has(attribute.name)) continue
    const advice =
      (Object.hasOwn(foreign, attribute.name) ? ` ${foreign[attribute.name]}` : '') ||
      didYouMean(attribute.name, [...variables.keys(), ...ownArguments])
    const detail = `The module "${name}" has no variable "${attribute.name}".${advice}`
    const context = contextOf(declaration)
    run.report(
      errorDiagnostic('Unsupported argument', detail, { subject: source.range(attribute.nameSpan), context }),
    )
  }
}

/** For the mistakes in the arguments of a module that is not there. */
function evaluateInVain(run: Run, declaration: ModuleDeclaration, instance: Instance): void {
  const scope = scopeIn(run, declaration.source, instance, contextOf(declaration), instance.address)
  for (const { name, expression } of declaration.block.body.attributes) {
    if (!ownArguments.includes(name)) evaluate(expression, scope)
  }
}
