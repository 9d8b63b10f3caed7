// A TCP check: the port takes a connection.
import { connect } from 'node:net'
import type { CheckOutcome } from './outcome.ts'
import { dialProblem, placeText } from './place.ts'

export function checkTcp(address: string, port: number, timeoutMs: number): Promise<CheckOutcome> {
  return new Promise(resolve => {
    const socket = connect({ host: address, port })
    const finish = (outcome: CheckOutcome): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(outcome)
    }
    const timer = setTimeout(
      () =>
        finish({
          ok: false,
          cause: `no connection to ${placeText({ address, port })} within ${timeoutMs / 1000} s`,
        }),
      timeoutMs,
    )
    socket.once('connect', () => finish({ ok: true }))
    socket.once('error', error => finish({ ok: false, cause: dialProblem({ address, port }, error) }))
  })
}
