// Sizes of memory and disk. Marathon's MB is a MiB; "MB" is accepted as the same.

const unitsBytes: Readonly<Record<string, number>> = {
  B: 1,
  K: 1024,
  KB: 1024,
  KIB: 1024,
  M: 1024 ** 2,
  MB: 1024 ** 2,
  MIB: 1024 ** 2,
  MI: 1024 ** 2,
  G: 1024 ** 3,
  GB: 1024 ** 3,
  GIB: 1024 ** 3,
  GI: 1024 ** 3,
  T: 1024 ** 4,
  TB: 1024 ** 4,
  TIB: 1024 ** 4,
  TI: 1024 ** 4,
}

/** MiB of `"512MiB"`, `"2G"`, `"64Mi"`; undefined when it is not a size with a unit. */
export function parseSizeMiB(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text)
  const unit = found ? unitsBytes[found[2]!.toUpperCase()] : undefined
  return found && unit !== undefined ? (Number(found[1]) * unit) / 1024 ** 2 : undefined
}

/** `512MiB`, `2GiB`, `0.5MiB`. */
export function formatMiB(mib: number): string {
  if (mib >= 1024 ** 2 && mib % 1024 ** 2 === 0) return `${mib / 1024 ** 2}TiB`
  if (mib >= 1024 && mib % 1024 === 0) return `${mib / 1024}GiB`
  return `${mib}MiB`
}
