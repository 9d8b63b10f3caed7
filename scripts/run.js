// Runs one program of a script to its end, with the same terminal.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { root } from './bootstrap.js'

/** The path of a program that an npm package brought. */
export function packageProgram(name) {
  return join(root, 'node_modules', '.bin', name)
}

/** Resolves to the exit status; 128 + n for a signal, as a shell would say it. */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', ...options })
    // Ctrl-C reaches the child by itself (same process group); this program waits to tell its status.
    const ignore = () => {}
    const pass = () => child.kill('SIGTERM')
    process.on('SIGINT', ignore)
    process.on('SIGTERM', pass)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      process.off('SIGINT', ignore)
      process.off('SIGTERM', pass)
      resolve(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
}
