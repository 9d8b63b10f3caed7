// A port to listen on: the one wanted, or the next that is free.
import { createServer } from 'node:net'

/** How far to look; a machine with that many taken in a row has another problem. */
const portsTried = 200

/** Undefined: none within reach. */
export async function freePort(host: string, wanted: number): Promise<number | undefined> {
  for (let port = wanted; port < Math.min(wanted + portsTried, 65_536); port++) {
    if (await isFree(host, port)) return port
  }
  return undefined
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
