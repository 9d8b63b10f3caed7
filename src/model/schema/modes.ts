// Fields of an app that say how long it lives and how its tasks end. The mode and what an agent does at a stop are in the
// hands of running tasks: a change of them restarts. What only the control plane acts on changes in place.
import { appModes, killSignals, usualRetries } from '../app.ts'
import { field, integer, list, number, object, oneOf, text } from './field.ts'
import type { Field } from './field.ts'
import { maxArgs, maxArgumentLength, maxSeconds } from './limits.ts'

/** Retries above that are a service. */
const maxRetries = 10_000
/** An hour: what takes longer before a stop is no preparation. */
const longestPreparation = 3600

const command = object(
  field('value', 'value', text(maxArgumentLength, { minLength: 1 }), 'Run by a shell.'),
  field('argv', 'argv', list(text(maxArgumentLength), maxArgs), 'Program and arguments, no shell.'),
)

export const modeFields: readonly Field[] = [
  field(
    'mode',
    'mode',
    oneOf(...appModes),
    'service: copies for ever (as without it); daemon: one on every matching agent; batch: copies that run once.',
  ),
  field(
    'retries',
    'retries',
    integer(0, maxRetries),
    `Batch only: how often an instance that failed is started again; ${usualRetries} if nothing is said.`,
    { effect: 'inPlace' },
  ),
  field(
    'maxRunDurationSeconds',
    'max_run_duration',
    number(1, maxSeconds),
    'Batch only: a run that takes longer is stopped, and has failed.',
    { unit: 'seconds', effect: 'inPlace' },
  ),
  field(
    'preStop',
    'pre_stop',
    object(
      field('command', 'command', command, 'Command run beside the task, first of all.'),
      field('timeoutSeconds', 'timeout', number(0.1, longestPreparation), 'The command may take so long.', {
        default: 10,
        unit: 'seconds',
      }),
      field('waitSeconds', 'wait', number(0, longestPreparation), 'Wait after the command.', {
        default: 0,
        unit: 'seconds',
      }),
    ),
    'What is done with a running task before it is asked to end; meanwhile it serves no more.',
  ),
  field(
    'killSignal',
    'kill_signal',
    oneOf(...killSignals),
    'Signal that asks a task to end; SIGTERM, or what its image says, if nothing is said.',
  ),
]
