// How functions reach files: the loader brings an implementation along, so that this layer stays free of I/O. All answers
// are plain data; what one run has read once it reads the same again.

export interface FileAccess {
  /** Absolute; what relative paths start from: the directory of the root configuration. */
  readonly base: string
  /** Absolute; where the program was started. */
  readonly workingDirectory: string
  /** What `~` stands for; undefined where nobody's home is known. */
  readonly home: string | undefined
  /** Paths are absolute. The content of a regular file; links are followed. */
  readonly read: (path: string) => FileContent
  readonly kindOf: (path: string) => FileKind | FileFailure
  /**
   * The regular files below a directory, at most `depth` levels down (1: its own), as paths relative to it with slashes,
   * sorted by code point. Links to files count as files, links to directories are not entered. Empty where there is no
   * such directory.
   */
  readonly list: (directory: string, depth: number) => FileList
}

export type FileContent = { readonly kind: 'content'; readonly bytes: Uint8Array } | FileFailure

/** `other` is a device, a pipe or a socket. */
export type FileKind = { readonly kind: 'file' | 'directory' | 'other' | 'missing' }

export type FileList = { readonly kind: 'list'; readonly paths: readonly string[] } | FileFailure

export interface FileFailure {
  readonly kind: 'failed'
  /** A clause that goes on behind the path and a colon. */
  readonly reason: string
}

/** A certificate, a script or a list has kilobytes; what is larger does not belong into a definition of an app. */
export const maxFileBytes = 16 * 1024 * 1024

/** Bytes of all files that one configuration reads. */
export const maxTotalFileBytes = 256 * 1024 * 1024

/** Names that one fileset() may look at: a whole checkout with its dependencies. */
export const maxListedEntries = 100_000
