// A server as a process of its own, for tests that kill it: the data directory is the first argument, its address
// and process id its first line of output.
import { startServer } from '../../../src/runtime/index.ts'

const server = await startServer({
  dataDirectory: process.argv[2]!,
  host: '127.0.0.1',
  port: 0,
  version: '1.2.3',
  log: line => void process.stderr.write(`${line}\n`),
})
process.stdout.write(`${server.url} ${process.pid}\n`)
process.once('SIGTERM', () => void server.close())
