// What `sddc init` writes: the same small web server in HCL and in TypeScript. It needs nothing but Node, which whoever
// runs this program has.

const server = `require("http")
  .createServer((request, response) => response.end(process.env.GREETING + "\\n"))
  .listen(process.env.PORT0)`

export const hclStarter = `# A first app. See what it does, change it, and plan again:
#
#   sddc plan     what would happen
#   sddc apply    make it so
#   sddc status   what runs, and where

variable "greeting" {
  type        = string
  default     = "Hello"
  description = "What the server says."
}

locals {
  program = <<-EOT
${indented(server, '    ')}
  EOT
}

app "web" {
  args      = ["node", "-e", local.program]
  instances = 2
  cpus      = 0.1
  mem       = "64MiB"
  env       = { GREETING = var.greeting }

  # The machine gives each instance a free port, in PORT0. "service" is where a load balancer would answer.
  port "http" {
    service = 10090
  }

  health_check {
    port         = "http"
    path         = "/"
    grace_period = "10s"
    interval     = "5s"
  }
}

output "web" {
  value = app.web.id
}
`

export const typescriptStarter = `// A first app. See what it does, change it, and plan again:
//
//   sddc plan     what would happen
//   sddc apply    make it so
//   sddc status   what runs, and where
import { app, defineCluster, http, string } from 'sddc'

const program = \`${server.replaceAll('\\', '\\\\')}
\`

export default defineCluster({
  // Given with --var greeting=…
  vars: { greeting: string({ default: 'Hello', description: 'What the server says.' }) },

  build: ({ vars }) => {
    const web = app('web', {
      args: ['node', '-e', program],
      instances: 2,
      cpus: 0.1,
      mem: '64MiB',
      env: { GREETING: vars.greeting },
      // The machine gives each instance a free port, in PORT0. "service" is where a load balancer would answer.
      ports: [{ name: 'http', service: 10090 }],
      health: http({ port: 'http', path: '/', gracePeriod: '10s', interval: '5s' }),
    })
    return { resources: [web], outputs: { web: web.id } }
  },
})
`

/** For editors and tsc; sddc itself reads none of it. */
export const typescriptSettings = `{
  "compilerOptions": {
    "target": "ES2023",
    "lib": ["ES2023"],
    "module": "ESNext",
    "moduleResolution": "bundler",
    "strict": true,
    "noEmit": true,
    "allowImportingTsExtensions": true,
    "skipLibCheck": true,
    "types": []
  },
  "include": ["*.ts"]
}
`

/** The folder that a local cluster keeps its data in, and what an editor finds the types by. */
export const ignoredFiles = `.sddc/
*.sddcplan
`

function indented(text: string, by: string): string {
  return text
    .split('\n')
    .map(line => `${by}${line}`)
    .join('\n')
}
