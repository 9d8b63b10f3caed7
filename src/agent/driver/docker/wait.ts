// Waits for the end of a container. Not by the client's own call for it: the engine sends the head of its answer at once
// and the rest at the end, and the client never notices when the connection is lost in between.
import { finished } from 'node:stream/promises'
import type Docker from 'dockerode'

/** Resolves when the container does not run (any more); rejects when the connection is lost or the signal comes. */
export async function waitForEnd(docker: Docker, id: string, signal: AbortSignal): Promise<void> {
  const answer = await open(docker, id, signal)
  answer.resume()
  try {
    await finished(answer, { signal, writable: false })
  } finally {
    answer.destroy()
  }
}

type Answer = NodeJS.ReadableStream & { destroy(): void }

function open(docker: Docker, id: string, signal: AbortSignal): Promise<Answer> {
  const request = {
    path: `/containers/${id}/wait`,
    method: 'POST',
    abortSignal: signal,
    isStream: true,
    statusCodes: { 200: true, 400: 'bad parameter', 404: 'no such container', 500: 'server error' },
  }
  return new Promise((resolve, reject) => {
    docker.modem.dial(request, (error, answer) => {
      if (error) reject(error)
      else resolve(answer as Answer)
    })
  })
}
