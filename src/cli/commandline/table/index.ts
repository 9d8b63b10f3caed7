// Every command, in the order in which help lists them.
import type { Command, OptionSpec } from '../command.ts'
import { everywhere } from '../shared.ts'
import { agentCommands } from './agents.ts'
import { clusterCommands } from './clusters.ts'
import { configurationCommands } from './configurations.ts'
import { operationCommands } from './operations.ts'
import { unknownCommands } from './unknown.ts'

export const commands: readonly Command[] = [
  ...configurationCommands,
  ...clusterCommands,
  ...operationCommands,
  ...unknownCommands,
  ...agentCommands,
]

/** Commands that only hold others: `deployment`. */
export const groups: Readonly<Record<string, string>> = {
  deployment: 'List, watch, steer or cancel deployments',
  unknown: 'Tasks that agents run and no row names, after a restore or a repair',
  'server snapshot': 'Take the state into a file, look at one, bring one back',
}

/** Options of any command, by long name. A name means the same kind of thing everywhere: a test holds that. */
export const allOptions: Readonly<Record<string, OptionSpec>> = Object.assign(
  {},
  ...commands.map(c => c.options),
  everywhere,
)
