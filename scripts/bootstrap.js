// Makes `npm test`, `npm run quickstart` and the like work as the first command on a fresh clone: installs the packages
// when what is installed is not what package-lock.json says. Needs nothing but Node itself.
//
// npm writes node_modules/.package-lock.json at the end of each install, so that file is the stamp: a half-finished
// install has none, and an install that is too old differs from package-lock.json.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Installs the packages if they are missing or differ from package-lock.json; ends the program when that fails. */
export function bootstrap() {
  refuseOldNode()
  if (isInstalled()) return
  console.log('Installing packages (npm ci) …')
  const install = spawnSync('npm', ['ci', '--include=dev', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (install.error || install.status !== 0) {
    console.error(`npm ci failed${install.error ? `: ${install.error.message}` : ''}`)
    process.exit(1)
  }
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  console.error(`sddc needs Node 20.19 or newer; this is ${process.versions.node}`)
  process.exit(1)
}

function isInstalled() {
  const stamp = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(stamp)) return false
  const installed = JSON.parse(readFileSync(stamp, 'utf8')).packages
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true
    // Optional packages are for other platforms, mostly.
    if (installed[path] === undefined) return entry.optional === true || entry.devOptional === true
    return installed[path].version === entry.version
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) bootstrap()
