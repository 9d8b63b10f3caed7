// How a resource may change and end.

/** `Field` are the names of the resource's options; deeper paths go on with dots and brackets: `env.TAG`. */
export interface LifecycleOptions<Field extends string = string> {
  /** What the configuration sets once and then leaves to others: fields, or 'all'. */
  readonly ignoreChanges?: 'all' | readonly (Field | `${Field}.${string}` | `${Field}[${string}`)[]
  /** A plan that destroys it is refused. */
  readonly preventDestroy?: boolean
  /**
   * What happens when it is no longer named. An app is destroyed; `false` lets go of it, and it runs on. A volume is let
   * go of with its data; `true` deletes the data.
   */
  readonly destroy?: boolean
}
