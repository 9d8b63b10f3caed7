// Commands that look at a cluster and operate it.
import { maxInstances } from '../../../model/index.ts'
import { command } from '../command.ts'
import { app, json, server } from '../shared.ts'

const operating = {
  force: { kind: 'flag', about: 'Take over from a running deployment' },
  queue: { kind: 'flag', about: 'Wait for a deployment that holds the app, in order of coming' },
  detach: { kind: 'flag', about: 'Do not wait for the end' },
  server,
} as const

const id = {
  kind: 'text',
  required: true,
  about: 'Of the deployment, as "sddc deployment list" shows it',
} as const

export const operationCommands = [
  command({
    name: 'status',
    about: 'Show agents, apps, instances and deployments',
    words: { app: { ...app, required: false } },
    options: { server, json },
    examples: [
      ['status', 'everything'],
      ['status web', 'one app, all its instances'],
    ],
    run: async (context, v) => (await import('../../commands/status.ts')).statusCommand(context, v.app),
  }),
  command({
    name: 'logs',
    about: 'Show what a task prints',
    words: { app },
    options: {
      instance: {
        kind: 'text',
        value: 'ID',
        about: 'One instance, by the first digits of its id (default: the first that runs)',
      },
      stderr: { kind: 'flag', about: 'Standard error instead of standard output' },
      follow: { kind: 'flag', short: 'f', about: 'Go on as it grows' },
      tail: {
        kind: 'whole',
        value: 'N',
        least: 0,
        most: 1_000_000,
        short: 'n',
        about: 'Only the last N lines',
      },
      server,
    },
    examples: [
      ['logs web -f', 'follow it; Ctrl-C ends the watching'],
      ['logs web --stderr -n 20', 'the last words'],
    ],
    run: async (context, v) => (await import('../../commands/logs.ts')).logsCommand(context, v),
  }),
  command({
    name: 'scale',
    about: 'Change the number of instances of an app',
    words: {
      app,
      instances: {
        kind: 'whole',
        least: 0,
        most: maxInstances,
        required: true,
        about: 'How many there shall be',
      },
    },
    options: operating,
    examples: [['scale web 3', 'three instances; what runs is not touched']],
    run: async (context, v) => (await import('../../commands/operate.ts')).scaleCommand(context, v),
  }),
  command({
    name: 'restart',
    about: 'Replace all instances, by the app’s upgrade strategy',
    words: { app },
    options: operating,
    examples: [['restart web', 'one after the other, as far as the strategy says']],
    run: async (context, v) => (await import('../../commands/operate.ts')).restartCommand(context, v),
  }),
  command({
    name: 'stop',
    about: 'Suspend an app: no instances, the app stays',
    words: { app },
    options: operating,
    examples: [['stop web', '"sddc scale web 1" brings it back']],
    run: async (context, v) => (await import('../../commands/operate.ts')).stopCommand(context, v),
  }),
  command({
    name: 'deployment list',
    about: 'List the deployments that run or wait, and what they wait for',
    words: {},
    options: { all: { kind: 'flag', about: 'Also the newest that have ended' }, server, json },
    examples: [['deployment list', 'with their ids']],
    run: async (context, v) => (await import('../../commands/deployment.ts')).deploymentList(context, v.all),
  }),
  command({
    name: 'deployment show',
    about: 'Show how far one is, what it waits for, and what can be done',
    words: { id },
    options: { server, json },
    examples: [['deployment show 5ed8f12b', 'per app; with the deadline if it has one']],
    run: async (context, v) => (await import('../../commands/deployment.ts')).deploymentShow(context, v.id),
  }),
  command({
    name: 'deployment promote',
    about: 'Its canaries are good: let the others follow',
    words: { id },
    options: { server },
    examples: [['deployment promote 5ed8f12b', 'refused while a canary is not healthy']],
    run: async (context, v) =>
      (await import('../../commands/deployment.ts')).deploymentOrder(context, v.id, 'promote'),
  }),
  command({
    name: 'deployment pause',
    about: 'Begin nothing more; what ends meanwhile is started again',
    words: { id },
    options: { server },
    examples: [['deployment pause 5ed8f12b', 'its deadlines stand still, too']],
    run: async (context, v) =>
      (await import('../../commands/deployment.ts')).deploymentOrder(context, v.id, 'pause'),
  }),
  command({
    name: 'deployment resume',
    about: 'Let a paused one go on',
    words: { id },
    options: { server },
    examples: [['deployment resume 5ed8f12b', 'from where it was']],
    run: async (context, v) =>
      (await import('../../commands/deployment.ts')).deploymentOrder(context, v.id, 'resume'),
  }),
  command({
    name: 'deployment watch',
    about: 'Watch one to its end',
    words: { id },
    options: { server },
    examples: [['deployment watch 5ed8f12b', 'Ctrl-C ends the watching, not the deployment']],
    run: async (context, v) => (await import('../../commands/deployment.ts')).deploymentWatch(context, v.id),
  }),
  command({
    name: 'deployment cancel',
    about: 'Cancel one and roll back what it changed; also one that failed',
    words: { id },
    options: { force: { kind: 'flag', about: 'Stop it where it is, without rolling back' }, server },
    examples: [['deployment cancel 5ed8f12b', 'back to what was before']],
    run: async (context, v) =>
      (await import('../../commands/deployment.ts')).deploymentCancel(context, v.id, v.force),
  }),
]
