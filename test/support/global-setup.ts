// Runs once before all tests: finds what the machine has, and gives the run a name that everything started by it
// carries (test/support/setup.ts). Runs once after them: ends what a crashed test left behind.
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { findCapabilities, type Capability } from './capabilities.ts'
import { reap } from './reap.ts'
import { temporaryRoot } from './temporary.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    capabilities: readonly Capability[]
    testRun: string
  }
}

export async function setup(project: TestProject): Promise<() => void> {
  const testRun = randomBytes(4).toString('hex')
  project.provide('testRun', testRun)
  project.provide('capabilities', await findCapabilities())
  return () => {
    reap(testRun)
    rmSync(temporaryRoot(testRun), { recursive: true, force: true, maxRetries: 3 })
  }
}
