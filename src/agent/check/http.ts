// One HTTP request, answered by its status. Redirects are not followed and any certificate is accepted, as in Marathon;
// the built-in fetch can do neither.
import { request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { dialProblem, placeText } from './place.ts'

export interface HttpTarget {
  readonly secure: boolean
  readonly address: string
  readonly port: number
  readonly path: string
  readonly timeoutMs: number
}

/** The status of the answer; the body is not read. Rejects with a line for people when there is none in time. */
export function checkHttp(target: HttpTarget): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = (target.secure ? requestSecure : requestPlain)({
      host: target.address,
      port: target.port,
      path: target.path.startsWith('/') ? target.path : `/${target.path}`,
      headers: { 'user-agent': 'sddc-health-check', accept: '*/*', connection: 'close' },
      agent: false,
      rejectUnauthorized: false,
    })
    const timer = setTimeout(
      () =>
        request.destroy(new Error(`no answer from ${placeText(target)} within ${target.timeoutMs / 1000} s`)),
      target.timeoutMs,
    )
    const finish = (status: number): void => {
      resolve(status)
      request.destroy()
    }
    request.once('response', response => finish(response.statusCode ?? 0))
    request.once('upgrade', response => finish(response.statusCode ?? 101))
    request.once('error', error => reject(new Error(dialProblem(target, error), { cause: error })))
    request.once('close', () => clearTimeout(timer))
    request.end()
  })
}
