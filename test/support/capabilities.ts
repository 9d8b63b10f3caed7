// What this machine can do that not every machine can. Found once per run, before the tests.
import { spawnSync } from 'node:child_process'
import Docker from 'dockerode'

export const capabilities = ['busybox', 'docker', 'root', 'strace', 'zip'] as const
export type Capability = (typeof capabilities)[number]

export async function findCapabilities(): Promise<readonly Capability[]> {
  const found: Record<Capability, boolean> = {
    // A static one: images for the container tests are made from it.
    busybox: runs('busybox', ['true']),
    docker: await dockerAnswers(),
    root: process.getuid?.() === 0,
    strace: runs('strace', ['-o', '/dev/null', 'true']),
    zip: runs('zip', ['-v']) && runs('unzip', ['-v']),
  }
  return capabilities.filter(name => found[name])
}

function runs(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 10_000 }).status === 0
}

async function dockerAnswers(): Promise<boolean> {
  try {
    await new Docker({ timeout: 5000 }).ping()
    return true
  } catch {
    return false
  }
}
