// Service ports: reused in order, else the lowest free one.
import { expect, test } from 'vitest'
import { assignServicePorts, servicePorts } from '../../../src/model/index.ts'
import type { App } from '../../../src/model/index.ts'
import { appOf } from '../samples.ts'

const hostApp = (...ports: readonly number[]): App => appOf({ id: '/a', cmd: 'x', ports })
const bridgeApp = (...ports: readonly number[]): App =>
  appOf({
    id: '/a',
    container: { docker: { image: 'i' }, portMappings: ports.map(servicePort => ({ servicePort })) },
    networks: [{ mode: 'container/bridge' }],
  })

const cases: readonly [string, App, App | undefined, readonly number[], readonly number[]][] = [
  ['the lowest', hostApp(0, 0), undefined, [], [10_000, 10_001]],
  ['not those in use', hostApp(0, 0), undefined, [10_000, 10_002], [10_001, 10_003]],
  ['what was there', hostApp(0, 0), hostApp(10_005, 10_003), [10_003, 10_005], [10_005, 10_003]],
  ['in order', hostApp(0), hostApp(10_005, 10_003), [10_003, 10_005], [10_005]],
  ['more than were there', hostApp(0, 0), hostApp(10_000), [10_000], [10_000, 10_001]],
  [
    'not what is written elsewhere in the app',
    hostApp(10_000, 0),
    hostApp(10_000),
    [10_000],
    [10_000, 10_001],
  ],
  ['not what was outside of the range', hostApp(0), hostApp(9000), [], [10_000]],
  ['nothing where all is written', hostApp(80, 443), undefined, [], [80, 443]],
  ['nothing where no ports are', hostApp(), undefined, [], []],
  ['in mappings', bridgeApp(0, 9000, 0), undefined, [10_000], [10_001, 9000, 10_002]],
  ['over a change of the network', bridgeApp(0), hostApp(10_007), [10_007], [10_007]],
]

test.each(cases)('%s', (_name, app, previous, used, wanted) => {
  const result = assignServicePorts(app, previous, port => used.includes(port))
  if ('error' in result) throw new Error(result.error)
  expect(servicePorts(result.app)).toEqual(wanted)
  expect(assignServicePorts(result.app, undefined, () => true)).toMatchObject({ app: result.app })
})

test('a search that goes on finds what one from the start would', () => {
  const used = new Set([10_001, 10_004])
  let from: number | undefined
  for (const app of [hostApp(0, 0), hostApp(10_003, 0), hostApp(), hostApp(0)]) {
    const whole = assignServicePorts(app, undefined, port => used.has(port))
    const result = assignServicePorts(app, undefined, port => used.has(port), from)
    if ('error' in result) throw new Error(result.error)
    expect(whole).toMatchObject({ app: result.app })
    for (const port of servicePorts(result.app)) used.add(port)
    from = result.next
  }
})

test('an exhausted range is an error', () => {
  expect(assignServicePorts(hostApp(0), undefined, port => port < 20_000)).toMatchObject({ app: {} })
  expect(assignServicePorts(hostApp(0, 0), undefined, port => port < 20_000)).toEqual({
    error: 'all service ports from 10000 to 20000 are in use; name a port outside of them',
  })
})
