// env(): a variable of the environment, by a name that stands in the text. What the configuration asks for is noted, so
// that a plan can say what it depends on; nothing else of the environment is visible.
import { stringOf, text } from './arguments.ts'
import { FunctionError, type HclFunction } from './function.ts'
import { stringType } from '../type.ts'
import { textValue } from './results.ts'

export const environmentFunctions: readonly HclFunction[] = [
  {
    name: 'env',
    summary: 'The value of a variable of the environment, else the default',
    group: 'ours',
    examples: [['env("REGION", "eu")', '"eu"']],
    parameters: [text('name')],
    optional: [text('default')],
    result: stringType,
    call: ([name, fallback], { environment }) => {
      const wanted = stringOf(name)
      if (!isVariableName(wanted)) {
        throw new FunctionError(`"${wanted}" is not the name of a variable of the environment`, 0)
      }
      if (environment === undefined) throw new FunctionError('there is no environment to read here')
      const found = environment.read(wanted)
      if (found !== undefined) return textValue(found)
      if (fallback !== undefined) return fallback
      const advice = `set it, or give a default: env("${wanted}", "…")`
      throw new FunctionError(`the environment has no variable "${wanted}"; ${advice}`, 0)
    },
  },
]

function isVariableName(name: string): boolean {
  return name !== '' && !name.includes('=') && !name.includes('\0')
}
