// Where in the user's text a thing was made, so that a diagnostic can point there: the caller of a constructor, from
// the engine's stack trace (source maps are on). One capture per constructor; depth one, so it is cheap.

/** Line and column count from 1, the column in UTF-16 units. */
export interface Site {
  readonly file: string
  readonly line: number
  readonly column: number
}

interface StackCapture {
  stackTraceLimit: number
  captureStackTrace(target: object, above: (...args: never[]) => unknown): void
}

/** The call of `constructor` that is running now; undefined on engines without V8's stack traces. */
export function callSite(constructor: (...args: never[]) => unknown): Site | undefined {
  const engine = Error as ErrorConstructor & Partial<StackCapture>
  if (!engine.captureStackTrace) return undefined
  const limit = engine.stackTraceLimit
  engine.stackTraceLimit = 1
  const holder: { stack?: string } = {}
  engine.captureStackTrace(holder, constructor)
  const stack = String(holder.stack)
  if (limit !== undefined) engine.stackTraceLimit = limit
  return siteIn(stack)
}

/** The first place that a stack trace names. */
export function siteIn(stack: string): Site | undefined {
  const found = /(?:\(|at (?:async )?)(?:file:\/\/)?((?:\/|[A-Za-z]:)[^()\n]*?):(\d+):(\d+)\)?\s*$/m.exec(
    stack,
  )
  return found ? { file: decode(found[1]!), line: Number(found[2]), column: Number(found[3]) } : undefined
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
