// From what checks find to a verdict: the real agent core counts, the real server core decides.
import type { AppId, InstanceView } from '../../../../src/model/index.ts'
import { appView } from '../../../../src/runtime/core/index.ts'
import { quick, simulate } from '../../../sim/cluster.ts'
import { ruleTests } from './rulefile.ts'

const id = '/a' as AppId
/** Without room for a replacement, so that the verdict is seen at once. */
const upgradeStrategy = { minimumHealthCapacity: 0, maximumOverCapacity: 0 }

ruleTests(import.meta.url, (text, given) => {
  const counts = given.includes('counters')
  const checks = given.filter(line => line !== 'none' && line !== 'counters').map(checkOf)
  // `SF SS`: two rounds of two checks; `SFF`: three rounds of one.
  const rounds = checks.length > 1 ? text.split(' ') : [...text]
  const made = checks.map(() => 0)
  let incarnations = 1
  const simulation = simulate([{ id: 'agent1' }], {
    behaviour: {
      ...quick,
      check: (task, { index }) => {
        if (task.key.incarnation > incarnations) return { ok: true, afterMs: 1 }
        const found = rounds[made[index]!++]?.[index]
        if (found === undefined || found === '.') return undefined
        return { ok: found === 'S', afterMs: 1 }
      },
    },
  })
  simulation.request({
    kind: 'changeApps',
    changes: [{ kind: 'create', body: { id, cmd: 'sleep 1', healthChecks: checks, upgradeStrategy } }],
    force: false,
  })
  const instance = (): InstanceView => appView(simulation.state, id)!.instances[0]!
  simulation.runUntil(() => appView(simulation.state, id)?.running === 1, { forMs: 10_000 })
  // Rounds are at 5 s, 10 s, …; each is looked at 2 s later.
  simulation.runFor(2000)
  const seen = rounds.map(() => {
    simulation.runFor(5000)
    const view = appView(simulation.state, id)!
    if (counts) return `${view.healthy}/${view.unhealthy}`
    const { incarnation } = instance()
    if (incarnation === incarnations) return verdict(instance())
    incarnations = incarnation
    return 'killed'
  })
  return seen.join(' ')
})

function verdict({ healthy, health }: InstanceView): string {
  if (healthy === null) return 'unknown'
  if (healthy) return 'healthy'
  return `unhealthy ${health.map(h => h.consecutiveFailures).join(',')}`
}

function checkOf(line: string) {
  const [protocol, , grace, , interval, , max] = line.split(' ')
  return {
    protocol: protocol!,
    gracePeriodSeconds: Number(grace),
    intervalSeconds: Number(interval),
    maxConsecutiveFailures: Number(max),
    delaySeconds: 5,
    ...(protocol === 'COMMAND' ? { command: { value: 'true' } } : {}),
  }
}
