// A file gets a new text whole or not at all: the text is written beside it and then takes its name.
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Keeps mode and, where that is allowed, owner. Behind a symbolic link the file is replaced, not the link. */
export function replaceFile(path: string, text: string): void {
  const target = realpathSync(path)
  // A rename would also replace a file that is write-protected.
  accessSync(target, constants.W_OK)
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}~`)
  try {
    writeLike(statSync(target), temporary, text)
    renameSync(temporary, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') rmSync(temporary, { force: true })
    // For people the file is the one they named.
    throw Object.assign(error as Error, { path, dest: undefined })
  }
}

function writeLike({ mode, uid, gid }: Stats, path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeFileSync(file, text)
    keepOwner(file, uid, gid)
    fchmodSync(file, mode & 0o7777)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

// Only root may give files away; what others write is theirs.
function keepOwner(file: number, uid: number, gid: number): void {
  try {
    fchownSync(file, uid, gid)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error
  }
}
