import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect, nanos } from '@nats-io/transport-node'
import { context, STREAM } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { ackSubject } from '../../../src/runtime/stream/durable/store/ack-subject.js'
import { connectQuickly } from '../../fixtures/nodes/quick.mjs'
import { ownPipeline } from '../../support/pipeline.js'
import { kill, start } from '../../support/talking-process.js'
import { waitFor, waitUntil } from '../../support/wait.js'

interface Callbacks {
  take: (item: unknown) => void
}

const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n)
const shared = STREAM({ delivery: 'durable', name: 'numbers', share: true })

async function managerOf(server: string) {
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  return { nc, consumers: (await jetstreamManager(nc)).consumers }
}

test('a callback that blocks its event loop keeps its item', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const taken: unknown[] = []
  for (const name of ['one', 'two']) {
    const { child } = start('blocking-receiver', [server, name, '9000'])
    await once(child, 'message')
    child.on('message', (item) => taken.push(item))
  }
  const g = await join('writer')
  for (const name of ['one', 'two']) await g.waitProcess(name)
  const summary = await g.call.take(range(6)).with(shared)
  // Members tell of them by a way of their own, which may be slower than the summary.
  await waitFor(() => expect(taken.toSorted()).toEqual(range(6)))
  const { one, two } = summary.receivers
  expect(Number(one?.processed) + Number(two?.processed)).toBe(6)
})

test('a member that was away and comes back is counted once', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const taken = { one: 0, two: 0 }
  const members = (['one', 'two'] as const).map((name) => {
    const { child } = start('sharing-receiver', [server, name])
    child.on('message', (message) => {
      if (message !== 'ready') taken[name]++
    })
    return child
  })
  const g = await join('writer')
  for (const name of ['one', 'two']) await g.waitProcess(name)
  const items = (async function* () {
    for (const n of range(600)) {
      yield n
      await delay(5)
      if (n === 100) {
        members[0]?.kill('SIGSTOP')
        setTimeout(() => members[0]?.kill('SIGCONT'), 2000)
      }
    }
  })()
  const summary = await g.call.take(items).with(shared)
  expect(summary.receivers.one).toMatchObject({ state: 'finished', lost: 0 })
  const processed = (name: string): number | undefined => summary.receivers[name]?.processed
  // Both say what their callbacks got; an item that was handed back may have been with both.
  await waitFor(() => expect(taken).toEqual({ one: processed('one'), two: processed('two') }))
  expect(taken.one + taken.two).toBeGreaterThanOrEqual(600)
  expect(taken.one + taken.two).toBeLessThanOrEqual(602)
})

test('what a member had in hand that died together with the writer goes to another, soon', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const { child: holder } = start('sharing-receiver', [server, 'holder', 'hold'])
  await once(holder, 'message')
  const writer = start('sharing-writer', [server, '20']).child
  await once(holder, 'message')
  await Promise.all([kill(writer), kill(holder)])
  const taken: unknown[] = []
  await join('quick', { callbacks: { take: (item: unknown) => void taken.push(item) } })
  const g = await join('second')
  const { consumers } = await managerOf(server)
  for await (const { stream_name, name } of consumers.list('daffi_test_numbers')) {
    // As an older version made it.
    await consumers.update(stream_name, name, { ack_wait: nanos(60_000) })
  }
  const since = performance.now()
  await g.call.take(range(20)).with(shared)
  expect(taken).toHaveLength(20)
  expect(performance.now() - since).toBeLessThan(15_000)
})

test('an item that the server gives again while it is in hand is processed once', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const taken: unknown[] = []
  const [held, rest] = [deferred(), deferred()]
  const take = async (item: unknown): Promise<void> => {
    taken.push(item)
    if (item === 0) await held.promise
  }
  await join('one', { callbacks: { take } })
  const g = await join('writer')
  const items = (async function* () {
    yield 0
    await rest.promise
    yield 1
  })()
  const running = g.call.take(items).with(shared)
  await waitUntil(() => taken.length === 1)
  const { nc, consumers } = await managerOf(server)
  const [consumer] = await consumers.list('daffi_test_numbers').next()
  if (!consumer) throw new Error('there is no consumer')
  const { stream_name: stream, name, delivered } = consumer
  nc.publish(
    ackSubject({ stream, consumer: name, sequence: delivered.stream_seq }, delivered.consumer_seq),
    '-NAK',
  )
  await waitUntil(async () => (await consumers.info(stream, name)).num_redelivered === 1)
  held.resolve()
  rest.resolve()
  const summary = await running
  expect(taken).toEqual([0, 1])
  expect(summary.receivers.one).toMatchObject({ state: 'finished', processed: 2 })
})

test('a receiver whose callback turns slow hands back what waits', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const count = 300
  const [stored, held] = [deferred(), deferred()]
  const one: unknown[] = []
  const two: boolean[] = []
  const take = async (item: unknown): Promise<void> => {
    one.push(item)
    if (one.length === 1) await stored.promise
    if (one.length === 100) await held.promise
  }
  await join('one', { callbacks: { take } })
  const g = await join('writer')
  const items = (function* () {
    yield* range(count)
    stored.resolve()
  })()
  const running = g.call.take(items).with(shared)
  await waitUntil(() => one.length === 100)
  await join('two', { callbacks: { take: (_item: unknown) => void two.push(context().redelivered) } })
  // The one in the callback, and one that is ready when it returns.
  await waitUntil(() => two.length === count - 100 - 1)
  expect(two).toContain(true)
  held.resolve()
  const summary = await running
  expect(summary.receivers).toMatchObject({ one: { processed: 101 }, two: { processed: count - 101 } })
})
