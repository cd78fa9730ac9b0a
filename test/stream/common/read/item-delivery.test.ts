import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLogger } from '../../../../src/runtime/core/logger.js'
import { FailureLog } from '../../../../src/runtime/stream/common/read/failure-log.js'
import { OutcomeCounter } from '../../../../src/runtime/stream/common/read/outcome-counter.js'
import { ItemDelivery } from '../../../../src/runtime/stream/common/read/item-delivery.js'
import { ReceiverLifecycle } from '../../../../src/runtime/stream/common/read/receiver-lifecycle.js'

const FAILING = 2
const retry = { attempts: 3, delayMs: 1, backoff: 1 }
/** The receiver's items are numbered from 0, those of the stream from 10. */
const chunk = { first: 0, item: 10, time: Date.now() }

let counter: OutcomeCounter
let lifecycle: ReceiverLifecycle
let delivered: unknown[]
let dead: unknown[]
let lines: string[]

function deliveryOf(
  onError: 'stop' | 'skip' | 'retry',
  deliver: (item: unknown) => unknown = (item) => {
    delivered.push(item)
    if (item === FAILING) throw new Error('two')
  },
  redeliversAfterLeaving = false,
): ItemDelivery {
  return new ItemDelivery(counter, {
    open: { call: 'take', onError, retry },
    deliver,
    lifecycle,
    failures: new FailureLog(
      'take',
      createLogger('info', (line) => void lines.push(line)),
    ),
    redeliversAfterLeaving,
    deadLetters: {
      add: (item, number, error) => {
        dead.push([item, number, (error as Error).message])
        return Promise.resolve()
      },
    },
  })
}

afterEach(() => void vi.restoreAllMocks())

beforeEach(() => {
  counter = new OutcomeCounter(0)
  lifecycle = new ReceiverLifecycle()
  delivered = []
  dead = []
  lines = []
})

test('stop: the failed item is counted and ends the receiver, with its number in the stream', async () => {
  await deliveryOf('stop').deliverBatch({ values: [0, 1, FAILING, 3], origins: undefined, bytes: 0 }, chunk)
  expect(delivered).toEqual([0, 1, FAILING])
  expect(counter.counts).toMatchObject({ processed: 2, failed: 1, dropped: 0 })
  expect(lifecycle.state).toBe('stopped')
  expect(lifecycle.error).toMatchObject({
    code: 'DAFFI_REMOTE',
    message: expect.stringMatching(
      /^"take" threw at item 12: two \(.*item-delivery\.test\.ts:\d+\)$/,
    ) as string,
  })
  expect(lines).toEqual([
    expect.stringMatching(/^error: "take" threw at item 12, and gets no more items: Error: two\n {4}at /),
  ])
  expect(dead).toEqual([])
})

test('skip: the failed item is counted, and the others follow', async () => {
  await deliveryOf('skip').deliverBatch({ values: [0, FAILING, 3], origins: undefined, bytes: 0 }, chunk)
  expect(counter.counts).toMatchObject({ processed: 2, failed: 1, dropped: 0 })
  expect(lifecycle.isAttached()).toBe(true)
  expect(lines).toEqual([expect.stringMatching(/^warn: "take" threw at item 11: Error: two\n {4}at /)])
})

test('skip: a callback that fails at every item is logged at most once a second, with how many since', async () => {
  const delivery = deliveryOf('skip')
  await delivery.deliverBatch({ values: [FAILING, FAILING, FAILING], origins: undefined, bytes: 0 }, chunk)
  expect(lines).toHaveLength(1)
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 1000)
  await delivery.deliverBatch({ values: [FAILING], origins: undefined, bytes: 0 }, { ...chunk, item: 20 })
  expect(lines[1]).toMatch(
    /^warn: "take" threw at item 20 \(and at 2 more since the line before\): Error: two\n/,
  )
  expect(counter.counts).toMatchObject({ failed: 4 })
})

describe('retry', () => {
  test('a failed item has all its attempts, becomes a dead letter, and the others follow', async () => {
    await deliveryOf('retry').deliverBatch({ values: [0, FAILING, 3], origins: undefined, bytes: 0 }, chunk)
    expect(delivered).toEqual([0, FAILING, FAILING, FAILING, 3])
    expect(counter.counts).toMatchObject({ processed: 2, failed: 1 })
    expect(dead).toEqual([[FAILING, 11, 'two']])
  })

  test('an item that succeeds at last counts as processed', async () => {
    let attempts = 0
    await deliveryOf('retry', () => {
      if (++attempts < 3) throw new Error('not yet')
    }).deliverItem('x', chunk, 1)
    expect(counter.counts).toMatchObject({ processed: 1, failed: 0 })
    expect(dead).toEqual([])
  })

  test('an item that is not done when the receiver leaves is not counted', async () => {
    const delivery = deliveryOf('retry', () => {
      lifecycle.settle('left', null)
      return Promise.reject(new Error('left'))
    })
    await delivery.deliverItem('x', chunk, 1)
    expect(counter.counts).toMatchObject({ processed: 0, failed: 0, dropped: 0 })
    expect(dead).toEqual([])
  })
})

test('a callback that returns a promise is waited for, one item at a time', async () => {
  let running = 0
  let most = 0
  await deliveryOf('stop', async () => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
  }).deliverBatch({ values: [0, 1, 3], origins: undefined, bytes: 0 }, chunk)
  expect(most).toBe(1)
  expect(counter.counts).toMatchObject({ processed: 3 })
})

describe('an item whose callback ends after the receiver has left', () => {
  const leaving = (fails: boolean) => {
    let attempts = 0
    return () => {
      if (fails || ++attempts > 1) lifecycle.settle('left', null)
      if (fails || attempts === 1) throw new Error('failed')
    }
  }

  test('counts when it succeeds at a retry, so that a shared stream acknowledges it', async () => {
    await deliveryOf('retry', leaving(false)).deliverItem('x', chunk, 1)
    expect(counter.counts).toMatchObject({ processed: 1, failed: 0 })
  })

  test('counts when it fails and is skipped', async () => {
    await deliveryOf('skip', leaving(true)).deliverItem('x', chunk, 1)
    expect(counter.counts).toMatchObject({ processed: 0, failed: 1 })
  })

  test.each(['skip', 'stop', 'retry'] as const)(
    'does not count where it is delivered again: %s',
    async (onError) => {
      await deliveryOf(onError, leaving(onError !== 'retry'), true).deliverItem('x', chunk, 1)
      expect(counter.counts).toMatchObject({ processed: 0, failed: 0, dropped: 0 })
      expect(dead).toEqual([])
    },
  )
})

test('nothing is delivered once the receiver has settled', async () => {
  lifecycle.settle('left', null)
  await deliveryOf('stop').deliverBatch({ values: [0, 1], origins: undefined, bytes: 0 }, chunk)
  expect(delivered).toEqual([])
  expect(counter.position).toBe(0)
})
