// Files: their content, their hashes, whether they are there, which there are. All reading goes through the loader, which
// notes every path with the hash of what it held.
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { boolType, stringType } from '../type.ts'
import { type Value, bool } from '../value.ts'
import { stringOf, text } from './arguments.ts'
import { decodedUtf8, toBase64, utf8 } from './bytes.ts'
import type { FileAccess } from './fileaccess.ts'
import { type FunctionContext, FunctionError, type HclFunction } from './function.ts'
import { matchGlob, splitGlob } from './glob.ts'
import { absolutePath, cleanedPath, expandedPath, relativePath } from './paths.ts'
import { setOfTexts, textValue } from './results.ts'

export const fileFunctions: readonly HclFunction[] = [
  {
    name: 'abspath',
    summary: 'The path as an absolute one; relative paths start at the root configuration',
    group: 'filesystem',
    examples: [['abspath("/srv/../etc/hosts")', '"/etc/hosts"']],
    parameters: [text('path')],
    result: stringType,
    call: ([path], context) => textValue(absolutePath(stringOf(path), filesOf(context).base)),
  },
  {
    name: 'file',
    summary: 'The content of a file, which must be UTF-8 text',
    group: 'filesystem',
    examples: [['file("hello.txt")', '"Hello!\\n"']],
    parameters: [text('path')],
    result: stringType,
    call: ([path], context) => textValue(readText(stringOf(path), context)),
  },
  {
    name: 'fileexists',
    summary: 'Whether there is a file; a directory is refused',
    group: 'filesystem',
    examples: [['fileexists("hello.txt")', 'true']],
    parameters: [text('path')],
    result: boolType,
    call: ([path], context) => bool(exists(stringOf(path), filesOf(context))),
  },
  {
    name: 'fileset',
    summary: 'The paths of the files below a directory that match a pattern with *, **, ?, [a-z] and {a,b}',
    group: 'filesystem',
    examples: [['fileset("conf", "**/*.{conf,json}")', '["app.conf", "site/x.json"]']],
    parameters: [text('path'), text('pattern')],
    result: { kind: 'set', element: stringType },
    call: ([path, pattern], context) => filesIn(stringOf(path), stringOf(pattern), filesOf(context)),
  },
  ofBytes('filebase64', 'The content of a file in base64', toBase64),
  ofBytes('filebase64sha256', 'The SHA-256 hash of the content of a file in base64', b =>
    toBase64(sha256(b)),
  ),
  ofBytes('filebase64sha512', 'The SHA-512 hash of the content of a file in base64', b =>
    toBase64(sha512(b)),
  ),
  ofBytes('filemd5', 'The MD5 hash of the content of a file in hexadecimal digits', b => bytesToHex(md5(b))),
  ofBytes('filesha1', 'The SHA-1 hash of the content of a file in hexadecimal digits', b =>
    bytesToHex(sha1(b)),
  ),
  ofBytes('filesha256', 'The SHA-256 hash of the content of a file in hexadecimal digits', b =>
    bytesToHex(sha256(b)),
  ),
  ofBytes('filesha512', 'The SHA-512 hash of the content of a file in hexadecimal digits', b =>
    bytesToHex(sha512(b)),
  ),
  {
    name: 'pathexpand',
    summary: 'The path with a leading ~ replaced by the home directory',
    group: 'filesystem',
    examples: [['pathexpand("~/app.conf")', '"/users/me/app.conf"']],
    parameters: [text('path')],
    result: stringType,
    call: ([path], context) => textValue(expandedPath(stringOf(path), filesOf(context).home)),
  },
]

/** The text of a file, for templates too. */
export function readText(path: string, context: FunctionContext): string {
  const decoded = decodedUtf8(readBytes(path, context))
  if (decoded !== undefined) return decoded
  const instead = 'filebase64() gives its bytes in base64, filesha256() their hash'
  throw new FunctionError(`${path} is not UTF-8 text; ${instead}`, 0)
}

function ofBytes(name: string, summary: string, of: (bytes: Uint8Array) => string): HclFunction {
  return {
    name,
    summary,
    group: name === 'filebase64' ? 'filesystem' : 'hash',
    examples: [[`${name}("hello.txt")`, `"${of(utf8('Hello!\n'))}"`]],
    parameters: [text('path')],
    result: stringType,
    call: ([path], context) => textValue(of(readBytes(stringOf(path), context))),
  }
}

function filesOf({ files }: FunctionContext): FileAccess {
  if (files === undefined)
    throw new FunctionError("files can't be read here: there is no configuration's directory")
  return files
}

function readBytes(path: string, context: FunctionContext): Uint8Array {
  const files = filesOf(context)
  const content = files.read(located(path, files))
  if (content.kind === 'failed') throw new FunctionError(`${path}: ${content.reason}`, 0)
  return content.bytes
}

function exists(path: string, files: FileAccess): boolean {
  const found = files.kindOf(located(path, files))
  if (found.kind === 'failed') throw new FunctionError(`${path}: ${found.reason}`, 0)
  if (found.kind === 'directory') throw new FunctionError(`${path} is a directory, not a file`, 0)
  if (found.kind === 'other') throw new FunctionError(`${path} is not a regular file`, 0)
  return found.kind === 'file'
}

// Without a wild card there is nothing to list: the file is there or not.
function filesIn(path: string, pattern: string, files: FileAccess): Value {
  const start = absolutePath(path, files.base)
  let directory = start
  let wanted = cleanedPath(pattern.replace(/^\/+/, ''))
  for (; wanted === '..' || wanted.startsWith('../'); wanted = wanted.slice(3)) {
    directory = cleanedPath(`${directory}/..`)
  }
  const { fixed, wild, depth } = splitGlob(wanted)
  const root = cleanedPath(`${directory}/${fixed}`)
  if (depth === 0) {
    return setOfTexts(files.kindOf(root).kind === 'file' ? [relativePath(start, root)] : [])
  }
  const matches = matchGlob(wild)
  const listed = files.list(root, depth)
  if (listed.kind === 'failed') throw new FunctionError(`${path}: ${listed.reason}`, 0)
  return setOfTexts(listed.paths.filter(matches).map(found => relativePath(start, `${root}/${found}`)))
}

function located(path: string, { base, home }: FileAccess): string {
  return absolutePath(expandedPath(path, home), base)
}
