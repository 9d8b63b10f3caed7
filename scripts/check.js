// `npm run check`: everything that can be said about the code without running it. All checks run, all failures are
// shown. Continuous integration runs this before the tests.
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { bootstrap, root } from './bootstrap.js'
import { packageProgram } from './run.js'

const checks = [
  { name: 'format', program: 'prettier', args: ['--check', '--log-level', 'warn', '.'] },
  { name: 'types', program: 'tsc', args: ['-p', 'tsconfig.json'] },
  { name: 'types of the pure layers', program: 'tsc', args: ['-p', 'tsconfig.pure.json'] },
  { name: 'lint', program: 'oxlint', args: ['.'] },
  { name: 'unused code', program: 'knip', args: ['--no-progress'] },
]

bootstrap()
const waiting = [...checks]
const failed = []
await Promise.all(Array.from({ length: Math.min(availableParallelism(), checks.length) }, worker))
console.log(failed.length === 0 ? `${checks.length} checks passed` : `failed: ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1

async function worker() {
  for (let check = waiting.shift(); check; check = waiting.shift()) {
    const begun = performance.now()
    const { ok, output } = await outcome(check)
    const seconds = ((performance.now() - begun) / 1000).toFixed(1)
    console.log(`${ok ? '✓' : '✗'} ${check.name} (${seconds} s)${ok ? '' : `\n${output}`}`)
    if (!ok) failed.push(check.name)
  }
}

function outcome(check) {
  return new Promise(resolve => {
    const child = spawn(packageProgram(check.program), check.args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const keep = chunk => (output += chunk)
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', error => resolve({ ok: false, output: error.message }))
    child.on('close', code => resolve({ ok: code === 0, output }))
  })
}
