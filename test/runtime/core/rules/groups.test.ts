// What a change of a group makes of apps and groups, on a whole core.
import type { Json } from '../../../../src/base/index.ts'
import type { GroupId, GroupRequest, Reply } from '../../../../src/model/index.ts'
import { rootVersions, type State } from '../../../../src/runtime/core/index.ts'
import { Cluster } from '../cluster.ts'
import { ruleTests } from './rulefile.ts'

ruleTests(import.meta.url, (text, given) => {
  const cluster = new Cluster()
  cluster.agent('agent1', { cpus: 1000 })
  for (const line of given) prepare(cluster, line)
  cluster.pass(1000)
  // Oldest first, from the last of what was given.
  const versions = [rootVersions(cluster.state)[0] ?? '']
  let reply: Reply | undefined
  for (const request of text.split(' then ')) {
    reply = carryOut(cluster, request, versions)
    if (!reply.ok) break
    versions.push(rootVersions(cluster.state)[0]!)
    cluster.pass(1000)
  }
  if (!reply!.ok) return refusal(reply!, versions)
  return reply!.steps === undefined ? contents(cluster.state) : stepsOf(reply!.steps)
})

function prepare(cluster: Cluster, line: string): void {
  const [kind, ...names] = line.split(' ')
  for (const name of names) {
    if (kind === 'groups') {
      change(cluster, { kind: 'put', id: name as GroupId, body: {} })
      continue
    }
    const [id, instances] = name.split('*')
    cluster.change({
      kind: 'create',
      body: { id: id!, cmd: 'x', cpus: 0.01, mem: 1, instances: Number(instances) },
    })
  }
}

function change(cluster: Cluster, request: GroupRequest, dryRun = false): Reply {
  return cluster.request({ kind: 'changeGroup', change: request, force: false, dryRun })
}

function carryOut(cluster: Cluster, text: string, versions: readonly string[]): Reply {
  const [, how, name, rest] = /^(\w+)(?: (\/\S*))?(?: (.*))?$/.exec(text)!
  const wanted = /^version (\d+)$/.exec(rest ?? '')?.[1]
  const body = (
    wanted === undefined ? JSON.parse(rest ?? 'null') : { version: versions[Number(wanted) - 1]! }
  ) as Json
  const id = name as GroupId
  switch (how) {
    case 'put':
      return change(cluster, { kind: 'put', id, body })
    case 'dry':
      return change(cluster, { kind: 'put', id, body }, true)
    case 'post':
      return change(cluster, { kind: 'create', parent: id, body })
    case 'patch':
      return change(cluster, { kind: 'patch', id, body })
    case 'delete':
      return change(cluster, { kind: 'delete', id })
    default:
      return cluster.change({ kind: 'create', body })
  }
}

function contents(state: State): string {
  const apps = [...state.tables.app.values()].map(row => {
    const { dependencies } = state.tables.spec.get(row.submitted)!.app
    return `${row.id}*${row.instances}${dependencies.length > 0 ? `<${dependencies.join(',')}` : ''}`
  })
  const groups = [...state.tables.group.values()].map(
    ({ id, dependencies, enforceRole }) =>
      `${id}${dependencies.length > 0 ? `<${dependencies.join(',')}` : ''}${enforceRole ? '!' : ''}`,
  )
  return [apps, groups].map(list => list.sort().join(' ') || '-').join(' | ')
}

const statuses: Readonly<Record<string, number>> = { INVALID: 422, NOT_FOUND: 404, EXISTS: 409, LOCKED: 409 }

function refusal(reply: Extract<Reply, { ok: false }>, versions: readonly string[]): string {
  const details = reply.details as readonly { path: string; errors: readonly string[] }[] | undefined
  const said = details?.map(d => `${d.path} ${d.errors[0]!.replace(/ '\^.*$/, '')}`)[0] ?? reply.message
  const known = versions.reduce((text, version) => (version === '' ? text : text.replace(version, 'T')), said)
  return `${statuses[reply.code]} ${known}`.trim()
}

function stepsOf(steps: NonNullable<Extract<Reply, { ok: true }>['steps']>): string {
  const short = (kind: string): string => kind.replace('Application', '').toLowerCase()
  return steps.map(s => s.actions.map(a => `${short(a.action)} ${a.app}`).join(', ')).join(' | ') || '-'
}
