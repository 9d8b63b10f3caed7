// What a machine offers when nobody said: all CPUs, its memory and disk less a part for the system, as Mesos does.
import { statfs } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import type { Capacity } from '../model/index.ts'

const gibKiB = 1024 * 1024
const memoryForSystemKiB = 1 * gibKiB
const diskForSystemKiB = 5 * gibKiB

/** Host ports that the allocator may hand out unless told otherwise: the range of Mesos. */
export const defaultPorts = [31_000, 32_000] as const

export async function detectCapacity(workDirectory: string): Promise<Capacity> {
  const { bsize, blocks } = await statfs(workDirectory)
  return {
    resources: {
      cpuMilli: availableParallelism() * 1000,
      memKiB: withoutSystem(Math.floor(totalmem() / 1024), memoryForSystemKiB),
      diskKiB: withoutSystem(Math.floor((bsize * blocks) / 1024), diskForSystemKiB),
      gpus: 0,
    },
    ports: [defaultPorts],
  }
}

/** Where the system's part would be more than half, half. */
function withoutSystem(totalKiB: number, systemKiB: number): number {
  return Math.max(totalKiB - systemKiB, Math.floor(totalKiB / 2))
}
