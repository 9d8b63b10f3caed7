// Watches the free space under the data directory. A store that runs into a full disk mid-write can lose what it said it
// had; so changes are refused while there is still room for what agents report and for LevelDB to tidy up.
import { statfs } from 'node:fs/promises'

/** Below this, requests are refused: some compactions of LevelDB (about ten table files) and an hour of reports. */
export const lowSpaceBytes = 64 * 1024 * 1024
/** Refused requests are taken again only above this, so that the answer does not flicker. */
export const enoughSpaceBytes = 96 * 1024 * 1024
const checkEveryMs = 5000

/** Calls `tell` with the reason when space runs low, and with undefined when there is enough again. Returns the stop. */
export function watchSpace(
  directory: string,
  tell: (reason: string | undefined) => void,
  leastBytes = lowSpaceBytes,
): () => void {
  const enoughBytes = leastBytes * (enoughSpaceBytes / lowSpaceBytes)
  let low = false
  const check = async (): Promise<void> => {
    const free = await freeBytes(directory)
    if (free === undefined) return
    const isLow = free < (low ? enoughBytes : leastBytes)
    if (isLow !== low) tell(isLow ? lowSpaceReason(directory, free) : undefined)
    low = isLow
  }
  void check()
  const timer = setInterval(() => void check(), checkEveryMs)
  return () => clearInterval(timer)
}

function lowSpaceReason(directory: string, free: number): string {
  return `Only ${Math.floor(free / 1024 ** 2)} MiB are free under ${directory}`
}

// Undefined where the file system does not say.
async function freeBytes(directory: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(directory)
    return bavail * bsize
  } catch {
    return undefined
  }
}
