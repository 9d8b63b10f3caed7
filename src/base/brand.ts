/** A nominal type over a plain one: `Brand<string, 'AppId'>` can't be passed where an `AgentId` is wanted. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name }
