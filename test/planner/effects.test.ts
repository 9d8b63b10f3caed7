// The plan says "restarts" where some field's effect is restart; the control plane replaces an instance where the hash
// of what runs (runKey) differs. The two must never disagree, or a plan would lie.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { App, HealthCheck, PortMapping } from '../../src/model/index.ts'
import { runKey } from '../../src/model/index.ts'
import { diffApp } from '../../src/planner/index.ts'
import { app } from './builders.ts'

const word = fc.constantFrom('a', 'b')
const words = fc.dictionary(fc.constantFrom('k', 'k/l', 'm'), word)
const number = fc.constantFrom(1, 2)

const mapping: fc.Arbitrary<PortMapping> = fc.record({
  containerPort: number,
  hostPort: fc.constantFrom(0, 8080),
  servicePort: fc.constantFrom(9000, 9001),
  protocol: fc.constantFrom('tcp', 'udp'),
  labels: words,
  networkNames: fc.constant([]),
})

const check: fc.Arbitrary<HealthCheck> = fc.record(
  {
    protocol: fc.constantFrom('HTTP', 'TCP'),
    path: word,
    gracePeriodSeconds: number,
    intervalSeconds: number,
    timeoutSeconds: number,
    maxConsecutiveFailures: number,
    delaySeconds: number,
    ignoreHttp1xx: fc.boolean(),
    ipProtocol: fc.constant('IPv4'),
  },
  { noNullPrototype: true },
)

const someApp: fc.Arbitrary<App> = fc
  .record(
    {
      cmd: word,
      args: fc.array(word, { maxLength: 2 }),
      instances: number,
      cpus: number,
      user: word,
      env: words,
      labels: words,
      dependencies: fc.subarray(['/x', '/y']),
      requirePorts: fc.boolean(),
      portDefinitions: fc.array(
        fc.record({
          port: fc.constantFrom(9000, 9001),
          protocol: fc.constant('tcp' as const),
          labels: words,
        }),
        { maxLength: 2 },
      ),
      container: fc.record({
        type: fc.constant('DOCKER' as const),
        docker: fc.record({
          image: word,
          forcePullImage: fc.boolean(),
          privileged: fc.constant(false),
          parameters: fc.array(fc.record({ key: word, value: word }), { maxLength: 2 }),
        }),
        volumes: fc.array(
          fc.record({
            containerPath: word,
            hostPath: word,
            mode: fc.constantFrom('RO' as const, 'RW' as const),
          }),
          { maxLength: 2 },
        ),
        portMappings: fc.array(mapping, { maxLength: 2 }),
      }),
      constraints: fc.subarray([['hostname', 'UNIQUE'] as const]),
      healthChecks: fc.array(check, { maxLength: 2 }),
      upgradeStrategy: fc.record({ minimumHealthCapacity: number, maximumOverCapacity: number }),
      unreachableStrategy: fc.constantFrom('disabled' as const, {
        inactiveAfterSeconds: 1,
        expungeAfterSeconds: 2,
      }),
      backoffSeconds: number,
      taskKillGracePeriodSeconds: number,
    },
    { requiredKeys: [] },
  )
  .map(more => app('/web', more as Partial<App>))

/** Another app, or the same with a few fields of the other. */
const pair = fc
  .tuple(someApp, someApp, fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([before, other, share]): [App, App] => {
    const keys = Object.keys(other)
    const taken = keys.slice(Math.floor(keys.length * share))
    return [
      before,
      { ...before, ...Object.fromEntries(Object.entries(other).filter(([k]) => taken.includes(k))) },
    ]
  })

test('a field restarts exactly when what runs differs', () => {
  let restarting = 0
  let others = 0
  fc.assert(
    fc.property(pair, ([before, after]) => {
      const restarts = diffApp(before, after, []).some(f => f.effect === 'restart')
      expect(runKey(before) !== runKey(after)).toBe(restarts)
      if (restarts) restarting++
      else others++
    }),
    { numRuns: 3000, seed: 11 },
  )
  expect(restarting).toBeGreaterThan(500)
  expect(others).toBeGreaterThan(100)
})
