// Commands for agents, and for where instances are.
import { command } from '../command.ts'
import { json, server } from '../shared.ts'

const agent = { kind: 'text', required: true, about: 'Its name, as "sddc agent list" shows it' } as const

export const agentCommands = [
  command({
    name: 'agent list',
    about: 'List agents, what they have left, and what is being drained',
    words: {},
    options: { server, json },
    examples: [['agent list', 'one line each']],
    run: async context => (await import('../../commands/agents.ts')).agentList(context),
  }),
  command({
    name: 'agent show',
    about: 'Show one agent: attributes, resources, its tasks, how far a drain is',
    words: { agent },
    options: { server, json },
    examples: [['agent show agent1', 'all of it']],
    run: async (context, v) => (await import('../../commands/agents.ts')).agentShow(context, v.agent),
  }),
  command({
    name: 'agent cordon',
    about: 'Place nothing new on an agent; what runs there stays',
    words: { agent },
    options: { server },
    examples: [['agent cordon agent1', '"sddc agent uncordon agent1" takes it back']],
    run: async (context, v) => (await import('../../commands/agents.ts')).agentCordon(context, v.agent),
  }),
  command({
    name: 'agent uncordon',
    about: 'Use an agent again that was cordoned or drained',
    words: { agent },
    options: { server },
    examples: [['agent uncordon agent1', 'also ends a drain where it is']],
    run: async (context, v) => (await import('../../commands/agents.ts')).agentUncordon(context, v.agent),
  }),
  command({
    name: 'agent drain',
    about: 'Empty an agent: its instances are replaced elsewhere, and apps keep their promise of health',
    words: { agent },
    options: {
      deadline: {
        kind: 'text',
        value: 'TIME',
        about: 'Batch tasks are waited for so long (default: to their end)',
      },
      force: { kind: 'flag', about: 'At the deadline stop the rest, also below the promise of health' },
      detach: { kind: 'flag', about: 'Do not wait for the end' },
      server,
    },
    examples: [
      ['agent drain agent1', 'waits until it is empty; Ctrl-C ends the watching, not the drain'],
      ['agent drain agent1 --deadline 1h --force', 'empty in an hour, whatever that means for the apps'],
    ],
    run: async (context, v) => (await import('../../commands/agents.ts')).agentDrain(context, v),
  }),
  command({
    name: 'agent remove',
    about: 'Strike an agent that will never come back; it must be out of reach',
    words: { agent },
    options: { server },
    examples: [['agent remove agent1', 'its instances start elsewhere at once']],
    run: async (context, v) => (await import('../../commands/agents.ts')).agentRemove(context, v.agent),
  }),
  command({
    name: 'rebalance',
    about: 'Move instances so that apps lie evenly over agents and groups again, with the fewest moves',
    words: { apps: { kind: 'texts', required: false, about: 'Only these apps (default: all)' } },
    options: { plan: { kind: 'flag', about: 'Show the moves, change nothing' }, server, json },
    examples: [
      ['rebalance --plan', 'what would move, and why'],
      ['rebalance web', 'one app; replacements come first where its strategy leaves room'],
    ],
    run: async (context, v) => (await import('../../commands/rebalance.ts')).rebalanceCommand(context, v),
  }),
]
