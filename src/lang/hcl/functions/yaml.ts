// YAML to values and back, as Terraform has it: see the two files that do it.
import { stringType } from '../type.ts'
import { nullValue } from '../value.ts'
import { anyOrNull, stringOf, text } from './arguments.ts'
import type { HclFunction } from './function.ts'
import { textValue } from './results.ts'
import { decodeYaml } from './yamldecode.ts'
import { encodeYaml } from './yamlencode.ts'

export const yamlFunctions: readonly HclFunction[] = [
  {
    name: 'yamldecode',
    summary: 'The value that a YAML document stands for',
    group: 'encoding',
    examples: [['yamldecode("a: [1, yes]\\n")', '{ "a" = [1, true] }']],
    returns: 'the type of what the text holds',
    parameters: [text('string')],
    call: ([s]) => decodeYaml(stringOf(s)),
  },
  {
    name: 'yamlencode',
    summary: 'The value as a YAML document in block style with sorted keys',
    group: 'encoding',
    examples: [['yamlencode({ a = ["x", 1] })', '"\\"a\\":\\n- \\"x\\"\\n- 1\\n"']],
    parameters: [anyOrNull('value')],
    result: stringType,
    call: ([value]) => textValue(encodeYaml(value ?? nullValue)),
  },
]
