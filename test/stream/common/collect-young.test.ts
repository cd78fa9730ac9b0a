import { constants, PerformanceObserver } from 'node:perf_hooks'
import { expect, onTestFinished, test, vi } from 'vitest'
import { collectYoung } from '../../../src/runtime/stream/common/collect-young.js'
import { waitFor } from '../../support/wait.js'

const MIB = 1024 * 1024
const ITEM = 4 * MIB

/** Counts collections of young objects that were asked for. */
function countCollections(): { count: number } {
  const collections = { count: 0 }
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries() as unknown as { detail: { kind: number; flags: number } }[]) {
      const { NODE_PERFORMANCE_GC_MINOR: minor, NODE_PERFORMANCE_GC_FLAGS_FORCED: forced } = constants
      if (detail.kind === minor && (detail.flags & forced) !== 0) collections.count++
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  onTestFinished(() => observer.disconnect())
  return collections
}

test('items that the callback is done with are collected, each few of them', async () => {
  const collections = countCollections()
  for (let item = 0; item < 48; item++) {
    Buffer.allocUnsafeSlow(ITEM)
    collectYoung(ITEM)
    // Memory is counted as free once another thread has freed it.
    await new Promise((resolve) => setImmediate(resolve))
  }
  // V8 by itself asks for none; every 12 MiB would be 16.
  await waitFor(() => expect(collections.count).toBeGreaterThanOrEqual(6))
})

test('where the program keeps its items, collections become rare', async () => {
  const kept: Buffer[] = []
  const collections = countCollections()
  for (let item = 0; item < 48; item++) {
    kept.push(Buffer.allocUnsafeSlow(ITEM))
    collectYoung(ITEM)
  }
  await waitFor(() => expect(collections.count).toBeGreaterThan(0))
  // After 12 MiB, 24, and then 32; not after each 12.
  expect(collections.count).toBeLessThanOrEqual(9)
  expect(kept).toHaveLength(48)
})

test('a process that must not be tuned is left alone', async () => {
  vi.stubEnv('DAFFI_PROCESS_TUNING', 'off')
  onTestFinished(() => void vi.unstubAllEnvs())
  const collections = countCollections()
  for (let item = 0; item < 24; item++) collectYoung(ITEM)
  await new Promise((resolve) => setImmediate(resolve))
  expect(collections.count).toBe(0)
})
