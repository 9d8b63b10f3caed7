// The text that the measurements of the language read: one block of some 500 bytes per app, with what people write in
// them (strings, numbers, lists, templates, a loop, nested blocks), and a few locals that all apps use.

/** HCL of `apps` apps; 10,000 of them are about 5 MB. */
export function configuration(apps: number): string {
  const parts: string[] = ['locals {\n  tag      = "1.0"\n  registry = "registry.example.com"\n}\n']
  for (let i = 0; i < apps; i++) parts.push(app(i))
  return parts.join('')
}

function app(i: number): string {
  return `
# The service number ${i}.
app "service-${i}" {
  image     = "\${local.registry}/service-${i}:\${local.tag}"
  instances = ${(i % 7) + 1}
  cpus      = 0.25 * 2
  mem       = "512MiB"
  cmd       = "exec /opt/service/bin/serve --port $PORT --number ${i}"
  env = {
    NAME      = "service-${i}"
    LOG_LEVEL = ${i % 7 > 5 ? '"debug"' : '"info"'}
    PEERS     = join(",", [for n in [1, 2, 3] : "peer-\${n}"])
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
`
}
