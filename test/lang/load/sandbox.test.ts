// What a module cannot do, each proven by a module that tries.
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findSandbox } from '../../../src/lang/load/sandbox.ts'
import { loadFiles } from './loader.ts'

const root = resolve(import.meta.dirname, '../../..')
let directory: string
let server: Server | undefined

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sddc-test-'))
})

afterEach(async () => {
  await new Promise<void>(done => (server ? server.close(() => done()) : done()))
  server = undefined
  await rm(directory, { recursive: true, force: true })
})

/** What an async expression gives inside of a module; an error gives its code. */
async function inModule(expression: string, imports = ''): Promise<string> {
  const text = `import { app, defineCluster } from 'sddc'
${imports}
const found = await (async () => ${expression})().catch(error => error.code ?? String(error))
export default defineCluster({ resources: [app('web', { cmd: 'found ' + found })] })
`
  const { desired, diagnostics } = await loadFiles(directory, { 'sddc.config.ts': text })
  expect(diagnostics).toEqual([])
  return String(desired!.apps[0]!.app.cmd).slice('found '.length)
}

it('writes no files', async () => {
  expect(await inModule(`writeFile('left.txt', 'x')`, `import { writeFile } from 'node:fs/promises'`)).toBe(
    'ERR_ACCESS_DENIED',
  )
  expect(await readdir(directory)).toEqual(['sddc.config.ts'])
})

it('starts no programs', async () => {
  const found = await inModule(`execFileSync('true')`, `import { execFileSync } from 'node:child_process'`)
  expect(found).toBe('ERR_ACCESS_DENIED')
})

it('loads no native code and starts no threads', async () => {
  const found = await inModule(
    `new Worker('1', { eval: true })`,
    `import { Worker } from 'node:worker_threads'`,
  )
  expect(found).toBe('ERR_ACCESS_DENIED')
})

it('gets nothing that the program itself has inherited', async () => {
  const text = `import { readlinkSync } from 'node:fs'
import { defineCluster } from 'sddc'
console.log('60 is ' + readlinkSync('/proc/self/fd/60'))
export default defineCluster({ resources: [] })
`
  await loadFiles(directory, { 'sddc.config.ts': text })
  const program = [join(root, 'node_modules/tsx/dist/cli.mjs'), join(root, 'src/cli/main.ts')]
  const child = spawn(process.execPath, [...program, 'validate', directory], {
    stdio: ['ignore', 'ignore', 'pipe', ...Array<'ignore'>(57).fill('ignore'), 'pipe'],
  })
  let printed = ''
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (printed += chunk))
  await new Promise(done => child.on('close', done))
  expect(printed).toBe('60 is /dev/null\n')
})

it('reaches no server where the system can cut the network', async () => {
  server = createServer(socket => socket.end())
  await new Promise<void>(done => server!.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const found = await inModule(
    `new Promise((done, failed) => connect(${port}, '127.0.0.1').on('connect', () => done('connected')).on('error', failed))`,
    `import { connect } from 'node:net'`,
  )
  const { isNetworkCut } = await findSandbox()
  expect(found).toBe(isNetworkCut ? 'ENETUNREACH' : 'connected')
})

it('does not read the environment of the program that runs it', async () => {
  const { isNetworkCut } = await findSandbox()
  const found = await inModule(
    `readFileSync('/proc/' + process.ppid + '/environ').length`,
    `import { readFileSync } from 'node:fs'`,
  )
  if (isNetworkCut) expect(found).toBe('EACCES')
  else expect(Number(found)).toBeGreaterThan(0)
})
