// JSON texts with places.
export * from './parse.ts'
export * from './tree.ts'
