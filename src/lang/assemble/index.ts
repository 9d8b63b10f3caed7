// The assembly: from the surface form, and from Marathon's files, to `Desired`.
export * from './assemble.ts'
export * from './marathon.ts'
export * from './stack.ts'
