// Writes a tar archive in memory, as much of the format as images need: files, links, folders.
// Source of the format: POSIX.1-1988, ustar.

export type TarEntry =
  | { readonly kind: 'file'; readonly path: string; readonly content: Uint8Array; readonly mode?: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'folder'; readonly path: string; readonly mode?: number }

const blockBytes = 512

export function tar(entries: readonly TarEntry[]): Buffer {
  const end = Buffer.alloc(2 * blockBytes)
  return Buffer.concat([...entries.flatMap(entry => [header(entry), content(entry)]), end])
}

function header(entry: TarEntry): Buffer {
  const block = Buffer.alloc(blockBytes)
  const size = entry.kind === 'file' ? entry.content.length : 0
  block.write(entry.kind === 'folder' ? `${entry.path}/` : entry.path, 0, 100)
  block.write(octal(modeOf(entry), 7), 100)
  block.write(octal(0, 7), 108)
  block.write(octal(0, 7), 116)
  block.write(octal(size, 11), 124)
  block.write(octal(0, 11), 136)
  block.write({ file: '0', link: '2', folder: '5' }[entry.kind], 156)
  if (entry.kind === 'link') block.write(entry.target, 157, 100)
  block.write('ustar\0' + '00', 257)
  // The sum is taken with the field itself full of spaces.
  block.write('        ', 148)
  block.write(
    `${octal(
      block.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0 `,
    148,
  )
  return block
}

function content(entry: TarEntry): Buffer {
  if (entry.kind !== 'file') return Buffer.alloc(0)
  const padded = Buffer.alloc(Math.ceil(entry.content.length / blockBytes) * blockBytes)
  padded.set(entry.content)
  return padded
}

function modeOf(entry: TarEntry): number {
  if (entry.kind === 'link') return 0o777
  return entry.mode ?? (entry.kind === 'folder' ? 0o755 : 0o644)
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}
