// The same small shop as examples/quickstart, written in TypeScript. Applied under the same stack it changes nothing:
//
//   npx sddc plan examples/quickstart-ts
import { app, defineCluster, group, http, tcp } from 'sddc'

const greeting = 'Hello from sddc'

// PORT0 is the port that the machine gives to each instance.
const backendProgram = `require("http")
  .createServer((request, response) => response.end(process.env.GREETING + "\\n"))
  .listen(process.env.PORT0)
`

const webProgram = `require("http")
  .createServer((request, response) => {
    response.setHeader("content-type", "text/html")
    response.end("<h1>" + process.env.GREETING + "</h1><p>instance on port " + process.env.PORT0 + "</p>\\n")
  })
  .listen(process.env.PORT0)
`

const backend = app('backend', {
  args: ['node', '-e', backendProgram],
  cpus: 0.1,
  mem: '64MiB',
  env: { GREETING: greeting },
  ports: [{ name: 'api' }],
  health: tcp({ port: 'api', gracePeriod: '10s', interval: '2s' }),
})

const web = app('web', {
  args: ['node', '-e', webProgram],
  cpus: 0.1,
  mem: '64MiB',
  instances: 2,
  env: { GREETING: greeting },
  // The backend is up before the first instance starts.
  dependsOn: [backend],
  // `service` is where a load balancer would answer; the host port is any free one.
  ports: [{ name: 'http', service: 10080 }],
  // An instance that fails this three times in a row is replaced.
  health: http({
    path: '/',
    port: 'http',
    gracePeriod: '10s',
    interval: '2s',
    timeout: '2s',
    maxConsecutiveFailures: 2,
  }),
  // A new version takes over one by one; at least one instance stays healthy.
  upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0.5 },
})

export default defineCluster({
  name: 'quickstart',
  resources: [group('shop', [backend, web])],
})
