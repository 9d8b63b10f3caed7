// Did you mean: the known word nearest to a mistyped one, by Levenshtein distance with transpositions
// (optimal string alignment), if it is near enough to be worth saying.

/**
 * The nearest of `known` to `word`, or undefined when none is within a third of its length and one more (at most 3). In a
 * word of four letters two wrong ones are half of it: that is another word, unless only its end is missing.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const most = Math.min(3, Math.floor(word.length / 3) + 1)
  let best: string | undefined
  let bestDistance = most + 1
  for (const candidate of known) {
    const isShort = word.length <= 4 && !candidate.toLowerCase().startsWith(word.toLowerCase())
    const limit = isShort ? 1 : most
    if (Math.abs(candidate.length - word.length) > limit) continue
    const d = distance(word.toLowerCase(), candidate.toLowerCase())
    if (d <= limit && d < bestDistance) {
      best = candidate
      bestDistance = d
    }
  }
  return best
}

/** " Did you mean "x"?" or nothing, ready to be added to a detail. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const found = nearest(word, known)
  return found === undefined ? '' : ` Did you mean "${found}"?`
}

function distance(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let d = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        d = Math.min(d, before[j - 2]! + 1)
      row.push(d)
    }
    before = previous
    previous = row
  }
  return previous[b.length]!
}
