// All functions of the language, by name: the table that the evaluator calls from and the reference is made of.
import { assumeFunctions } from './assume.ts'
import { conversionFunctions } from './conversion.ts'
import { csvFunctions } from './csv.ts'
import { dateFunctions } from './date.ts'
import { encodingFunctions } from './encoding.ts'
import { environmentFunctions } from './environment.ts'
import { fileFunctions } from './file.ts'
import { formatFunctions } from './format.ts'
import type { HclFunction } from './function.ts'
import { gzipFunctions } from './gzip.ts'
import { hashFunctions } from './hash.ts'
import { jsonFunctions } from './json.ts'
import { listFunctions } from './list.ts'
import { mapFunctions } from './map.ts'
import { networkFunctions } from './network.ts'
import { numericFunctions } from './numeric.ts'
import { pathFunctions } from './paths.ts'
import { patternFunctions } from './pattern.ts'
import { rsaFunctions } from './rsa.ts'
import { sensitivityFunctions } from './sensitivity.ts'
import { setFunctions } from './set.ts'
import { templateFunctions } from './template.ts'
import { textFunctions } from './text.ts'
import { trimFunctions } from './trim.ts'
import { yamlFunctions } from './yaml.ts'

const plain: readonly HclFunction[] = [
  ...assumeFunctions,
  ...conversionFunctions,
  ...csvFunctions,
  ...dateFunctions,
  ...encodingFunctions,
  ...environmentFunctions,
  ...fileFunctions,
  ...formatFunctions,
  ...gzipFunctions,
  ...hashFunctions,
  ...jsonFunctions,
  ...listFunctions,
  ...mapFunctions,
  ...networkFunctions,
  ...numericFunctions,
  ...pathFunctions,
  ...patternFunctions,
  ...rsaFunctions,
  ...sensitivityFunctions,
  ...setFunctions,
  ...textFunctions,
  ...trimFunctions,
  ...yamlFunctions,
]

export const functions: ReadonlyMap<string, HclFunction> = new Map(
  [...plain, ...templateFunctions(plain)].map(f => [f.name, f]),
)
