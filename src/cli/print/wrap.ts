// Running text in lines of at most `width` cells. Lines that start with a blank are preformatted and kept; words longer
// than a line stand alone on theirs.
import { widthOf } from './cells.ts'

export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap(line => (/^\s/.test(line) ? [line] : wrapLine(line, width)))
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  let cells = 0
  for (const word of line.split(' ')) {
    const wordCells = widthOf(word)
    if (current !== '' && cells + 1 + wordCells > width) {
      lines.push(current)
      current = word
      cells = wordCells
    } else {
      cells += (current === '' ? 0 : 1) + wordCells
      current = current === '' ? word : `${current} ${word}`
    }
  }
  return [...lines, current]
}
