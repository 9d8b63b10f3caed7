// What the operating system refused, in words. Such errors are no bugs: a full disk, a directory of somebody else.

const reasons: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'no interface of this machine has that address',
  EACCES: 'permission denied',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'something of that name exists',
  EISDIR: 'it is a directory',
  EMFILE: 'too many open files',
  ENOENT: 'there is no such file or directory',
  ENOSPC: 'no space is left on the device',
  ENOTDIR: 'a part of the path is a file, not a directory',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
}

/** `/srv/x: permission denied (EACCES from open)`; undefined for any other error. */
export function systemErrorText(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, path, dest, address, syscall } = error as NodeJS.ErrnoException & {
    dest?: string
    address?: string
  }
  const reason = code === undefined ? undefined : reasons[code]
  if (reason === undefined || syscall === undefined) return undefined
  const what = dest ?? path ?? address
  return `${what === undefined ? '' : `${what}: `}${reason} (${code} from ${syscall})`
}
