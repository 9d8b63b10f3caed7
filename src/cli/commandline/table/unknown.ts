// Commands for tasks that agents run and no row names.
import { command } from '../command.ts'
import { json, server } from '../shared.ts'

export const unknownCommands = [
  command({
    name: 'unknown list',
    about: 'List the tasks that agents run and no row names',
    words: {},
    options: { server, json },
    examples: [['unknown list', 'after a restore or a repair']],
    run: async context => (await import('../../commands/unknown.ts')).unknownList(context),
  }),
  command({
    name: 'unknown stop',
    about: 'Stop such tasks',
    words: {
      tasks: { kind: 'texts', required: false, about: 'Their ids, as "sddc unknown list" shows them' },
    },
    options: { all: { kind: 'flag', about: 'All of them' }, server },
    examples: [['unknown stop --all', 'when what should run is running']],
    run: async (context, v) =>
      (await import('../../commands/unknown.ts')).unknownStop(context, v.tasks, v.all),
  }),
  command({
    name: 'unknown done',
    about: 'End the time after a restore in which such tasks are taken for missing instances',
    words: {},
    options: { server },
    examples: [['unknown done', 'what still runs unknown goes on']],
    run: async context => (await import('../../commands/unknown.ts')).unknownDone(context),
  }),
]
