import { setTimeout as sleep } from 'node:timers/promises'
import { STREAM, StreamError } from 'daffi'
import { expect, test } from 'vitest'
import { ownPipeline } from '../support/pipeline.js'

interface Callbacks {
  take: (item: string) => Promise<void>
}

test('items of several streams keep to the concurrency of their callback', async () => {
  const { join } = await ownPipeline<Callbacks>()
  let running = 0
  let most = 0
  const taken: string[] = []
  const take = async (item: string): Promise<void> => {
    most = Math.max(most, ++running)
    await sleep(1)
    taken.push(item)
    running--
  }
  await join('receiver', { callbacks: { take }, options: { take: { concurrency: 1 } } })
  const g = await join('writer')
  const items = (of: string): string[] => Array.from({ length: 20 }, (_, n) => `${of}${n}`)
  const streams = ['a', 'b', 'c'].map((of) => g.call.take(items(of)).with(STREAM))
  for (const { receivers } of await Promise.all(streams)) {
    expect(receivers).toMatchObject({ receiver: { processed: 20, failed: 0 } })
  }
  expect(most).toBe(1)
  for (const of of ['a', 'b', 'c']) expect(taken.filter((item) => item.startsWith(of))).toEqual(items(of))
})

test('an item that takes longer than the timeout of its callback has failed', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const take = async (item: string): Promise<void> => {
    if (item === 'slow') await new Promise(() => undefined)
  }
  await join('receiver', { callbacks: { take }, options: { take: { timeout: '50ms' } } })
  const g = await join('writer')
  const summary = await g.call.take(['quick', 'slow', 'quick']).with(STREAM({ onError: 'skip' }))
  expect(summary.receivers).toMatchObject({ receiver: { processed: 2, failed: 1 } })
  const error: unknown = await g.call
    .take(['slow'])
    .with(STREAM({ onError: 'stop' }))
    .catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(StreamError)
  expect((error as StreamError).summary.receivers.receiver?.error).toMatchObject({
    code: 'DAFFI_CALLBACK_TIMEOUT',
  })
})
