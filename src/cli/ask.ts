// Questions to the person at the terminal.
import { createInterface } from 'node:readline/promises'

export type Answer =
  | 'yes'
  /** Another word than the one asked for. */
  | 'no'
  /** Ctrl-C, or the end of the input, instead of an answer. */
  | 'interrupted'
  /** Nobody is there to answer. */
  | 'nobody'

export function someoneIsThere(): boolean {
  return process.stdin.isTTY === true
}

/** Only the exact word counts as yes. */
export async function ask(question: string, word: string): Promise<Answer> {
  if (!someoneIsThere()) return 'nobody'
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const left = new Promise<'interrupted'>(resolve => {
    lines.once('SIGINT', () => resolve('interrupted'))
    lines.once('close', () => resolve('interrupted'))
  })
  try {
    const answer = await Promise.race([lines.question(question), left])
    if (answer === 'interrupted') process.stderr.write('\n')
    return answer === 'interrupted' ? answer : answer.trim() === word ? 'yes' : 'no'
  } finally {
    lines.close()
  }
}
