import { expect, test } from 'vitest'
import { DaffiError } from '../../../../src/runtime/core/errors.js'
import { deferred } from '../../../../src/runtime/core/deferred.js'
import { PushedItems, type PushTarget } from '../../../../src/runtime/stream/common/write/pushed-items.js'

const origin = { source: 'numbers', item: 0, time: 0 }

/** A stream that takes items, and holds each back until it is told to go on. */
function target(options: { holds?: boolean; stored?: () => Promise<void> } = {}) {
  const taken: unknown[] = []
  const abort = new AbortController()
  let go = deferred()
  const stream: PushTarget = {
    signal: abort.signal,
    accept: (item) => {
      taken.push(item)
      if (!options.holds) return undefined
      go = deferred()
      return go.promise
    },
    ...(options.stored ? { stored: options.stored } : {}),
  }
  return {
    taken,
    stream,
    cut: () => abort.abort(new DaffiError('DAFFI_ABORTED', 'cut')),
    goOn: () => go.resolve(),
  }
}

test('items wait for a stream, and come to it in order', async () => {
  const items = new PushedItems()
  const pushed = Promise.all([1, 2, 3].map((item) => items.push(item, origin) ?? Promise.resolve()))
  const { stream, taken } = target()
  const flow = items.flowInto(stream)
  await pushed
  expect(items.push(4, origin)).toBeUndefined()
  items.end()
  await flow
  expect(taken).toEqual([1, 2, 3, 4])
})

test('an item is taken when the stream goes on, and the end comes after it', async () => {
  const items = new PushedItems()
  const { stream, taken, goOn } = target({ holds: true })
  const flow = items.flowInto(stream)
  const first = items.push(1, origin)
  const second = items.push(2, origin)
  items.end()
  expect(taken).toEqual([1])
  goOn()
  await first
  expect(items.ended).toBe(false)
  await expect.poll(() => taken.length).toBe(2)
  goOn()
  await second
  await flow
  expect(taken).toEqual([1, 2])
  await expect(items.push(3, origin)).rejects.toMatchObject({ code: 'DAFFI_CLOSED' })
})

test('when a stream is cut off, the next one goes on', async () => {
  const items = new PushedItems()
  const before = target()
  const flow = items.flowInto(before.stream)
  void items.push(1, origin)
  before.cut()
  await expect(flow).rejects.toThrow('cut')
  const waiting = items.push(2, origin)
  const after = target()
  void items.flowInto(after.stream)
  await waiting
  expect([before.taken, after.taken]).toEqual([[1], [2]])
})

test('what a durable stream has not stored goes to the next one again', async () => {
  const items = new PushedItems()
  const before = target({ stored: () => Promise.resolve() })
  const flow = items.flowInto(before.stream)
  void items.push(1, origin)
  await items.stored()
  void items.push(2, origin)
  const stored = items.stored()
  before.cut()
  await expect(flow).rejects.toThrow('cut')
  const after = target({ stored: () => Promise.resolve() })
  void items.flowInto(after.stream)
  await stored
  expect(after.taken).toEqual([2])
})

test('items that end with an error end the stream with it', async () => {
  const items = new PushedItems()
  const flow = items.flowInto(target().stream)
  items.close(new Error('no more'))
  await expect(flow).rejects.toThrow('no more')
})
