// How a module's process is started: Node with its permission model (reads only: no writing, no programs, no native
// code) and, where the system lets an ordinary user make namespaces, inside a network namespace of its own that has
// nothing in it, not even a loopback that is up. The user namespace around it also keeps the module from reading the
// environment of this program through /proc.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

export interface Sandbox {
  readonly program: string
  /** What stands before Node's own arguments. */
  readonly args: readonly string[]
  readonly isNetworkCut: boolean
}

const unsharePaths = ['/usr/bin/unshare', '/bin/unshare']
/** Before Node 24 not every version knows it under its present name. */
const permission =
  Number.parseInt(process.versions.node, 10) >= 24 ? '--permission' : '--experimental-permission'
const nodeArgs = [permission, '--allow-fs-read=*', '--no-warnings', '--enable-source-maps']
/** The trial takes some 5 ms; one that hangs is a no. */
const trialLimitMs = 2000

let known: Promise<Sandbox> | undefined

/** Tried once per process; it runs while the module is bundled. */
export function findSandbox(): Promise<Sandbox> {
  known ??= tryNamespaces()
  return known
}

async function tryNamespaces(): Promise<Sandbox> {
  const open = { program: process.execPath, args: nodeArgs, isNetworkCut: false }
  const unshare = process.platform === 'linux' ? unsharePaths.find(p => existsSync(p)) : undefined
  if (unshare === undefined) return open
  const namespaces = ['--user', '--map-root-user', '--net', '--']
  const works = await succeeds(unshare, [...namespaces, unshare, '--version'])
  if (!works) return open
  return { program: unshare, args: [...namespaces, process.execPath, ...nodeArgs], isNetworkCut: true }
}

function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  return new Promise(done => {
    const child = spawn(program, args, {
      env: {},
      stdio: 'ignore',
      timeout: trialLimitMs,
      killSignal: 'SIGKILL',
    })
    child.on('error', () => done(false))
    child.on('close', code => done(code === 0))
  })
}
