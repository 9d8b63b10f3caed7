// Free ports of the loopback network. Taken from below the range that systems use for outgoing connections, each
// process from its own part, so that test files that run at the same time do not meet.
import { createServer } from 'node:net'

const lowest = 10_000
const portsPerProcess = 100
const processes = 200

let next = 0

/** A port that nothing listened on a moment ago. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < portsPerProcess; tries++) {
    const port = lowest + (process.pid % processes) * portsPerProcess + (next++ % portsPerProcess)
    if (await isFree(port, host)) return port
  }
  throw new Error(`no free port on ${host}`)
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}
