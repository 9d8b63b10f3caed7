// How a container ended, in the agent's words.
import type Docker from 'dockerode'
import type { Exit } from '../../../model/index.ts'
import type { DriverEvent } from '../../core/index.ts'

export type ContainerState = Docker.ContainerInspectInfo['State']
type EndCondition = Extract<DriverEvent, { kind: 'ended' }>['condition']

/** `memoryMiB`: the limit, for the message. */
export function exitOf(state: ContainerState, memoryMiB: number): Exit {
  if (neverRan(state)) return { message: `the container could not be started: ${state.Error}` }
  const code = state.ExitCode
  const how =
    signals[code - 128] === undefined ? `exit status ${code}` : `exit status ${code} (${signals[code - 128]})`
  // The kernel may have ended another process than the main one, which then ended with a status of its own: tell both.
  if (state.OOMKilled) {
    return {
      code,
      outOfMemory: true,
      message: `a process ran out of memory (limit ${memoryMiB} MiB); ${how}`,
    }
  }
  return { code, message: state.Error ? `${how}: ${state.Error}` : how }
}

export function conditionOf(state: ContainerState, stopAsked: boolean): EndCondition {
  if (neverRan(state)) return stopAsked ? 'Killed' : 'Error'
  if (stopAsked) return 'Killed'
  return state.ExitCode === 0 ? 'Finished' : 'Failed'
}

export function hasEnded(state: ContainerState): boolean {
  return (
    state.Status === 'exited' || state.Status === 'dead' || state.Status === 'removing' || neverRan(state)
  )
}

// The engine gives up a start (no such program, no such device) and keeps the reason.
function neverRan(state: ContainerState): boolean {
  return state.Status === 'created' && state.Error !== ''
}

/** By number; a shell reports a death by signal as 128 + number. */
const signals: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
}
