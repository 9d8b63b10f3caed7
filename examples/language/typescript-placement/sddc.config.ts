// Checks, constraints and outputs in TypeScript
// Each kind of check and constraint has a function of its own, so that what can't stand together does not compile.
import { app, boolean, cluster, defineCluster, group, groupBy, https, imported } from 'sddc'
import { is, like, list, output, record, ref, string, tcp, unlike } from 'sddc'

export default defineCluster({
  vars: {
    labels: record(string(), { default: { team: 'search' } }),
    hosts: list(string(), { default: ['search.example.com'] }),
    spread: boolean({ default: true }),
  },
  build: ({ vars }) => {
    const index = app('index', {
      cmd: 'exec ./index --port $PORT0',
      mem: '256MiB',
      instances: 3,
      labels: vars.labels,
      ports: [{ name: 'data' }],
      health: tcp({ port: 'data', interval: '10s' }),
      constraints: [
        is('disk', 'ssd'),
        unlike('rack', /test-.*/),
        vars.spread ? groupBy('rack', 3) : cluster('rack'),
      ],
    })
    const search = app('search', {
      args: ['search', ...vars.hosts],
      mem: '64MiB',
      env: { INDEX: ref`${index.id}` },
      ports: [{ name: 'web', service: 10500 }],
      health: [https({ port: 'web', path: '/health' }), tcp({ port: 'web', maxConsecutiveFailures: 0 })],
      readiness: { portName: 'web', path: '/ready', interval: '15s' },
      constraints: [like('hostname', 'front-.*')],
      affinities: [{ field: 'disk', value: 'ssd', weight: 30 }],
      spreads: [{ field: 'rack', targets: [{ value: 'r1', percent: 50 }] }],
      dependsOn: [index],
    })
    return {
      resources: [group('find', [index, search])],
      outputs: { search: output(ref`${search.id}`, { description: 'Where the search is.' }) },
      history: [imported(index, '/legacy/index')],
    }
  },
})
