import { createHash } from 'node:crypto'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { isFrame, STREAM, type Frame, type StreamSummary } from 'daffi'
import { describe, expect, onTestFinished, test } from 'vitest'
import { deferred } from '../../src/runtime/core/deferred.js'
import { fixture } from '../support/paths.js'
import { ownPipeline } from '../support/pipeline.js'

interface Callbacks {
  take: (...items: unknown[]) => void
  two: (...items: unknown[]) => void
  none: (...items: unknown[]) => void
  nobody: (...items: unknown[]) => void
}

const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

/** A receiver that keeps what it is given. */
const keeper = (): { items: unknown[]; options: { callbacks: { take: (item: unknown) => void } } } => {
  const items: unknown[] = []
  return { items, options: { callbacks: { take: (item) => void items.push(item) } } }
}

/** Large frames compare faster by the digest of their bytes. */
const withDigest = (item: unknown): unknown =>
  isFrame(item) ? { ...item, data: createHash('sha256').update(item.data).digest('hex') } : item

/** Checks that a summary accounts for every item. */
function checkCounts({ receivers }: StreamSummary): void {
  for (const { offered, processed, dropped, failed, lost } of Object.values(receivers)) {
    expect(processed + dropped + failed + lost).toBe(offered)
  }
}

describe('lossless', () => {
  test('every item reaches every node that offers the callback, in order', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const [one, two] = [keeper(), keeper()]
    await join('one', one.options)
    await join('two', two.options)
    const g = await join('writer', {})
    const items = range(5000).map((n) => (n % 100 === 0 ? { n } : n))
    const summary = await g.call.take(items).with(STREAM)
    expect(one.items).toEqual(items)
    expect(two.items).toEqual(items)
    checkCounts(summary)
    expect(summary).toMatchObject({
      call: 'take',
      from: 'writer',
      delivery: 'lossless',
      items: 5000,
      error: null,
    })
    expect(summary.receivers.one).toMatchObject({
      state: 'finished',
      attaches: 1,
      offered: 5000,
      processed: 5000,
    })
  })

  test('the own node receives too when it offers the callback', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const own = keeper()
    const g = await join('own', own.options)
    await g.call.take(range(3)).with(STREAM)
    expect(own.items).toEqual([0, 1, 2])
  })

  test('order holds among small values, buffers, frames, and items cut into parts', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const kept = keeper()
    await join('keeper', kept.options)
    const g = await join('writer')
    const frame = (sequence: number): Frame => ({
      data: Buffer.alloc(2_500_000, sequence),
      width: 2500,
      height: 1000,
      format: 'gray',
      sequence,
      time: 1.5,
      ...(sequence % 2 === 1 ? { label: 'cat', boxes: [{ id: 2n ** 60n }] } : {}),
    })
    const items = range(12).flatMap((n) => [
      n,
      new Uint8Array([n, -0]),
      Buffer.from([n]),
      frame(n),
      [n, 'text'],
      new Float64Array([n]),
      Buffer.alloc(0),
    ])
    const summary = await g.call.take(items).with(STREAM)
    expect(kept.items.map(withDigest)).toStrictEqual(items.map(withDigest))
    checkCounts(summary)
  })

  test('an empty iterable gives a summary of no items', async () => {
    const { join } = await ownPipeline<Callbacks>()
    await join('keeper', keeper().options)
    const g = await join('writer')
    const summary = await g.call.take([]).with(STREAM)
    expect(summary).toMatchObject({ items: 0, receivers: { keeper: { state: 'finished', offered: 0 } } })
  })

  test('an iterable that throws ends the stream after what it gave', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const kept = keeper()
    await join('keeper', kept.options)
    const g = await join('writer')
    const broken = function* (): Generator {
      yield* range(10)
      throw new Error('out of film')
    }
    await expect(g.call.take(broken()).with(STREAM)).rejects.toMatchObject({
      name: 'StreamError',
      code: 'DAFFI_STREAM_FAILED',
      message: expect.stringMatching(
        /^the stream to "take" ended after 10 items: the iterable threw: out of film \(.*stream\.test\.ts:\d+\)$/,
      ) as string,
      summary: {
        items: 10,
        error: { code: 'DAFFI_SOURCE_FAILED' },
        receivers: { keeper: { processed: 10, lost: 0 } },
      },
    })
    expect(kept.items).toEqual(range(10))
  })

  // Through the server: 16 MiB on the way, 16 MiB held by the receiver, one in each hand. In shared memory: a ring of 48.
  test.each([
    { shm: false as const, most: 40 },
    { shm: { bytes: 256 * 1024 * 1024 }, most: 60 },
  ])('a slow receiver holds the writer back: $most items of 1 MB at most', async ({ shm, most }) => {
    const { join } = await ownPipeline<Callbacks>()
    const release = deferred()
    let taken = 0
    await join('slow', {
      callbacks: {
        take: async (_item: unknown) => {
          await release.promise
          taken++
        },
      },
    })
    const g = await join('writer')
    let yielded = 0
    const items = (async function* () {
      for (; yielded < 100; yielded++) yield Buffer.alloc(1_000_000)
    })()
    const firstStop = deferred<number>()
    let last = -1
    const streaming = g.call.take(items).with(
      STREAM({
        shm,
        onProgress: ({ items: count }) => {
          if (count === last && count > 0) firstStop.resolve(count)
          last = count
        },
      }),
    )
    expect(await firstStop.promise).toBeLessThan(most)
    release.resolve()
    expect(await streaming).toMatchObject({ items: 100, receivers: { slow: { processed: 100, lost: 0 } } })
    expect(taken).toBe(100)
  })
})

describe('live', () => {
  test('a receiver that is slow drops, and the source is not held back', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const release = deferred()
    const seen: number[] = []
    const kept = keeper()
    await join('quick', kept.options)
    await join('slow', {
      callbacks: {
        take: async (item: Buffer) => {
          seen.push(item.readUInt32BE())
          if (seen.length === 1) await release.promise
        },
      },
    })
    const g = await join('writer')
    const items = (async function* () {
      for (let n = 0; n < 200; n++) {
        const item = Buffer.alloc(100_000)
        item.writeUInt32BE(n)
        yield item
      }
      release.resolve()
    })()
    const summary = await g.call.take(items).with(STREAM({ delivery: 'live', buffer: 2 }))
    checkCounts(summary)
    expect(summary).toMatchObject({
      items: 200,
      delivery: 'live',
      receivers: { slow: { offered: 200, lost: 0, state: 'finished' } },
    })
    const { slow } = summary.receivers
    expect(slow?.processed).toBe(seen.length)
    expect(slow?.dropped).toBeGreaterThan(100)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    // What it held when it was let go were the newest.
    expect(seen.at(-1)).toBe(199)
  })

  test('who comes late is offered what is yielded from then on', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const early = keeper()
    await join('early', early.options)
    const g = await join('writer')
    const lateHas = deferred()
    const reached = deferred()
    const items = (async function* () {
      for (let n = 0; n < 10; n++) yield n
      reached.resolve()
      for (let n = 10; ; n++) {
        yield n
        const over = await Promise.race([
          lateHas.promise.then(() => true),
          new Promise((r) => setTimeout(r, 5, false)),
        ])
        if (over) return
      }
    })()
    const streaming = g.call.take(items).with(STREAM({ delivery: 'live' }))
    await reached.promise
    await join('late', { callbacks: { take: (_item: number) => lateHas.resolve() } })
    const summary = await streaming
    checkCounts(summary)
    expect(summary.receivers.late?.attaches).toBe(1)
    expect(summary.receivers.late?.offered).toBeLessThan(summary.receivers.early?.offered ?? 0)
  })
})

describe('a receiver that fails', () => {
  const failing = {
    callbacks: {
      take: (item: number) => {
        if (item === 3) throw new RangeError('three')
      },
    },
  }

  test('is stopped, is named, and does not hold up the others', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const kept = keeper()
    await join('good', kept.options)
    await join('bad', failing)
    const g = await join('writer')
    const error = (await g.call
      .take(range(1000))
      .with(STREAM)
      .then(undefined, (reason: unknown) => reason)) as { summary: StreamSummary }
    expect(error).toMatchObject({
      name: 'StreamError',
      message: expect.stringMatching(
        /^the stream to "take" did not reach every receiver: bad stopped: "take" threw at item 3: RangeError: three \(.*:\d+\)$/,
      ) as string,
      summary: {
        items: 1000,
        receivers: {
          good: { state: 'finished', processed: 1000 },
          bad: { state: 'stopped', processed: 3, failed: 1 },
        },
      },
    })
    checkCounts(error.summary)
    expect(kept.items).toEqual(range(1000))
  })

  test('goes on when the errors are to be skipped', async () => {
    const { join } = await ownPipeline<Callbacks>()
    await join('bad', failing)
    const g = await join('writer')
    const summary = await g.call.take(range(10)).with(STREAM({ onError: 'skip' }))
    expect(summary).toMatchObject({
      error: null,
      receivers: { bad: { state: 'finished', processed: 9, failed: 1, lost: 0 } },
    })
  })

  test('by being killed leaves the stream to the others', async () => {
    const { server, join } = await ownPipeline<Callbacks>()
    const kept = keeper()
    await join('good', kept.options)
    const child = fork(fixture('nodes/receiver.mjs'), [server, 'mortal'])
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child, 'message')
    const g = await join('writer')
    await g.waitProcess('mortal')
    const items = (async function* () {
      yield 0
      await once(child, 'message')
      child.kill('SIGKILL')
      await once(child, 'exit')
      yield* range(100)
    })()
    const error = (await g.call
      .take(items)
      .with(STREAM)
      .then(undefined, (reason: unknown) => reason)) as { summary: StreamSummary }
    expect(error.summary).toMatchObject({
      items: 101,
      receivers: {
        good: { state: 'finished', processed: 101 },
        mortal: { state: 'died', error: { code: 'DAFFI_NODE_DIED' } },
      },
    })
    checkCounts(error.summary)
  })

  test('by leaving is named as one that left', async () => {
    const { join } = await ownPipeline<Callbacks>()
    await join('good', keeper().options)
    const kept = keeper()
    const leaver = await join('leaver', kept.options)
    const g = await join('writer')
    const items = (async function* () {
      yield* range(10)
      await leaver.close()
      yield* range(10)
    })()
    const failure = await g.call
      .take(items)
      .with(STREAM)
      .then(undefined, (reason: unknown) => reason)
    expect(failure).toMatchObject({
      summary: {
        receivers: { good: { processed: 20 }, leaver: { state: 'left', processed: kept.items.length } },
      },
    })
  })
})

test('an abort ends the stream at once, and every item is accounted for', async () => {
  const { join } = await ownPipeline<Callbacks>()
  await join('keeper', keeper().options)
  const g = await join('writer')
  const abort = new AbortController()
  const endless = (async function* () {
    for (let n = 0; ; n++) {
      yield n
      if (n === 50) abort.abort()
      await new Promise((resolve) => setImmediate(resolve))
    }
  })()
  const error = (await g.call
    .take(endless)
    .with(STREAM({ signal: abort.signal }))
    .then(undefined, (reason: unknown) => reason)) as {
    summary: StreamSummary
  }
  expect(error).toMatchObject({
    summary: { error: { code: 'DAFFI_ABORTED' }, receivers: { keeper: { state: 'stopped' } } },
  })
  checkCounts(error.summary)
})

test('nothing is left on the server', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  await join('keeper', keeper().options)
  const g = await join('writer')
  await g.call.take(range(10)).with(STREAM)
  await g.call
    .take(
      (function* () {
        throw new Error('no')
      })(),
    )
    .with(STREAM)
    .catch(() => undefined)
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const names = []
  for await (const name of (await jetstreamManager(nc)).streams.names()) names.push(name)
  expect(names).toEqual(['KV_daffi_test_names'])
})

test('what cannot be streamed is refused before anything is sent', async () => {
  const { join } = await ownPipeline<Callbacks>()
  await join('keeper', {
    callbacks: {
      take: (_item: unknown) => undefined,
      two: (_a: unknown, _b: unknown) => undefined,
      none: () => undefined,
    },
  })
  const g = await join('writer')
  await expect(g.call.take('text').with(STREAM)).rejects.toMatchObject({ code: 'DAFFI_NOT_ITERABLE' })
  await expect(g.call.take([1], [2]).with(STREAM)).rejects.toMatchObject({ code: 'DAFFI_NOT_ITERABLE' })
  await expect(g.call.two([1]).with(STREAM)).rejects.toMatchObject({ code: 'DAFFI_STREAM_ARITY' })
  await expect(g.call.none([1]).with(STREAM)).rejects.toMatchObject({ code: 'DAFFI_STREAM_ARITY' })
  await expect(g.call.nobody([1]).with(STREAM)).rejects.toMatchObject({ code: 'DAFFI_NO_RECEIVER' })
})
