import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { STREAM, StreamError, type Global, type StreamModifierOptions, type StreamSummary } from 'daffi'
import { expect, test } from 'vitest'
import { connectQuickly } from '../fixtures/nodes/quick.mjs'
import { deferred } from '../../src/runtime/core/deferred.js'
import { mortalPipeline, ownPipeline } from '../support/pipeline.js'
import { waitFor, waitUntil } from '../support/wait.js'
import { kill, start } from '../support/talking-process.js'

interface Callbacks {
  take: (item: unknown) => void
}

interface Taken {
  item: number
  redelivered: boolean
}

interface Member {
  name: string
  child: ChildProcess
  taken: Taken[]
}

const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n)
/** Numbers of the items that members have told of, each by a way of its own: it may come after the summary of their stream. */
const sorted = (members: Member[]): number[] =>
  members.flatMap(({ taken }) => taken.map(({ item }) => item)).sort((a, b) => a - b)

/** Each item is one receiver's, and what became of it is known. */
function checkShares({ items, receivers }: StreamSummary): void {
  let total = 0
  for (const { offered, processed, dropped, failed, lost } of Object.values(receivers)) {
    expect(processed + dropped + failed + lost).toBe(offered)
    total += offered
  }
  expect(total).toBe(items)
}

/** A receiver in a process of its own, ended with the test. */
async function startMember(server: string, name: string, hold = ''): Promise<Member> {
  const { child } = start('sharing-receiver', [server, name, hold])
  await once(child, 'message')
  const taken: Taken[] = []
  child.on('message', (message) => taken.push(message as Taken))
  return { name, child, taken }
}

/** Two quick receivers, and one that keeps its first item until it is told to go on. */
async function threeMembers(): Promise<{ g: Global<Callbacks>; quick: Member[]; slow: Member }> {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const [one, two, slow] = await Promise.all([
    startMember(server, 'one'),
    startMember(server, 'two'),
    startMember(server, 'slow', 'hold'),
  ])
  const g = await join('writer')
  for (const name of ['one', 'two', 'slow']) await g.waitProcess(name)
  return { g, quick: [one, two], slow }
}

test.each([{ shm: false as const }, { shm: {} }])(
  'three processes divide 300 items, each going to who is free: %o',
  async ({ shm }) => {
    const { g, quick, slow } = await threeMembers()
    const items = (async function* () {
      yield* range(290)
      slow.child.send('go')
      yield* range(10).map((n) => 290 + n)
    })()
    const summary = await g.call.take(items).with(STREAM({ share: true, shm }))
    await waitFor(() => expect(sorted([...quick, slow])).toEqual(range(300)))
    checkShares(summary)
    expect(summary).toMatchObject({ items: 300, error: null })
    for (const { name, taken } of [...quick, slow]) {
      expect(summary.receivers[name]).toMatchObject({ state: 'finished', processed: taken.length, lost: 0 })
      // What a receiver gets comes in order.
      expect(taken).toEqual(taken.toSorted((a, b) => a.item - b.item))
    }
    // The one that it kept, and one in reserve.
    expect(slow.taken.filter(({ item }) => item < 290)).toHaveLength(2)
    for (const { taken } of quick) expect(taken.length).toBeGreaterThan(2)
  },
)

test('lossless: what a member that is killed had in hand is lost and counted, the others take the rest', async () => {
  const { g, quick, slow } = await threeMembers()
  const items = (async function* () {
    yield* range(200)
    await kill(slow.child)
    yield* range(100).map((n) => 200 + n)
  })()
  const streaming = g.call.take(items).with(STREAM({ share: true }))
  const error = await streaming.catch((thrown: unknown) => thrown)
  if (!(error instanceof StreamError)) throw new Error('the stream lost items', { cause: error })
  const { summary } = error
  checkShares(summary)
  expect(summary.receivers.slow).toMatchObject({ state: 'died', offered: 2, processed: 0, lost: 2 })
  await waitFor(() => expect(sorted(quick)).toHaveLength(298))
})

test.each<StreamModifierOptions['share']>([true, { by: 'key' }])(
  'lossless: who leaves has what it was given, and nothing is lost: %o',
  async (share) => {
    const { join } = await ownPipeline<Callbacks>(connectQuickly)
    const [held, open] = [deferred(), deferred()]
    const taken = new Map<string, number[]>([
      ['one', []],
      ['two', []],
    ])
    const take = (node: string) => async (item: unknown) => {
      taken.get(node)?.push((item as { n: number }).n)
      if (node !== 'one') return
      held.resolve()
      await open.promise
    }
    const one = await join('one', { callbacks: { take: take('one') } })
    await join('two', { callbacks: { take: take('two') } })
    const g = await join('writer')
    const items = (async function* () {
      for (let n = 0; n < 60; n++) yield { key: n % 12, n }
      await held.promise
      const leaving = one.close()
      open.resolve()
      for (let n = 60; n < 120; n++) yield { key: n % 12, n }
      await leaving
    })()
    const summary = await g.call.take(items).with(STREAM({ share }))
    checkShares(summary)
    expect(summary).toMatchObject({
      error: null,
      receivers: { one: { state: 'left', lost: 0 }, two: { state: 'finished', lost: 0 } },
    })
    expect(taken.get('one')?.length).toBe(summary.receivers['one']?.offered)
    expect([...taken.values()].flat().toSorted((a, b) => a - b)).toEqual(range(120))
  },
)

test('lossless, not shared: who leaves has what it was given, and who comes in its place gets the rest', async () => {
  const { join } = await ownPipeline<Callbacks>(connectQuickly)
  const held = deferred()
  const taken: number[] = []
  const take = async (item: unknown): Promise<void> => {
    taken.push(item as number)
    held.resolve()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const first = await join('one', { callbacks: { take } })
  const g = await join('writer')
  const items = (async function* () {
    for (let n = 0; n < 60; n++) yield n
    await held.promise
    const leaving = first.close().then(() => join('one', { callbacks: { take } }))
    for (let n = 60; n < 200; n++) yield n
    await leaving
    // Nobody is accepted when the source has ended.
    await waitUntil(() => taken.length > 100)
  })()
  const summary = await g.call.take(items).with(STREAM)
  expect(summary).toMatchObject({ error: null, receivers: { one: { attaches: 2, processed: 200, lost: 0 } } })
  expect(taken).toEqual(range(200))
})

test('lossless: a node that is ready after the stream has begun takes part, and is waited for like the others', async () => {
  const { join } = await ownPipeline<Callbacks>(connectQuickly)
  const taken = { early: 0, late: 0 }
  const early = await join('early', { callbacks: { take: (_item: unknown) => taken.early++ } })
  const g = await join('writer')
  const seen = deferred()
  const items = (async function* () {
    let n = 0
    const until = async function* (isSo: () => boolean): AsyncGenerator<number> {
      for (; !isSo(); n++) {
        yield n
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    }
    yield* until(() => taken.early > 0)
    const late = await join('late', { callbacks: { take: (_item: unknown) => taken.late++ } })
    yield* until(() => taken.late > 0)
    await early.close()
    const before = taken.late
    yield* until(() => taken.late > before + 10)
    await late.close()
    seen.resolve()
    // The stream is held back while both are away.
    yield* until(() => taken.late > before + 100)
  })()
  const streaming = g.call.take(items).with(STREAM({ share: true }))
  await seen.promise
  await join('late', { callbacks: { take: (_item: unknown) => taken.late++ } })
  const summary = await streaming
  checkShares(summary)
  expect(summary).toMatchObject({
    error: null,
    receivers: { early: { lost: 0 }, late: { state: 'finished', lost: 0 } },
  })
  expect(taken.early + taken.late).toBe(summary.items)
})

test('durable: what a member that is killed had in hand goes to the others, who know it', async () => {
  const { g, quick, slow } = await threeMembers()
  const items = (async function* () {
    yield* range(200)
    // Larger than a message, so that its parts may be given to several.
    yield Buffer.alloc(2_500_000, 7)
    while (slow.taken.length === 0) await once(slow.child, 'message')
    await kill(slow.child)
    yield* range(99).map((n) => 201 + n)
  })()
  const summary = await g.call.take(items).with(STREAM({ share: true, delivery: 'durable' }))
  checkShares(summary)
  expect(summary).toMatchObject({
    items: 300,
    error: null,
    receivers: {
      slow: { state: 'died', offered: 0 },
      one: { state: 'finished' },
      two: { state: 'finished' },
    },
  })
  const all = range(300).map((n) => (n === 200 ? 7 : n))
  await waitFor(() => expect(sorted(quick)).toEqual(all.toSorted((a, b) => a - b)))
  const repeated = quick.flatMap(({ taken }) => taken.filter(({ redelivered }) => redelivered))
  expect(repeated.map(({ item }) => item)).toContain(slow.taken[0]?.item)
  expect(repeated.length).toBeLessThanOrEqual(2)
})

test('durable: who leaves hands back what it has not begun, and whose callback fails is not waited for', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const began = deferred()
  const release = deferred()
  const taken: number[] = []
  const leaver = await join('leaver', {
    callbacks: {
      take: async (item: number) => {
        began.resolve()
        await release.promise
        taken.push(item)
      },
    },
  })
  await join('failing', {
    callbacks: { take: (item: number) => Promise.reject(new Error(`cannot take ${item}`)) },
  })
  await join('quick', { callbacks: { take: (item: number) => void taken.push(item) } })
  const g = await join('writer')
  const streaming = g.call.take(range(50)).with(STREAM({ share: true, delivery: 'durable', onError: 'stop' }))
  // Caught at once: it may be over before the one who leaves is gone.
  const outcome: Promise<unknown> = streaming.catch((thrown: unknown) => thrown)
  await began.promise
  const left = leaver.close()
  release.resolve()
  await left
  const error = await outcome
  if (!(error instanceof StreamError)) throw new Error('nothing failed', { cause: error })
  const { summary } = error
  checkShares(summary)
  expect(summary.receivers).toMatchObject({
    leaver: { state: 'left', lost: 0 },
    failing: { state: 'stopped', offered: 1, failed: 1 },
    quick: { state: 'finished', failed: 0 },
  })
  expect(new Set(taken).size).toBe(49)
  expect(taken).toHaveLength(49)
})

test('durable: a run that was begun shared is finished shared', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const abort = new AbortController()
  const taken: number[] = []
  await join('keeper', {
    callbacks: {
      take: (item: number) => {
        taken.push(item)
        if (item === 5) abort.abort()
      },
    },
  })
  const g = await join('writer')
  const items = (async function* () {
    yield* range(10)
    if (!abort.signal.aborted) await once(abort.signal, 'abort')
  })()
  const shared = STREAM({ share: true, delivery: 'durable', signal: abort.signal })
  await expect(g.call.take(items).with(shared)).rejects.toMatchObject({ code: 'DAFFI_STREAM_FAILED' })
  await expect(g.call.take(range(10)).with(STREAM({ delivery: 'durable' }))).rejects.toMatchObject({
    code: 'DAFFI_STREAM_MISMATCH',
  })
  const summary = await g.call.take(range(10)).with(STREAM({ share: true, delivery: 'durable' }))
  expect(summary).toMatchObject({ items: 10, error: null })
  // What was handed back may come in another order: the server puts an item at the end that a request without a receiver waits for.
  expect([...new Set(taken)].toSorted((a, b) => a - b)).toEqual(range(10))
})

test('durable: a stream goes on after its server was killed, and each item is processed', async () => {
  const { join, restart } = await mortalPipeline<Callbacks>()
  const taken = new Set<number>()
  const take = async (item: number): Promise<void> => {
    taken.add(item)
    await new Promise((resolve) => setImmediate(resolve))
  }
  for (const name of ['one', 'two']) await join(name, { callbacks: { take } })
  const g = await join('writer')
  const items = (async function* () {
    yield* range(100)
    await restart()
    yield* range(200).map((n) => 100 + n)
  })()
  const summary = await g.call.take(items).with(STREAM({ share: true, delivery: 'durable' }))
  expect(summary).toMatchObject({ items: 300, error: null })
  expect(taken.size).toBe(300)
})
