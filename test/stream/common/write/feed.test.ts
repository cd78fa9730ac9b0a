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
      message: expect.stringMatching(
        /^the iterable threw: TypeError: broken \(.*feed\.test\.ts:\d+\)$/,
      ) as string,
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

test.each([
  ['a generator', (closed: () => void) => rejecting(closed)],
  ['an iterator', (closed: () => void) => iteratorOf([1, Promise.reject(new RangeError('no'))], closed)],
  ['an async iterator', (closed: () => void) => ({ [Symbol.asyncIterator]: () => asyncIterator(closed) })],
])('%s that yields a promise that rejects is closed, and has failed', async (_, make) => {
  let isClosed = false
  await expect(collect(make(() => (isClosed = true)))).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringMatching(/^the iterable threw: RangeError: no/) as string,
  })
  expect(isClosed).toBe(true)
})

test('promises are taken as what they lead to, and those that reject after the end harm nobody', async () => {
  expect(await collect([Promise.resolve(1), 2, Promise.resolve(3)])).toEqual([1, 2, 3])
  const late = new Promise((_, reject) => setImmediate(() => reject(new Error('late'))))
  await expect(collect([Promise.reject(new Error('first')), late])).rejects.toThrow('first')
  await expect(late).rejects.toThrow('late')
})

test.each([
  ['what is no error', () => iteratorOf([], () => undefined, undefined), 'undefined'],
  ['at its opening', () => ({ [Symbol.iterator]: refuse }), 'TypeError: closed'],
  ['no result', () => ({ [Symbol.iterator]: () => ({ next: () => null }) }), 'TypeError: Cannot read'],
])('an iterable that throws %s has failed', async (_, make, text) => {
  await expect(collect(make() as Items)).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringContaining(`the iterable threw: ${text}`) as string,
  })
})

function refuse(): never {
  throw new TypeError('closed')
}

function* rejecting(closed: () => void): Generator {
  try {
    yield Promise.reject(new RangeError('no'))
  } finally {
    closed()
  }
}

/** Gives the items, and then throws. */
function iteratorOf(items: unknown[], closed: () => void, thrown?: unknown): Iterable<unknown> {
  const next = (): IteratorResult<unknown> => {
    if (items.length === 0) throw thrown
    return { done: false, value: items.shift() }
  }
  const end = (): IteratorResult<unknown> => {
    closed()
    return { done: true, value: undefined }
  }
  return { [Symbol.iterator]: () => ({ next, return: end }) }
}

function asyncIterator(closed: () => void): AsyncIterator<unknown> {
  return {
    next: () => Promise.resolve({ done: false, value: Promise.reject(new RangeError('no')) }),
    return: () => {
      closed()
      return Promise.resolve({ done: true, value: undefined })
    },
  }
}
