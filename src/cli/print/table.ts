// Columns that line up. Cells may be painted: escape codes take no room.

const escapes = /\u001b\[[0-9;]*m/g

/** Lines with two blanks between columns, no blanks at the end. */
export function table(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, shownWidth(cell))))
  return rows
    .map(row =>
      `${indent}${row.map((cell, i) => cell + ' '.repeat(widths[i]! - shownWidth(cell))).join('  ')}`.trimEnd(),
    )
    .join('\n')
}

function shownWidth(text: string): number {
  return [...text.replace(escapes, '')].length
}
