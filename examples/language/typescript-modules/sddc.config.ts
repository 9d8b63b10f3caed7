// Variables, modules and history in TypeScript
// Schemas check what comes from outside; a module is a function that is used under several names.
import { app, defineCluster, defineModule, moved, number, oneOf, ref, removed, string, text } from 'sddc'

const site = defineModule({
  inputs: {
    size: number({ min: 1, integer: true }),
    tag: string({ default: 'latest' }),
    // A text that may have ids of others in it.
    cache: text(),
  },
  build: ({ size, tag, cache }) => {
    const web = app('web', {
      image: `example/web:${tag}`,
      instances: size,
      env: { CACHE: cache },
      // An autoscaler sets it.
      lifecycle: { ignoreChanges: ['instances'], preventDestroy: true },
    })
    return { resources: [web], outputs: { path: ref`${web.id}` } }
  },
})

export default defineCluster({
  vars: {
    replicas: number({ default: 2, description: 'Web servers per region.' }),
    stage: oneOf(['dev', 'live'], { default: 'dev' }),
  },
  build: ({ vars, readFile }) => {
    const cache = app('cache', { cmd: 'exec ./cache', mem: '32MiB' })
    const eu = site('eu', { size: vars.replicas, cache: cache.id })
    const regions = vars.stage === 'live' ? [eu, site('us', { size: 1, tag: '2.1', cache: cache.id })] : [eu]
    const workers = ['a', 'b'].map(key => app('worker', { key, cmd: `exec ./worker ${key}`, mem: '32MiB' }))
    return {
      resources: [
        cache,
        ...regions,
        ...workers,
        app('front', {
          image: 'example/front:1.0',
          env: { WEB: eu.outputs.path, MOTD: readFile('motd.txt').trim() },
        }),
      ],
      history: [moved('app.web', 'module.eu.app.web'), removed('app.old', { destroy: false })],
    }
  },
})
