// What a task runs: the shell line under bash where the host has it, else sh; or the arguments as they are.
import { accessSync, constants, statSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import type { App } from '../../../model/index.ts'

/** Program by absolute path, and its arguments; or in one line why it can't be run. */
export function programOf(
  app: Pick<App, 'cmd' | 'args'>,
  sandbox: string,
  path: string,
): { readonly command: readonly string[] } | { readonly problem: string } {
  if (app.cmd !== undefined) return { command: [shell(), '-c', app.cmd] }
  const [name, ...rest] = app.args ?? []
  if (!name) return { problem: 'the app has neither cmd nor args' }
  const found = name.includes('/') ? resolve(sandbox, name) : lookUp(name, path)
  if (found === undefined || !isExecutable(found)) {
    return { problem: `can not run ${JSON.stringify(name)}: no such program on this agent` }
  }
  return { command: [found, ...rest] }
}

let knownShell: string | undefined

function shell(): string {
  return (knownShell ??=
    ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash'].find(isExecutable) ?? '/bin/sh')
}

function lookUp(name: string, path: string): string | undefined {
  for (const directory of path.split(':')) {
    if (isAbsolute(directory) && isExecutable(`${directory}/${name}`)) return `${directory}/${name}`
  }
  return undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
