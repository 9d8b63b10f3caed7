// One order for strings everywhere: by code point, as UTF-8 bytes sort. JavaScript's default sorts by UTF-16 units,
// which puts U+1F600 before U+FFFD; a second implementation (or LevelDB) would disagree.

/** Negative, zero or positive, by Unicode code point. */
export function compareStrings(a: string, b: string): number {
  const n = Math.min(a.length, b.length)
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

// Surrogates (astral characters) rank above all other units.
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

/** A comparator over a string key of the elements. */
export function by<T>(key: (value: T) => string): (a: T, b: T) => number {
  return (a, b) => compareStrings(key(a), key(b))
}

/** A comparator over a number key of the elements. */
export function byNumber<T>(key: (value: T) => number): (a: T, b: T) => number {
  return (a, b) => key(a) - key(b)
}
