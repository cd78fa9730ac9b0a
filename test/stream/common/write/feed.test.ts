import { describe, expect, test } from 'vitest'
import { feed, isItems, type Items } from '../../../../src/runtime/stream/common/write/feed.js'

const collect = async (items: Items, signal = new AbortController().signal): Promise<unknown[]> => {
  const taken: unknown[] = []
  await feed(items, { signal, accept: (item) => void taken.push(item) })
  return taken
}

test.each([
  [[1, 2]],
  [new Set([1])],
  [Buffer.from('ab')],
  [(function* () {})()],
  [(async function* () {})()],
])('%o is items', (value) => {
  expect(isItems(value)).toBe(true)
})

test.each([['text'], [{ a: 1 }], [5], [null], [undefined]])('%o is no items', (value) => {
  expect(isItems(value)).toBe(false)
})

describe.each([
  ['sync', (body: () => Generator): Items => body()],
  [
    'async',
    (body: () => Generator): Items =>
      (async function* () {
        yield* body()
      })(),
  ],
])('a %s iterable', (_kind, make) => {
  test('is taken in order', async () => {
    expect(
      await collect(
        make(function* () {
          yield* [1, 2, 3]
        }),
      ),
    ).toEqual([1, 2, 3])
  })

  test('that throws ends with its reason', async () => {
    const items = make(function* () {
      yield 1
      throw new TypeError('broken')
    })
    await expect(collect(items)).rejects.toMatchObject({
      code: 'DAFFI_SOURCE_FAILED',
      message: 'the iterable threw: broken',
      cause: { name: 'TypeError' },
    })
  })

  test('is closed when what it gives cannot be taken', async () => {
    let closed = false
    const items = make(function* () {
      try {
        yield 1
      } finally {
        closed = true
      }
    })
    const refuse = (): never => {
      throw new Error('no')
    }
    await expect(feed(items, { signal: new AbortController().signal, accept: refuse })).rejects.toThrow('no')
    await new Promise((resolve) => setImmediate(resolve))
    expect(closed).toBe(true)
  })
})

test('an abort ends the wait for an iterable that hangs', async () => {
  const abort = new AbortController()
  const hangs: AsyncIterable<unknown> = {
    [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
  }
  const feeding = collect(hangs, abort.signal)
  abort.abort()
  await expect(feeding).rejects.toMatchObject({ code: 'DAFFI_ABORTED' })
})

test('an endless synchronous iterable lets others have their turn', async () => {
  const abort = new AbortController()
  const endless = (function* () {
    for (let n = 0; ; n++) yield n
  })()
  setImmediate(() => abort.abort(new Error('enough')))
  await expect(collect(endless, abort.signal)).rejects.toThrow('enough')
})
