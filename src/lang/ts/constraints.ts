// Constraints: on which agents instances may be placed. Each is a plain list of texts, as in Marathon.

export type Constraint =
  | readonly [field: string, operator: 'UNIQUE' | 'CLUSTER' | 'GROUP_BY']
  | readonly [field: string, operator: Exclude<Operator, 'UNIQUE'>, value: string]

type Operator = 'UNIQUE' | 'CLUSTER' | 'GROUP_BY' | 'LIKE' | 'UNLIKE' | 'MAX_PER' | 'IS'

/** No two instances on agents with the same value. */
export function unique(field = 'hostname'): Constraint {
  return [field, 'UNIQUE']
}

/** All instances on agents with this value, or with one value in common. */
export function cluster(field: string, value?: string | number): Constraint {
  return value === undefined ? [field, 'CLUSTER'] : [field, 'CLUSTER', String(value)]
}

/** Spread evenly over the values; with `groups` over at least so many. */
export function groupBy(field: string, groups?: number): Constraint {
  return groups === undefined ? [field, 'GROUP_BY'] : [field, 'GROUP_BY', String(groups)]
}

/** Only where the whole value matches the regular expression. */
export function like(field: string, pattern: string | RegExp): Constraint {
  return [field, 'LIKE', patternText(pattern)]
}

/** Only where the value does not match. */
export function unlike(field: string, pattern: string | RegExp): Constraint {
  return [field, 'UNLIKE', patternText(pattern)]
}

/** At most `count` instances per value. */
export function maxPer(field: string, count: number): Constraint {
  return [field, 'MAX_PER', String(count)]
}

/** Only where the value is exactly this. */
export function is(field: string, value: string | number): Constraint {
  return [field, 'IS', String(value)]
}

function patternText(pattern: string | RegExp): string {
  return typeof pattern === 'string' ? pattern : pattern.source
}
