// A COMMAND check: run beside the task, good when it exits with 0.
import type { HealthCheck } from '../../model/index.ts'
import type { ExecResult } from '../core/index.ts'
import type { CheckOutcome } from './outcome.ts'

/** What of a failed command's output is told. */
const maxCauseLength = 200

export async function checkCommand(
  check: Pick<HealthCheck, 'command'>,
  exec: (argv: readonly string[], timeoutMs: number) => Promise<ExecResult>,
  timeoutMs: number,
): Promise<CheckOutcome> {
  const { command } = check
  if (!command) return { ok: false, cause: 'the check has no command' }
  const argv = 'value' in command ? ['/bin/sh', '-c', command.value] : command.argv
  const result = await exec(argv, timeoutMs)
  switch (result.kind) {
    case 'timedOut':
      return { ok: false, cause: `the command took longer than ${timeoutMs / 1000} s` }
    case 'failed':
      return { ok: false, cause: result.message }
    case 'exited': {
      if (result.code === 0) return { ok: true }
      const output = result.output.slice(-maxCauseLength)
      return { ok: false, cause: `the command exited with status ${result.code}${output && `: ${output}`}` }
    }
  }
}
