// The watch on free space tells once when it runs low, and once when there is enough again.
import { statfs } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { enoughSpaceBytes, lowSpaceBytes, watchSpace } from '../../../src/runtime/store/space.ts'

vi.mock('node:fs/promises', async original => ({
  ...(await original<object>()),
  statfs: vi.fn<typeof statfs>(),
}))

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('tells when space runs low and when it is back, once each', async () => {
  let free = enoughSpaceBytes
  vi.mocked(statfs).mockImplementation(async () => ({ bavail: free, bsize: 1 }) as never)
  const told: (string | undefined)[] = []
  const stop = watchSpace('/data', reason => void told.push(reason))
  const seen = async (bytes: number): Promise<number> => {
    free = bytes
    await vi.advanceTimersByTimeAsync(5000)
    return told.length
  }
  expect(await seen(enoughSpaceBytes)).toBe(0)
  expect(await seen(lowSpaceBytes - 1)).toBe(1)
  expect(await seen(1000)).toBe(1)
  expect(await seen(enoughSpaceBytes - 1)).toBe(1)
  expect(await seen(enoughSpaceBytes)).toBe(2)
  expect(told).toEqual(['Only 63 MiB are free under /data', undefined])
  stop()
  expect(await seen(0)).toBe(2)
})
