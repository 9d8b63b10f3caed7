// A real server in a process of its own, over LevelDB, that can be ordered to die at a commit. Orders come as lines of
// JSON on stdin, answers leave as lines of JSON on stdout. It loads everything before the first order, so that a spare
// one can stand by.
import { createInterface } from 'node:readline'
import { startServer } from '../../src/runtime/index.ts'
import { LevelStore } from '../../src/runtime/store/level.ts'
import { type Death, MortalStore } from './mortalStore.ts'

export type Order =
  | { readonly kind: 'serve'; readonly dataDirectory: string; readonly port: number; readonly death?: Death }
  | { readonly kind: 'die'; readonly death: Death }
  | { readonly kind: 'live' }

export type Answer =
  { readonly kind: 'warm'; readonly pid: number } | { readonly kind: 'done'; readonly order: Order['kind'] }

let store: MortalStore | undefined

async function obey(order: Order): Promise<void> {
  if (order.kind === 'serve') {
    const { dataDirectory, port } = order
    store = new MortalStore(new LevelStore(dataDirectory))
    store.order(order.death)
    await startServer({
      dataDirectory,
      host: '127.0.0.1',
      port,
      version: '0.0.0',
      store,
      log: line => console.error(line),
      onFatal: () => process.exit(70),
    })
  } else store?.order(order.kind === 'die' ? order.death : undefined)
}

function answer(what: Answer): void {
  process.stdout.write(`${JSON.stringify(what)}\n`)
}

answer({ kind: 'warm', pid: process.pid })
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as Order
  await obey(order)
  answer({ kind: 'done', order: order.kind })
}
