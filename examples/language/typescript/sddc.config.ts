// TypeScript
// Plain functions over plain data. Names are those of HCL in camelCase; the type checker of your editor knows them.
import { app, command, defineCluster, group, http, maxPer, ref, sensitive, unique, volume } from 'sddc'

const media = volume('media', { size: '10GiB', shared: true })

export default defineCluster(({ env, vars }) => {
  const cache = app('cache', {
    cmd: 'exec ./cache',
    mem: '64MiB',
    health: command('./cache-status', { interval: '10s' }),
  })
  const web = app('web', {
    image: 'example/web:2.0',
    instances: env === 'production' ? 4 : 1,
    mem: '128MiB',
    // The id is known later, so it goes into a text with ref. Using it makes the cache a dependency.
    env: { CACHE: ref`cache at ${cache.id}`, TOKEN: sensitive('token' in vars ? vars.token : 'none') },
    ports: [{ name: 'http', container: 8080 }],
    health: http({ port: 'http', path: '/health', gracePeriod: '30s', interval: '10s' }),
    constraints: [unique('hostname'), maxPer('rack', 2)],
    upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0.5 },
    mounts: [{ container: '/etc/web', host: '/srv/web', mode: 'RO' }],
  })
  return {
    name: 'shop',
    resources: [group('shop', [cache, web], { dependsOn: [] }), media],
    outputs: { web: web.id },
  }
})
