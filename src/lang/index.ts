// The face of the language for the layers above: everything but the loader, which has effects (see load/).
export { assemble, desiredFromMarathon, isStackName, stackNameFrom } from './assemble/index.ts'
export type { Assembled } from './assemble/index.ts'
export { parseJson } from './json/index.ts'
export type { ParsedJson } from './json/index.ts'
export type * from './surface.ts'
