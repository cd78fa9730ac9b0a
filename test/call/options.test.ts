import { context, FG, Global, STREAM } from 'daffi'
import { expect, test } from 'vitest'
import { deferred } from '../../src/runtime/core/deferred.js'
import { ownPipeline } from '../support/pipeline.js'
import { waitFor } from '../support/wait.js'

interface Callbacks {
  work: (n: number) => Promise<number>
  ping: () => string
  hang: () => Promise<void>
}

test('beyond its concurrency calls wait for their turn, in order; who gave up has none', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const begun: number[] = []
  const release = [deferred(), deferred(), deferred(), deferred()]
  const work = async (n: number): Promise<number> => {
    begun.push(n)
    await release[n]?.promise
    return n
  }
  const ping = (): string => 'pong'
  await join('worker', { callbacks: { work, ping }, options: { work: { concurrency: 2 } } })
  const g = await join('caller')
  const given = new AbortController()
  const calls = [0, 1, 2, 3].map((n) =>
    g.call.work(n).with(FG({ signal: n === 2 ? given.signal : new AbortController().signal })),
  )
  given.abort()
  await expect(calls[2]).rejects.toMatchObject({ code: 'DAFFI_ABORTED' })
  // Sent after the calls and the cancellation, so the worker has had those when it answers.
  expect(await g.call.ping()).toBe('pong')
  release[1]?.resolve()
  expect(await calls[1]).toBe(1)
  release[3]?.resolve()
  expect(await calls[3]).toBe(3)
  expect(begun).toEqual([0, 1, 3])
  release[0]?.resolve()
  expect(await calls[0]).toBe(0)
})

test('a call that runs longer than its timeout is aborted, and fails with a code of its own', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const aborted = deferred<unknown>()
  const hang = async (): Promise<void> => {
    const { signal } = context()
    signal.addEventListener('abort', () => aborted.resolve(signal.reason))
    await new Promise(() => undefined)
  }
  await join('worker', { callbacks: { hang }, options: { hang: { timeout: '50ms' } } })
  const g = await join('caller')
  await expect(g.call.hang()).rejects.toMatchObject({
    code: 'DAFFI_CALLBACK_TIMEOUT',
    node: 'worker',
    message: '"hang" ran for more than 50 ms, which its options allow',
  })
  expect(await aborted.promise).toMatchObject({ code: 'DAFFI_CALLBACK_TIMEOUT' })
})

test('calls beyond the rate wait for it, here and on another node, and say so when their time runs out', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const begun: number[] = []
  const work = (n: number): Promise<number> => Promise.resolve(begun.push(n))
  const ping = (): string => 'pong'
  const options = { work: { rate: '2/h' } }
  const worker = await join('worker', { callbacks: { work, ping }, options })
  const g = await join('caller')
  expect(await Promise.all([g.call.work(1), g.call.work(2)])).toEqual([1, 2])
  // On a busy machine the time may be over before the caller hears that it has to wait.
  for (const each of [g, worker])
    await waitFor(async () => {
      await expect(each.call.work(3).with(FG({ timeout: '100ms' }))).rejects.toMatchObject({
        code: 'DAFFI_TIMEOUT',
        message: '"work": nothing after 100 ms; it had to wait for the rate of the callback, 2/h',
      })
    })
  // What was given up waits no more, and has not begun.
  expect(await g.call.ping()).toBe('pong')
  expect(begun).toEqual([1, 2])
})

test('a stream is held back by the rate, and nothing of it is dropped', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const begun: number[] = []
  const second = deferred()
  const work = (n: number): void => {
    begun.push(n)
    if (begun.length === 2) second.resolve()
  }
  await join('worker', { callbacks: { work }, options: { work: { rate: { limit: '2/h' } } } })
  const g = await join('caller')
  const stop = new AbortController()
  const streaming = g.call.work([1, 2, 3, 4]).with(STREAM({ signal: stop.signal }))
  await second.promise
  stop.abort()
  await expect(streaming).rejects.toMatchObject({
    summary: { receivers: { worker: { processed: 2, dropped: 0, failed: 0 } } },
  })
  expect(begun).toEqual([1, 2])
})

test.each([
  [{ concurrency: 0 }, 'DAFFI_USAGE'],
  [{ timeout: 'soon' }, 'DAFFI_BAD_DURATION'],
  [{ rate: '10 per second' }, 'DAFFI_BAD_RATE'],
  [{ rate: { limit: '10/s', by: '' } }, 'DAFFI_USAGE'],
  [{ rate: { limit: '10/s', by: 'id' }, batch: {} }, 'DAFFI_USAGE'],
])('options %j are refused', async (options, code) => {
  const { server } = await ownPipeline<Callbacks>()
  const connecting = Global.connect({
    server,
    pipeline: 'test',
    callbacks: { hang: () => 1 },
    options: { hang: options },
  })
  await expect(connecting).rejects.toMatchObject({ code })
})
