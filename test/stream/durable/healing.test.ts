import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { STREAM, type StreamSummary } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { connectQuickly } from '../../fixtures/nodes/quick.mjs'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { holdingProxy } from '../../support/holding-proxy.js'
import { mortalServer } from '../../support/mortal-server.js'
import { joinOn, ownPipeline } from '../../support/pipeline.js'
import { start } from '../../support/talking-process.js'

interface Callbacks {
  take: (item: unknown) => void
}

const STREAM_NAME = 'daffi_test_numbers'
const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n)
const durable = STREAM({ delivery: 'durable', name: 'numbers' })

function checkCounts({ receivers }: StreamSummary): void {
  for (const { offered, processed, dropped, failed, lost } of Object.values(receivers)) {
    expect(processed + dropped + failed + lost).toBe(offered)
  }
}

async function manager(server: string) {
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  return await jetstreamManager(nc)
}

test('a receiver whose network stands still is waited for: nothing that it has not had is discarded', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const proxy = await holdingProxy(server)
  const near: number[] = []
  const far: number[] = []
  await join('near', {
    callbacks: { take: (item: unknown) => void near.push((item as Buffer).readUInt32BE()) },
  })
  const joinFar = joinOn<Callbacks>(proxy.url, connectQuickly)
  await joinFar('far', {
    callbacks: { take: (item: unknown) => void far.push((item as Buffer).readUInt32BE()) },
  })
  const g = await join('writer')
  await g.waitProcess('far')
  const items = (async function* () {
    for (const n of range(400)) {
      const item = Buffer.alloc(20_000)
      item.writeUInt32BE(n)
      yield item
      if (n === 50) {
        proxy.hold()
        setTimeout(() => proxy.release(), 3000)
      }
      await delay(2)
    }
  })()
  const summary = await g.call
    .take(items)
    .with(STREAM({ delivery: 'durable', name: 'numbers', retention: { bytes: '2 MiB' } }))
  expect(near).toEqual(range(400))
  expect([...new Set(far)]).toEqual(range(400))
  checkCounts(summary)
  expect(summary.receivers.far).toMatchObject({ state: 'finished', offered: 400, processed: 400, lost: 0 })
})

test('a writer that stands still goes on with its receivers', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const taken: number[] = []
  await join('keeper', { callbacks: { take: (item: unknown) => void taken.push((item as { n: number }).n) } })
  const { child } = start('durable-writer', [server, '2000'])
  const done = new Promise<unknown>((resolve) =>
    child.on('message', (message) => typeof message === 'object' && resolve(message)),
  )
  await once(child, 'message')
  child.kill('SIGSTOP')
  await delay(3000)
  child.kill('SIGCONT')
  expect(await done).toMatchObject({
    items: 2000,
    error: null,
    receivers: { keeper: { state: 'finished', offered: 2000, processed: 2000, lost: 0 } },
  })
  expect([...new Set(taken)]).toEqual(range(2000))
})

test('a stream that is deleted on the server ends at once, at its writer and its receivers', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  await join('keeper', { callbacks: { take: (_item: unknown) => undefined } })
  const g = await join('writer')
  const reached = deferred()
  const items = (async function* () {
    yield* range(10)
    reached.resolve()
    // Idle: the writer has to look by itself.
    await delay(60_000)
  })()
  const streaming = g.call.take(items).with(durable)
  const outcome = streaming.catch((error: unknown) => error)
  await reached.promise
  const jsm = await manager(server)
  const since = performance.now()
  await jsm.streams.delete(STREAM_NAME)
  expect(await outcome).toMatchObject({
    summary: { error: { code: 'DAFFI_STREAM_LOST' }, receivers: { keeper: { state: 'stopped' } } },
  })
  expect(performance.now() - since).toBeLessThan(8000)
})

test.each([
  { what: 'before an end that was delivered already', leave: 'end' },
  { what: 'with the end', leave: 'nothing' },
])('records that are deleted $what are counted as lost, and the stream ends', async ({ leave }) => {
  const { server, join } = await ownPipeline<Callbacks>()
  const release = deferred()
  const held = deferred()
  await join('keeper', {
    callbacks: {
      take: async (_item: unknown) => {
        held.resolve()
        await release.promise
      },
    },
  })
  const g = await join('writer')
  const jsm = await manager(server)
  // Each a record of its own, and more than a receiver requests at a time.
  const streaming = g.call.take(range(200).map(() => Buffer.alloc(70_000))).with(durable)
  await held.promise
  const last = await lastSequence(jsm, 201)
  await jsm.streams.purge(STREAM_NAME, { seq: leave === 'end' ? last : last + 1 })
  release.resolve()
  const summary = await streaming
  checkCounts(summary)
  const { processed, lost } = summary.receivers.keeper ?? { processed: 0, lost: 0 }
  expect(summary.receivers.keeper).toMatchObject({ state: 'finished', offered: 200 })
  expect(lost).toBeGreaterThan(100)
  expect(processed).toBeGreaterThan(0)
})

test('a stall of the server ends no stream', async () => {
  const { url, signal } = await mortalServer()
  const join = joinOn<Callbacks>(url)
  const taken: number[] = []
  await join('keeper', { callbacks: { take: (item: unknown) => void taken.push(item as number) } })
  const g = await join('writer')
  const items = (async function* () {
    yield* range(100)
    signal('SIGSTOP')
    await delay(7000)
    signal('SIGCONT')
    yield* range(100).map((n) => 100 + n)
  })()
  const summary = await g.call.take(items).with(durable)
  expect(summary).toMatchObject({ error: null, receivers: { keeper: { processed: 200, lost: 0 } } })
  expect([...new Set(taken)]).toEqual(range(200))
})

/** Sequence of the last record, once there are so many. */
async function lastSequence(jsm: Awaited<ReturnType<typeof manager>>, count: number): Promise<number> {
  for (;;) {
    const { state } = await jsm.streams.info(STREAM_NAME)
    if (state.messages > count) return state.last_seq
    await delay(20)
  }
}
