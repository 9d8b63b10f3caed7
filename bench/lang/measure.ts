// One measurement of the language in a process of its own: `parse`, `compile <apps>` (text to `Desired`, the path that
// the program takes) or `memory`. scripts/benchlang.js bundles it, so that no loader is measured with it, and runs it.
// Prints one line of JSON. Times are the best of some rounds.
import { assert } from '../../src/base/index.ts'
import { evaluateHclFiles } from '../../src/lang/hcl/index.ts'
import { parseFile } from '../../src/lang/hcl/parser.ts'
import { Source } from '../../src/lang/hcl/source.ts'
import { assemble } from '../../src/lang/index.ts'
import type { StackName } from '../../src/model/index.ts'
import { configuration } from './configuration.ts'

const rounds = 3

/**
 * Either is at least what an idle machine would need: other programs make the wall time longer, and the CPU time adds
 * up all threads, those of the collector of garbage included. So the lesser is the better measure, and never too good.
 */
interface Time {
  readonly cpuMs: number
  readonly wallMs: number
  readonly leastMs: number
}

const [what, apps = '10000'] = process.argv.slice(2)
const text = configuration(Number(apps))
console.log(JSON.stringify(measured()))

function measured(): object {
  if (what === 'parse') return { bytes: Buffer.byteLength(text), ...best(parse) }
  if (what === 'compile') return best(compile)
  compile()
  return { rssMB: process.resourceUsage().maxRSS / 1024 }
}

function parse(): void {
  const { problems } = parseFile(new Source('main.hcl', text))
  assert(problems.length === 0, 'the text is without mistakes')
}

function compile(): void {
  const { config, diagnostics } = evaluateHclFiles([{ name: 'main.hcl', text }])
  assert(config !== undefined && diagnostics.length === 0, 'the text is without mistakes')
  const { desired } = assemble(config, 'bench' as StackName)
  assert(Object.keys(desired?.apps ?? {}).length === Number(apps), 'every app is desired')
}

function best(run: () => void): Time {
  let cpuMs = Number.POSITIVE_INFINITY
  let wallMs = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    cpuMs = Math.min(cpuMs, (user + system) / 1000)
    wallMs = Math.min(wallMs, performance.now() - began)
  }
  return { cpuMs, wallMs, leastMs: Math.min(cpuMs, wallMs) }
}
