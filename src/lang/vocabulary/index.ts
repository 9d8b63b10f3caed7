// The vocabulary: from the words of a configuration to the model's own form.
export * from './app.ts'
export * from './body.ts'
export * from './constructs.ts'
export * from './draft.ts'
export { ignoredPaths } from './ignored.ts'
export * from './typescript.ts'
export * from './values.ts'
export * from './words.ts'
