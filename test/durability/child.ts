// One server process (server.ts) as the tests hold it: orders in, answers out, its end.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { repository } from '../support/processes.ts'
import { until } from '../support/wait.ts'
import type { Answer, Order } from './server.ts'

export const serverProgram = ['--import', 'tsx', fileURLToPath(new URL('./server.ts', import.meta.url))]

export interface ServerChild {
  /** Undefined while it runs. */
  ending(): { readonly code: number | null; readonly signal: NodeJS.Signals | null } | undefined
  /** False when it died instead of carrying the order out. */
  obeys(order: Order): Promise<boolean>
  untilEnded(): Promise<void>
  kill(): Promise<void>
  /** What it logged. */
  logged(): string
}

export function newServerChild(): ServerChild {
  const child = spawn(process.execPath, serverProgram, {
    cwd: repository,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const done: Order['kind'][] = []
  let ended: ReturnType<ServerChild['ending']>
  let logged = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (logged += text))
  child.stdin.on('error', () => {})
  child.on('close', (code, signal) => (ended = { code, signal }))
  createInterface({ input: child.stdout }).on('line', line => {
    const answer = JSON.parse(line) as Answer
    if (answer.kind === 'done') done.push(answer.order)
  })
  const untilEnded = async (): Promise<void> => {
    await until(() => ended, { what: () => `the server to end; it logged: ${logged}` })
  }
  return {
    ending: () => ended,
    logged: () => logged,
    untilEnded,
    async obeys(order) {
      const before = done.length
      child.stdin.write(`${JSON.stringify(order)}\n`)
      await until(() => done.length > before || ended !== undefined, {
        what: () => `the server to ${order.kind}; it logged: ${logged}`,
        timeoutMs: 60_000,
        everyMs: 5,
      })
      return done.length > before
    },
    async kill() {
      child.kill('SIGKILL')
      await untilEnded()
    },
  }
}
