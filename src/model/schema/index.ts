// The schema of an app: every field once.
export * from './app.ts'
export type { Field, FieldType, NumberType, StringType, Unit } from './field.ts'
export * from './keys.ts'
export * from './limits.ts'
export * from './lookup.ts'
