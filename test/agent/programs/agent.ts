// A real agent in a process of its own, to be killed. Arguments: server, work directory.
import { processDriver, startAgent } from '../../../src/agent/index.ts'
import type { AgentId } from '../../../src/model/index.ts'

const [server, workDirectory] = process.argv.slice(2)
await startAgent({
  server: server!,
  workDirectory: workDirectory!,
  agentId: 'agent-1' as AgentId,
  hostname: '127.0.0.1',
  address: '127.0.0.1',
  version: '0.1.0',
  log: line => process.stdout.write(`${line}\n`),
  drivers: [processDriver],
})
process.stdout.write('started\n')
