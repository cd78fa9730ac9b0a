import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { STREAM, type StreamSummary } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { connectQuickly } from '../../fixtures/nodes/quick.mjs'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { DeadLetterStore, type StoredDeadLetter } from '../../../src/runtime/stream/index.js'
import { mortalPipeline, ownPipeline } from '../../support/pipeline.js'
import { kill, start } from '../../support/talking-process.js'
import { waitUntil } from '../../support/wait.js'

interface Callbacks {
  take: (item: unknown) => void
}

const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n)
const DURABLE = STREAM({ delivery: 'durable', name: 'numbers' })

/** Large buffers compare faster by their digests. */
const withDigest = (item: unknown): unknown =>
  Buffer.isBuffer(item) ? createHash('sha256').update(item).digest('hex') : item

function checkCounts({ receivers }: StreamSummary): void {
  for (const { offered, processed, dropped, failed, lost } of Object.values(receivers)) {
    expect(processed + dropped + failed + lost).toBe(offered)
  }
}

/** The numbers of the items that the stream keeps, whole, in the order in which they were stored. */
async function storedNumbers(server: string): Promise<number[]> {
  const nc = await connect({ servers: server })
  const { streams, direct } = await jetstreamManager(nc)
  const { state } = await streams.info('daffi_test_numbers')
  const numbers: number[] = []
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const message = await direct.getMessage('daffi_test_numbers', { seq })
    const mark = JSON.parse(message?.header.get('Daffi-Durable') ?? '{}') as {
      what: string
      first: number
      count: number
      offset: number
      bytes: number
    }
    if (mark.what !== 'part' || mark.offset + (message?.data.length ?? 0) < mark.bytes) continue
    numbers.push(...range(mark.count).map((n) => mark.first + n))
  }
  await nc.close()
  return numbers
}

test('every item reaches every node, in order, whatever its kind and size', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const [one, two]: [unknown[], unknown[]] = [[], []]
  await join('one', { callbacks: { take: (item: unknown) => void one.push(item) } })
  await join('two', { callbacks: { take: async (item: unknown) => void two.push(item) } })
  const g = await join('writer')
  const frame = { data: Buffer.alloc(6), width: 3, height: 2, format: 'gray', sequence: 1, time: 2, id: 5n }
  const items = range(5000).map((n) =>
    n % 1000 === 250
      ? frame
      : n % 1000 === 500
        ? Buffer.alloc(2_500_000, n)
        : n % 100 === 0
          ? [n, 'text']
          : n,
  )
  const summary = await g.call.take(items).with(DURABLE)
  expect(one.map(withDigest)).toEqual(items.map(withDigest))
  expect(two.map(withDigest)).toEqual(items.map(withDigest))
  checkCounts(summary)
  expect(summary).toMatchObject({
    delivery: 'durable',
    items: 5000,
    error: null,
    receivers: { one: { state: 'finished', processed: 5000 }, two: { state: 'finished', processed: 5000 } },
  })
})

test('a finished name starts a new run, and only the stream stays on the server', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const taken: unknown[] = []
  await join('keeper', { callbacks: { take: (item: unknown) => void taken.push(item) } })
  const g = await join('writer')
  await g.call.take([1, 2]).with(DURABLE)
  await g.call.take([]).with(DURABLE)
  const summary = await g.call.take([3, 4]).with(DURABLE)
  expect(taken).toEqual([1, 2, 3, 4])
  expect(summary).toMatchObject({ items: 2, receivers: { keeper: { offered: 2, processed: 2 } } })
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const { streams, consumers } = await jetstreamManager(nc)
  expect((await streams.names().next()).sort()).toEqual(['KV_daffi_test_names', 'daffi_test_numbers'])
  expect(await consumers.list('daffi_test_numbers').next()).toEqual([])
})

test('it arrives whole although the server is killed in the middle and started again', async () => {
  const { server, join, restart } = await mortalPipeline<Callbacks>()
  const taken: number[] = []
  const first = deferred()
  await join('keeper', {
    callbacks: {
      take: (item: Buffer) => {
        taken.push(item.readUInt32BE())
        if (taken.length === 20) first.resolve()
      },
    },
  })
  const g = await join('writer')
  const items = (async function* () {
    for (let n = 0; n < 150; n++) {
      const item = Buffer.alloc(n % 10 === 0 ? 2_000_000 : 20_000)
      item.writeUInt32BE(n)
      yield item
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
  })()
  const streaming = g.call.take(items).with(DURABLE)
  await first.promise
  await restart()
  const summary = await streaming
  expect(taken).toEqual(range(150))
  expect(summary).toMatchObject({ items: 150, receivers: { keeper: { processed: 150, lost: 0 } } })
  expect(await storedNumbers(server)).toEqual(range(150))
})

test('the writer is killed in the middle and run again: every item arrives, none is stored twice', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const taken: number[] = []
  await join('keeper', { callbacks: { take: ({ n }: { n: number }) => void taken.push(n) } })
  for (const until of [149, 349]) {
    const writer = start('durable-writer', [server, '600']).child
    writer.on('message', (n) => n === until && writer.kill('SIGKILL'))
    await once(writer, 'exit')
  }
  const writer = start('durable-writer', [server, '600']).child
  const summary = await new Promise<unknown>((resolve) =>
    writer.on('message', (message) => typeof message === 'object' && resolve(message)),
  )
  expect(summary).toMatchObject({ items: 600, error: null, receivers: { keeper: { state: 'finished' } } })
  expect(taken).toEqual(range(600))
  expect(await storedNumbers(server)).toEqual(range(600))
})

test('a receiver that is killed is waited for, and goes on from its place', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const taken: { item: number; redelivered: boolean }[] = []
  const listen = (child: ChildProcess, killAt: number): Promise<void> =>
    new Promise((resolve) =>
      child.on('message', (message) => {
        if (message === 'ready') resolve()
        else taken.push(message as { item: number; redelivered: boolean })
        if (taken.at(-1)?.item === killAt) child.kill('SIGKILL')
      }),
    )
  const mortal = start('durable-receiver', [server, 'mortal']).child
  await listen(mortal, 50)
  const killed = once(mortal, 'exit')
  const g = await join('writer')
  await g.waitProcess('mortal')
  const items = (async function* () {
    for (let n = 0; n < 200; n++) {
      yield n
      // So that they do not all go in one batch, and the last ones come to the next process alone.
      if (n % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 5))
      if (n === 149) await killed
    }
  })()
  const streaming = g.call.take(items).with(DURABLE)
  await killed
  await listen(start('durable-receiver', [server, 'mortal']).child, -1)
  const summary = await streaming
  checkCounts(summary)
  expect(summary.receivers.mortal).toMatchObject({
    state: 'finished',
    attaches: 2,
    offered: 200,
    processed: 200,
    lost: 0,
  })
  // It tells of them by a way of its own, which may be slower than the summary.
  await waitUntil(() => taken.at(-1)?.item === 199)
  expect([...new Set(taken.map(({ item }) => item))]).toEqual(range(200))
  const repeated = taken.filter(({ item }, at) => taken.findIndex((each) => each.item === item) < at)
  for (const { redelivered } of repeated) expect(redelivered).toBe(true)
  expect(taken[0]?.redelivered).toBe(false)
  expect(taken.at(-1)).toEqual({ item: 199, redelivered: false })
})

test('who comes late starts from the beginning of the run', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const early: unknown[] = []
  const late: unknown[] = []
  await join('early', { callbacks: { take: (item: unknown) => void early.push(item) } })
  const g = await join('writer')
  await g.call.take(['of an earlier run']).with(DURABLE)
  const items = (async function* () {
    yield* range(100)
    await join('late', { callbacks: { take: (item: unknown) => void late.push(item) } })
    yield* range(100)
  })()
  const summary = await g.call.take(items).with(DURABLE)
  expect(late).toEqual([...range(100), ...range(100)])
  expect(early).toEqual(['of an earlier run', ...late])
  expect(summary.receivers.late).toMatchObject({ offered: 200, processed: 200 })
})

test('a source that throws leaves the run unfinished: the next time goes on after what was stored', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const taken: unknown[] = []
  await join('keeper', { callbacks: { take: (item: unknown) => void taken.push(item) } })
  const g = await join('writer')
  const broken = (function* () {
    yield* range(10)
    throw new Error('out of film')
  })()
  await expect(g.call.take(broken).with(DURABLE)).rejects.toMatchObject({
    summary: { items: 10, error: { code: 'DAFFI_SOURCE_FAILED' }, receivers: { keeper: { processed: 10 } } },
  })
  const summary = await g.call.take(range(20)).with(DURABLE)
  expect(taken).toEqual(range(20))
  expect(summary).toMatchObject({ items: 20, receivers: { keeper: { offered: 10, processed: 10 } } })
})

test('an abort lets go of a stream whose receiver is dead, and its items are kept for it', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const mortal = start('durable-receiver', [server, 'mortal']).child
  await once(mortal, 'message')
  const g = await join('writer')
  await g.waitProcess('mortal')
  const abort = new AbortController()
  const items = (async function* () {
    yield* range(5)
    await kill(mortal)
    yield* range(5)
  })()
  const streaming = g.call.take(items).with(
    STREAM({
      delivery: 'durable',
      name: 'numbers',
      signal: abort.signal,
      onProgress: ({ receivers }) => receivers.mortal?.state === 'died' && abort.abort(),
    }),
  )
  await expect(streaming).rejects.toMatchObject({
    summary: { items: 10, error: { code: 'DAFFI_ABORTED' }, receivers: { mortal: { state: 'died' } } },
  })
  const taken: unknown[] = []
  await join('mortal', { callbacks: { take: (item: unknown) => void taken.push(item) } })
  await g.waitProcess('mortal')
  await g.call.take([]).with(DURABLE)
  expect(taken.slice(-5)).toEqual(range(5))
})

test('the writer waits rather than let retention discard what was not processed', async () => {
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
  const stopped = deferred<number>()
  let last = 0
  const summary = g.call.take(range(40).map(() => Buffer.alloc(500_000))).with(
    STREAM({
      delivery: 'durable',
      retention: { bytes: '5 MiB' },
      onProgress: ({ items }) => {
        if (items === last && items > 1) stopped.resolve(items)
        last = items
      },
    }),
  )
  expect(await stopped.promise).toBeLessThan(12)
  release.resolve()
  expect(await summary).toMatchObject({ receivers: { slow: { processed: 40, lost: 0 } } })
  expect(taken).toBe(40)
})

test('room is made by the writer, of what is done, before the stream is full', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  let taken = 0
  await join('quick', { callbacks: { take: (_item: unknown) => void (taken += 1) } })
  const g = await join('writer')
  const nc = await connect({ servers: server })
  try {
    const purges = nc.subscribe('$JS.API.STREAM.PURGE.daffi_test_numbers')
    await nc.flush()
    const items = range(80).map(() => Buffer.alloc(500_000))
    const retention = { bytes: '5 MiB' }
    const durable = STREAM({ delivery: 'durable', name: 'numbers', retention })
    const summary = await g.call.take(items).with(durable)
    expect(summary).toMatchObject({ receivers: { quick: { processed: 80, lost: 0 } } })
    expect(taken).toBe(80)
    const { state } = await (await jetstreamManager(nc)).streams.info('daffi_test_numbers')
    expect(state.bytes).toBeLessThanOrEqual(5 * 1024 * 1024)
    expect(purges.getReceived()).toBeGreaterThan(0)
  } finally {
    await nc.close()
  }
})

test('who is there has a place in the stream before its first item is stored', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  await join('one', { callbacks: { take: (_item: unknown) => undefined } })
  await join('two', { callbacks: { take: (_item: unknown) => undefined } })
  const g = await join('writer')
  const nc = await connect({ servers: server })
  try {
    const jsm = await jetstreamManager(nc)
    const places: string[] = []
    const items = async function* (): AsyncGenerator<number> {
      for await (const { name } of jsm.consumers.list('daffi_test_numbers')) places.push(name)
      yield 1
    }
    await g.call.take(items()).with(STREAM({ delivery: 'durable', name: 'numbers' }))
    expect(places.map((name) => name.split('-')[0]).sort()).toEqual(['one', 'two'])
  } finally {
    await nc.close()
  }
})

test('an item that fails again and again becomes a dead letter, and the stream goes on', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const attempts: number[] = []
  const taken: unknown[] = []
  const take = async (item: Buffer | number): Promise<void> => {
    const number = typeof item === 'number' ? item : item.length
    attempts.push(number)
    if (number === 2 && attempts.filter((n) => n === 2).length === 1) throw new Error('only once')
    if (number === 3 || number === 1_500_000) throw new RangeError('never')
    taken.push(number)
  }
  await join('worker', { callbacks: { take } })
  const g = await join('writer')
  const items = [...range(5), Buffer.alloc(1_500_000, 7), 5]
  const retry = { attempts: 3, delay: '10ms', backoff: 1 }
  const summary = await g.call.take(items).with(STREAM({ delivery: 'durable', name: 'numbers', retry }))
  expect(attempts).toEqual([0, 1, 2, 2, 3, 3, 3, 4, 1_500_000, 1_500_000, 1_500_000, 5])
  expect(taken).toEqual([0, 1, 2, 4, 5])
  expect(summary.receivers.worker).toMatchObject({
    state: 'finished',
    offered: 7,
    processed: 5,
    failed: 2,
    lost: 0,
  })

  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const dead = new DeadLetterStore(nc, 'test')
  const letters = await dead.list()
  const message = expect.stringMatching(/^RangeError: never \(/) as string
  const error = { code: 'DAFFI_REMOTE', message }
  expect(letters).toMatchObject([
    { call: 'take', stream: 'numbers', node: 'worker', item: 3, attempts: 3, error },
    { call: 'take', stream: 'numbers', node: 'worker', item: 5, attempts: 3, error, kind: ['buffer'] },
  ])
  const [three, large] = letters as [StoredDeadLetter, StoredDeadLetter]
  expect(await dead.item(three)).toBe(3)
  expect(withDigest(await dead.item(large))).toBe(withDigest(items[5]))
  await dead.remove(three)
  expect(await dead.list()).toEqual([large])
})

test('with retry a lossless stream gives an item again, then counts it as failed', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const attempts: number[] = []
  await join('worker', {
    callbacks: {
      take: (item: number) => {
        attempts.push(item)
        if (item === 1 || (item === 2 && attempts.at(-2) !== 2)) throw new Error('no')
      },
    },
  })
  const g = await join('writer')
  const retry = { attempts: 2, delay: '10ms' }
  const summary = await g.call.take(range(4)).with(STREAM({ onError: 'retry', retry }))
  expect(attempts).toEqual([0, 1, 1, 2, 2, 3])
  expect(summary.receivers.worker).toMatchObject({ state: 'finished', processed: 3, failed: 1 })
})

test('a name is for one callback, and not for what daffi keeps for itself', async () => {
  const { join } = await ownPipeline<Callbacks & { other: (item: unknown) => void }>()
  await join('keeper', {
    callbacks: { take: (_item: unknown) => undefined, other: (_item: unknown) => undefined },
  })
  const g = await join('writer')
  await g.call.take([1]).with(DURABLE)
  await expect(g.call.other([1]).with(DURABLE)).rejects.toMatchObject({ code: 'DAFFI_STREAM_MISMATCH' })
  for (const name of ['dead', 'stream_x', 'a.b']) {
    const refused = g.call.take([1]).with(STREAM({ delivery: 'durable', name }))
    await expect(refused).rejects.toMatchObject({ code: 'DAFFI_BAD_NAME' })
  }
})

test('two writers of one name do not mix: the first is told that it was superseded', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const taken: unknown[] = []
  await join('keeper', { callbacks: { take: (item: unknown) => void taken.push(item) } })
  const [first, second] = [await join('first'), await join('second')]
  const superseded = deferred()
  const reached = deferred()
  const slow = (async function* () {
    yield* range(5)
    reached.resolve()
    await superseded.promise
    yield* range(100)
  })()
  const one = first.call.take(slow).with(DURABLE)
  await reached.promise
  await second.call.take(range(10)).with(DURABLE)
  superseded.resolve()
  await expect(one).rejects.toMatchObject({ summary: { error: { code: 'DAFFI_STREAM_TAKEN' } } })
  expect(taken).toEqual(range(10))
  expect(await storedNumbers(server)).toEqual(range(10))
})
