// Runs once before all tests: finds what the machine has, and gives the run a name that everything started by it
// carries (test/support/setup.ts). Runs once after them: ends what a crashed test left behind.
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { findCapabilities, type Capability } from './capabilities.ts'
import { reapContainers } from './reap-containers.ts'
import { reap } from './reap.ts'
import { temporaryRoot } from './temporary.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    capabilities: readonly Capability[]
    testRun: string
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const testRun = randomBytes(4).toString('hex')
  const capabilities = await findCapabilities()
  project.provide('testRun', testRun)
  project.provide('capabilities', capabilities)
  return async () => {
    reap(testRun)
    const containers = capabilities.includes('docker') ? await reapContainers(testRun) : []
    if (containers.length > 0) console.warn(`containers left by tests, removed now: ${containers.join(', ')}`)
    rmSync(temporaryRoot(testRun), { recursive: true, force: true, maxRetries: 3 })
  }
}
