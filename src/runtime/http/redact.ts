// Values that a configuration marked as sensitive are not shown in listings. Paths are those of diagnostics:
// `/env/PASSWORD`, `/healthChecks(0)/command/value`.

/** What stands for a value that is not shown. */
export const redacted = '(sensitive)'

/** A copy with the values at the paths replaced; paths that lead nowhere are left out. */
export function redact<T extends object>(value: T, paths: readonly string[]): T {
  let copy: object = value
  for (const path of paths) copy = replaced(copy, stepsOf(path)) as object
  return copy as T
}

function stepsOf(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .flatMap(part => {
      const indexed = /^(.*?)((?:\(\d+\))+)$/.exec(part)
      return indexed === null ? [part] : [indexed[1]!, ...indexed[2]!.slice(1, -1).split(')(')]
    })
}

function replaced(value: unknown, steps: readonly string[]): unknown {
  const [step, ...rest] = steps
  if (step === undefined) return redacted
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return value
  const inside = (value as Readonly<Record<string, unknown>>)[step]
  if (Array.isArray(value))
    return value.map((item, i) => (i === Number(step) ? replaced(inside, rest) : item))
  return { ...value, [step]: replaced(inside, rest) }
}
