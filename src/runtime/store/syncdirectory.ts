// A rename is durable only when the directory is synced, too.
import { open } from 'node:fs/promises'

export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
