// The difference of two texts of one file as a unified diff, which other programs can apply.
import { FILE_HEADERS_ONLY, createTwoFilesPatch, formatPatch } from 'diff'
import { printable, printableLine } from './printable.ts'

/** Without a final newline. Control characters are replaced, but for the carriage returns of line ends. */
export function unifiedDiff(name: string, before: string, after: string): string {
  const shown = printableLine(name)
  const patch =
    createTwoFilesPatch(shown, shown, before, after, undefined, undefined, {
      timeout: timeoutMs,
      headerOptions: FILE_HEADERS_ONLY,
    }) ?? replacement(shown, before, after)
  return patch
    .replace(/\n$/, '')
    .split('\n')
    .map(line => (line.endsWith('\r') ? `${printable(line.slice(0, -1))}\r` : printable(line)))
    .join('\n')
}

/** Tens of thousands of lines that all differ would take minutes; then one replaces the other whole. */
const timeoutMs = 1000

function replacement(name: string, before: string, after: string): string {
  const old = linesOf(before)
  const now = linesOf(after)
  const hunk = {
    oldStart: 1,
    oldLines: old.length,
    newStart: 1,
    newLines: now.length,
    lines: [...marked('-', old), ...marked('+', now)],
  }
  const patch = {
    oldFileName: name,
    newFileName: name,
    oldHeader: undefined,
    newHeader: undefined,
    index: undefined,
    hunks: [hunk],
  }
  return formatPatch(patch, FILE_HEADERS_ONLY)
}

function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function marked(mark: '-' | '+', lines: readonly string[]): readonly string[] {
  return lines.flatMap(line =>
    line.endsWith('\n') ? [mark + line.slice(0, -1)] : [mark + line, '\\ No newline at end of file'],
  )
}
