// Where the last lines of a file begin, found from its end in pieces: a log may be far larger than memory.
import type { FileHandle } from 'node:fs/promises'

const pieceBytes = 64 * 1024
const newline = 0x0a

/** The offset at which the last `lines` lines start. A newline at the very end ends a line, it does not begin one. */
export async function tailOffset(file: FileHandle, lines: number): Promise<number> {
  const { size } = await file.stat()
  if (lines === 0) return size
  const piece = Buffer.allocUnsafe(pieceBytes)
  let left = lines
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - pieceBytes)
    const { bytesRead } = await file.read(piece, 0, end - start, start)
    for (let i = bytesRead - 1; i >= 0; i--) {
      if (piece[i] !== newline || start + i === size - 1) continue
      if (--left === 0) return start + i + 1
    }
    end = start
  }
  return 0
}
