// Compiles src/ to dist/ and bundles the program from it. Skipped when nothing changed since the last good build
// (dist/.stamp holds a hash over the sources). Files in dist/ whose source is gone are deleted; files that are not
// TypeScript are copied.
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bootstrap, root } from './bootstrap.js'
import { bundle } from './bundle.js'
import { packageProgram, run } from './run.js'

const source = join(root, 'src')
const target = join(root, 'dist')
const stampFile = join(target, '.stamp')

/** Resolves to true when dist/ is what src/ says. */
export async function build() {
  const stamp = hashOfSources()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return true
  console.log('Building …')
  rmSync(stampFile, { force: true })
  const status = await run(packageProgram('tsc'), ['-p', 'tsconfig.build.json'])
  if (status !== 0) return false
  const expected = new Set(filesUnder(source).flatMap(outputsOf))
  for (const file of filesUnder(target)) if (!expected.has(file)) rmSync(join(target, file))
  for (const file of filesUnder(source).filter(isCopied)) {
    mkdirSync(dirname(join(target, file)), { recursive: true })
    copyFileSync(join(source, file), join(target, file))
  }
  if (!(await bundle(root))) return false
  writeFileSync(stampFile, stamp)
  return true
}

function hashOfSources() {
  const hash = createHash('sha256')
  const settings = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/bundle.js']
  const files = [...settings, ...filesUnder(source).map(file => join('src', file))]
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

/** Paths of all files under a folder, relative to it, in a fixed order. */
function filesUnder(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
}

function outputsOf(file) {
  if (file.endsWith('.d.ts')) return []
  if (!file.endsWith('.ts')) return [file]
  const stem = file.slice(0, -'.ts'.length)
  return [`${stem}.js`, `${stem}.js.map`, `${stem}.d.ts`]
}

function isCopied(file) {
  return !file.endsWith('.ts')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  bootstrap()
  process.exitCode = (await build()) ? 0 : 1
}
