// All functions of the language, by name.
import { collectionFunctions } from './collection.ts'
import { conversionFunctions } from './conversion.ts'
import type { HclFunction } from './function.ts'
import { encodingFunctions } from './json.ts'
import { numericFunctions } from './numeric.ts'
import { textFunctions } from './text.ts'

export const functions: ReadonlyMap<string, HclFunction> = new Map(
  [
    ...collectionFunctions,
    ...conversionFunctions,
    ...encodingFunctions,
    ...numericFunctions,
    ...textFunctions,
  ].map(f => [f.name, f]),
)
