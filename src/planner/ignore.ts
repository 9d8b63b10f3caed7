// `ignore_changes`: at the paths it names, what is there stays, whatever the configuration says now. The result is what
// the plan works with from then on, so that differences, steps and disruption all speak of the same object.

/**
 * `wanted` with the values of `present` at the paths (`/instances`, `/env/TAG`, `/healthChecks(0)/path`; '' is all). What
 * is absent there is absent then. A path that leads through something only one of the two has changes nothing.
 */
export function keepIgnored<T extends object>(wanted: T, present: T, paths: readonly string[]): T {
  return paths.reduce((merged, path) => keepAt(merged, present, path) as T, wanted)
}

function keepAt(wanted: unknown, present: unknown, path: string): unknown {
  if (path === '') return present
  if (Array.isArray(wanted)) return Array.isArray(present) ? keepInList(wanted, present, path) : wanted
  if (!isRecord(wanted) || !isRecord(present)) return wanted
  const merged: Record<string, unknown> = { ...wanted }
  // Keys may hold slashes: the keys that are there say where a segment ends.
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(present)])) {
    if (!path.startsWith(`/${key}`)) continue
    const rest = path.slice(key.length + 1)
    if (rest === '') {
      if (present[key] === undefined) delete merged[key]
      else merged[key] = present[key]
    } else if (wanted[key] !== undefined && /^[/(]/.test(rest)) {
      merged[key] = keepAt(wanted[key], present[key], rest)
    }
  }
  return merged
}

function keepInList(wanted: readonly unknown[], present: readonly unknown[], path: string): unknown {
  const [step, digits] = /^\((\d+)\)/.exec(path) ?? []
  const index = Number(digits)
  if (step === undefined || wanted[index] === undefined || present[index] === undefined) return wanted
  return wanted.with(index, keepAt(wanted[index], present[index], path.slice(step.length)))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
