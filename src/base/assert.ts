// Bugs. A failed assert says that our own reasoning is wrong; it is never the answer to a user's mistake
// (that is a Diagnostic) nor to a failing disk or network (that is a CodedError).

export class Bug extends Error {
  override readonly name = 'Bug'
}

/** Throws a Bug unless `condition` holds. Stays on in production. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Bug(message)
}

/** The value, which must be there. */
export function present<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Bug(`missing ${what}`)
  return value
}
