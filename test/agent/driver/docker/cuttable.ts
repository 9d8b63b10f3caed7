// A socket that leads to the Docker engine and can be cut: to the driver it looks as if the engine went away, while the
// containers, and other connections, live on.
import { connect, createServer, type Server, type Socket } from 'node:net'
import { temporaryDirectory } from '../../../support/temporary.ts'

export interface CuttableEngine {
  /** For the driver: `unix://…`. */
  readonly dockerHost: string
  /** Ends all connections and takes no new ones. */
  cut(): Promise<void>
  mend(): Promise<void>
  /** The next request that contains this text reaches the engine, but its answer is lost, and the engine with it. */
  loseAnswerTo(text: string): void
}

export async function cuttableEngine(): Promise<CuttableEngine> {
  const path = `${temporaryDirectory('engine')}/docker.sock`
  const sockets = new Set<Socket>()
  let server: Server | undefined
  let lost: string | undefined

  const serve = (client: Socket): void => {
    const engine = connect(enginePath())
    for (const socket of [client, engine]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        engine.destroy()
      })
    }
    client.on('data', data => {
      engine.write(data)
      if (lost === undefined || !data.includes(lost)) return
      lost = undefined
      // The engine has done it when it begins to answer.
      engine.once('data', () => void cut())
      engine.off('data', forward)
    })
    const forward = (data: Buffer): void => void client.write(data)
    engine.on('data', forward)
  }

  const cut = async (): Promise<void> => {
    const closing = server
    server = undefined
    for (const socket of sockets) socket.destroy()
    if (closing) await new Promise(resolve => closing.close(resolve))
  }
  const mend = (): Promise<void> =>
    new Promise(resolve => {
      server = createServer(serve).listen(path, resolve)
    })
  await mend()
  return { dockerHost: `unix://${path}`, cut, mend, loseAnswerTo: text => void (lost = text) }
}

function enginePath(): string {
  return (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '')
}
