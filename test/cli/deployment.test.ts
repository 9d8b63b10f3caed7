// What the orders of `sddc deployment` answer.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { deploymentOrder } from '../../src/cli/commands/deployment.ts'
import { testContext } from './testcontext.ts'

const id = '00000000-0000-4000-8000-000000000000'
let close = (): void => {}

afterEach(() => close())

/** Gives the order to a server whose only deployment is in that state. */
async function promote(state: 'running' | 'paused'): Promise<string> {
  const server = createServer((request, response) => {
    const body = request.url?.endsWith('/v1/deployments') === true ? [{ id, state }] : { id, state }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(body))
  })
  close = () => void server.close()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { context, out } = testContext('/', { server: url })
  expect(await deploymentOrder(context, id, 'promote')).toBe(0)
  return out.join('\n')
}

test('promoting says that the others follow', async () => {
  expect(await promote('running')).toBe(
    `Deployment ${id} is promoted: the others follow. Next: sddc deployment watch ${id}`,
  )
})

test('promoting a paused one says that they follow when it goes on', async () => {
  expect(await promote('paused')).toBe(
    `Deployment ${id} is promoted, and is paused: the others follow when it goes on. Next: sddc deployment resume ${id}`,
  )
})
