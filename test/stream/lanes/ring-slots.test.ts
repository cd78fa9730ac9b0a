import { beforeEach, expect, test, vi } from 'vitest'
import type { Demand } from '../../../src/runtime/stream/lanes/lane.js'
import { Control, CONTROL_BYTES } from '../../../src/runtime/stream/lanes/shm/control.js'
import { RingSlots } from '../../../src/runtime/stream/lanes/shm/ring-slots.js'

const PIN = 0
const NOTHING: Demand = { slowest: () => Infinity, needs: () => false }
const ALL: Demand = { slowest: () => 0, needs: (end) => end > 0 }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  return () => vi.useRealTimers()
})

function ring({ live = false, memory = (): number => 16 } = {}): {
  slots: RingSlots
  control: Control
  store: () => number | undefined
} {
  const control = new Control(new ArrayBuffer(CONTROL_BYTES))
  const allocate = (from: number, count: number): boolean => from + count <= memory()
  const slots = new RingSlots({ control, live, first: 4, slots: 16, allocate })
  slots.demand = NOTHING
  let end = 0
  const store = (): number | undefined => {
    const slot = slots.claim()
    if (slot === undefined) return undefined
    slots.store(slot, ++end)
    control.endWrite(slot)
    return slot
  }
  return { slots, control, store }
}

test('a ring stays small while its parts are loaded at once', () => {
  const { slots, store } = ring()
  expect(Array.from({ length: 9 }, store)).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0])
  expect(slots).toMatchObject({ allocated: 4, used: 0 })
})

test('a ring grows when receivers keep all but three slots, before its writer has to wait', () => {
  const { slots, control, store } = ring()
  const keep = (): void => void control.pin(store() ?? -1, PIN, () => true)
  keep()
  store()
  expect(slots.allocated).toBe(4)
  keep()
  expect(slots.allocated).toBe(4)
  // Slots 0 and 2 are kept; the new ones come first, since the others have younger parts.
  expect(store()).toBe(4)
  expect(slots).toMatchObject({ allocated: 8, used: 2 })
})

test('a live ring grows until a part stays for 100 ms', () => {
  const { slots, store } = ring({ live: true })
  const storeAt = (fps: number): void => {
    store()
    vi.advanceTimersByTime(1000 / fps)
  }
  for (let n = 0; n < 50; n++) storeAt(30)
  expect(slots.allocated).toBe(4)
  for (let n = 0; n < 50; n++) storeAt(60)
  expect(slots.allocated).toBe(8)
  for (let n = 0; n < 50; n++) storeAt(1000)
  expect(slots.allocated).toBe(16)
})

test('what a process has pinned that is gone does not make a ring grow', () => {
  const { slots, control, store } = ring()
  const gone = control.claimPin(2 ** 30) ?? -1
  for (const slot of [store(), store(), store()]) control.pin(slot ?? -1, gone, () => true)
  store()
  expect([slots.allocated, slots.used]).toEqual([4, 0])
})

test('a ring for which memory was short grows later', () => {
  let memory = 4
  const { slots, store } = ring({ live: true, memory: () => memory })
  for (let n = 0; n < 9; n++) store()
  memory = 16
  store()
  expect(slots.allocated).toBe(4)
  vi.advanceTimersByTime(1001)
  for (let n = 0; n < 9; n++) store()
  expect(slots.allocated).toBe(16)
})

test('a ring for which memory is short goes on with what it has, until a part finds no room', () => {
  const { slots, store } = ring({ memory: () => 8 })
  slots.demand = ALL
  expect(Array.from({ length: 8 }, store)).toEqual([0, 1, 4, 5, 6, 7, 2, 3])
  expect(slots.hasFree(1)).toBe(false)
  expect(store()).toBeUndefined()
  slots.demand = NOTHING
  expect(store()).toBe(4)
  expect(slots.allocated).toBe(8)
})

test('a claimed slot is no slot for others until it is given back', () => {
  const { slots, store } = ring()
  const claimed = slots.claim() ?? -1
  expect(Array.from({ length: 6 }, store)).toEqual([1, 2, 3, 1, 2, 3])
  expect(slots.used).toBe(1)
  slots.giveBack(claimed)
  expect(store()).toBe(0)
})
