import { beforeEach, expect, test } from 'vitest'
import type { EncodedItem } from '../../../../src/runtime/codec/index.js'
import { Wakeup } from '../../../../src/runtime/core/deferred.js'
import type { Chunk } from '../../../../src/runtime/stream/common/write/batch.js'
import { Batcher } from '../../../../src/runtime/stream/common/write/batcher.js'

const VALUE = { kind: undefined, bytes: new Uint8Array(10) }
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

let sent: Chunk[]
let busy: boolean
let room: Promise<void>
const arrived = new Wakeup()

let idle: Wakeup

const batcherOf = (bytes: number, lingerMs: number): Batcher =>
  new Batcher({
    batch: { bytes, lingerMs },
    output: {
      get busy() {
        return busy
      },
      send: (chunk) => {
        sent.push(chunk)
        arrived.notify()
        return room
      },
    },
    idle,
    signal: new AbortController().signal,
  })

const counts = (): number[] => sent.map(({ count }) => count)

beforeEach(() => {
  sent = []
  idle = new Wakeup()
  busy = false
  room = Promise.resolve()
})

test('with nothing under way, what one turn of the source gives goes out together', async () => {
  const batcher = batcherOf(1000, 10_000)
  for (let n = 0; n < 3; n++) void batcher.add(n, VALUE, 0)
  expect(counts()).toEqual([])
  await turn()
  expect(counts()).toEqual([3])
})

test('a full batch is what the source waits for', () => {
  const batcher = batcherOf(20, 10_000)
  expect(batcher.add(0, VALUE, 0)).toBeUndefined()
  expect(batcher.add(1, VALUE, 0)).toBe(room)
  expect(counts()).toEqual([2])
})

test('while an earlier one is under way a batch grows until that is done', async () => {
  const batcher = batcherOf(1000, 10_000)
  busy = true
  void batcher.add(0, VALUE, 0)
  await turn()
  void batcher.add(1, VALUE, 0)
  expect(counts()).toEqual([])
  idle.notify()
  await turn()
  expect(counts()).toEqual([2])
  batcher.close()
})

test('it lingers no longer than it may, and what cannot go out yet is not followed by more', async () => {
  busy = true
  room = new Promise(() => undefined)
  const batcher = batcherOf(1000, 1)
  void batcher.add(0, VALUE, 0)
  await arrived.wait()
  expect(counts()).toEqual([1])
  void batcher.add(1, VALUE, 0)
  idle.notify()
  await turn()
  expect(counts()).toEqual([1])
  batcher.close()
})

test('bytes of which two fill no more than a batch travel with others; larger ones and frames alone', () => {
  const batcher = batcherOf(20, 10_000)
  const bytes = (length: number): EncodedItem => ({ kind: ['buffer'], bytes: new Uint8Array(length) })
  const frame: EncodedItem = { kind: ['frame', 1, 1, 'gray', 0, 0], bytes: new Uint8Array(1) }
  expect([VALUE, bytes(10), bytes(11), frame].map((item) => batcher.accepts(item))).toEqual([
    true,
    true,
    false,
    false,
  ])
  batcher.close()
})
