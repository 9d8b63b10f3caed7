// Paths of ignore_changes, from the author's words to those of the model.
import { describe, expect, test } from 'vitest'
import { ignoredPaths } from '../../../src/lang/vocabulary/index.ts'
import type { SurfaceResource } from '../../../src/lang/surface.ts'

type Kind = SurfaceResource['kind']

describe('HCL', () => {
  test.each<[string, string | string[]]>([
    ['instances', '/instances'],
    ['cmd', '/cmd'],
    ['labels', '/labels'],
    ['labels.team', '/labels/team'],
    ['labels["a/b"]', '/labels/a/b'],
    ['env["TAG"]', '/env/TAG'],
    ['env.TAG', '/env/TAG'],
    ['env["say \\"x\\""]', '/env/say "x"'],
    ['image', '/container/docker/image'],
    ['container', '/container'],
    ['container.image', '/container/docker/image'],
    ['container.type', '/container/type'],
    ['container.parameter', '/container/docker/parameters'],
    ['container.volume', '/container/volumes'],
    ['port', ['/portDefinitions', '/container/portMappings']],
    ['port[0].host', ['/portDefinitions(0)/hostPort', '/container/portMappings(0)/hostPort']],
    ['port[1].service', ['/portDefinitions(1)/port', '/container/portMappings(1)/servicePort']],
    ['port[0].container', '/container/portMappings(0)/containerPort'],
    ['port[0].labels["x"]', ['/portDefinitions(0)/labels/x', '/container/portMappings(0)/labels/x']],
    ['volume', '/container/volumes'],
    ['volume[0].host', '/container/volumes(0)/hostPath'],
    ['volume[0].size', '/container/volumes(0)/persistent/size'],
    ['network', '/networks'],
    ['network[0].name', '/networks(0)/name'],
    ['health_check', '/healthChecks'],
    ['health_check[0]', '/healthChecks(0)'],
    ['health_check[0].grace_period', '/healthChecks(0)/gracePeriodSeconds'],
    ['health_check[0].port', '/healthChecks(0)/portIndex'],
    ['readiness_check', '/readinessChecks'],
    ['upgrade_strategy', '/upgradeStrategy'],
    ['upgrade_strategy.minimum_health_capacity', '/upgradeStrategy/minimumHealthCapacity'],
    ['constraints', '/constraints'],
    ['constraint', '/constraints'],
    ['depends_on', '/dependencies'],
    ['fetch', '/fetch'],
    ['uris', '/fetch'],
    ['max_launch_delay', '/maxLaunchDelaySeconds'],
  ])('app: %s', (text, expected) => {
    expect(ignoredPaths('app', text, 'hcl')).toEqual({ paths: [expected].flat() })
  })

  test.each<[Kind, string, string]>([
    ['group', 'depends_on', '/dependencies'],
    ['volume', 'size', '/size'],
    ['volume', 'shared', '/shared'],
  ])('%s: %s', (kind, text, expected) => {
    expect(ignoredPaths(kind, text, 'hcl')).toEqual({ paths: [expected] })
  })
})

test.each<[string, string]>([
  ['instances', '/instances'],
  ['env.TAG', '/env/TAG'],
  ['env["TAG"]', '/env/TAG'],
  ['dependsOn', '/dependencies'],
  ['health', '/healthChecks'],
  ['health[0].gracePeriod', '/healthChecks(0)/gracePeriodSeconds'],
  ['mounts', '/container/volumes'],
  ['networks', '/networks'],
  ['upgradeStrategy.maximumOverCapacity', '/upgradeStrategy/maximumOverCapacity'],
])('TypeScript: %s', (text, expected) => {
  expect(ignoredPaths('app', text, 'typescript')).toEqual({ paths: [expected] })
})

describe('mistakes', () => {
  test.each<[Kind, string, string, 'hcl' | 'typescript']>([
    ['app', 'instnces', 'An app has no argument or block named "instnces". Did you mean "instances"?', 'hcl'],
    [
      'app',
      'health_checks',
      'An app has no argument or block named "health_checks". Did you mean "health_check"?',
      'hcl',
    ],
    ['app', 'healthCheck', 'An app has no property named "healthCheck".', 'typescript'],
    [
      'app',
      'health_check.path',
      '"health_check.path" does not say which one is meant. There may be several of health_check, told apart by their number: health_check[0].path.',
      'hcl',
    ],
    [
      'app',
      'health_check[0].pth',
      'Such a block has no argument or block named "pth". Did you mean "path"?',
      'hcl',
    ],
    [
      'app',
      'instances.x',
      '"instances.x" names a part of something that is ignored as a whole, or not at all.',
      'hcl',
    ],
    [
      'app',
      'args[0]',
      '"args[0]" names a part of something that is ignored as a whole, or not at all.',
      'hcl',
    ],
    ['app', 'env["A"].secret', '"env["A"].secret" names', 'hcl'],
    [
      'app',
      'upgrade_strategy.max',
      'Such a block has no argument or block named "max". It has: minimum_health_capacity, maximum_over_capacity.',
      'hcl',
    ],
    ['app', '', '"" is no path. Write for example instances, env["TAG"], health_check.', 'hcl'],
    ['app', 'env[TAG]', '"env[TAG]" is no path.', 'hcl'],
    [
      'app',
      '/env/TAG',
      '"/env/TAG" is no path. Write for example "instances", "env.TAG", "health".',
      'typescript',
    ],
    ['group', 'instances', 'A group has no argument or block named "instances". It has: depends_on.', 'hcl'],
    ['volume', 'siz', 'A volume has no argument or block named "siz". Did you mean "size"?', 'hcl'],
    ['app', 'constructor', 'An app has no argument or block named "constructor".', 'hcl'],
  ])('%s: %s', (kind, text, expected, dialect) => {
    const found = ignoredPaths(kind, text, dialect)
    expect('mistake' in found && found.mistake).toContain(expected)
  })
})
