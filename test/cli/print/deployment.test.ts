// What `sddc deployment show` prints.
import { expect, test } from 'vitest'
import { deploymentsText } from '../../../src/cli/commands/status.ts'
import { deploymentText } from '../../../src/cli/print/deployment.ts'
import type { DeploymentView } from '../../../src/cli/types.ts'
import { testContext } from '../testcontext.ts'

const { terminal } = testContext('/').context

const canary = {
  id: 'd1',
  version: '2026-01-01T00:00:00.000Z',
  state: 'running',
  actor: 'me@here',
  steps: [{ actions: [{ action: 'RestartApplication', app: '/web' }] }],
  currentStep: 1,
  currentActions: [],
  progress: [
    { app: '/web', action: 'RestartApplication', state: 'running', old: 4, new: 1, healthy: 5, target: 4 },
  ],
  waits: [
    { kind: 'promotion', app: '/web', message: 'somebody to promote it: 1 of 4 run the new configuration' },
  ],
} as unknown as DeploymentView

test('one that waits for a person names the command', () => {
  expect(deploymentText(terminal, canary)).toBe(
    [
      'Deployment d1  running, step 1 of 1  by me@here, 2026-01-01T00:00:00.000Z',
      '',
      '  /web  running  1 of 4 new  4 old  5 healthy',
      '',
      'Waits for',
      '  /web: somebody to promote it: 1 of 4 run the new configuration',
      '',
      'Next',
      '  sddc deployment promote d1  the canaries are good',
      '  sddc deployment pause d1    stop for a while',
      '  sddc deployment cancel d1   roll back what it changed',
    ].join('\n'),
  )
})

test('one that failed says why, and how to go back', () => {
  const failed = {
    ...canary,
    state: 'failed',
    waits: [],
    reason: '/web: no new instance became healthy for 60 s',
  }
  const text = deploymentText(terminal, failed as DeploymentView)
  expect(text).toContain('/web: no new instance became healthy for 60 s')
  expect(text).toContain('sddc deployment cancel d1')
  expect(text).not.toContain('promote')
})

test('one in the queue says for whom it waits', () => {
  const queued = {
    ...canary,
    state: 'queued',
    steps: [],
    progress: [],
    waits: [{ kind: 'lock', app: '/web', message: 'deployment d0, which holds /web', since: 'noon' }],
  }
  const text = deploymentText(terminal, queued as unknown as DeploymentView)
  expect(text).toContain('/web: deployment d0, which holds /web, since noon')
  expect(text).toContain('take it out of the queue')
})

test('one that has ended is told without counts, which are those of now', () => {
  const done = {
    ...canary,
    state: 'done',
    endedAt: 'noon',
    waits: [],
    progress: [{ ...canary.progress[0], state: 'done' }],
  } as DeploymentView
  expect(deploymentText(terminal, done)).toContain('  /web  done')
  expect(deploymentText(terminal, done)).not.toContain('healthy')
  expect(deploymentsText(terminal, [done])).toBe('Deployments\n  d1  done  by me@here  /web')
  expect(deploymentsText(terminal, [canary])).toBe('Deployments\n  d1  step 1 of 1  by me@here  /web (1/4)')
})

test('the list counts what is healthy, not what is wanted', () => {
  const progress = [{ ...canary.progress[0]!, new: 4, newHealthy: 2, waitingFor: 'a place for 2' }]
  expect(deploymentsText(terminal, [{ ...canary, progress }])).toContain(
    '/web (2/4 healthy, waits for a place for 2)',
  )
})
