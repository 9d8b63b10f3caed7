// How the command line shows plans and diagnostics.
export * from './diagnostics.ts'
export * from './json.ts'
export * from './plan.ts'
export * from './printable.ts'
