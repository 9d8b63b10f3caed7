// `sddc schema`: the JSON Schema of a form of configuration, for editors.
import { didYouMean } from '../../base/index.ts'
import { schemas } from '../../lang/jsonschema/index.ts'
import { usageError } from '../commandline/command.ts'
import { exit, type Context } from '../context.ts'

export function schemaCommand({ terminal }: Context, of: string = 'configuration'): number {
  if (!isKnown(of)) {
    const known = Object.keys(schemas)
    throw usageError(
      `there is no schema of "${of}"`,
      `There are: ${known.join(', ')}.${didYouMean(of, known)}`,
    )
  }
  terminal.out(JSON.stringify(schemas[of](), null, 2))
  return exit.done
}

function isKnown(name: string): name is keyof typeof schemas {
  return Object.hasOwn(schemas, name)
}
