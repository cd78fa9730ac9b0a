import { join as joinPath } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import {
  context,
  FG,
  STREAM,
  type DaffiError,
  type Global,
  type StreamModifierOptions,
  type StreamSummary,
} from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { connectQuickly, connectUnaware, connectWithGrace } from '../../fixtures/nodes/quick.mjs'
import { announceDeath } from '../../../src/runtime/call/index.js'
import { decode } from '../../../src/runtime/codec/index.js'
import { deferred, Wakeup } from '../../../src/runtime/core/deferred.js'
import { isNoResponders } from '../../../src/runtime/nats/index.js'
import {
  encodeMessage,
  type Accept,
  type Open,
  type Progress,
} from '../../../src/runtime/stream/protocol/messages.js'
import type { Peer } from '../../../src/runtime/stream/protocol/ports.js'
import { ownPipeline } from '../../support/pipeline.js'
import { kill, start } from '../../support/talking-process.js'
import { temporaryFolder } from '../../support/temporary.js'

interface Callbacks {
  take: (item: unknown) => unknown
}

const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

/** Invitation of one node to a stream of a writer that a test plays. */
const invitationOf = (incarnation: string): Open => ({
  id: 'played',
  call: 'take',
  from: 'nobody',
  incarnation: 'none',
  source: null,
  delivery: 'live',
  buffer: 1,
  onError: 'stop',
  yields: false,
  share: false,
  shm: null,
  retry: { attempts: 1, delayMs: 0, backoff: 1 },
  to: [incarnation],
})

/** Numbers without end, one every few milliseconds. */
async function* paced(): AsyncGenerator<number> {
  for (let n = 0; ; n++) {
    yield n
    await delay(2)
  }
}

/** Error of a stream, with its summary. */
const failureOf = (streaming: PromiseLike<unknown>): Promise<{ message: string; summary: StreamSummary }> =>
  Promise.resolve(streaming).then(
    () => {
      throw new Error('the stream did not fail')
    },
    (error: unknown) => error as { message: string; summary: StreamSummary },
  )

test('a lossless stream waits for its only receiver as long as it has patience, and reads on no further', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const { child, said } = start('sharing-receiver', [server, 'one'])
  await said()
  const g = await join('writer')
  await g.waitProcess('one')
  let yielded = 0
  const items = (async function* () {
    // Too large for a batch, which would go on to fill up.
    for (; ; yielded++) {
      yield Buffer.alloc(200_000)
      await delay(2)
    }
  })()
  const streaming = failureOf(g.call.take(items).with(STREAM({ patience: '2s' })))
  await said()
  await kill(child)
  await delay(1500)
  const held = yielded
  const { message, summary } = await streaming
  expect(message).toContain('all receivers are gone, and none was back within 2 s')
  expect(yielded).toBe(held)
  const { one } = summary.receivers
  expect(one).toMatchObject({ state: 'died', offered: summary.items })
  expect((one?.processed ?? 0) + (one?.lost ?? 0)).toBe(summary.items)
})

test('a receiver whose callback blocks its loop for long while a stream opens gets everything', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const file = joinPath(await temporaryFolder(), 'tally')
  const { child, said } = start('tally-receiver', [server, 'test', 'one', file])
  await said()
  const g = await join('writer')
  await g.waitProcess('one')
  child.send(12_000)
  const summary = await g.call.take(range(100)).with(STREAM)
  expect(summary.receivers.one).toMatchObject({ state: 'finished', attaches: 1, processed: 100, lost: 0 })
})

test.each<StreamModifierOptions>([
  { delivery: 'live' },
  { delivery: 'lossless', shm: false },
  { delivery: 'durable' },
])('a node leaves although a callback of a stream never returns: %o', async (options) => {
  const { join } = await ownPipeline<Callbacks>(connectWithGrace)
  const aborted = deferred()
  const begun = deferred()
  const one: Global<Callbacks> = await join('one', {
    callbacks: {
      take: async (_item: unknown) => {
        context().signal.addEventListener('abort', () => aborted.resolve())
        begun.resolve()
        await deferred().promise
      },
    },
  })
  const g = await join('writer')
  const abort = new AbortController()
  const streaming = g.call.take(paced()).with(STREAM({ ...options, patience: 0, signal: abort.signal }))
  const outcome = Promise.resolve(streaming).catch(() => undefined)
  await begun.promise
  await one.close()
  await aborted.promise
  abort.abort()
  await outcome
})

test('a receiver that returns is waited for, also when the channel of calls told of its death before its supervisor', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectUnaware)
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const incarnations = new Map<string, string>()
  nc.subscribe('daffi.test.presence.hello', {
    callback: (_, message) => {
      const { name, incarnation } = message.json<Peer>()
      incarnations.set(name, incarnation)
    },
  })
  await nc.flush()
  const file = joinPath(await temporaryFolder(), 'tally')
  const first = start('tally-receiver', [server, 'test', 'one', file])
  await first.said()
  const seen: unknown[] = []
  const [before, after] = [deferred(), deferred()]
  await join('two', {
    callbacks: {
      take: (item: unknown) => {
        seen.push(item)
        if (item === 4) before.resolve()
        if (item === 9) after.resolve()
      },
    },
  })
  const g = await join('writer')
  await Promise.all(['one', 'two'].map((name) => g.waitProcess(name)))
  // Calls go over the channel once nothing of them goes through the server.
  let throughServer
  nc.subscribe('daffi.test.node.one.>', { callback: () => void (throughServer = true) })
  await nc.flush()
  do {
    throughServer = false
    await g.call.take(-1).to('one')
    await nc.flush()
  } while (throughServer)
  const announced = deferred()
  const streaming = g.call
    .take(
      (async function* () {
        yield* range(5)
        await announced.promise
        yield* range(10).slice(5)
        // A source that has ended is not held back.
        await after.promise
      })(),
    )
    .with(STREAM({ shm: false, patience: '20s' }))
  // It fails where the first one was killed before it could report what it had done.
  const ended = Promise.resolve(streaming).catch(() => undefined)
  await before.promise
  await kill(first.child)
  const codeOfCall = async (): Promise<string> => {
    // One that the server still passes to the connection of the dead process is lost, and only an ordinary heartbeat would find it so.
    const call = g.call
      .take(-1)
      .to('one')
      .with(FG({ timeout: '500ms' }))
    const error: unknown = await Promise.resolve(call).catch((reason: unknown) => reason)
    return (error as DaffiError | undefined)?.code ?? 'none'
  }
  await expect.poll(codeOfCall).toBe('DAFFI_UNKNOWN_NODE')
  await announceDeath(nc, 'test', { name: 'one', incarnation: incarnations.get('one') ?? '', returns: true })
  await join('later')
  await g.waitProcess('later')
  announced.resolve()
  const late: unknown[] = []
  await join('one', { callbacks: { take: (item: unknown) => void late.push(item) } })
  await ended
  expect([seen, late]).toEqual([range(10), range(10).slice(5)])
})

test('a receiver that leaves a shared stream as soon as that begins finishes what it was given', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const take = (_item: unknown): void => undefined
  await join('one', { callbacks: { take } })
  const two = await join('two', { callbacks: { take } })
  const g = await join('writer')
  await Promise.all(['one', 'two'].map((name) => g.waitProcess(name)))
  const items = (async function* () {
    yield* range(20)
    await two.close()
    yield* range(20)
  })()
  expect(await g.call.take(items).with(STREAM({ share: { by: (item) => String(item) } }))).toMatchObject({
    items: 40,
    receivers: { one: { lost: 0 }, two: { lost: 0 } },
  })
})

/** A node that offers `take`, and the connection of a test that plays its writer. */
async function playedWriter(): Promise<{ nc: NatsConnection; incarnation: string }> {
  const { server, join } = await ownPipeline<Callbacks>()
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const incarnation = deferred<string>()
  nc.subscribe('daffi.test.presence.hello', {
    callback: (_, message) => incarnation.resolve(message.json<{ incarnation: string }>().incarnation),
  })
  await nc.flush()
  await join('one', { callbacks: { take: (_item: unknown) => undefined } })
  return { nc, incarnation: await incarnation.promise }
}

test('a receiver that is not among those that are accepted has been settled, and begins anew', async () => {
  const { nc, incarnation } = await playedWriter()
  const accept = (of: string, attach: number): Accept => ({
    what: 'accept',
    incarnation: of,
    attach,
    accepts: attach,
    first: 0,
  })
  const publish = (...accepts: Accept[]): void =>
    nc.publish('daffi.test.stream.played.chunk', encodeMessage(accepts))
  const attaches: number[] = []
  const changed = new Wakeup()
  nc.subscribe('daffi.test.stream.played.progress', {
    callback: (_, message) => {
      const { state, attach } = decode(message.data) as Progress
      if (state !== 'attached' || attach === attaches.at(-1)) return
      attaches.push(attach)
      changed.notify()
    },
  })
  const reported = async (...expected: number[]): Promise<void> => {
    while (attaches.length < expected.length) await changed.wait()
    expect(attaches).toEqual(expected)
  }
  nc.publish('daffi.test.stream.played.open', encodeMessage(invitationOf(incarnation)))
  await reported(0)
  publish(accept(incarnation, 1))
  await reported(0, 1)
  publish(accept(incarnation, 1), accept('another', 2))
  publish(accept('another', 3))
  await reported(0, 1, 0)
})

test('a receiver whose stream has no writer leaves it', async () => {
  const { nc, incarnation } = await playedWriter()
  // Who listens to its reports is a writer, as the server sees it.
  const first = deferred<string>()
  const subscription = nc.subscribe('daffi.test.stream.played.progress', {
    callback: (_, message) => first.resolve((decode(message.data) as Progress).state),
  })
  nc.publish('daffi.test.stream.played.open', encodeMessage(invitationOf(incarnation)))
  expect(await first.promise).toBe('attached')
  subscription.unsubscribe()
  await nc.flush()
  const listens = async (): Promise<boolean> =>
    await nc.request('daffi.test.stream.played.chunk', encodeMessage([]), { timeout: 500 }).then(
      () => true,
      (error: unknown) => !isNoResponders(error),
    )
  expect(await listens()).toBe(true)
  await expect.poll(listens, { timeout: 60_000, interval: 500 }).toBe(false)
})

test('live: what newer items push out of the queue is dropped at once, also while the callback waits', async () => {
  const { join } = await ownPipeline<Callbacks>(connectWithGrace)
  const snapshots: StreamSummary[] = []
  const enough = deferred()
  const abort = new AbortController()
  await join('one', { callbacks: { take: (_item: unknown) => deferred().promise } })
  const g = await join('writer')
  const onProgress = (summary: StreamSummary): void => {
    snapshots.push(summary)
    if ((summary.receivers.one?.dropped ?? 0) > 50) enough.resolve()
  }
  const streaming = failureOf(
    g.call.take(paced()).with(STREAM({ delivery: 'live', buffer: 2, onProgress, signal: abort.signal })),
  )
  await enough.promise
  abort.abort()
  const { summary } = await streaming
  expect(summary.receivers.one).toMatchObject({ processed: 0, lost: 0, offered: summary.items })
  expect(summary.receivers.one?.dropped).toBe(summary.items)
})
