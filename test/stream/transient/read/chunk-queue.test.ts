import { describe, expect, test } from 'vitest'
import { ChunkQueue } from '../../../../src/runtime/stream/transient/read/chunk-queue.js'
import type { Part } from '../../../../src/runtime/stream/protocol/messages.js'

const part = (
  first: number,
  given: { count?: number; bytes?: number; offset?: number; length?: number } = {},
): Part => ({
  what: 'part',
  lane: 'jetstream',
  accepts: 1,
  first,
  count: 1,
  kind: null,
  bytes: 10,
  offset: 0,
  length: given.bytes ?? 10,
  time: 0,
  ref: [],
  ...given,
})

describe('lossless', () => {
  test('what comes twice or before its turn is left aside', () => {
    const intake = new ChunkQueue('lossless', 5)
    expect([4, 6, 5, 5, 7, 6].map((first) => intake.add(part(first)))).toEqual([
      false,
      false,
      true,
      false,
      false,
      true,
    ])
    expect([intake.take()?.first, intake.take()?.first, intake.take()]).toEqual([5, 6, undefined])
    expect(intake.next).toBe(7)
  })

  test('parts of a chunk are joined in order, and the next chunk waits for the last of them', () => {
    const intake = new ChunkQueue('lossless', 0)
    const cut = (offset: number): Part => part(0, { bytes: 25, offset, length: Math.min(10, 25 - offset) })
    expect(
      [cut(10), cut(0), cut(20), part(1), cut(10), cut(20), part(1)].map((each) => intake.add(each)),
    ).toEqual([false, true, false, false, true, true, true])
    expect(intake.take()).toMatchObject({
      first: 0,
      complete: true,
      parts: [{ offset: 0 }, { offset: 10 }, { offset: 20 }],
    })
  })

  test('an item of no bytes is whole at once', () => {
    const intake = new ChunkQueue('lossless', 0)
    expect([intake.add(part(0, { bytes: 0 })), intake.complete]).toEqual([true, true])
  })
})

describe('live', () => {
  test('the newest pushes out the oldest', () => {
    const intake = new ChunkQueue('live', 0)
    for (const first of [0, 1, 4, 5]) intake.add(part(first))
    intake.trim(2)
    expect([intake.take()?.first, intake.take()?.first, intake.take()]).toEqual([4, 5, undefined])
  })

  test('a batch of more items than the buffer stays while it is the only one', () => {
    const intake = new ChunkQueue('live', 0)
    intake.add(part(0, { count: 100 }))
    intake.trim(2)
    expect(intake.empty).toBe(false)
    intake.add(part(100))
    intake.trim(2)
    expect(intake.take()?.first).toBe(100)
  })

  test('a chunk whose parts stop coming is given up for the next', () => {
    const intake = new ChunkQueue('live', 0)
    intake.add(part(0, { bytes: 20, length: 10 }))
    const begun = intake.take()
    intake.add(part(1))
    expect(begun?.abandoned).toBe(true)
    intake.add(part(2, { bytes: 20, length: 10 }))
    intake.add(part(3))
    intake.trim(5)
    expect([intake.take()?.first, intake.take()?.first]).toEqual([1, 3])
  })
})
