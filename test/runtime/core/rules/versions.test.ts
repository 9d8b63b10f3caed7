// Which times a change leaves, on a whole core.
import { isoTime, type UtcMs } from '../../../../src/base/index.ts'
import type { AppId, AppRequest } from '../../../../src/model/index.ts'
import { versionInfoOf, versionsOf } from '../../../../src/runtime/core/index.ts'
import { Cluster } from '../cluster.ts'
import { ruleTests } from './rulefile.ts'

const id = '/a' as AppId
const definition = { id, cmd: 'usual', cpus: 0.1, mem: 10 }

ruleTests(import.meta.url, text => {
  const cluster = new Cluster()
  cluster.agent('agent1')
  const times: string[] = []
  for (const change of text.split(' ')) {
    cluster.pass(1000)
    times.push(isoTime((1_700_000_000_000 + cluster.now) as UtcMs))
    const reply = cluster.change(requestOf(change, times))
    if (!reply.ok) throw new Error(reply.message)
  }
  const numberOf = (time: string): number => times.indexOf(time) + 1
  const { version, lastScalingAt, lastConfigChangeAt } = versionInfoOf(cluster.state, id)!
  const info = [version, lastScalingAt, lastConfigChangeAt].map(numberOf).join(' ')
  const kept = versionsOf(cluster.state, id).map(v => numberOf(v.version))
  return `${info} | ${kept.join(' ')}`
})

function requestOf(change: string, times: readonly string[]): AppRequest {
  const put = (body: Record<string, string | number | Record<string, string>>): AppRequest => ({
    kind: 'put',
    id,
    body,
    partial: true,
    create: false,
  })
  if (change === 'post') return { kind: 'create', body: definition }
  if (change === 'restart' || change === 'delete') return { kind: change, id }
  if (change === 'same') return put({})
  const parts = change.split('+').map(part => /^([a-z]+)(.+)$/.exec(part)!)
  const [, verb, value] = parts[0]!
  if (verb === 'back') return put({ version: times[Number(value) - 1]! })
  return put(
    Object.fromEntries(
      parts.map(([, what, to]) => {
        if (what === 'scale') return ['instances', Number(to)]
        return what === 'cmd' ? ['cmd', to!] : ['labels', { label: to! }]
      }),
    ),
  )
}
