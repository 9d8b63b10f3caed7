// One request over a connection of its own: a pool would hand out connections to a server that is dead.
import { request } from 'node:http'

export interface HttpAnswer {
  readonly status: number
  readonly text: string
}

export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly body?: unknown
  /** Idempotency-Key. */
  readonly key?: string
}

/** Rejects when the connection ends before the whole answer is here. */
export function ask({ method, url, body, key }: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const headers = {
      'Content-Type': 'application/json',
      ...(key === undefined ? {} : { 'Idempotency-Key': key }),
    }
    const asked = request(url, { method, agent: false, headers }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end(body === undefined ? '' : JSON.stringify(body))
  })
}
