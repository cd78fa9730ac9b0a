import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { context, STREAM, StreamError, type StreamSummary } from 'daffi'
import { expect, test } from 'vitest'
import { SHUTDOWN_GRACE_MS } from '../../src/runtime/call/index.js'
import { deferred } from '../../src/runtime/core/deferred.js'
import { ownPipeline } from '../support/pipeline.js'

interface Callbacks {
  half: (n: number) => number | undefined
  take: (n: number) => void
}

/** So long that only a full batch, or the end, is in time. */
const LATE = '30s'
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

test('a batch is as large as its option says, the end gives the rest, and each result goes on as that of its item', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const taken: unknown[] = []
  const take = (n: number): void => {
    const { origin } = context()
    taken.push([n, origin?.source, origin?.item])
  }
  await join('last', { callbacks: { take } })
  const batches: unknown[] = []
  const half = (ns: number[]): unknown[] => {
    const { origin, origins } = context()
    batches.push([ns, origin, origins?.map(({ item }) => item)])
    return ns.map((n) => (n % 2 === 0 ? n / 2 : undefined))
  }
  const options = { half: { batch: { items: 3, within: LATE } } }
  const middle = await join('middle', { callbacks: { half }, options })
  await middle.waitFunction('take')
  const results = middle.call.take().with(STREAM({ resultsOf: 'half' }))
  const g = await join('first')
  const { receivers } = await g.call.half(numbers(8)).with(STREAM({ source: 'numbers' }))
  expect(receivers).toMatchObject({ middle: { offered: 8, processed: 8, failed: 0, lost: 0 } })
  expect((await results).items).toBe(4)
  const batch = (...items: number[]): unknown => [items, undefined, items]
  expect(batches).toEqual([batch(0, 1, 2), batch(3, 4, 5), batch(6, 7)])
  expect(taken).toEqual([0, 1, 2, 3].map((n) => [n, 'numbers', 2 * n]))
})

test('a batch waits for its time, and no longer, for items that have not come', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const lengths: number[] = []
  const first = deferred()
  const take = (ns: number[]): void => {
    lengths.push(ns.length)
    first.resolve()
  }
  const within = { take: { batch: { items: 8, within: '200ms' } } }
  await join('receiver', { callbacks: { take }, options: within })
  async function* items(): AsyncGenerator<number> {
    yield* numbers(3)
    await first.promise
    yield* numbers(2)
  }
  const g = await join('writer')
  const { receivers } = await g.call.take(items()).with(STREAM)
  expect(receivers).toMatchObject({ receiver: { processed: 5, dropped: 0, lost: 0 } })
  expect(lengths).toEqual([3, 2])
})

test('a slow callback gets the newest items of a live stream, which are its own even when it borrows', async () => {
  const { join } = await ownPipeline<{ look: (picture: Uint8Array) => void }>()
  const batches: Uint8Array[][] = []
  const look = async (pictures: Uint8Array[]): Promise<void> => {
    batches.push(pictures)
    await delay(20)
  }
  const options = { look: { borrow: true, batch: { items: 3, within: '10ms' } } }
  await join('receiver', { callbacks: { look }, options })
  const g = await join('writer')
  async function* pictures(): AsyncGenerator<Uint8Array> {
    for (const n of numbers(100)) {
      yield new Uint8Array(300_000).fill(n)
      await delay(1)
    }
  }
  const dropped: number[] = []
  const onProgress = ({ receivers }: StreamSummary): void => {
    dropped.push(receivers.receiver?.dropped ?? 0)
  }
  const live = STREAM({ delivery: 'live', buffer: 3, shm: { bytes: '4 MiB' }, onProgress })
  const { receivers } = await g.call.look(pictures()).with(live)
  const seen = batches.flat().map(([n = -1]) => n)
  const { processed = 0, ...account } = receivers.receiver ?? {}
  expect(account).toMatchObject({ offered: 100, dropped: 100 - processed, failed: 0, lost: 0 })
  expect(processed).toBe(seen.length)
  expect(processed).toBeLessThan(100)
  expect(dropped).toEqual(dropped.toSorted((a, b) => a - b))
  expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b))
  expect(Math.max(...batches.map(({ length }) => length))).toBe(3)
  for (const picture of batches.flat()) expect(picture.at(-1)).toBe(picture[0])
})

test('an array of another length is a failure of all items, which says both numbers', async () => {
  const { join } = await ownPipeline<Callbacks>()
  await join('last', { callbacks: { take: (_n: number) => undefined } })
  const half = (ns: number[]): number[] => (ns.includes(2) ? ns.slice(1) : ns)
  const options = { half: { batch: { items: 2, within: LATE } } }
  const middle = await join('middle', { callbacks: { half }, options })
  await middle.waitFunction('take')
  const results = middle.call.take().with(STREAM({ resultsOf: 'half' }))
  const g = await join('first')
  const skipped = await g.call.half(numbers(6)).with(STREAM({ onError: 'skip' }))
  expect(skipped.receivers).toMatchObject({ middle: { processed: 4, failed: 2 } })
  expect((await results).items).toBe(4)
  const again = middle.call.take().with(STREAM({ resultsOf: 'half' }))
  const error: unknown = await g.call
    .half(numbers(6))
    .with(STREAM)
    .catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(StreamError)
  expect((error as StreamError).summary.receivers.middle).toMatchObject({
    processed: 2,
    failed: 2,
    error: {
      code: 'DAFFI_BATCH_RESULTS',
      message: '"half" threw at items 2 to 3: "half" got 2 items and returned an array of 1',
    },
  })
  expect((await again).items).toBe(2)
})

test('a batch that fails is tried again as a whole; a result that cannot be sent with the rest of its batch', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const taken: number[] = []
  await join('last', { callbacks: { take: (n: number) => void taken.push(n) } })
  const batches: number[][] = []
  const half = (ns: number[]): unknown[] => {
    batches.push(ns)
    if (batches.length === 1) throw new Error('not yet')
    return ns.map((n) => (n === 1 ? () => n : n))
  }
  const options = { half: { batch: { items: 3, within: LATE } } }
  const middle = await join('middle', { callbacks: { half }, options })
  await middle.waitFunction('take')
  const results = middle.call.take().with(STREAM({ resultsOf: 'half' }))
  const g = await join('first')
  const retry = { attempts: 2, delay: '1ms' }
  const { receivers } = await g.call.half(numbers(3)).with(STREAM({ onError: 'retry', retry }))
  expect(receivers).toMatchObject({ middle: { processed: 2, failed: 1 } })
  await results
  expect(taken).toEqual([0, 2])
  expect(batches).toEqual([
    [0, 1, 2],
    [0, 1, 2],
    [1, 2],
  ])
})

test('a durable item is acknowledged with its batch: who leaves in the middle gets that one again, and no other', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const batches: number[][] = []
  const stuck = deferred()
  const options = { take: { batch: { items: 3, within: LATE } } }
  const hang = async (ns: number[]): Promise<void> => {
    batches.push(ns)
    if (batches.length < 3) return
    stuck.resolve()
    await new Promise((_, reject) => context().signal.addEventListener('abort', () => reject(new Error())))
  }
  const before = await join('last', { callbacks: { take: hang }, options })
  const g = await join('first')
  const streaming = g.call.take(numbers(10)).with(STREAM({ delivery: 'durable', name: 'numbers' }))
  await stuck.promise
  await before.close()
  const redelivered: boolean[] = []
  const take = (ns: number[]): void => {
    batches.push(ns)
    redelivered.push(context().redelivered)
  }
  await join('last', { callbacks: { take }, options })
  const { receivers } = await streaming
  expect(receivers).toMatchObject({ last: { state: 'finished', lost: 0 } })
  // The items were packed into chunks, and a chunk is done when all of its items are.
  expect(batches.slice(0, 3).flat()).toEqual(numbers(9))
  expect(batches.slice(3).flat()).toEqual(numbers(10).slice(-batches.slice(3).flat().length))
  expect(batches.flat()).toContain(9)
  expect(redelivered[0]).toBe(true)
})

test.each([false, true])(
  'durable, shared %s: a node that leaves while its callback has a batch that was due, waits for that and nothing else',
  async (share) => {
    const { join } = await ownPipeline<Callbacks>()
    const inHand = deferred()
    const take = async (_ns: number[]): Promise<void> => {
      const { signal } = context()
      const left = once(signal, 'abort')
      inHand.resolve()
      await left
    }
    const options = { take: { batch: { items: 8, within: '1ms' } } }
    const node = await join('last', { callbacks: { take }, options })
    const g = await join('first')
    const streaming = g.call.take(numbers(1)).with(STREAM({ delivery: 'durable', name: 'one', share }))
    await inHand.promise
    await node.close()
    // Acknowledged or not, as it is shared or not: the node that comes back has what is left.
    await join('last', { callbacks: { take: (_ns: number[]) => undefined }, options })
    expect((await streaming).items).toBe(1)
  },
  // Less than the grace after which the stream would be given up.
  SHUTDOWN_GRACE_MS,
)

test.each(['lossless', 'durable'] as const)(
  'a shared %s stream fills the batches of all',
  async (delivery) => {
    const { join } = await ownPipeline<Callbacks>()
    const taken = new Map<string, number[][]>()
    const options = { take: { batch: { items: 4, within: '1s' } } }
    for (const name of ['one', 'two']) {
      const batches: number[][] = []
      taken.set(name, batches)
      await join(name, { callbacks: { take: (ns: number[]) => void batches.push(ns) }, options })
    }
    const g = await join('writer')
    await g.call.take(numbers(24)).with(STREAM({ delivery, name: 'shared', share: true }))
    const batches = [...taken.values()].flat()
    expect(batches.flat().toSorted((a, b) => a - b)).toEqual(numbers(24))
    expect(Math.max(...batches.map((each) => each.length))).toBe(4)
    for (const each of batches) expect(each).toEqual(each.toSorted((a, b) => a - b))
  },
)
