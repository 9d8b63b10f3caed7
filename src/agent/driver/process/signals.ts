// Signals by number: their names, and the words that Mesos (strsignal of the C library) uses for them.
import { constants } from 'node:os'

/** `SIGKILL` for 9. */
export function signalName(number: number): string {
  return names.get(number) ?? `SIG${number}`
}

/** `Killed` for 9. */
export function signalWords(number: number): string {
  return words[signalName(number)] ?? `Unknown signal ${number}`
}

const names = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]))

const words: Readonly<Record<string, string>> = {
  SIGHUP: 'Hangup',
  SIGINT: 'Interrupt',
  SIGQUIT: 'Quit',
  SIGILL: 'Illegal instruction',
  SIGTRAP: 'Trace/breakpoint trap',
  SIGABRT: 'Aborted',
  SIGIOT: 'Aborted',
  SIGBUS: 'Bus error',
  SIGFPE: 'Floating point exception',
  SIGKILL: 'Killed',
  SIGUSR1: 'User defined signal 1',
  SIGSEGV: 'Segmentation fault',
  SIGUSR2: 'User defined signal 2',
  SIGPIPE: 'Broken pipe',
  SIGALRM: 'Alarm clock',
  SIGTERM: 'Terminated',
  SIGSTKFLT: 'Stack fault',
  SIGXCPU: 'CPU time limit exceeded',
  SIGXFSZ: 'File size limit exceeded',
  SIGVTALRM: 'Virtual timer expired',
  SIGPROF: 'Profiling timer expired',
  SIGSYS: 'Bad system call',
}
