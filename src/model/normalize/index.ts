// From every accepted form to the canonical one.
export { normalizeApp } from './app.ts'
export type { NormalizeOptions, NormalizedApp } from './app.ts'
export { classifyMarathonFile, normalizeGroup } from './group.ts'
export type { NormalizedGroup, NormalizedGroups } from './group.ts'
export { resolvePath } from './path.ts'
export { isFormMistake } from './problem.ts'
export { normalizeUpdate } from './update.ts'
