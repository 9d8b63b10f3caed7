// Values that a configuration marked as sensitive are not shown in listings: a mark stands in their place. A client that
// reads an app, changes it and writes it back whole brings the marks back, and there they mean "as it is".
// Paths are those of diagnostics: `/env/PASSWORD`, `/healthChecks(0)/command/value`.

/** What stands for a value that is not shown. */
export const sensitiveMark = '(sensitive)'

/** A copy with the values at the paths replaced by the mark; paths that lead nowhere are left out. */
export function redact<T extends object>(value: T, paths: readonly string[]): T {
  return paths.reduce<unknown>(
    (copy, path) => replacedAt(copy, stepsOf(path), () => sensitiveMark),
    value,
  ) as T
}

/** A copy in which each mark at one of the paths is again what `stored` has there. Marks elsewhere are texts. */
export function unredact<T>(value: T, stored: unknown, paths: readonly string[]): T {
  return paths.reduce<unknown>((copy, path) => {
    const steps = stepsOf(path)
    return replacedAt(copy, steps, inside => (inside === sensitiveMark ? at(stored, steps, inside) : inside))
  }, value) as T
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

function replacedAt(value: unknown, steps: readonly string[], replace: (value: unknown) => unknown): unknown {
  const [step, ...rest] = steps
  if (step === undefined) return replace(value)
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return value
  const inside = (value as Readonly<Record<string, unknown>>)[step]
  if (Array.isArray(value))
    return value.map((item, i) => (i === Number(step) ? replacedAt(inside, rest, replace) : item))
  return { ...value, [step]: replacedAt(inside, rest, replace) }
}

function at(value: unknown, steps: readonly string[], otherwise: unknown): unknown {
  let found = value
  for (const step of steps) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return otherwise
    found = (found as Readonly<Record<string, unknown>>)[step]
  }
  return found
}
