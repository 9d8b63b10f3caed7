// The HCL files that paths on the command line name: files as they are, of directories all that end in .hcl.
import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

/**
 * Sorted within a directory; names start as the path was typed. Hidden names and backups (`x.hcl~`) inside of
 * directories are passed over, symbolic links to directories are not followed. Throws errors of the system.
 */
export function hclFiles(directory: string, path: string, recursive: boolean): readonly string[] {
  if (!statSync(resolve(directory, path)).isDirectory()) return [path]
  const found: string[] = []
  const entries = readdirSync(resolve(directory, path), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && !name.endsWith('~'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const name = join(path, entry.name)
    if (entry.isDirectory()) {
      if (recursive) found.push(...hclFiles(directory, name, recursive))
    } else if (name.endsWith('.hcl') && isFile(resolve(directory, name))) {
      found.push(name)
    }
  }
  return found
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}
