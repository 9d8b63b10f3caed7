// How fast text becomes a tree: a generated file of some 5 MB, best of three runs, in CPU time
// so that a busy machine does not blur it. Run with `npx tsx bench/lang/parse.ts`.
import { parseFile } from '../../src/lang/hcl/parser.ts'
import { Source } from '../../src/lang/hcl/source.ts'
import { evaluateHclFiles } from '../../src/lang/hcl/index.ts'

function configuration(blocks: number): string {
  const parts: string[] = ['locals {\n  tag = "1.0"\n}\n']
  for (let i = 0; i < blocks; i++) {
    parts.push(`
# The service number ${i}.
app "service-${i}" {
  image     = "registry.example.com/service-${i}:\${local.tag}"
  instances = ${(i % 7) + 1}
  cpus      = 0.25 * 2
  mem       = "512MiB"
  env = {
    NAME  = "service-${i}"
    PEERS = join(",", [for n in [1, 2, 3] : "peer-\${n}"])
  }
  port {
    name      = "http"
    container = ${8000 + (i % 1000)}
  }
  health_check {
    protocol     = "HTTP"
    path         = "/health"
    grace_period = "30s"
  }
}
`)
  }
  return parts.join('')
}

function best(run: () => void): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 3; i++) {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

const text = configuration(10_000)
const megabytes = Buffer.byteLength(text) / 1e6
const parseMs = best(() => void parseFile(new Source('bench.hcl', text)))
const evaluateMs = best(() => void evaluateHclFiles([{ name: 'bench.hcl', text }]))
const double = configuration(20_000)
const doubleMs = best(() => void evaluateHclFiles([{ name: 'bench.hcl', text: double }]))
console.log(
  JSON.stringify({
    megabytes: Number(megabytes.toFixed(2)),
    parseMBps: Number((megabytes / (parseMs / 1000)).toFixed(1)),
    evaluate10kAppsS: Number((evaluateMs / 1000).toFixed(2)),
    growth2x: Number((doubleMs / evaluateMs).toFixed(2)),
  }),
)
