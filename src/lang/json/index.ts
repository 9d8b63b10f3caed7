// JSON texts with places.
export * from './parse.ts'
