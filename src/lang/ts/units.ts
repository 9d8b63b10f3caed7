// Durations and sizes with their units in the type: `"30s"` and `"512MiB"` compile, `"30 sec"` and `"512MX"` do not.

type DurationUnit = 'ms' | 's' | 'm' | 'min' | 'h' | 'd'
type SizeUnit =
  | 'B'
  | 'K'
  | 'KB'
  | 'KiB'
  | 'Ki'
  | 'M'
  | 'MB'
  | 'MiB'
  | 'Mi'
  | 'G'
  | 'GB'
  | 'GiB'
  | 'Gi'
  | 'T'
  | 'TB'
  | 'TiB'
  | 'Ti'

/** `"30s"`, `"1m30s"`, `"250ms"`, or a number of seconds. */
export type Duration =
  | number
  | `${number}${DurationUnit}`
  | `${number}d${number}h`
  | `${number}h${number}m`
  | `${number}h${number}m${number}s`
  | `${number}m${number}s`
  | `${number}s${number}ms`

/** `"512MiB"`, `"2Gi"` (MB means MiB, as in Marathon), or a number of MiB. */
export type Size = number | `${number}${SizeUnit}`
