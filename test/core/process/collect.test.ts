import { syncBuiltinESMExports } from 'node:module'
import { constants, PerformanceObserver } from 'node:perf_hooks'
import v8 from 'node:v8'
import { expect, onTestFinished, test, vi } from 'vitest'
import { collectStart, collectYoung } from '../../../src/runtime/core/process/collect.js'
import { waitFor } from '../../support/wait.js'

const MIB = 1024 * 1024
const ITEM = 4 * MIB

const { NODE_PERFORMANCE_GC_MINOR, NODE_PERFORMANCE_GC_MAJOR, NODE_PERFORMANCE_GC_FLAGS_FORCED } = constants

/** Counts collections that were asked for, of young objects unless another kind is given. */
function countCollections(wanted = NODE_PERFORMANCE_GC_MINOR): { count: number } {
  const collections = { count: 0 }
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries() as unknown as { detail: { kind: number; flags: number } }[]) {
      const isForced = (detail.flags & NODE_PERFORMANCE_GC_FLAGS_FORCED) !== 0
      if (detail.kind === wanted && isForced) collections.count++
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
  // V8 by itself asks for none; every two items would be 24.
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
  // After 6 MiB, 12, 24, and then 32; not after every two items, which would be 24.
  expect(collections.count).toBeLessThanOrEqual(12)
  expect(kept).toHaveLength(48)
})

test('what a start has left is collected, and a heap that is large already is left alone', async () => {
  const collections = countCollections(NODE_PERFORMANCE_GC_MAJOR)
  const statistics = v8.getHeapStatistics()
  const spied = vi.spyOn(v8, 'getHeapStatistics')
  onTestFinished(() => {
    spied.mockRestore()
    syncBuiltinESMExports()
  })
  syncBuiltinESMExports()
  spied.mockReturnValue({ ...statistics, total_heap_size: 12 * MIB })
  collectStart()
  await waitFor(() => expect(collections.count).toBe(1))
  spied.mockReturnValue({ ...statistics, total_heap_size: 200 * MIB })
  collectStart()
  await new Promise((resolve) => setImmediate(resolve))
  expect(collections.count).toBe(1)
})

test('a process that must not be tuned is left alone', async () => {
  vi.stubEnv('DAFFI_PROCESS_TUNING', 'off')
  onTestFinished(() => void vi.unstubAllEnvs())
  const collections = countCollections()
  for (let item = 0; item < 24; item++) collectYoung(ITEM)
  await new Promise((resolve) => setImmediate(resolve))
  expect(collections.count).toBe(0)
})
