// From every accepted form to the canonical one.
export { ignoredFields, normalizeApp } from './app.ts'
export type { NormalizeOptions, NormalizedApp } from './app.ts'
export { classifyMarathonFile, groupFields, normalizeGroup, normalizeGroupBody } from './group.ts'
export type { GroupBody, GroupUpdate, NormalizedGroup, NormalizedGroups } from './group.ts'
export { resolvePath } from './path.ts'
export { inputFields } from './legacy.ts'
export { isFormMistake } from './problem.ts'
export { normalizeUpdate } from './update.ts'
