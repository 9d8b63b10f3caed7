// Bounds what running tasks write to stdout and stderr: a file that has grown too large is copied and emptied, and one
// older file is kept (`stdout.1`). The task has the file open for append and writes on at its new beginning; what it
// writes between copy and emptying is lost. The files belong to the task: links and the like are left alone.
import { constants } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

/** As for containers: two files of 10 MB. */
export const maxOutputBytes = 10 * 1024 ** 2
const pieceBytes = 1024 ** 2

export class Rotation {
  readonly #maxBytes: number

  constructor(maxBytes = maxOutputBytes) {
    this.#maxBytes = maxBytes
  }

  /** Looks at each of these sandboxes once. */
  async round(tasksDirectory: string, names: ReadonlySet<string>): Promise<void> {
    for (const name of names) {
      for (const stream of ['stdout', 'stderr']) await this.#look(join(tasksDirectory, name, stream))
    }
  }

  async #look(path: string): Promise<void> {
    const file = await openPlain(path)
    if (!file) return
    try {
      const found = await file.stat()
      if (found.isFile() && found.size > this.#maxBytes) await this.#rotate(path, file, found.size)
    } finally {
      await file.close()
    }
  }

  async #rotate(path: string, file: FileHandle, size: number): Promise<void> {
    const older = `${path}.1`
    const copying = `${older}.part`
    await rm(copying, { force: true })
    const { uid, gid } = await file.stat()
    const copy = await open(copying, 'wx', 0o644)
    try {
      await copyEnd(file, copy, Math.max(0, size - this.#maxBytes), size)
      if (process.getuid?.() === 0) await copy.chown(uid, gid)
    } finally {
      await copy.close()
    }
    await rename(copying, older)
    await file.truncate(0)
  }
}

/** Undefined where there is no such file, or something else in its place. Never waits, as a named pipe would. */
async function openPlain(path: string): Promise<FileHandle | undefined> {
  const { O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants
  try {
    return await open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK)
  } catch {
    return undefined
  }
}

async function copyEnd(from: FileHandle, to: FileHandle, start: number, end: number): Promise<void> {
  const piece = Buffer.allocUnsafe(pieceBytes)
  for (let at = start; at < end;) {
    const { bytesRead } = await from.read(piece, 0, Math.min(pieceBytes, end - at), at)
    if (bytesRead === 0) return
    await to.writeFile(piece.subarray(0, bytesRead))
    at += bytesRead
  }
}
