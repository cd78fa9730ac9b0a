import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { RESUME, STREAM, type Resumable } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { ownPipeline } from '../../support/pipeline.js'
import { waitFor } from '../../support/wait.js'

interface Callbacks {
  take: (item: unknown) => void
}

const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n)
const durable = STREAM({ delivery: 'durable', name: 'numbers' })

/** Items that are new ones each time. */
function live(numbers: number[]): number[] & Resumable {
  const items: number[] & Resumable = Object.assign(numbers, { [RESUME]: () => items })
  return items
}

/** Items that come to an end because the source breaks. */
function* breaking(items: number[]): Generator<number> {
  yield* items
  throw new Error('broken')
}

async function interrupted() {
  const { join } = await ownPipeline<Callbacks>()
  const taken: unknown[] = []
  await join('keeper', { callbacks: { take: (item: unknown) => void taken.push(item) } })
  const g = await join('writer')
  await expect(g.call.take(breaking(range(30))).with(durable)).rejects.toMatchObject({
    summary: { items: 30 },
  })
  return { g, taken }
}

test('a source of new items passes none over, and the items go on counting', async () => {
  const { g, taken } = await interrupted()
  const items = live(range(40).map((n) => 100 + n))
  const summary = await g.call.take(items).with(durable)
  expect(taken).toEqual([...range(30), ...items])
  expect(summary).toMatchObject({ items: 40, receivers: { keeper: { offered: 40, processed: 40, lost: 0 } } })
})

test('a source that can begin anywhere is asked for the items that are not stored', async () => {
  const { g, taken } = await interrupted()
  const asked: number[] = []
  const items: Iterable<number> & Resumable = {
    [Symbol.iterator]: () => range(0).values(),
    [RESUME](position: number) {
      asked.push(position)
      return range(50).slice(position)
    },
  }
  const summary = await g.call.take(items).with(durable)
  expect(asked).toEqual([30])
  expect(taken).toEqual(range(50))
  expect(summary).toMatchObject({ items: 20, receivers: { keeper: { offered: 20, processed: 20 } } })
})

test('a source of new items goes on even when the last session had reached its end', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const taken = new Set<unknown>()
  const release = deferred()
  await join('keeper', {
    callbacks: {
      take: async (item: unknown) => {
        await release.promise
        taken.add(item)
      },
    },
  })
  const g = await join('writer')
  const abort = new AbortController()
  const first = g.call
    .take(live(range(10)))
    .with(STREAM({ delivery: 'durable', name: 'numbers', signal: abort.signal }))
  const outcome = first.catch((error: unknown) => error)
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const { streams } = await jetstreamManager(nc)
  await waitFor(async () => {
    const last = await streams.getMessage('daffi_test_numbers', { last_by_subj: '>' })
    expect(last?.header.get('Daffi-Durable')).toContain('"end"')
  })
  abort.abort()
  expect(await outcome).toMatchObject({ code: 'DAFFI_STREAM_FAILED' })
  release.resolve()
  const summary = await g.call.take(live([10, 11, 12])).with(durable)
  expect([...taken]).toEqual(range(13))
  expect(summary).toMatchObject({ items: 3, receivers: { keeper: { offered: 13, processed: 13 } } })
})
